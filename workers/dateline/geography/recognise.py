"""Where a text names places: the gazetteer's names found in it, accepted or not on what spaCy and the neighbouring words say.

spaCy's entities alone miss and mangle much (a headline in Title Case is one entity to it), the gazetteer's names alone hit too much
(there is a town called Police). So every run of capitalised words is looked up, longest first, and each hit has to be supported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.geography import cues
from dateline.geography.gazetteer import Gazetteer, Match
from dateline.geography.toponyms import Kind, Toponym
from dateline.records import Level

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from spacy.tokens import Doc, Span

_MAX_WORDS = 7  # tokens, of which "Deir ez-Zor" has four
_MAX_CHARS = 60
_KNOWN_TOWN = 100_000  # people: a town this large is meant by its bare name without further support
_DATELINE_WITHIN = 12  # tokens from the start of the text
_PLACE_LABELS = frozenset(["GPE", "LOC", "FAC"])
_NO_NAMES = frozenset(["", "DATE", "TIME", "CARDINAL", "ORDINAL", "QUANTITY", "MONEY", "PERCENT", "LANGUAGE"])
_JOINERS = frozenset(["-", "’", "'", "–", "/"])


@dataclass(frozen=True, slots=True)
class _Hit:
    """Tokens `start` up to `end` of a doc bear a name that the gazetteer knows."""

    start: int
    end: int
    name: str
    matches: list[Match]
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """A doc's tokens as plain lists: asking spaCy for each again and again costs more than all look-ups."""

    text: str
    words: list[str]
    lower: list[str]
    starts: list[int]
    capital: list[bool]

    @classmethod
    def of(cls, doc: Doc) -> _Words:
        words = [token.text for token in doc]
        return cls(doc.text, words, [word.lower() for word in words], [token.idx for token in doc], [word[0].isupper() for word in words])

    def slice(self, start: int, end: int) -> str:
        return self.text[self.starts[start] : self.end_char(end)]

    def end_char(self, end: int) -> int:
        return self.starts[end - 1] + len(self.words[end - 1])


def recognise(doc: Doc, gazetteer: Gazetteer) -> list[Toponym]:
    """The place names in a text, in text order, none overlapping. Offsets count characters of `doc.text`."""
    words = _Words.of(doc)
    hits = _with_loose(doc, list(_hits(words, gazetteer)), gazetteer)
    reading = _Reading(doc, words, gazetteer, hits)
    kinds = [reading.kind(hit) for hit in hits]
    sure = {hit.name for hit, kind in zip(hits, kinds, strict=True) if kind == "name"}
    found = []
    for hit, kind in zip(hits, kinds, strict=True):
        if kind is None and hit.name in sure and reading.may_repeat(hit):
            kind = "name"
        if kind is not None:
            found.append(_toponym(words, hit, kind, reading.container(hit)))
    return found


def _hits(words: _Words, gazetteer: Gazetteer) -> Iterator[_Hit]:
    """The longest known name at each capitalised word, from left to right."""
    position = 0
    while position < len(words.words):
        hit = _longest(words, position, gazetteer) if _may_start(words, position) else None
        if hit is None:
            position += 1
        else:
            yield hit
            position = hit.end


def _with_loose(doc: Doc, hits: list[_Hit], gazetteer: Gazetteer) -> list[_Hit]:
    """Add what spaCy calls a place and only a looser spelling finds in the gazetteer."""
    covered = {token for hit in hits for token in range(hit.start, hit.end)}
    more = []
    for entity in doc.ents:
        if entity.label_ != "GPE" or len(entity.text) > _MAX_CHARS or not covered.isdisjoint(range(entity.start, entity.end)):
            continue
        if matches := gazetteer.find_loosely(entity.text):
            more.append(_Hit(entity.start, entity.end, entity.text, matches, loose=True))
    return sorted([*hits, *more], key=lambda hit: hit.start) if more else hits


def _longest(words: _Words, start: int, gazetteer: Gazetteer) -> _Hit | None:
    ends = [start + 1]
    for position in range(start + 1, min(start + _MAX_WORDS, len(words.words))):
        if words.capital[position]:
            ends.append(position + 1)
        elif words.lower[position] not in cues.PARTICLES and words.words[position] not in _JOINERS:
            break
    arabic = words.lower[start] in cues.ARABIC_ARTICLES and len(ends) > 1
    for end in reversed(ends):
        name = words.slice(start, end)
        if len(name) > _MAX_CHARS or (arabic and end == start + 1):
            continue
        if matches := gazetteer.find(name):
            return _Hit(start, end, name, matches)
        if arabic and (matches := gazetteer.find_loosely(name)):
            return _Hit(start, end, name, matches, loose=True)
    return None


def _may_start(words: _Words, position: int) -> bool:
    """At a capitalised word, or at the small article of "al-Shaddadi"."""
    if words.capital[position]:
        return words.lower[position] not in cues.NEVER_FIRST
    joined = position + 2 < len(words.words) and words.words[position + 1] in _JOINERS and words.capital[position + 2]
    return joined and words.lower[position] in cues.ARABIC_ARTICLES


