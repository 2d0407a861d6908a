"""Words: part of speech, morphology and lemma, as spaCy's `attribute_ruler` and `lemmatizer` give them, each combination once.

Nearly all of the ruler's patterns look at one token: its word, its tag and what arc leads to it. So what they and the lemmatizer make
of these three is kept. The few patterns over two tokens run as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc
from spacy.vocab import Vocab

Numbers = npt.NDArray[np.uint64]
"""What spaCy knows strings by."""

_MAX_KEPT = 100_000  # combinations: 4 MB and their keys; when full, begun anew
_ANY_ARC = "any"  # stands for all arcs that no pattern asks for
_POS_OF_LEMMAS = ("noun", "verb", "adj", "adv")


class Names(dict[int, str]):
    """The strings that spaCy knows by numbers, each made once."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self._strings = vocab.strings

    def __missing__(self, number: int) -> str:
        if len(self) >= _MAX_KEPT:
            self.clear()
        found = self[number] = self._strings[number]
        return found


class WordReader:
    """Tells tag, part of speech, morphology and lemma of words whose tags and arcs are known."""

    def __init__(self, nlp: Language) -> None:
        self._vocab = nlp.vocab
        self._lemmatizer: Any = nlp.get_pipe("lemmatizer")
        ruler: Any = nlp.get_pipe("attribute_ruler")
        self._single: Any = AttributeRuler(nlp.vocab, name="words")
        self._double: Any = AttributeRuler(nlp.vocab, name="pairs")
        pairs = [pattern for pattern in ruler.patterns if any(len(tokens) > 1 for tokens in pattern["patterns"])]
        self._single.add_patterns([pattern for pattern in ruler.patterns if pattern not in pairs])
        self._double.add_patterns(pairs)
        asked = {arc for pattern in ruler.patterns for tokens in pattern["patterns"] for arc in _asked(tokens, "DEP")}
        self._arcs: Numbers = np.array(sorted(map(nlp.vocab.strings.add, asked)), dtype=np.uint64)
        firsts: list[dict[str, Any]] = [tokens[0] for pattern in pairs for tokens in pattern["patterns"]]
        self._pair_word = re.compile("|".join(form for first in firsts for form in _forms(first)))
        self._pair_arcs: Numbers = np.array([nlp.vocab.strings.add(arc) for first in firsts for arc in _asked([first], "DEP")], np.uint64)
        self._any = nlp.vocab.strings.add(_ANY_ARC)
        self._rows: dict[tuple[int, int, int], int] = {}
        self._table: Numbers = np.empty((_MAX_KEPT, 5), dtype=np.uint64)
        self._lemmas: dict[str, frozenset[str]] = {}

    def read(self, words: Numbers, tags: Numbers, arcs: Numbers) -> Numbers:
        """For each word its TAG, POS, MORPH, LEMMA and DEP: arcs stay as they are save where a pattern changes them."""
        if len(words) > _MAX_KEPT:
            halves = (np.array_split(column, 2) for column in (words, tags, arcs))
            return np.concatenate([self.read(*half) for half in zip(*halves, strict=True)])
        if len(self._rows) + len(words) > _MAX_KEPT:
            self._rows.clear()
        asked = np.where(np.isin(arcs, self._arcs), arcs, np.uint64(self._any))
        rows = [self._row(key) for key in zip(words.tolist(), tags.tolist(), asked.tolist(), strict=True)]
        found: Numbers = self._table[rows]
        found[:, 4] = np.where(found[:, 4], found[:, 4], arcs)
        return found

    def _row(self, key: tuple[int, int, int]) -> int:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = len(self._rows)
            self._table[row] = self._analyse(*(self._vocab.strings[part] for part in key))
        return row

    def _analyse(self, word: str, tag: str, arc: str) -> tuple[int, ...]:
        doc = self._lemmatizer(self._single(Doc(self._vocab, [word], tags=[tag], deps=[arc], heads=[0])))
        token = doc[0]
        return token.tag, token.pos, token.morph.key, token.lemma, token.dep if token.dep_ != arc else 0

    def may_pair(self, words: Iterable[str], arcs: Numbers) -> bool:
        """Whether any of these words, in lower case, or arcs can begin a pattern over two tokens."""
        return any(map(self._pair_word.fullmatch, set(words))) or bool(np.isin(arcs, self._pair_arcs).any())

    def read_pairs(self, doc: Any, columns: list[int | str], table: Numbers) -> Numbers:
        """What the patterns over two tokens make of a text, whose attributes the columns of the table are."""
        self._double(doc.from_array(columns, table))
        changed: Numbers = doc.to_array(columns)
        return changed

    def lemmas(self, word: str) -> frozenset[str]:
        """All that a word in lower case may be a form of."""
        found = self._lemmas.get(word)
        if found is None:
            if len(self._lemmas) > _MAX_KEPT:
                self._lemmas.clear()
            found = self._lemmas[word] = frozenset(self._possible(word))
        return found

    def _possible(self, word: str) -> set[str]:
        tables = self._lemmatizer.lookups
        found = {word}
        for pos in _POS_OF_LEMMAS:
            found.update(tables.get_table("lemma_exc").get(pos, {}).get(word, ()))
            for old, new in tables.get_table("lemma_rules").get(pos, ()):
                if word.endswith(old):
                    found.add(word[: len(word) - len(old)] + new)
        return found


def _forms(token: dict[str, Any]) -> list[str]:
    """Regular expressions for the words that a token of a pattern may be: none where it names only an arc."""
    word = token.get("LOWER")
    if isinstance(word, dict) and "REGEX" in word:
        return [f"(?:{word['REGEX']})"]
    return [re.escape(form) for form in _asked([token], "LOWER")]


def _asked(tokens: Sequence[dict[str, Any]], attribute: str) -> list[str]:
    """The values of an attribute that a pattern names."""
    values = [token[attribute] for token in tokens if attribute in token]
    listed = [[value] if isinstance(value, str) else [one for part in value.values() for one in part] for value in values]
    return [one for part in listed for one in part]
