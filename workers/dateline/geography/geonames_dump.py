"""A gazetteer from GeoNames' own dump: `allCountries.zip`, and `alternateNamesV2.zip` for the names that English prefers.

Twelve million rows are read as a stream, twice: first for the subdivisions, which may stand behind the places that lie in them.
Countries, regions and the words of config/gazetteer are as in the packaged gazetteer.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from dateline.geography.sources import (
    GazetteerSourceError,
    ReviewedWords,
    SourcePlace,
    apply_reviewed,
    countries_and_regions,
    known_form,
    reviewed_cities,
    reviewed_digest,
    reviewed_subdivisions,
    subdivision_codes,
)

_PLACE_FIELDS, _NAME_FIELDS = 19, 10
_BATCH = 100_000  # rows whose places are looked up together
_SUBDIVISIONS = {"ADM1": "admin1", "ADM2": "admin2"}
_SITE_KM = 5.0
_MUNICIPALITIES = ("ADM3", "ADM4", "ADM5")


class _Row(NamedTuple):
    """What we read of a line of allCountries.txt."""

    geonameid: int
    name: str
    names: str
    lat: float
    lon: float
    feature_class: str
    feature: str
    country: str
    admin1: str
    admin2: str
    population: int


class GeoNamesDump(ReviewedWords):
    """The two files, zipped as GeoNames gives them or unpacked. Raises GazetteerSourceError, naming file and line."""

    def __init__(self, all_countries: Path, alternate_names: Path | None, feature_classes: Sequence[str]) -> None:
        self._all_countries = all_countries
        self._alternate_names = alternate_names
        self._feature_classes = frozenset(feature_classes)
        self._ids = array("I")  # of the places told so far, by position

    def version(self) -> str:
        digest = hashlib.sha256(f"{reviewed_digest()} {sorted(self._feature_classes)}".encode())
        for path in (self._all_countries, self._alternate_names):
            if path is not None:
                digest.update(_digest(path))
        return f"geonames-{digest.hexdigest()[:12]}"

    def places(self) -> Iterator[SourcePlace]:
        self._ids = array("I")
        for place in self._places():
            self._ids.append(place.geonameid)
            yield place

    def more_names(self) -> Iterator[tuple[int, str, bool]]:
        """The English names of alternateNamesV2: one that is preferred, and not of the past, is as good as the main one."""
        if self._alternate_names is None:
            return
        ids = np.frombuffer(self._ids, np.uint32)
        order = np.argsort(ids, kind="stable")
        ids = ids[order]
        for names in _batches(_english_names(self._alternate_names)):
            wanted = np.array([geonameid for geonameid, _, _ in names], np.uint32)
            at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
            known = ids[at] == wanted
            for position, (_, name, usual), is_known in zip(order[at].tolist(), names, known.tolist(), strict=True):
                if is_known:
                    yield position, name, usual

    def _places(self) -> Iterator[SourcePlace]:
        with known_form():
            first, country_of = countries_and_regions()
            subdivisions = _Subdivisions(country_of, len(first))
        yield from first
        for level in _SUBDIVISIONS:
            for row in _rows(self._all_countries):
                if row.feature_class == "A" and row.feature == level:
                    yield from subdivisions.place(row)
        told = {place.geonameid for place in first} | subdivisions.ids
        cities = reviewed_cities()
        for row in _rows(self._all_countries):
            if row.country in country_of and self._is_wanted(row) and row.geonameid not in told:
                place = _place(row, country_of[row.country], *subdivisions.of(row))
                if row.geonameid in cities:
                    place.usual_names, place.adjectives = cities[row.geonameid]
                yield place

    def _is_wanted(self, row: _Row) -> bool:
        """Of the classes asked for; no country, nothing that is no more (codes that end with H: PPLH, ADM2H)."""
        return row.feature_class in self._feature_classes and not row.feature.startswith("PCL") and row.feature[-1:] != "H"


class _Subdivisions:
    """Where the subdivisions stand among all places, by GeoNames' codes."""

    def __init__(self, country_of: dict[str, int], start: int) -> None:
        self._country_of = country_of
        self._next = start
        self._positions: dict[tuple[str, ...], int] = {}
        self._codes, self._reviewed = subdivision_codes(), reviewed_subdivisions()
        self.ids: set[int] = set()

    def place(self, row: _Row) -> Iterator[SourcePlace]:
        """The subdivision of a row, unless its country is unknown or its code is taken."""
        key = (row.country, row.admin1) if row.feature == "ADM1" else (row.country, row.admin1, row.admin2)
        if row.country not in self._country_of or key in self._positions:
            return
        above, _ = self.of(row)
        place = _place(row, self._country_of[row.country], above, -1)
        place.level, place.radius_km, place.code = _SUBDIVISIONS[row.feature], None, self._codes.get(row.geonameid, "")
        if row.feature == "ADM1":
            place.admin1 = self._next
        else:
            place.admin2 = self._next
        if own := self._reviewed.get(place.code) or self._reviewed.get(f"{row.country}.{row.admin1}" if row.feature == "ADM1" else ""):
            apply_reviewed(place, own)
        self._positions[key] = self._next
        self._next += 1
        self.ids.add(row.geonameid)
        yield place

    def of(self, row: _Row) -> tuple[int, int]:
        """The positions of the subdivisions that a row lies in, -1 where there is none."""
        admin1 = self._positions.get((row.country, row.admin1), -1)
        return admin1, self._positions.get((row.country, row.admin1, row.admin2), -1)


