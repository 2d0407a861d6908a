"""The gazetteer: which places a name may mean, and what is known of each. Read-only, shared by all processes on the machine."""

from __future__ import annotations

import fcntl
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from dateline.geography.compiling import ABBREVIATION, ADJECTIVE, FLAG_BITS, LEVELS, PRIMARY, Progress, compile_columns
from dateline.geography.index_file import Columns, DamagedIndexError, open_index, write_index
from dateline.geography.names import fold, fold_loosely, key_of
from dateline.geography.options import GeographyOptions
from dateline.geography.sources import GazetteerSourceError, PackagedSources, Sources
from dateline.records import Level

PACKAGED = PackagedSources()

_KEPT = 4096  # names asked for last: a text names the same places several times
_FORMAT = 3  # raise it when what compile_columns makes changes


_FLAG_MASK = (1 << FLAG_BITS) - 1
_FLAGS = [(bool(flags & PRIMARY), bool(flags & ADJECTIVE), bool(flags & ABBREVIATION)) for flags in range(1 << FLAG_BITS)]


class Match(NamedTuple):
    """One place that bears a name, and how: `entry` is its position in the gazetteer."""

    entry: int
    primary: bool  # its main name, not one of its others
    adjective: bool  # "Syrian", "Syrians"
    abbreviation: bool  # "Calif.", "TX": only where a state is expected


@dataclass(frozen=True, slots=True)
class Entry:
    """What the gazetteer knows of one place. `admin1` and `admin2` are positions, -1 where unknown."""

    name: str
    geonameid: int | None
    feature: str
    level: Level | None
    lat: float
    lon: float
    radius_km: float
    population: int
    code: str | None
    country: int
    admin1: int
    admin2: int


class Gazetteer:
    """An open index. Cheap to ask: a name in a few microseconds."""

    def __init__(self, columns: Columns, max_candidates: int) -> None:
        self._columns = columns
        self._max_candidates = max_candidates
        self._features = bytes(columns["features"]).decode().split("\t")
        self._keys, self._starts, self._postings = columns["keys"], columns["starts"], columns["postings"]
        self.population = columns["population"]
        self.country = columns["country"]
        self.admin1 = columns["admin1"]
        self.admin2 = columns["admin2"]
        self.lat = columns["lat"]
        self.lon = columns["lon"]
        self._level = columns["level"]
        self._find = lru_cache(maxsize=_KEPT)(self._look_up)
        self._is_common = lru_cache(maxsize=_KEPT)(self._look_up_common)
        countries = takewhile(lambda position: self.level(position) == "country", range(len(self._level)))
        self._country_of = {self.entry(position).code: position for position in countries}

    def country_by_code(self, code: str | None) -> int | None:
        """The position of a country by its ISO 3166 code."""
        return self._country_of.get(code)

    def find(self, name: str) -> list[Match]:
        """The places that bear this name, as written but for what `fold` drops; the most populous `max_candidates` of them."""
        return self._find(name)

    def _look_up(self, name: str) -> list[Match]:
        return self._matches(self._keys, self._starts, self._postings, key_of(fold(name)))

    def find_loosely(self, name: str) -> list[Match]:
        """Places in countries of Arabic script whose name may be meant by this spelling. For names that `find` does not know."""
        columns = self._columns
        return self._matches(columns["loose_keys"], columns["loose_starts"], columns["loose_postings"], key_of(fold_loosely(name)))

    def is_common_word(self, name: str) -> bool:
        """Whether this name of places mostly means something else."""
        return self._is_common(name)

    def _look_up_common(self, name: str) -> bool:
        words, key = self._columns["common_words"], key_of(fold(name))
        at = bisect_left(words, key)
        return at < len(words) and words[at] == key

    def towns_within(self, west: float, east: float, south: float, north: float) -> list[int]:
        """The cities in a frame of degrees, the most populous first."""
        lat, lon = np.asarray(self.lat), np.asarray(self.lon)
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & (np.asarray(self._level) == LEVELS.index("city"))
        found = np.flatnonzero(inside)
        return [int(entry) for entry in found[np.argsort(-np.asarray(self.population)[found].astype(np.int64), kind="stable")]]

    def level(self, entry: int) -> Level | None:
        return LEVELS[self._level[entry]]  # type: ignore[return-value]  # the file holds no other

    def feature(self, entry: int) -> str:
        return self._features[self._columns["feature"][entry]]

    def entry(self, position: int) -> Entry:
        columns = self._columns
        start, end = columns["text_at"][position], columns["text_at"][position + 1]
        name, code = bytes(columns["texts"][start:end]).decode().split("\t")
        return Entry(
            name=name,
            geonameid=columns["geonameid"][position] or None,
            feature=self.feature(position),
            level=self.level(position),
            lat=round(self.lat[position], 5),
            lon=round(self.lon[position], 5),
            radius_km=round(columns["radius_km"][position], 1),
            population=self.population[position],
            code=code or None,
            country=self.country[position],
            admin1=self.admin1[position],
            admin2=self.admin2[position],
        )

    def _matches(self, keys: memoryview, starts: memoryview, postings: memoryview, key: int) -> list[Match]:
        at = bisect_left(keys, key)
        if at == len(keys) or keys[at] != key:
            return []
        found = postings[starts[at] : starts[at + 1]].tolist()
        if len(found) > self._max_candidates:
            found = sorted(found, key=lambda posting: (-self.population[posting >> FLAG_BITS], posting))[: self._max_candidates]
        return [Match(posting >> FLAG_BITS, *_FLAGS[posting & _FLAG_MASK]) for posting in found]


