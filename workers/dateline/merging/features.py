"""The mentions of a block as columns, so that one mention is weighed against thousands in a few array operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dateline.merging.options import MergingOptions
from dateline.merging.when import LONG_AGO, days, reported, told
from dateline.merging.words import named, said
from dateline.records import Count, Level, Mention, Place

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1
"""Stands for null in a column of numbers that are never negative."""

COUNTRY, PROVINCE, FINE = 0, 1, 2
_SCALE: dict[Level | None, int] = {"country": COUNTRY, "admin1": PROVINCE, "admin2": FINE, "city": FINE, "site": FINE, None: FINE}
_NO_PLACE = (np.nan, np.nan, 0.0)


@dataclass(frozen=True, slots=True)
class Shared:
    """How many words each later mention has in common with a given one: an inverted index over mentions in their order."""

    words: tuple[tuple[int, ...], ...]
    postings: tuple[Ints, ...]
    sizes: Floats

    @classmethod
    def of(cls, bags: Iterable[frozenset[str]]) -> Shared:
        numbers: dict[str, int] = {}
        holders: list[list[int]] = []
        words = []
        for row, bag in enumerate(bags):
            ids = []
            for word in sorted(bag):
                number = numbers.setdefault(word, len(numbers))
                if number == len(holders):
                    holders.append([])
                holders[number].append(row)
                ids.append(number)
            words.append(tuple(ids))
        sizes = np.array([len(ids) for ids in words], dtype=np.float64)
        return cls(tuple(words), tuple(np.array(rows, dtype=np.int64) for rows in holders), sizes)

    def counts(self, row: int, stop: int) -> Ints:
        """Words in common with mentions row + 1 … stop - 1."""
        width = stop - row - 1
        hits = []
        for number in self.words[row]:
            rows = self.postings[number]
            found = rows[np.searchsorted(rows, row, side="right") : np.searchsorted(rows, stop)]
            if len(found):
                hits.append(found)
        if not hits:
            return np.zeros(width, dtype=np.int64)
        return np.bincount(np.concatenate(hits) - (row + 1), minlength=width)


@dataclass(frozen=True, slots=True)
class Columns:
    """Mentions in the order of the first day on which each may have happened (then by id), a column for each thing weighed."""

    mentions: tuple[Mention, ...]
    first_day: Ints
    last_day: Ints
    reported: Floats  # days
    told: NDArray[np.bool_]
    kind: Ints  # type, status and country as one number: what must be the same
    mode: Ints
    article: Ints
    scale: Ints  # COUNTRY, PROVINCE, FINE, or NONE without a place
    province: Ints
    spot: Ints  # which place it is
    lat: Floats
    lon: Floats
    radius_km: Floats
    killed: Ints  # rows of low, high
    injured: Ints
    said: Shared
    named: Shared


def columns(mentions: Iterable[Mention], options: MergingOptions) -> Columns:
    """Lay out the mentions that have a time; one that has none is comparable with nothing and is left out."""
    timed = sorted(
        ((span, mention) for mention in mentions if (span := days(mention, options)) is not None),
        key=lambda item: (item[0][0], item[1].mention_id),
    )
    spans, ordered = [span for span, _ in timed], [mention for _, mention in timed]
    where = np.array([(m.place.lat, m.place.lon, m.place.radius_km) if m.place else _NO_PLACE for m in ordered]).reshape(-1, 3)
    return Columns(
        mentions=tuple(ordered),
        first_day=_column(spans, lambda span: span[0]),
        last_day=_column(spans, lambda span: span[1]),
        reported=np.array([(reported(m) - LONG_AGO).total_seconds() / 86400 for m in ordered], dtype=np.float64),
        told=np.array([told(m) for m in ordered], dtype=np.bool_),
        kind=_numbers([(m.event_type, m.status, (m.place.country if m.place else None) or "") for m in ordered]),
        mode=_numbers([m.event_mode for m in ordered]),
        article=_numbers([m.source.article_id for m in ordered]),
        scale=_column(ordered, lambda m: _SCALE[m.place.level] if m.place else NONE),
        province=_numbers([(m.place.admin1_code or m.place.admin1) if m.place else None for m in ordered]),
        spot=_numbers([_spot(m.place) if m.place else None for m in ordered]),
        lat=where[:, 0],
        lon=where[:, 1],
        radius_km=where[:, 2],
        killed=_range([m.casualties.killed for m in ordered]),
        injured=_range([m.casualties.injured for m in ordered]),
        said=Shared.of(said(m, options.common_words) for m in ordered),
        named=Shared.of(named(m, options.common_words) for m in ordered),
    )


def _spot(place: Place) -> Hashable:
    """What a place is known by: its geonameid, else its name and, within a few kilometres, where it lies."""
    return place.geonameid or (place.name.casefold(), round(place.lat, 1), round(place.lon, 1))


def _column(rows: Sequence[object], value: Callable[..., int]) -> Ints:
    return np.array([value(row) for row in rows], dtype=np.int64)


def _numbers(values: Sequence[Hashable]) -> Ints:
    """Give each distinct value a number; null is NONE."""
    numbers: defaultdict[Hashable, int] = defaultdict(lambda: len(numbers))
    return np.array([NONE if value is None else numbers[value] for value in values], dtype=np.int64)


_ENDLESS = 2**31
"""Above any count of people: the upper end of "at least so many"."""


def _range(counts: Sequence[Count | None]) -> Ints:
    ends = [(NONE, NONE) if c is None else (c.low, _ENDLESS if c.high is None else c.high) for c in counts]
    return np.array(ends, dtype=np.int64).reshape(-1, 2)