def _place(row: _Row, country: int, admin1: int, admin2: int) -> SourcePlace:
    is_town = row.feature_class == "P" or row.feature in _MUNICIPALITIES
    return SourcePlace(
        geonameid=row.geonameid,
        name=row.name,
        feature=row.feature,
        level="city" if is_town else "site",
        names=[name for name in row.names.split(",") if name],
        lat=row.lat,
        lon=row.lon,
        radius_km=None if is_town else _SITE_KM,
        population=row.population,
        country=country,
        admin1=admin1,
        admin2=admin2,
    )


def _rows(path: Path) -> Iterator[_Row]:
    for number, fields in _lines(path, _PLACE_FIELDS):
        try:
            lat, lon = float(fields[4]), float(fields[5])
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError(f"no place on earth: {lat}, {lon}")
            geonameid, population = int(fields[0]), max(0, int(fields[14] or 0))
            yield _Row(geonameid, fields[1], fields[3], lat, lon, fields[6], fields[7], fields[8], fields[10], fields[11], population)
        except ValueError as error:
            raise GazetteerSourceError(f"{path}, line {number}: {error}") from error


def _english_names(path: Path) -> Iterator[tuple[int, str, bool]]:
    """GeoNames id, name, and whether it is the usual one today."""
    for number, (_, geonameid, language, name, preferred, _, colloquial, historic, *_) in _lines(path, _NAME_FIELDS):
        if language == "en":
            try:
                yield int(geonameid), name, preferred == "1" and colloquial != "1" and historic != "1"
            except ValueError as error:
                raise GazetteerSourceError(f"{path}, line {number}: {error}") from error


def _lines(path: Path, width: int) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and its tab-separated fields, of which there must be `width`."""
    number = 0
    with _opened(path) as file:
        try:
            for number, line in enumerate(file, start=1):
                fields = line.decode().rstrip("\r\n").split("\t")
                if len(fields) != width:
                    raise GazetteerSourceError(f"{path}, line {number}: {len(fields)} fields, not {width}: another file, or one cut short?")
                yield number, fields
        except (UnicodeDecodeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise GazetteerSourceError(f"{path}, behind line {number}: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The text in a zip (its largest file: alternateNamesV2.zip has a list of languages too), or the file itself."""
    try:
        if not zipfile.is_zipfile(path):
            if path.suffix == ".zip":
                raise GazetteerSourceError(f"{path} is no zip file, or one cut short")
            with path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(path) as archive:
            member = max(archive.infolist(), key=lambda info: info.file_size)
            with archive.open(member) as file:
                yield file  # type: ignore[misc]  # IO[bytes], read the same
    except OSError as error:
        raise GazetteerSourceError(f"{path} cannot be read: {error.strerror or error}") from error


def _batches(names: Iterable[tuple[int, str, bool]]) -> Iterator[list[tuple[int, str, bool]]]:
    batch: list[tuple[int, str, bool]] = []
    for name in names:
        batch.append(name)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise GazetteerSourceError(f"{path} cannot be read: {error.strerror or error}") from error
