"""A text that has been read, as plain Python objects: asking spaCy's own for a word's attributes makes a string each time.

The names are spaCy's, as far as anybody asks: a Doc is a sequence of Tokens, and its slices, sentences and entities are Spans of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload
from unicodedata import category

Slice = tuple[int, int]  # tokens from … up to …
Entity = tuple[int, int, str]  # tokens from … up to …, label


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, the same in lower case, and where each starts in it."""

    text: str
    words: list[str]
    lower: list[str]
    starts: list[int]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What is known of each word: tags, parts of speech, lemmas and arcs; and the positions of the heads."""

    columns: tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
    heads: Sequence[int]


class Token:
    """A word or mark. `children` are in text order; a root is its own head. Tokens are equal only to themselves."""

    __slots__ = (
        "children", "dep_", "doc", "ent_iob_", "ent_type_", "head", "i", "idx", "lemma_", "lower_", "pos_", "sent", "tag_", "text",
    )  # fmt: skip

    head: Token
    sent: Span
    children: Sequence[Token]

    def __init__(
        self, doc: Doc, i: int, idx: int, text: str, lower: str, tag: str, pos: str, lemma: str, dep: str, iob: str, label: str
    ) -> None:
        self.doc, self.i, self.idx, self.text, self.lower_ = doc, i, idx, text, lower
        self.tag_, self.pos_, self.lemma_, self.dep_, self.ent_iob_, self.ent_type_ = tag, pos, lemma, dep, iob, label
        self.children = ()

    def __len__(self) -> int:
        return len(self.text)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return self.text

    @property
    def lefts(self) -> list[Token]:
        return [child for child in self.children if child.i < self.i]

    @property
    def rights(self) -> list[Token]:
        return [child for child in self.children if child.i > self.i]

    @property
    def left_edge(self) -> Token:
        """The first token of what hangs on this one."""
        return self.doc[self.doc.edges()[0][self.i]]

    @property
    def right_edge(self) -> Token:
        return self.doc[self.doc.edges()[1][self.i]]

    @property
    def is_sent_start(self) -> bool:
        return self.sent.start == self.i

    @property
    def is_space(self) -> bool:
        return self.text.isspace()

    @property
    def is_alpha(self) -> bool:
        return self.text.isalpha()

    @property
    def is_punct(self) -> bool:
        return all(category(character).startswith("P") for character in self.text)

    @property
    def text_with_ws(self) -> str:
        """The token with the space behind it, if one stands there."""
        starts = self.doc.starts
        return self.doc.text[self.idx : starts[self.i + 1] if self.i + 1 < len(starts) else len(self.doc.text)]

    def nbor(self, step: int) -> Token:
        return self.doc[self.i + step]


class Span:
    """Tokens `start` up to `end` of a doc."""

    __slots__ = ("doc", "end", "label_", "start")

    def __init__(self, doc: Doc, start: int, end: int, label: str = "") -> None:
        self.doc, self.start, self.end, self.label_ = doc, start, max(start, end), label

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[Token]:
        return iter(self.doc.tokens[self.start : self.end])

    def __repr__(self) -> str:
        return self.text

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> Span: ...
    def __getitem__(self, at: int | slice) -> Token | Span:
        if isinstance(at, slice):
            start, end, _ = at.indices(len(self))
            return Span(self.doc, self.start + start, self.start + end)
        return self.doc.tokens[self.start + at if at >= 0 else self.end + at]

    @property
    def start_char(self) -> int:
        return self.doc.tokens[self.start].idx

    @property
    def end_char(self) -> int:
        last = self.doc.tokens[self.end - 1]
        return last.idx + len(last.text)

    @property
    def text(self) -> str:
        return self.doc.text[self.start_char : self.end_char] if self.end > self.start else ""

    @property
    def root(self) -> Token:
        """The token nearest to the root of its sentence, the first of several."""
        tokens = self.doc.tokens[self.start : self.end]
        for token in tokens:
            if token.head is token:
                return token
        outside = [token for token in tokens if not self.start <= token.head.i < self.end]
        return min(outside, key=_depth, default=tokens[0])


class Doc:
    """A text's tokens, sentences and entities."""

    __slots__ = ("_edges", "ents", "lower", "sents", "starts", "text", "tokens", "words")

    def __init__(self, words: Words, grammar: Grammar, sentences: Iterable[Slice], entities: Collection[Entity]) -> None:
        """Sentences cover the text without gap; entities don't overlap; both are in text order, as heads are positions in the text."""
        self.text, self.words, self.lower, self.starts = words.text, words.words, words.lower, words.starts
        self.sents = [Span(self, start, end) for start, end in sentences]
        self.ents = [Span(self, *entity) for entity in entities]
        self._edges: tuple[list[int], list[int]] | None = None
        labels, inside = [""] * len(self.words), ["O"] * len(self.words)
        for start, end, label in entities:
            labels[start:end], inside[start:end] = [label] * (end - start), ["B", *"I" * (end - start - 1)]
        columns = zip(self.starts, self.words, self.lower, *grammar.columns, inside, labels, strict=True)
        self.tokens = [Token(self, i, *column) for i, column in enumerate(columns)]
        self._hang(grammar.heads)

    def _hang(self, heads: Sequence[int]) -> None:
        tokens = self.tokens
        for sentence in self.sents:
            for token in tokens[sentence.start : sentence.end]:
                token.sent = sentence
        hanging: dict[int, list[Token]] = {}
        for token, head in zip(tokens, heads, strict=True):
            token.head = tokens[head]
            if head != token.i:
                hanging.setdefault(head, []).append(token)
        for head, children in hanging.items():
            tokens[head].children = children

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> Span: ...
    def __getitem__(self, at: int | slice) -> Token | Span:
        if isinstance(at, slice):
            start, end, _ = at.indices(len(self.tokens))
            return Span(self, start, end)
        return self.tokens[at]

    def char_span(self, start: int, end: int) -> Span | None:
        """The tokens that stand, if only in part, in these characters; None where there are none."""
        if not 0 <= start < end <= len(self.text) or not self.tokens:
            return None
        first = max(0, bisect_right(self.starts, start) - 1)
        if start >= self.starts[first] + len(self.words[first]):
            first += 1
        last = bisect_right(self.starts, end - 1)
        return Span(self, first, last) if first < last else None

    def edges(self) -> tuple[list[int], list[int]]:
        """For each token the first and the last token of what hangs on it."""
        if self._edges is None:
            left, right = list(range(len(self.tokens))), list(range(len(self.tokens)))
            for tokens in (self.tokens, reversed(self.tokens)):
                for token in tokens:
                    head = token.head.i
                    left[head] = min(left[head], left[token.i])
                    right[head] = max(right[head], right[token.i])
            self._edges = left, right
        return self._edges


def _depth(token: Token) -> int:
    steps = 0
    while token.head is not token and steps < len(token.doc):
        token, steps = token.head, steps + 1
    return steps
