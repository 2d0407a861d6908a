"""The parser: sentences and names of a whole text, and the grammar of those sentences that somebody wants to read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from dateline.language.entities import EntityFinder
from dateline.language.model import load_model
from dateline.language.sentences import sentences
from dateline.language.vectors import Slice, TokenVectors, UnknownModelError
from dateline.language.words import WordReader

Wanted = Callable[[Sequence[str]], bool]
"""Whether a sentence, given as its words in lower case, is to be parsed."""

_HALF = re.compile("[\ud800-\udfff]")

LEAD = 3  # first sentences, which are always parsed: they tell what a text is about

_COLUMNS: list[int | str] = ["TAG", "POS", "MORPH", "LEMMA", "DEP", "HEAD", "ENT_IOB", "ENT_TYPE"]
_LEMMA, _DEP, _HEAD, _IOB, _TYPE = 3, 4, 5, 6, 7
_BEGIN, _INSIDE, _OUTSIDE = 3, 1, 2  # spaCy's numbers in ENT_IOB


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a pipeline that we run ourselves."""

    vectors: TokenVectors
    words: WordReader
    entities: EntityFinder


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
        parts = Parts(TokenVectors(tok2vec.model, nlp.vocab), WordReader(nlp), EntityFinder(nlp.get_pipe("ner")))
    except (UnknownModelError, KeyError):
        return Parser(nlp, None, None)
    return Parser(nlp, parts, wanted(parts.words) if wanted else None)


def whole_characters(text: str) -> str:
    """The text with each lone half of a character (a surrogate, which no UTF-8 can hold) as the sign for an unreadable one."""
    return _HALF.sub("\ufffd", text)


def parse(parser: Parser, text: str) -> Doc:
    """A Doc with sentences and named entities, and tags, lemmas and trees for the sentences wanted.

    In the others all tokens hang on the first, by arcs without a name, and have their own lower case as lemma. Linear in the text's length.
    """
    doc, pieces, words = _cut(parser, text)
    parts = parser.parts
    if not len(doc) or parts is None:
        return _whole(parser.nlp, doc, pieces)
    lower = [word.lower() for word in words]
    chosen = _chosen(parser.wanted, pieces, lower)
    table = _flat(doc, pieces)
    parsed = _trees(parser, parts, doc, [piece for piece, want in zip(pieces, chosen, strict=True) if want], words, table)
    bounds = [part for piece, want in zip(pieces, chosen, strict=True) for part in (parsed[piece[0]] if want else [piece])]
    named = [(start, end) for start, end in bounds if table[start, 0] or _may_name(words, start, end)]
    _enter(parts.entities, doc, named, table)
    doc.from_array(_COLUMNS, table)
    parts.words.read_pairs(doc, lower, table[:, _DEP])
    return doc


def find_names(parser: Parser, text: str) -> Doc:
    """A Doc with named entities alone."""
    doc, pieces, words = _cut(parser, text)
    if parser.parts is None:
        return _whole(parser.nlp, doc, pieces)
    if len(doc):
        table = _flat(doc, pieces)
        _enter(parser.parts.entities, doc, [(start, end) for start, end in pieces if _may_name(words, start, end)], table)
        doc.from_array(_COLUMNS, table)
    return doc


def _cut(parser: Parser, text: str) -> tuple[Doc, list[Slice], list[str]]:
    """The tokens of a text, its sentences by rule, and its words."""
    text = whole_characters(text)
    doc = parser.nlp.make_doc(text)
    if not len(doc):
        return doc, [], []
    strings = doc.vocab.strings
    columns = doc.to_array(["ORTH", "IDX"])
    words = [strings[number] for number in columns[:, 0].tolist()]
    return doc, sentences(words, columns[:, 1].tolist(), text), words


def _whole(nlp: Language, doc: Doc, pieces: Sequence[Slice]) -> Doc:
    """All of a pipeline over a text, whose sentences by rule it may only part further."""
    for start, _ in pieces[1:]:
        doc[start].is_sent_start = True
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def _chosen(wanted: Wanted | None, pieces: Sequence[Slice], words: Sequence[str]) -> list[bool]:
    """Which sentences to parse."""
    if wanted is None:
        return [True] * len(pieces)
    return [at < LEAD or wanted(words[start:end]) for at, (start, end) in enumerate(pieces)]


def _flat(doc: Doc, pieces: Sequence[Slice]) -> Any:
    """A row of _COLUMNS for each token as if nothing were parsed."""
    table = np.zeros((len(doc), len(_COLUMNS)), dtype=np.uint64)
    table[:, _LEMMA] = doc.to_array(["LOWER"]).reshape(-1)
    table[:, _IOB] = _OUTSIDE
    for start, end in pieces:
        table[start, _DEP] = doc.vocab.strings.add("ROOT")
        table[start:end, _HEAD] = np.arange(0, start - end, -1).astype(np.uint64)
    return table


def _trees(parser: Parser, parts: Parts, doc: Doc, pieces: Sequence[Slice], words: list[str], table: Any) -> dict[int, list[Slice]]:
    """Parse these pieces of the text, all at once, into their rows of the table. Return the sentences of each, by its start."""
    spaces = doc.to_array(["SPACY"]).astype(bool).reshape(-1).tolist()
    docs: list[Any] = [Doc(doc.vocab, words[start:end], spaces[start:end]) for start, end in pieces]
    ends = np.cumsum([len(piece) for piece in docs])
    for piece, tensor in zip(docs, np.split(parts.vectors.of(doc, pieces), ends[:-1]), strict=True):
        piece.tensor = tensor
    tagger: Any = parser.nlp.get_pipe("tagger")
    trees: Any = parser.nlp.get_pipe("parser")
    labels = np.array([doc.vocab.strings.add(label) for label in tagger.labels], dtype=np.uint64)
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
    """Whether an unparsed sentence may name anything: it holds a capital that it does not owe to its beginning."""
    return any(word[0].isupper() for word in words[start + 1 : end]) or (
        words[start][0].isupper() and words[start].lower() not in STOP_WORDS
    )


def _enter(finder: EntityFinder, doc: Doc, sentences: Sequence[Slice], table: Any) -> None:
    """Enter the entities of these sentences into the table."""
    for start, end, label in finder.find(doc, sentences):
        table[start:end, _IOB] = _INSIDE
        table[start, _IOB] = _BEGIN
        table[start:end, _TYPE] = doc.vocab.strings.add(label)
