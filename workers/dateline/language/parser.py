"""The parser: the sentences of a whole text, and the names and the grammar of those that somebody wants to read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import spacy.tokens
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.vocab import Vocab

from dateline.language.entities import EntityFinder
from dateline.language.model import load_model
from dateline.language.sentences import sentences
from dateline.language.tokens import Doc, Grammar, Slice, Words
from dateline.language.vectors import TokenVectors, UnknownModelError
from dateline.language.words import Names, WordReader

Wanted = Callable[[Sequence[str]], bool]
"""Whether a sentence, given as its words in lower case, is to be parsed."""

_HALF = re.compile("[\ud800-\udfff]")

LEAD = 3  # first sentences, which are always parsed: they tell what a text is about

_COLUMNS: list[int | str] = ["TAG", "POS", "MORPH", "LEMMA", "DEP", "HEAD"]
_TAG, _POS, _, _LEMMA, _DEP, _HEAD = range(6)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a pipeline that we run ourselves."""

    vectors: TokenVectors
    words: WordReader
    entities: EntityFinder
    names: Names


@dataclass(frozen=True, slots=True)
class Parser:
    """A loaded pipeline, each part of it run where it is needed."""

    nlp: Language
    parts: Parts | None  # None: a pipeline of another build than spaCy's small English one, which runs as a whole
    wanted: Wanted | None  # None: parse all

    @property
    def vocab(self) -> Vocab:
        return self.nlp.vocab


def open_parser(model: str, wanted: Callable[[WordReader], Wanted] | None = None) -> Parser:
    """Load a model by the name of its package."""
    nlp = load_model(model)
    try:
        tok2vec: Any = nlp.get_pipe("tok2vec")
        parts = Parts(TokenVectors(tok2vec.model, nlp.vocab), WordReader(nlp), EntityFinder(nlp.get_pipe("ner")), Names(nlp.vocab))
    except (UnknownModelError, KeyError):
        return Parser(nlp, None, None)
    return Parser(nlp, parts, wanted(parts.words) if wanted else None)


def whole_characters(text: str) -> str:
    """The text with each lone half of a character (a surrogate, which no UTF-8 can hold) as the sign for an unreadable one."""
    return _HALF.sub("\ufffd", text)


def parse(parser: Parser, text: str) -> Doc:
    """A Doc with sentences, and for those of them that are wanted names, tags, lemmas and trees.

    In the others all tokens hang on the first, by arcs without a name, and have their own lower case as lemma. Linear in the text's length.
    """
    raw, pieces, words = _cut(parser, text)
    parts = parser.parts
    if parts is None:
        return _whole(parser.nlp, raw, pieces, words)
    if not len(raw):
        return Doc(words, Grammar(([], [], [], []), []), [], [])
    chosen = _chosen(parser.wanted, pieces, words.lower)
    table = _flat(raw, pieces)
    parsed = _trees(parser, parts, raw, [piece for piece, want in zip(pieces, chosen, strict=True) if want], words.words, table)
    bounds = [part for piece, want in zip(pieces, chosen, strict=True) for part in (parsed[piece[0]] if want else [piece])]
    named = [part for piece in parsed.values() for part in piece]
    if parts.words.may_pair(words.lower, table[:, _DEP]):
        table = parts.words.read_pairs(raw, _COLUMNS, table)
    return Doc(words, _grammar(parts.names, table), bounds, parts.entities.find(raw, named))


def find_names(parser: Parser, text: str) -> Doc:
    """A Doc with named entities alone."""
    raw, pieces, words = _cut(parser, text)
    if parser.parts is None:
        return _whole(parser.nlp, raw, pieces, words)
    named = [(start, end) for start, end in pieces if _may_name(words.words, start, end)]
    return Doc(words, _grammar(parser.parts.names, _flat(raw, pieces)), pieces, parser.parts.entities.find(raw, named))


def _cut(parser: Parser, text: str) -> tuple[spacy.tokens.Doc, list[Slice], Words]:
    """The tokens of a text, its sentences by rule, and its words."""
    text = whole_characters(text)
    raw = parser.nlp.make_doc(text)
    if not len(raw):
        return raw, [], Words(text, [], [], [])
    strings = raw.vocab.strings
    columns = raw.to_array(["ORTH", "IDX"])
    words = [strings[number] for number in columns[:, 0].tolist()]
    starts: list[int] = columns[:, 1].tolist()
    return raw, sentences(words, starts, text), Words(text, words, [word.lower() for word in words], starts)


