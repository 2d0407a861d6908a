"""The mentions of a block as columns that grow, so that one mention is weighed against thousands in a few array operations."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.merging.options import MergingOptions
from dateline.merging.when import LONG_AGO, days, reported, told
from dateline.merging.words import WordWeights, age, is_name, telling, word_weights
from dateline.records import Count, Level, Mention, Place

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

NONE = -1
"""Stands for null in a column of numbers that are never negative."""

COUNTRY, PROVINCE, FINE = 0, 1, 2
_SCALE: dict[Level | None, int] = {"country": COUNTRY, "admin1": PROVINCE, "admin2": FINE, "city": FINE, "site": FINE, None: FINE}
_TIED = frozenset({"trigger", "title"})  # bases of places that the words of the event itself name
_ENDLESS = 2**31
"""Above any count of people: the upper end of "at least so many"."""

_ROW = np.dtype(
    [
        ("alive", np.bool_), ("timed", np.bool_), ("kind", np.int64), ("type", np.int64), ("mode", np.int64), ("article", np.int64),
        ("central", np.bool_),
        ("scale", np.int64), ("country", np.int64), ("province", np.int64), ("spot", np.int64), ("tied", np.bool_),
        ("lat", np.float64), ("lon", np.float64), ("radius_km", np.float64),
        ("reported", np.float64), ("first_day", np.int64), ("last_day", np.int64), ("exact", np.bool_),
        ("killed_low", np.int64), ("killed_high", np.int64), ("injured_low", np.int64), ("injured_high", np.int64),
        ("words_size", np.float64), ("names_size", np.float64), ("said_size", np.float64), ("parties_size", np.float64),
        ("ages_size", np.float64),
    ]
)  # fmt: skip


class WordIndex:
    """Which rows hold which words with what weight: answers how much of one row's words every other row shares.

    Weights are whole numbers, so that sums are exact and two rows share the same whichever of them is asked.
    """

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._weights: dict[str, array[int]] = {}

    def add(self, row: int, words: Mapping[str, int]) -> float:
        """The answer is the sum of squares of the weights."""
        for word, weight in words.items():
            self._rows.setdefault(word, array("q")).append(row)
            self._weights.setdefault(word, array("q")).append(weight)
        return float(sum(weight * weight for weight in words.values()))

    def shared(self, words: Mapping[str, int], rows: int) -> Floats:
        """For each of the first `rows` rows, the sum over common words of the products of their weights."""
        at, products = [], []
        for word, weight in words.items():
            if (holders := self._rows.get(word)) is not None:
                at.append(np.array(holders, dtype=np.int64))
                products.append(np.array(self._weights[word], dtype=np.int64) * weight)
        if not at:
            return np.zeros(rows)
        weights = np.concatenate(products).astype(np.float64)
        return np.asarray(np.bincount(np.concatenate(at), weights=weights, minlength=rows)[:rows], dtype=np.float64)


class Words:
    """The words of one mention, by what they are."""

    __slots__ = ("ages", "names", "parties", "said", "words")

    def __init__(self, mention: Mention, weights: WordWeights) -> None:
        self.words = {word.lower(): weight for word, weight in mention.keywords.items()}
        self.names = {word.lower(): weights.of(word.lower()) for word in mention.keywords if is_name(word)}
        self.ages = {word: 1 for word in mention.keywords if age(word)}
        self.said = telling((evidence.text for evidence in mention.evidence), weights)
        self.parties = telling((text for party in (*mention.actors, *mention.recipients) for text in (party.name, party.text)), weights)


class Table:
    """Mentions in rows; a row that is dropped stays empty until the table is made anew."""

    def __init__(self, options: MergingOptions) -> None:
        self._options = options
        self._weights = word_weights()
        self._columns = np.zeros(64, dtype=_ROW)
        self._numbers: dict[str, dict[Hashable, int]] = {}
        self.mentions: list[Mention | None] = []
        self.words: list[Words | None] = []
        self.index = {name: WordIndex() for name in Words.__slots__}

    def __len__(self) -> int:
        return len(self.mentions)

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self._columns[column][: len(self.mentions)]

    def add(self, mention: Mention) -> int:
        row = len(self.mentions)
        if row == len(self._columns):
            self._columns = np.concatenate([self._columns, np.zeros(row, dtype=_ROW)])
        words = Words(mention, self._weights)
        self.mentions.append(mention)
        self.words.append(words)
        values = self._times(mention) | self._whereabouts(mention.place) | _toll("killed", mention.casualties.killed)
        values |= _toll("injured", mention.casualties.injured)
        values |= {f"{name}_size": self.index[name].add(row, getattr(words, name)) for name in Words.__slots__}
        values |= {
            "alive": True,
            "kind": self._number("kind", (mention.block, mention.status)),
            "type": self._number("type", mention.event_type),
            "mode": self._number("mode", mention.event_mode),
            "article": self._number("article", mention.source.article_id),
            "central": mention.central,
        }
        for column, value in values.items():
            self._columns[column][row] = value
        return row

    def drop(self, row: int) -> None:
        self._columns["alive"][row] = False
        self.mentions[row] = self.words[row] = None

    def _times(self, mention: Mention) -> dict[str, Any]:
        span = days(mention, self._options)
        first, last = span or (NONE, NONE)
        return {
            "timed": span is not None,
            "reported": (reported(mention) - LONG_AGO).total_seconds() / 86400,
            "first_day": first,
            "last_day": last,
            "exact": told(mention) and first == last,
        }

    def _whereabouts(self, place: Place | None) -> dict[str, Any]:
        if place is None:
            return {"scale": NONE, "country": NONE, "province": NONE, "spot": NONE}
        return {
            "scale": _SCALE[place.level],
            "country": self._number("country", place.country),
            "province": self._number("province", place.admin1_code or place.admin1),
            "spot": self._number("spot", place.geonameid or (place.name.casefold(), round(place.lat, 1), round(place.lon, 1))),
            "tied": place.basis in _TIED,
            "lat": place.lat,
            "lon": place.lon,
            "radius_km": place.radius_km,
        }

    def _number(self, column: str, value: Hashable) -> int:
        """Each distinct value has a number; null is NONE."""
        if value is None:
            return NONE
        numbers = self._numbers.setdefault(column, {})
        return numbers.setdefault(value, len(numbers))


def _toll(harm: str, count: Count | None) -> dict[str, int]:
    low, high = (NONE, NONE) if count is None else (count.low, _ENDLESS if count.high is None else count.high)
    return {f"{harm}_low": low, f"{harm}_high": high}
