"""Which place each name means: candidates weighed together over the whole text.

Evidence of several kinds speaks for a candidate (see `evidence`): what contains the name ("Paris, Texas"), the countries, subdivisions
and neighbourhoods that the other names speak of, the outlet's home, how well known a place is, and whether this is its main name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dateline.geography.evidence import Name, gather
from dateline.geography.gazetteer import Entry, Gazetteer
from dateline.geography.outlet import NOWHERE, Home
from dateline.geography.ranking import Model, Ranked, by_kind, load_ranking, rank
from dateline.geography.toponyms import Toponym
from dateline.records import Place

_SITE_KM = 5.0  # an air base lies within so far of the town it is named after


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean. `evidence` tells what each kind adds to its weight, in natural logarithms of odds."""

    name: str
    geonameid: int | None
    country: str | None
    admin1: str | None
    lat: float
    lon: float
    share: float  # of certainty before calibration: those of all candidates make 1
    evidence: dict[str, float]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a toponym means, and the candidates it was chosen from, the likeliest first."""

    place: Place
    candidates: tuple[Candidate, ...]


def resolve(toponyms: Sequence[Toponym], gazetteer: Gazetteer, home: Home = NOWHERE) -> list[Place | None]:
    """One place per toponym, or None where the gazetteer has none.

    Linear in toponyms × candidates; candidates per name are bounded by the gazetteer. The same input gives the same answer.
    """
    return [resolution.place if resolution else None for resolution in explain(toponyms, gazetteer, home, most=0)]


def explain(toponyms: Sequence[Toponym], gazetteer: Gazetteer, home: Home = NOWHERE, *, most: int = 5) -> list[Resolution | None]:
    """As `resolve`, with up to `most` candidates of each name and what spoke for them."""
    model = load_ranking()
    found: list[Resolution | None] = [None] * len(toponyms)
    for ranked in rank(gather(toponyms, gazetteer, home), gazetteer, model.rounds):
        order = sorted(range(len(ranked.shares)), key=lambda at: (-ranked.shares[at], ranked.name.entries[at]))
        chosen = _choose(ranked, order, model, gazetteer)
        candidates = tuple(_candidate(ranked, at, model, gazetteer) for at in order[:most])
        for at in ranked.name.order:
            if at < len(toponyms):  # beyond them stands what the outlet is named after
                found[at] = Resolution(_place(toponyms[at], *chosen, gazetteer), candidates)
    return found


def _choose(ranked: Ranked, order: Sequence[int], model: Model, gazetteer: Gazetteer) -> tuple[int, float, str]:
    """The likeliest entry, its score, and the kind of evidence that set it before the runner-up."""
    name, best = ranked.name, order[0]
    score = model.score(ranked, best, gazetteer)
    if len(order) == 1:
        return name.entries[best], score, "only_candidate"
    if (city := _its_city(name, name.entries[best], gazetteer)) is not None:
        return city, score, "most_of_its_province"
    for_best, for_second = (by_kind(ranked.evidence[at], model.rounds[-1]) for at in order[:2])
    leads = {kind: for_best.get(kind, 0.0) - for_second.get(kind, 0.0) for kind in sorted(for_best.keys() | for_second.keys())}
    return name.entries[best], score, max(leads, key=lambda kind: (leads[kind], kind))


def _its_city(name: Name, province: int, gazetteer: Gazetteer) -> int | None:
    """The city that a province is named after, if most of its people live there and the text names no level: Izmir is the city."""
    if name.key[2] is not None or gazetteer.level(province) != "admin1":
        return None
    in_it = (entry for entry in name.entries if gazetteer.admin1[entry] == province and gazetteer.level(entry) == "city")
    return next((entry for entry in in_it if gazetteer.population[entry] > gazetteer.population[province] / 2), None)


def _candidate(ranked: Ranked, at: int, model: Model, gazetteer: Gazetteer) -> Candidate:
    entry = gazetteer.entry(ranked.name.entries[at])
    weights = by_kind(ranked.evidence[at], model.rounds[-1])
    return Candidate(
        name=entry.name,
        geonameid=entry.geonameid,
        country=_above(entry.country, gazetteer, "code"),
        admin1=_above(entry.admin1, gazetteer, "name"),
        lat=entry.lat,
        lon=entry.lon,
        share=round(ranked.shares[at], 3),
        evidence={kind: round(weights[kind], 2) for kind in sorted(weights, key=lambda kind: (-weights[kind], kind))},
    )


def _place(toponym: Toponym, position: int, score: float, basis: str, gazetteer: Gazetteer) -> Place:
    entry = gazetteer.entry(position)
    is_site = toponym.level == "site" and entry.level == "city"
    return Place(
        name=entry.name,
        text=toponym.text,
        geonameid=entry.geonameid,
        feature=entry.feature,
        lat=entry.lat,
        lon=entry.lon,
        country=_above(entry.country, gazetteer, "code"),
        admin1=_above(entry.admin1, gazetteer, "name"),
        admin1_code=_above(entry.admin1, gazetteer, "code"),
        admin2=_above(entry.admin2, gazetteer, "name"),
        level="site" if is_site else entry.level,
        radius_km=_SITE_KM if is_site else entry.radius_km,
        score=round(score, 3),
        basis=basis,
    )


def _above(position: int, gazetteer: Gazetteer, field: str) -> str | None:
    if position < 0:
        return None
    entry: Entry = gazetteer.entry(position)
    return entry.code if field == "code" else entry.name
