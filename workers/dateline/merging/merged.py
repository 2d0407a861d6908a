"""One event out of the mentions of it: what is best supported, and of that the most specific."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from dateline.codec import content_id, encode
from dateline.merging.block import Group
from dateline.merging.origins import origins
from dateline.merging.tolls import merged_casualties
from dateline.records import Attribution, Codes, DateSpan, Event, EventType, Evidence, Mention, Party, Place

_FINENESS = {
    "site": 0,
    "city": 0,
    "admin2": 1,
    None: 2,
    "admin1": 3,
    "country": 4,
}  # a site is no better than its city: it is misread more often
_PRECISION = {"day": 0, "week": 1, "month": 2, "year": 3}
_MOST_CERTAIN = 0.99  # no number of reports makes a fact certain


def event_id(mention: Mention) -> str:
    """The id of the event that this mention founds."""
    return content_id("event", mention.mention_id)


def merged(group: Group) -> Event:
    """The event that these mentions tell of. They come in the order of `precedence`, one of an article."""
    founder, origin_of = group[0], origins(group)
    published = [mention.source.published for mention in group if mention.source.published is not None]
    event_type = _best_type(group, origin_of)
    ours = [mention for mention in group if mention.event_type == event_type]
    mode = next((mention.event_mode for mention in ours if mention.event_mode is not None), None)
    return Event(
        event_id=event_id(founder),
        state="active",
        merged_into=None,
        event_type=event_type,
        event_mode=mode,
        contexts=tuple(sorted({context for mention in group for context in mention.contexts})),
        status=founder.status,
        actors=_parties([mention.actors for mention in group], origin_of),
        recipients=_parties([mention.recipients for mention in group], origin_of),
        place=_best_place([mention.place for mention in group], origin_of),
        origin=_best_place([mention.origin for mention in group], origin_of),
        date=_best_date([mention.date for mention in group], origin_of),
        casualties=merged_casualties([mention.casualties for mention in group], origin_of),
        evidence=_evidence(group),
        sources=tuple(replace(mention.source, casualties=mention.casualties) for mention in group),
        source_count=len(group),
        origin_count=len(set(origin_of)),
        attribution=_attribution(group),
        central=any(mention.central for mention in group),
        codes=_codes([mention for mention in ours if mention.event_mode == mode]),
        confidence=_confidence(group, origin_of),
        first_reported=min(published, default=None),
        last_reported=max(published, default=None),
        producer=max((mention.producer for mention in group), key=encode),
    )


def _support(values: Sequence[Hashable | None], origin_of: Sequence[int]) -> dict[Hashable, int]:
    """By how many independent origins each value is told."""
    told: defaultdict[Hashable, set[int]] = defaultdict(set)
    for value, origin in zip(values, origin_of, strict=True):
        if value is not None:
            told[value].add(origin)
    return {value: len(by) for value, by in told.items()}


def _best_type(group: Group, origin_of: Sequence[int]) -> EventType:
    """What most origins take it for; of equals what the first does."""
    support = _support([mention.event_type for mention in group], origin_of)
    return max(group, key=lambda mention: support[mention.event_type]).event_type


def _best_place(places: Sequence[Place | None], origin_of: Sequence[int]) -> Place | None:
    """The finest level told, and at that level the place that most origins tell."""

    def same(place: Place | None) -> Hashable | None:
        return (place.geonameid or (place.name.casefold(), place.lat, place.lon)) if place else None

    support = _support([same(place) for place in places], origin_of)
    known = [place for place in places if place is not None]
    return min(
        known, key=lambda place: (_FINENESS[place.level], -support[same(place)], -place.score, place.radius_km, encode(place)), default=None
    )


def _best_date(dates: Sequence[DateSpan | None], origin_of: Sequence[int]) -> DateSpan | None:
    """A date read in a text before one inferred from the publication, then the most precise, then what most origins tell."""

    def span(when: DateSpan | None) -> tuple[date, date] | None:
        return (when.start, when.end) if when else None

    # Reports come after the event, so of inferred dates the earliest is nearest to it; and "stated" is surer than "relative".
    support = _support([span(when) for when in dates], origin_of)
    known = [when for when in dates if when is not None]

    def rank(when: DateSpan) -> tuple[bool, int, int, bool, date, bytes]:
        return (
            when.basis == "publication",
            _PRECISION[when.precision],
            -support[span(when)],
            when.basis != "stated",
            when.start,
            encode(when),
        )

    return min(known, key=rank, default=None)


def _parties(told: Iterable[tuple[Party, ...]], origin_of: Sequence[int]) -> tuple[Party, ...]:
    """Every party by name, the one that most origins tell first; of one name, the record that knows most of it."""
    by_name: defaultdict[str, list[tuple[Party, int]]] = defaultdict(list)
    for parties, origin in zip(told, origin_of, strict=True):
        for party in parties:
            by_name[party.name.casefold()].append((party, origin))
    ranked = [(-len({origin for _, origin in records}), name, _fullest(party for party, _ in records)) for name, records in by_name.items()]
    return tuple(party for _, _, party in sorted(ranked, key=lambda item: item[:2]))


def _fullest(parties: Iterable[Party]) -> Party:
    return min(parties, key=lambda p: ([p.kind, p.country, p.sector, p.role].count(None), encode(p)))


def _evidence(group: Group) -> tuple[Evidence, ...]:
    return _sorted_union((mention.evidence for mention in group), lambda e: (e.article_id, e.field != "title", e.start, e.end, e.text))


def _attribution(group: Group) -> tuple[Attribution, ...]:
    """Each name once, with the first wording in the alphabet."""
    every = _sorted_union((mention.attribution for mention in group), lambda a: (a.name.casefold(), a.name, a.text))
    by_name: dict[str, Attribution] = {}
    for attribution in every:
        by_name.setdefault(attribution.name.casefold(), attribution)
    return tuple(by_name.values())


Item = TypeVar("Item")


def _sorted_union(tuples: Iterable[tuple[Item, ...]], key: Callable[[Item], tuple[object, ...]]) -> tuple[Item, ...]:
    return tuple(sorted({item for items in tuples for item in items}, key=key))


def _codes(mentions: Sequence[Mention]) -> Codes:
    """The fullest codes told for the event's own mode."""
    known = (mention.codes for mention in mentions)
    return min(known, key=lambda c: ([c.acled_event, c.acled_sub_event, c.cameo_root].count(None), encode(c)))


def _confidence(group: Group, origin_of: Sequence[int]) -> float:
    """The chance that not every independent origin is wrong; copies add nothing to the surest of them."""
    surest: defaultdict[int, float] = defaultdict(float)
    for mention, origin in zip(group, origin_of, strict=True):
        surest[origin] = max(surest[origin], mention.confidence)
    doubt = math.prod(1 - confidence for confidence in sorted(surest.values()))
    return round(min(1 - doubt, _MOST_CERTAIN), 2)
