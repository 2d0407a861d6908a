"""The names of the gazetteer as they stand in a text: whatever could be a place, before anything is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.geography import cues
from dateline.geography.gazetteer import Gazetteer, Match

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc

_MAX_WORDS = 7  # tokens, of which "Deir ez-Zor" has four
_MAX_CHARS = 60
_JOINERS = frozenset(["-", "’", "'", "–", "/"])


@dataclass(frozen=True, slots=True)
class Hit:
    """Tokens `start` up to `end` of a doc bear a name that the gazetteer knows."""

    start: int
    end: int
    name: str
    matches: list[Match]
    loose: bool = False

    @property
    def is_adjective(self) -> bool:
        return any(match.adjective for match in self.matches)


@dataclass(frozen=True, slots=True)
class Words:
    """A doc's tokens as plain lists."""

    text: str
    words: list[str]
    lower: list[str]
    starts: list[int]
    capital: list[bool]

    @classmethod
    def of(cls, doc: Doc) -> Words:
        return cls(doc.text, doc.words, doc.lower, doc.starts, [word[0].isupper() for word in doc.words])

    def slice(self, start: int, end: int) -> str:
        return self.text[self.starts[start] : self.end_char(end)]

    def end_char(self, end: int) -> int:
        return self.starts[end - 1] + len(self.words[end - 1])


def find_hits(doc: Doc, words: Words, gazetteer: Gazetteer) -> list[Hit]:
    """Every hit in text order, none overlapping: the longest known name at each capitalised word."""
    return _with_loose(doc, list(_hits(words, gazetteer)), gazetteer)


def _hits(words: Words, gazetteer: Gazetteer) -> Iterator[Hit]:
    position = 0
    while position < len(words.words):
        hit = _longest(words, position, gazetteer) if _may_start(words, position) else None
        if hit is None:
            position += 1
        else:
            yield hit
            position = hit.end


def _with_loose(doc: Doc, hits: list[Hit], gazetteer: Gazetteer) -> list[Hit]:
    """Add what spaCy calls a place and only a looser spelling finds in the gazetteer."""
    covered = {token for hit in hits for token in range(hit.start, hit.end)}
    more = []
    for entity in doc.ents:
        if entity.label_ != "GPE" or len(entity.text) > _MAX_CHARS or not covered.isdisjoint(range(entity.start, entity.end)):
            continue
        if matches := gazetteer.find_loosely(entity.text):
            more.append(Hit(entity.start, entity.end, entity.text, matches, loose=True))
    return sorted([*hits, *more], key=lambda hit: hit.start) if more else hits


def _longest(words: Words, start: int, gazetteer: Gazetteer) -> Hit | None:
    ends = [start + 1]
    for position in range(start + 1, min(start + _MAX_WORDS, len(words.words))):
        if words.capital[position] or words.lower[position].startswith(cues.ELISIONS):
            ends.append(position + 1)
        elif not _is_inner(words.lower[position]):
            break
    arabic = words.lower[start] in cues.ARABIC_ARTICLES and len(ends) > 1
    for end in reversed(ends):
        name = words.slice(start, end)
        if len(name) > _MAX_CHARS or (arabic and end == start + 1):
            continue
        if matches := gazetteer.find(name):
            return Hit(start, end, name, matches)
        if arabic and (matches := gazetteer.find_loosely(name)):
            return Hit(start, end, name, matches, loose=True)
    return None


def _is_inner(word: str) -> bool:
    """What may stand small inside a name: "Port-au-Prince", "People's Republic of China"."""
    return word in cues.PARTICLES or word in _JOINERS


def _may_start(words: Words, position: int) -> bool:
    """At a capitalised word, or at the small article of "al-Shaddadi"."""
    if words.capital[position]:
        return words.lower[position] not in cues.NEVER_FIRST
    joined = position + 2 < len(words.words) and words.words[position + 1] in _JOINERS and words.capital[position + 2]
    return joined and words.lower[position] in cues.ARABIC_ARTICLES
