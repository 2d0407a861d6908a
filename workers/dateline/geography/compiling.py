"""From the sources to the columns of the index: every place once, every name a key to the places that bear it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from dateline.geography.names import fold, fold_loosely, is_latin, key_of
from dateline.geography.sources import SourcePlace, Sources

LEVELS = ("country", None, "admin1", "admin2", "city")
PRIMARY, ADJECTIVE, ABBREVIATION = 1, 2, 4
FLAG_BITS = 3

_KM_PER_DEGREE = 111.2
_MAX_NAME = 80
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
    """Read the sources and lay them out. Takes some fifteen seconds and 650 MB of memory."""
    with _no_garbage_collection():
        progress("reading GeoNames")
        places = sources.places()
        progress("placing subdivisions")
        _place_subdivisions(places)
        progress("sorting names")
        columns = _attributes(places)
        columns |= _name_table("", _keys(places))
        columns |= _name_table("loose_", _loose_keys(places))
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


def _attributes(places: list[SourcePlace]) -> dict[str, Array]:
    features = sorted({place.feature for place in places})
    texts = [f"{place.name}\t{place.code}".encode() for place in places]
    return {
        "geonameid": np.array([place.geonameid for place in places], np.uint32),
        "lat": np.array([place.lat for place in places], np.float32),
        "lon": np.array([place.lon for place in places], np.float32),
        "radius_km": np.array([_radius(place) for place in places], np.float32),
        "population": np.array([place.population for place in places], np.uint32),
        "level": np.array([LEVELS.index(place.level) for place in places], np.uint8),
        "feature": np.array([features.index(place.feature) for place in places], np.uint8),
        "features": np.frombuffer("\t".join(features).encode(), np.uint8),
        "country": np.array([place.country for place in places], np.int32),
        "admin1": np.array([place.admin1 for place in places], np.int32),
        "admin2": np.array([place.admin2 for place in places], np.int32),
        "text_at": np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.uint32),
        "texts": np.frombuffer(b"".join(texts), np.uint8),
    }


def _radius(place: SourcePlace) -> float:
    """A town's half-width from its people: 3 km for 100,000, 30 km for ten million."""
    return place.radius_km if place.radius_km is not None else max(2.0, 0.01 * place.population**0.5)


def _place_subdivisions(places: list[SourcePlace]) -> None:
    """Give subdivisions their coordinates, radius and population from the cities in them, those told in config/gazetteer apart."""
    for level in ("admin1", "admin2"):
        members: dict[int, list[SourcePlace]] = {}
        for place in places:
            owner = place.admin1 if level == "admin1" else place.admin2
            if place.level == "city" and owner >= 0:
                members.setdefault(owner, []).append(place)
        for position, place in enumerate(places):
            if place.level == level:
                _place_one(place, members.get(position, []), places)


def _place_one(place: SourcePlace, cities: list[SourcePlace], places: list[SourcePlace]) -> None:
    if not cities:
        above = places[place.admin1] if place.level == "admin2" and place.admin1 >= 0 else places[place.country]
        if place.lat is None:
            place.lat, place.lon = above.lat, above.lon
        place.radius_km = above.radius_km
        return
    place.population = min(sum(city.population for city in cities), 2**32 - 1)
    lats = np.array([city.lat for city in cities])
    lons = np.array([city.lon for city in cities])
    if np.ptp(lons) > 180:
        lons = lons % 360  # it lies across the date line
    if place.lat is None or place.lon is None:
        # Halfway between the middle of its extent and the middle of its towns: each alone is pulled far by one island or one capital
        place.lat = float((lats.mean() + (lats.min() + lats.max()) / 2) / 2)
        lon = float((lons.mean() + (lons.min() + lons.max()) / 2) / 2)
        place.lon = lon if lon <= 180 else lon - 360
    east = (lons - place.lon + 180) % 360 - 180
    km = np.hypot(lats - place.lat, east * np.cos(np.radians(place.lat))) * _KM_PER_DEGREE
    place.radius_km = max(5.0, float(np.quantile(km, 0.9)))


def _keys(places: list[SourcePlace]) -> dict[tuple[int, int], int]:
    """(key, place) → flags."""
    found: dict[tuple[int, int], int] = {}
    for position, place in enumerate(places):
        for name in dict.fromkeys([*place.usual_names, *_plain_names(place), place.name]):
            folded = fold(name)
            flags = (PRIMARY if name == place.name or name in place.usual_names else 0) | (
                ABBREVIATION if place.level == "admin1" and _is_abbreviation(name) else 0
            )
            if folded:
                key = (key_of(folded), position)
                # A name that is also written out in full is no abbreviation
                found[key] = _joined(found[key], flags) if key in found else flags
        for adjective in _adjectives(place):
            found.setdefault((key_of(fold(adjective)), position), ADJECTIVE)
    return found


def _joined(one: int, other: int) -> int:
    return ((one | other) & PRIMARY) | (one & other & ABBREVIATION)


def _loose_keys(places: list[SourcePlace]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for position, place in enumerate(places):
        if places[place.country].code in _ARABIC:
            for name in [*_plain_names(place), place.name]:
                loose = fold_loosely(name)
                if len(loose) > 3:
                    found[key_of(loose), position] = 0
    return found


def _plain_names(place: SourcePlace) -> list[str]:
    """Names that English text may use: no other scripts, no airport codes, no letter-by-letter transliterations (all lower case)."""
    if place.level != "city":
        return [name for name in place.names if name and is_latin(name)]
    return [
        name
        for name in place.names
        if 2 < len(name) <= _MAX_NAME and is_latin(name) and not name.islower() and not (len(name) == 3 and name.isupper())
    ]


def _adjectives(place: SourcePlace) -> list[str]:
    plurals = [f"{word}s" for word in place.adjectives if not word.endswith(("s", "sh", "ch", "ese", "men", "man", "Lao"))]
    return [*place.adjectives, *plurals]


def _is_abbreviation(name: str) -> bool:
    """Whether the name is short for one written out: "Calif.", "TX". Initials ("U.S.", "N.C.", "UAE") are names in their own right."""
    initials = len(name) == 2 * name.count(".")
    return (name.endswith(".") and not initials) or (len(name) == 2 and name.isupper())


def _name_table(prefix: str, found: dict[tuple[int, int], int]) -> dict[str, Array]:
    """Three columns: the sorted keys, where each key's places start, and the places (position and flags), in order of position."""
    keys = np.fromiter((key for key, _ in found), np.uint64, len(found))
    positions = np.fromiter((position for _, position in found), np.uint32, len(found))
    flags = np.fromiter(found.values(), np.uint32, len(found))
    order = np.lexsort((positions, keys))
    keys, starts = np.unique(keys[order], return_index=True)
    return {
        f"{prefix}keys": keys,
        f"{prefix}starts": np.append(starts, len(found)).astype(np.uint32),
        f"{prefix}postings": (positions[order] << FLAG_BITS) | flags[order],
    }