def _silent(step: str) -> None:
    """Tell nobody."""


def open_gazetteer(options: GeographyOptions, progress: Progress = _silent, sources: Sources = PACKAGED) -> Gazetteer:
    """Open the compiled gazetteer; compile it first when it is not there, damaged, or made from other sources.

    With `options.index`, open that file and compile nothing. Raises GazetteerSourceError when there is nothing to open.
    """
    return Gazetteer(_open_named(Path(options.index)) if options.index else _open_own(options, progress, sources), options.max_candidates)


def build_gazetteer(options: GeographyOptions, progress: Progress = _silent, sources: Sources = PACKAGED, path: Path | None = None) -> Path:
    """Compile the gazetteer anew, whatever is there, to `path` or to its place in the cache. `progress` is told each step's name as it
    begins. Raises GazetteerSourceError.
    """
    version = _version(sources)
    path = path or _path(options, version)
    _build(path, version, progress, sources, again=True)
    return path


def _open_own(options: GeographyOptions, progress: Progress, sources: Sources) -> Columns:
    version = _version(sources)
    path = _path(options, version)
    try:
        return open_index(path, version)
    except (FileNotFoundError, DamagedIndexError):
        return _build(path, version, progress, sources, again=False)


def _open_named(path: Path) -> Columns:
    try:
        return open_index(path, f"{_FORMAT}-")
    except FileNotFoundError as error:
        raise GazetteerSourceError(
            f"geography.index names {str(path)!r}, which is not there: `dateline gazetteer build` makes it"
        ) from error
    except DamagedIndexError as error:
        raise GazetteerSourceError(f"geography.index names {str(path)!r}, which must be built again: {error}") from error


def _build(path: Path, version: str, progress: Progress, sources: Sources, *, again: bool) -> Columns:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.with_suffix(".lock")):
        try:
            if not again:
                return open_index(path, version)  # another process built it while we waited
        except (FileNotFoundError, DamagedIndexError):
            pass
        write_index(path, version, compile_columns(sources, progress))
    return open_index(path, version)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time: ten that start on an empty cache compile once."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _version(sources: Sources) -> str:
    return f"{_FORMAT}-{sources.version()}"


def _path(options: GeographyOptions, version: str) -> Path:
    folder = Path(options.cache_dir) if options.cache_dir else Path(platformdirs.user_cache_dir("dateline"))
    return folder / f"gazetteer-{version}.index"
