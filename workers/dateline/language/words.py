"""Words: part of speech, morphology and lemma, as spaCy's `attribute_ruler` and `lemmatizer` give them, each combination once.

Nearly all of the ruler's patterns look at one token: its word, its tag and what arc leads to it. So what they and the lemmatizer make
of these three is kept. The few patterns over two tokens run as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

_MAX_KEPT = 100_000  # combinations: 20 MB; when full, begun anew
_ANY_ARC = "any"  # stands for all arcs that no pattern asks for
_POS_OF_LEMMAS = ("noun", "verb", "adj", "adv")


class WordReader:
    """Fills in tag, part of speech, morphology and lemma of a Doc whose tags and arcs are known."""

    def __init__(self, nlp: Language) -> None:
        self._vocab = nlp.vocab
        self._lemmatizer: Any = nlp.get_pipe("lemmatizer")
        ruler: Any = nlp.get_pipe("attribute_ruler")
        self._single: Any = AttributeRuler(nlp.vocab, name="words")
        self._double: Any = AttributeRuler(nlp.vocab, name="pairs")
        for pattern in ruler.patterns:
            longest = max(len(tokens) for tokens in pattern["patterns"])
            (self._single if longest == 1 else self._double).add(**pattern)
        self._arcs = frozenset(arc for pattern in ruler.patterns for tokens in pattern["patterns"] for arc in _asked(tokens, "DEP"))
        self._kept: dict[tuple[int, str, str], tuple[int, ...]] = {}
        self._lemmas: dict[str, frozenset[str]] = {}

    def read(self, doc: Doc, tags: Sequence[str], arcs: Sequence[str]) -> list[tuple[int, ...]]:
        """For each token its TAG, POS, MORPH, LEMMA, and DEP where a pattern changes it (else 0), as spaCy numbers them."""
        if len(self._kept) > _MAX_KEPT:
            self._kept.clear()
        found = []
        for token, tag, arc in zip(doc, tags, arcs, strict=True):
            key = (token.orth, tag, arc if arc in self._arcs else _ANY_ARC)
            known = self._kept.get(key)
            if known is None:
                known = self._kept[key] = self._analyse(token.text, tag, key[2])
            found.append(known)
        return found

    def _analyse(self, word: str, tag: str, arc: str) -> tuple[int, ...]:
        doc = self._lemmatizer(self._single(Doc(self._vocab, [word], tags=[tag], deps=[arc], heads=[0])))
        token = doc[0]
        return token.tag, token.pos, token.morph.key, token.lemma, token.dep if token.dep_ != arc else 0

    def read_pairs(self, doc: Doc) -> None:
        """Apply the patterns over two tokens."""
        self._double(doc)

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


def _asked(tokens: Sequence[dict[str, Any]], attribute: str) -> list[str]:
    """The values of an attribute that a pattern names."""
    values = [token[attribute] for token in tokens if attribute in token]
    listed = [[value] if isinstance(value, str) else [one for part in value.values() for one in part] for value in values]
    return [one for part in listed for one in part]