def _grammar(names: Names, table: Any) -> Grammar:
    heads = np.arange(len(table)) + table[:, _HEAD].astype(np.int64)
    tags, parts, lemmas, arcs = ([names[number] for number in table[:, column].tolist()] for column in (_TAG, _POS, _LEMMA, _DEP))
    return Grammar((tags, parts, lemmas, arcs), heads.tolist())


def _whole(nlp: Language, raw: spacy.tokens.Doc, pieces: Sequence[Slice], words: Words) -> Doc:
    """All of a pipeline over a text, whose sentences by rule it may only part further."""
    for start, _ in pieces[1:]:
        raw[start].is_sent_start = True
    for _, component in nlp.pipeline:
        raw = component(raw)
    table = raw.to_array(_COLUMNS).reshape(-1, len(_COLUMNS))
    found = [(sentence.start, sentence.end) for sentence in raw.sents]
    return Doc(words, _grammar(Names(nlp.vocab), table), found, [(entity.start, entity.end, entity.label_) for entity in raw.ents])


def _chosen(wanted: Wanted | None, pieces: Sequence[Slice], words: Sequence[str]) -> list[bool]:
    """Which sentences to parse."""
    if wanted is None:
        return [True] * len(pieces)
    return [at < LEAD or wanted(words[start:end]) for at, (start, end) in enumerate(pieces)]


def _flat(raw: spacy.tokens.Doc, pieces: Sequence[Slice]) -> Any:
    """A row of _COLUMNS for each token as if nothing were parsed."""
    table = np.zeros((len(raw), len(_COLUMNS)), dtype=np.uint64)
    table[:, _LEMMA] = raw.to_array(["LOWER"]).reshape(-1)
    for start, end in pieces:
        table[start, _DEP] = raw.vocab.strings.add("ROOT")
        table[start:end, _HEAD] = np.arange(0, start - end, -1).astype(np.uint64)
    return table


def _trees(
    parser: Parser, parts: Parts, raw: spacy.tokens.Doc, pieces: Sequence[Slice], words: list[str], table: Any
) -> dict[int, list[Slice]]:
    """Parse these pieces of the text, all at once, into their rows of the table. Return the sentences of each, by its start."""
    spaces = raw.to_array(["SPACY"]).astype(bool).reshape(-1).tolist()
    docs: list[Any] = [spacy.tokens.Doc(raw.vocab, words[start:end], spaces[start:end]) for start, end in pieces]
    ends = np.cumsum([len(piece) for piece in docs])
    for piece, tensor in zip(docs, np.split(parts.vectors.of(raw, pieces), ends[:-1]), strict=True):
        piece.tensor = tensor
    tagger: Any = parser.nlp.get_pipe("tagger")
    trees: Any = parser.nlp.get_pipe("parser")
    labels = np.array([raw.vocab.strings.add(label) for label in tagger.labels], dtype=np.uint64)
    tags = labels[np.concatenate(tagger.predict(docs))]
    trees.set_annotations(docs, trees.predict(docs))
    arcs = np.concatenate([piece.to_array(["ORTH", "DEP", "HEAD", "SENT_START"]) for piece in docs])
    rows = np.concatenate([np.arange(start, end) for start, end in pieces])
    table[rows, : _DEP + 1] = parts.words.read(arcs[:, 0], tags, arcs[:, 1])
    table[rows, _HEAD] = arcs[:, 2]
    begins = rows[arcs[:, 3] == 1].tolist()
    return _split(pieces, begins)


def _split(pieces: Sequence[Slice], begins: Sequence[int]) -> dict[int, list[Slice]]:
    """The sentences of each piece, by its start, given where sentences begin."""
    bounds = sorted({*begins, *(start for start, _ in pieces)})
    found: dict[int, list[Slice]] = {}
    for start, end in pieces:
        inside = bounds[bisect_left(bounds, start) : bisect_left(bounds, end)]
        found[start] = list(pairwise([*inside, end]))
    return found


def _may_name(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a sentence may name anything: it holds a capital that it does not owe to its beginning."""
    return any(word[0].isupper() for word in words[start + 1 : end]) or (
        words[start][0].isupper() and words[start].lower() not in STOP_WORDS
    )
