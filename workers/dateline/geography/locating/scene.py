"""The places an article names, laid out for the question where its events happened: read once, asked for every event."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dateline.geography.locating.grammar import SAID, clause, governor_of, is_launch, manner, phrase_top
from dateline.geography.locating.regions import own_region, regions_around
from dateline.geography.toponyms import Toponym
from dateline.records import Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc, Token

Mentioned = Sequence[tuple[Toponym, Place]]
Key = tuple[int | None, str]
"""What two mentions of one place share."""

TITLE = 0  # the sentence number of a title; the text's begin at 1
_LEAD = 2  # sentences of the text that say what it is about
_DATELINE_STARTS = 40  # characters into the text a dateline may begin
_DATELINE_DASH = 30  # characters behind the name within which its dash stands: "PARIS, Texas (AP) —"
_BREAK = re.compile(r"(, \w+)?( \([\w /]+\))?(:| [-–—]{1,2}) ")  # between a dateline and the story
_BEFORE, _BEHIND = 20, 12  # names looked at around an event: bounds the work on lists of names
_PROMINENT = 8  # places named most often that may be where any event of the article was


@dataclass(frozen=True, slots=True)
class Named:
    """One name of a place in the article's trees."""

    place: Place
    key: Key
    root: Token
    hung: Token  # the word that the whole phrase hangs on
    manner: str
    sentence: int
    launch: bool  # "launched from X"
    said: bool  # where something is said, not done: "said in X"
    dateline: bool
    words: tuple[str, str]  # lemmas of what the phrase hangs on, and of its clause's verb


class Scene:
    """Title and text of one article with their places. Building is linear in their length; so are all questions together."""

    def __init__(self, title: Doc, text: Doc, in_title: Mentioned, in_text: Mentioned) -> None:
        self._sentences = {id(title): [TITLE] * len(title), id(text): _sentence_numbers(text)}
        self._demonyms: set[tuple[int, str]] = set()
        self.named = [*self._read(title, in_title, is_title=True), *self._read(text, in_text, is_title=False)]
        self._order = [(named.sentence, named.root.i) for named in self.named]
        self._placed = [at for at, named in enumerate(self.named) if named.manner == "at" and not named.said and not named.dateline]
        self._placed_order = [self.named[at].sentence for at in self._placed]
        self.about = self._describe()
        self.general = self._general()
        self.countries = len({named.place.country for named in self.named})

    def sentence(self, token: Token) -> int:
        return self._sentences[id(token.doc)][token.i]

    def around(self, token: Token) -> list[Named]:
        """The names next to a word, a fixed number before and behind it."""
        at = bisect_left(self._order, (self.sentence(token), token.i))
        return self.named[max(at - _BEFORE, 0) : at + _BEHIND]

    def last_placed(self, sentence: int) -> Named | None:
        """The last name before a sentence at which the text says that something is."""
        at = bisect_left(self._placed_order, sentence)
        return self.named[self._placed[at - 1]] if at else None

    def has_demonym(self, sentence: int, country: str | None) -> bool:
        return country is not None and (sentence, country) in self._demonyms

    def _read(self, doc: Doc, mentioned: Mentioned, *, is_title: bool) -> Iterator[Named]:
        numbers = self._sentences[id(doc)]
        for toponym, place in mentioned:
            span = doc.char_span(toponym.start, toponym.end)
            if span is None:
                continue
            root = span.root
            sentence = numbers[root.i]
            if toponym.kind == "demonym":  # "Syrian" tells whose, not where
                if place.country:
                    self._demonyms.add((sentence, place.country))
                continue
            top = phrase_top(root)
            governor = governor_of(top)
            hung_on = governor.head if governor is not None else top.head if root.i == top.i else top
            verb = clause(hung_on)
            yield Named(
                place=place,
                key=(place.geonameid, place.name),
                root=root,
                hung=hung_on,
                manner=manner(root, top, governor),
                sentence=sentence,
                launch=is_launch(governor),
                said=verb.lemma_.lower() in SAID,
                dateline=not is_title and _is_dateline(toponym, doc),
                words=(hung_on.lemma_.lower(), verb.lemma_.lower()),
            )

    def _describe(self) -> dict[Key, dict[str, float]]:
        """What each place is to the article as a whole, whatever the event: features by name."""
        counts = Counter(named.key for named in self.named)
        regions = Counter((named.place.country, named.place.admin1) for named in self.named)
        nations = Counter(named.place.country for named in self.named)
        speaking: dict[str, set[str | None]] = {"title": set(), "lead": set(), "dateline": set()}
        for named in self.named:
            if part := _part(named):
                speaking[part].add(named.place.country)
        adjectives = Counter(country for _, country in self._demonyms)
        covered = {own_region(named.place) for named in self.named}
        holding = {region for named in self.named for region in regions_around(named.place)}
        total = len(self.named)
        most = counts.most_common(1)[0][1] if counts else 0
        about: dict[Key, dict[str, float]] = {}
        for named in self.named:
            place = named.place
            features = about.setdefault(named.key, {})
            if not features:
                features[f"level:{place.level}"] = 1.0
                features["share"] = counts[named.key] / total
                features["most"] = float(counts[named.key] == most)
                features["sense"] = place.score
                features["country share"] = nations[place.country] / total
                features["region share"] = regions[place.country, place.admin1] / total if place.admin1 else 0.0
                features |= {f"{part} country": float(place.country in countries) for part, countries in speaking.items()}
                features["demonym share"] = adjectives[place.country or ""] / max(1, adjectives.total())
                features["inner"] = float(not covered.isdisjoint(regions_around(place)))
                features["outer"] = float(own_region(place) in holding)
            if part := _part(named):
                features[part] = 1.0
                if not named.dateline:
                    features[f"{part}:{named.manner}"] = 1.0
        return about

    def _general(self) -> tuple[Named, ...]:
        """Names that count for events anywhere in the article: those of title, lead and dateline, and the most frequent."""
        first: dict[Key, Named] = {}
        counts: Counter[Key] = Counter()
        for named in self.named:
            first.setdefault(named.key, named)
            counts[named.key] += 1
        early = [key for key, named in first.items() if named.sentence <= _LEAD]
        often = [key for key, _ in counts.most_common(_PROMINENT)]
        return tuple(first[key] for key in dict.fromkeys([*early[: 2 * _PROMINENT], *often]))


def _part(named: Named) -> str | None:
    """The part of the article that says what it is about, if a name stands in one."""
    if named.dateline:
        return "dateline"
    return None if named.sentence > _LEAD else "title" if named.sentence == TITLE else "lead"


def _sentence_numbers(text: Doc) -> list[int]:
    return [number for number, sentence in enumerate(text.sents, TITLE + 1) for _ in sentence]


def _is_dateline(toponym: Toponym, doc: Doc) -> bool:
    """A name in capitals at the start with a dash or a bracket behind it: "PARIS, Texas (AP) —"; or the first words: "Paris: "."""
    if toponym.start >= _DATELINE_STARTS:
        return False
    behind = doc.text[toponym.end : toponym.end + _DATELINE_DASH]  # the whole text is put together each time: for few names only
    if toponym.text.isupper():
        return any(dash in behind for dash in ("-", "–", "—", "("))
    return toponym.start == 0 and _BREAK.match(behind) is not None