def _is_institution(entity: Span) -> bool:
    """Whether spaCy took "Alexandria Police" for a person."""
    return any(token.lower_ in cues.INSTITUTIONS for token in entity)


class _Reading:
    """One text being read: its hits, who its persons are, and the questions asked of each hit."""

    def __init__(self, doc: Doc, words: _Words, gazetteer: Gazetteer, hits: list[_Hit]) -> None:
        self._words = words
        self._gazetteer = gazetteer
        self._starting = {hit.start: hit for hit in hits}
        self._ending = {hit.end: hit for hit in hits}
        self._entity_at: dict[int, Span] = {token: entity for entity in doc.ents for token in range(entity.start, entity.end)}
        self._persons = {
            token.text
            for entity in doc.ents
            if entity.label_ == "PERSON" and len(entity) > 1 and not _is_institution(entity)
            for token in entity
        }

    def kind(self, hit: _Hit) -> Kind | None:
        """What the hit names, or None when it is not supported as a place."""
        entity = self._entity_at.get(hit.start)
        label = entity.label_ if entity is not None else ""
        if self.container(hit) is not None:
            return "name"
        if self._words.lower[hit.start] in cues.DIRECTIONS and hit.end == hit.start + 1:
            return None
        if any(match.adjective for match in hit.matches):
            return self._demonym(hit)
        if self._is_short(hit) and not self._is_initials(hit):
            return "name" if self._is_behind_contained(hit) else None
        if self._is_dateline(hit):
            return "name"
        if self._next_to_stranger(hit) or (entity is not None and entity[-1].lower_ in cues.NOT_A_PLACE_BEFORE and hit.end < entity.end):
            return None
        if label == "PERSON":
            return "name" if entity is not None and self._is_mistaken_person(hit, entity) else None
        if label in _PLACE_LABELS:
            return self._in_place(hit, entity)
        if label == "NORP":
            return "name" if self._is_strong(hit) else None
        if label in _NO_NAMES:
            return self._unlabelled(hit)
        return self._in_organisation(hit, entity)

    def may_repeat(self, hit: _Hit) -> bool:
        """Whether a name read as a place elsewhere in the text may be one here: not as part of a person's name."""
        entity = self._entity_at.get(hit.start)
        if self._next_to_stranger(hit):
            return False
        return entity is None or entity.label_ != "PERSON" or (len(entity) == hit.end - hit.start and hit.name not in self._persons)

    def container(self, hit: _Hit) -> str | None:
        """The name after a comma, when that may contain what this hit may mean: "Paris, Texas"."""
        at = hit.end
        if at + 1 >= len(self._words.words) or self._words.words[at] not in (",", "("):
            return None
        after = self._starting.get(at + 1)
        return after.name if after is not None and self._may_contain(after, hit) else None

    def _may_contain(self, outer: _Hit, inner: _Hit) -> bool:
        above = {match.entry for match in outer.matches if self._gazetteer.level(match.entry) in ("country", "admin1", "admin2")}
        gazetteer = self._gazetteer
        return any(
            not above.isdisjoint((gazetteer.country[match.entry], gazetteer.admin1[match.entry], gazetteer.admin2[match.entry]))
            and match.entry not in above
            for match in inner.matches
            if not match.adjective
        )

    def _demonym(self, hit: _Hit) -> Kind | None:
        entity = self._entity_at.get(hit.start)
        if entity is not None and entity.label_ == "PERSON":
            return None
        if entity is None and self._gazetteer.is_common_word(hit.name):
            return None
        return "demonym"

    def _is_short(self, hit: _Hit) -> bool:
        """Abbreviations, and what is so short that it may be one."""
        return all(match.abbreviation for match in hit.matches) or len(hit.name.replace(".", "")) < 4

    def _is_initials(self, hit: _Hit) -> bool:
        """ "U.S.", "UAE", "N.C." or a short name written out; "500 B.C." is a year."""
        usual = [match for match in hit.matches if match.primary and not match.abbreviation]
        if hit.name.isupper():
            # "IG" is not the town of Ig: capitals stand for a longer name
            usual = [match for match in usual if self._gazetteer.entry(match.entry).name.upper() != hit.name]
        if not usual or (hit.start and self._words.words[hit.start - 1].isdigit()):
            return False
        return hit.name.isupper() or len(hit.name) > 2

    def _is_behind_contained(self, hit: _Hit) -> bool:
        """ "Miss.", "Ga.", "TX" behind the comma after a place that they contain."""
        before = self._ending.get(hit.start - 1)
        return before is not None and self._words.words[hit.start - 1] == "," and self._may_contain(hit, before)

    def _in_place(self, hit: _Hit, entity: Span | None) -> Kind | None:
        """spaCy has the name in an entity that is a place."""
        single = hit.end - hit.start == 1
        if single and hit.name in self._persons and not self._has_cue(hit, cues.STRONG_CUES):
            return None
        if (
            single
            and self._gazetteer.is_common_word(hit.name)
            and not self._is_strong(hit)
            and not self._has_cue(hit, cues.STRONG_CUES | cues.WEAK_CUES)
        ):
            return None
        if entity is not None and entity.label_ == "FAC" and hit.end < entity.end and self._words.lower[hit.end] not in cues.HEADS:
            return "nested"
        return "name"

    def _in_organisation(self, hit: _Hit, entity: Span | None) -> Kind | None:
        """In the name of an organisation, event, work or law: the place it begins with, or the place after "of"."""
        if entity is None or (self._gazetteer.is_common_word(hit.name) and not self._has_cue(hit, cues.STRONG_CUES)):
            return None
        follows = self._words.lower[hit.end] if hit.end < len(self._words.words) else ""
        before = self._words.lower[hit.start - 1] if hit.start else ""
        first = entity.start + (entity[0].lower_ == "the")
        if hit.start <= first and hit.end >= entity.end - (entity[-1].lower_ in ("'s", "’s")):
            told = follows in cues.INSTITUTIONS or self._head_level(hit) is not None or self._has_cue(hit, cues.STRONG_CUES)
            return "name" if told or self._is_strong(hit) else None
        if hit.start > first and before not in ("of", "in", "at"):
            return None
        if follows in cues.INSTITUTIONS and any(match.primary for match in hit.matches):
            return "nested"
        return "nested" if self._is_strong(hit) else None

    def _unlabelled(self, hit: _Hit) -> Kind | None:
        """spaCy has nothing here."""
        if hit.loose or hit.end - hit.start > 1:
            return "name" if hit.loose or self._is_strong(hit) or any(match.primary for match in hit.matches) else None
        if self._gazetteer.is_common_word(hit.name):
            return None
        if self._has_cue(hit, cues.STRONG_CUES) and hit.name not in self._persons:
            return "name"
        if self._head_level(hit) is not None:
            return "name"
        return "name" if self._is_strong(hit) and hit.name not in self._persons else None

    def _is_mistaken_person(self, hit: _Hit, entity: Span) -> bool:
        """spaCy takes a place for a person: a whole entity, after "in", or a country or state by its bare name."""
        if hit.end < entity.end - (entity[-1].lower_ in ("'s", "’s")) or hit.start > entity.start:
            if hit.start == entity.start and _is_institution(entity):
                return True
            return self._head_level(hit) in ("admin1", "admin2")
        if hit.name in self._persons:
            return False
        return self._has_cue(hit, cues.STRONG_CUES) or (self._is_strong(hit) and not self._gazetteer.is_common_word(hit.name))

    def _is_strong(self, hit: _Hit) -> bool:
        """A country, a first-level subdivision or a large town by its main name."""
        for match in hit.matches:
            level = self._gazetteer.level(match.entry)
            if match.adjective or not match.primary:
                continue
            if level in ("country", "admin1", None) or (level == "city" and self._gazetteer.population[match.entry] >= _KNOWN_TOWN):
                return True
        return False

    def _has_cue(self, hit: _Hit, words: frozenset[str]) -> bool:
        at = hit.start - 1
        while at >= 0 and self._words.lower[at] in cues.FILLERS:
            at -= 1
        return at >= 0 and self._words.lower[at] in words

    def _next_to_stranger(self, hit: _Hit) -> bool:
        """Before "Street" or "River", or behind "President": the name is that of something or somebody else."""
        words = self._words
        after, before = hit.end, hit.start - 1
        if after < len(words.words) and words.capital[after] and words.lower[after] in cues.NOT_A_PLACE_BEFORE:
            return True
        return before >= 0 and words.capital[before] and words.lower[before] in cues.PERSON_TITLES

    def _is_dateline(self, hit: _Hit) -> bool:
        """ "BEIRUT (AP) —", "LONDON, Ont. -": a name in capitals at the start of the text, with a dash soon after."""
        if hit.start >= _DATELINE_WITHIN or not hit.name.isupper() or len(hit.name) < 4:
            return False
        return any(word in ("-", "--", "—", "–", "(") for word in self._words.words[hit.end : hit.end + 4])

    def _head_level(self, hit: _Hit) -> Level | None:
        return _head(self._words, hit)[1]


def _head(words: _Words, hit: _Hit) -> tuple[int, Level | None]:
    """What the text calls the place ("X province", "the city of X"), and where the name with such a word behind it ends."""
    at = hit.end
    while at < len(words.lower) and words.lower[at] in cues.HEAD_MODIFIERS:
        at += 1
    if at < len(words.lower) and (level := cues.HEADS.get(words.lower[at])) is not None:
        return at + 1, level
    if hit.start > 1 and words.lower[hit.start - 1] == "of":
        return hit.end, cues.HEADS_BEFORE.get(words.lower[hit.start - 2])
    return hit.end, None


def _toponym(words: _Words, hit: _Hit, kind: Kind, container: str | None) -> Toponym:
    end, level = _head(words, hit) if kind != "demonym" else (hit.end, None)
    start_char, end_char = words.starts[hit.start], words.end_char(end)
    return Toponym(
        start=start_char, end=end_char, text=words.text[start_char:end_char], name=hit.name, kind=kind, level=level, container=container
    )
