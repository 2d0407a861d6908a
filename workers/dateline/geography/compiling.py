"""From the sources to the columns of the index: every place once, every name a key to the places that bear it.

Places are streamed into arrays, never held as objects: a full GeoNames dump has twelve million of them.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from dateline.geography.names import fold, fold_loosely, is_latin, key_of
from dateline.geography.sources import SourcePlace, Sources

LEVELS = ("country", None, "admin1", "admin2", "city", "site")
PRIMARY, ADJECTIVE, ABBREVIATION = 1, 2, 4
FLAG_BITS = 3

_KM_PER_DEGREE = 111.2
_MAX_NAME = 80
_STRAY = 4.0  # a town so many times farther from the middle than three quarters of the others lies there by mistake, or on an island
# Countries whose place names come through Arabic, where one name is written in many ways
_ARABIC = frozenset(
    [
        "AE",
        "BH",
        "DJ",
        "DZ",
        "EG",
        "EH",
        "ER",
        "IL",
        "IQ",
        "JO",
        "KM",
        "KW",
        "LB",
        "LY",
        "MA",
        "MR",
        "OM",
        "PS",
        "QA",
        "SA",
        "SD",
        "SO",
        "SY",
        "TD",
        "TN",
        "YE",
    ]
)

Array = np.ndarray[Any, Any]
Progress = Callable[[str], None]


def compile_columns(sources: Sources, progress: Progress) -> dict[str, Array]:
    """Read the sources and lay them out. The packaged ones take some fifteen seconds and 650 MB of memory."""
    with _no_garbage_collection():
        progress("reading places")
        table = _Table(sources.common_names())
        for place in sources.places():
            table.add(place)
        progress("reading more names")
        table.add_names(sources.more_names())
        progress("placing subdivisions")
        columns = table.columns()
        _place_subdivisions(columns)
        progress("sorting names")
        columns |= table.names.columns("")
        columns |= table.loose_names.columns("loose_")
    columns["common_words"] = np.unique(np.array([key_of(fold(word)) for word in sources.common_words()], np.uint64))
    return columns


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Millions of objects are made and none is garbage: looking for some takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Names:
    """Who bears which name: (key, place, flags), as they come; sorted at the end."""

    def __init__(self) -> None:
        self._keys, self._postings = array("Q"), array("Q")

    def add(self, folded: str, position: int, flags: int) -> None:
        if folded:
            self._keys.append(key_of(folded))
            self._postings.append(position << FLAG_BITS | flags)

    def columns(self, prefix: str) -> dict[str, Array]:
        """Three columns: the sorted keys, where each key's places start, and the places (position and flags), in order of position."""
        keys, postings = np.frombuffer(self._keys, np.uint64), np.frombuffer(self._postings, np.uint64)
        order = np.lexsort((postings, keys))
        keys, postings = keys[order], postings[order]
        positions = postings >> FLAG_BITS
        new = np.ones(len(keys), bool)
        new[1:] = (keys[1:] != keys[:-1]) | (positions[1:] != positions[:-1])
        starts = np.flatnonzero(new)
        postings = _joined(postings, starts)
        keys, starts = np.unique(keys[starts], return_index=True)
        return {
            f"{prefix}keys": keys,
            f"{prefix}starts": np.append(starts, len(postings)).astype(np.uint32),
            f"{prefix}postings": postings.astype(np.uint32),
        }


def _joined(postings: Array, starts: Array) -> Array:
    """One posting for the many spellings that one key stands for. A name also written out in full is no abbreviation and no adjective."""
    if not len(starts):
        return postings
    every, some = np.bitwise_and.reduceat(postings, starts), np.bitwise_or.reduceat(postings, starts)
    return every | (some & np.uint64(PRIMARY))


class _Table:
    """The places so far, a column for each thing known of them."""

    def __init__(self, common_names: Iterable[str]) -> None:
        self.names, self.loose_names = _Names(), _Names()
        self._common_names = frozenset(fold(name) for name in common_names)
        self._arabic: set[int] = set()  # positions of countries
        self._features: dict[str, int] = {}
        self._numbers: dict[str, array[Any]] = {name: array(kind) for name, kind in _COLUMNS.items()}
        self._texts, self._text_at = bytearray(), array("Q", [0])

    def add(self, place: SourcePlace) -> None:
        numbers = self._numbers
        position = len(numbers["level"])
        if place.level == "country" and place.code in _ARABIC:
            self._arabic.add(position)
        for name in _COPIED:
            numbers[name].append(getattr(place, name))
        numbers["population"].append(min(place.population, 2**32 - 1))
        numbers["lat"].append(np.nan if place.lat is None else place.lat)
        numbers["lon"].append(np.nan if place.lon is None else place.lon)
        numbers["radius_km"].append(_radius(place))
        numbers["level"].append(LEVELS.index(place.level))
        numbers["feature"].append(self._features.setdefault(place.feature, len(self._features)))
        self._texts += f"{place.name}\t{place.code}".encode()
        self._text_at.append(len(self._texts))
        self._name(position, place)

    def add_names(self, more: Iterable[tuple[int, str, bool]]) -> None:
        """Names told apart from their places: position, name, and whether it is as good as the main one."""
        levels, countries = self._numbers["level"], self._numbers["country"]
        for position, name, usual in more:
            if self._is_plain(name, LEVELS[levels[position]]):
                self.names.add(fold(name), position, PRIMARY if usual else 0)
                if countries[position] in self._arabic:
                    self._name_loosely(position, name)

    def columns(self) -> dict[str, Array]:
        columns = {name: np.array(numbers, _STORED.get(name, numbers.typecode)) for name, numbers in self._numbers.items()}
        return columns | {
            "features": np.frombuffer("\t".join(self._features).encode(), np.uint8),
            "text_at": np.array(self._text_at, np.uint32),
            "texts": np.frombuffer(bytes(self._texts), np.uint8),
        }

    def _name(self, position: int, place: SourcePlace) -> None:
        plain = [name for name in place.names if self._is_plain(name, place.level)]
        good = {place.name, *place.usual_names}
        for name in dict.fromkeys([*place.usual_names, *plain, place.name]):
            short = place.level == "admin1" and _is_abbreviation(name)
            self.names.add(fold(name), position, (PRIMARY if name in good else 0) | (ABBREVIATION if short else 0))
        for adjective in _adjectives(place):
            self.names.add(fold(adjective), position, ADJECTIVE)
        if place.country in self._arabic:
            for name in [*plain, place.name]:
                self._name_loosely(position, name)

    def _name_loosely(self, position: int, name: str) -> None:
        if len(loose := fold_loosely(name)) > 3:
            self.loose_names.add(loose, position, 0)

    def _is_plain(self, name: str, level: str | None) -> bool:
        """Whether English text may use it: no other scripts, no airport codes, no letter-by-letter transliterations (all lower case)."""
        if level not in ("city", "site"):
            return bool(name) and is_latin(name)
        if not 2 < len(name) <= _MAX_NAME or not is_latin(name) or name.islower() or (len(name) == 3 and name.isupper()):
            return False
        return fold(name) not in self._common_names


_COPIED = ("geonameid", "country", "admin1", "admin2")
_COLUMNS = {"geonameid": "I", "country": "i", "admin1": "i", "admin2": "i", "population": "I"} | {
    "lat": "d", "lon": "d", "radius_km": "f", "level": "B", "feature": "H"
}  # fmt: skip
_STORED = {"lat": np.float32, "lon": np.float32}


def _radius(place: SourcePlace) -> float:
    """A town's half-width from its people: 3 km for 100,000, 30 km for ten million."""
    return place.radius_km if place.radius_km is not None else max(2.0, 0.01 * place.population**0.5)


def _place_subdivisions(columns: dict[str, Array]) -> None:
    """Give subdivisions their radius and population from the towns in them, and coordinates where the sources tell none."""
    level = columns["level"]
    for name in ("admin1", "admin2"):
        towns = np.flatnonzero((level == LEVELS.index("city")) & (columns[name] >= 0))
        towns = towns[np.argsort(columns[name][towns], kind="stable")]
        owners, starts = np.unique(columns[name][towns], return_index=True)
        members = dict(zip(owners.tolist(), np.split(towns, starts[1:]), strict=True)) if len(owners) else {}
        for position in np.flatnonzero(level == LEVELS.index(name)).tolist():
            _place_one(columns, position, members.get(position))


def _place_one(columns: dict[str, Array], position: int, towns: Array | None) -> None:
    lat, lon = columns["lat"], columns["lon"]
    if towns is None:
        above = columns["admin1"][position] if columns["level"][position] == LEVELS.index("admin2") else -1
        above = above if above >= 0 else columns["country"][position]
        if np.isnan(lat[position]):
            lat[position], lon[position] = lat[above], lon[above]
        columns["radius_km"][position] = columns["radius_km"][above]
        return
    columns["population"][position] = min(int(columns["population"][towns].sum(dtype=np.uint64)), 2**32 - 1)
    lats, lons = lat[towns].astype(float), lon[towns].astype(float)
    if np.ptp(lons) > 180:
        lons = lons % 360  # it lies across the date line
    if np.isnan(lat[position]):
        lat[position], east = _middle(lats, lons)
        lon[position] = east if east <= 180 else east - 360
    columns["radius_km"][position] = max(5.0, float(np.quantile(_km(lats, lons, lat[position], lon[position]), 0.9)))


def _middle(lats: Array, lons: Array) -> tuple[float, float]:
    """Halfway between the middle of its extent and the middle of its towns: each alone is pulled far by one end or one capital."""
    km = _km(lats, lons, np.median(lats), np.median(lons))
    near = km <= max(20.0, _STRAY * float(np.quantile(km, 0.75)))
    lats, lons = lats[near], lons[near]
    return float((lats.mean() + (lats.min() + lats.max()) / 2) / 2), float((lons.mean() + (lons.min() + lons.max()) / 2) / 2)


def _km(lats: Array, lons: Array, lat: float, lon: float) -> Array:
    east = (lons - lon + 180) % 360 - 180
    return np.hypot(lats - lat, east * np.cos(np.radians(lat))) * _KM_PER_DEGREE


def _adjectives(place: SourcePlace) -> list[str]:
    plurals = [f"{word}s" for word in place.adjectives if not word.endswith(("s", "sh", "ch", "ese", "men", "man", "Lao"))]
    return [*place.adjectives, *plurals]


def _is_abbreviation(name: str) -> bool:
    """Whether the name is short for one written out: "Calif.", "TX". Initials ("U.S.", "N.C.", "UAE") are names in their own right."""
    initials = len(name) == 2 * name.count(".")
    return (name.endswith(".") and not initials) or (len(name) == 2 and name.isupper())
