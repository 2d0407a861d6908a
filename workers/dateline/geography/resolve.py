"""Which place each name means: candidates weighed together over the whole text.

Evidence, each with a weight of its own: what contains the name ("Paris, Texas"), the countries and subdivisions that the other names speak
of, the publisher's home, how well known a place is, and whether this is its main name. One name has one sense in a text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log10

from dateline.geography.gazetteer import Entry, Gazetteer, Match
from dateline.geography.names import fold
from dateline.geography.toponyms import Toponym
from dateline.records import Level, Place

# Weights in the unit of "ten times as many people". Set by hand on three public corpora.
_LEVEL: dict[Level | None, float] = {"country": 2.5, None: 6.0, "admin1": 0.5, "admin2": -1.5, "city": 0.0, "site": 0.0}
_CAPITAL = 2.0
_MAIN_NAME = 1.0
_NAMED_LEVEL = 4.0  # the text says "X province", and this is one
_CONTAINED = 6.0
_COUNTRY_CONTEXT = 2.0
_ADMIN1_CONTEXT = 4.0
_HOME = 1.0

_ROUNDS = 2  # the second round reads the context that the first one settled
_SITE_KM = 5.0  # an air base lies within so far of the town it is named after
_TEMPERATURE = 0.7  # how fast a lead in weight becomes certainty
_ADMINISTRATIVE = ("admin1", "admin2")

_Key = tuple[str, bool, Level | None]
_Reasons = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Name:
    """One name in a text: the places it may mean, what speaks for each whatever else the text says, and how often the name stands there."""

    entries: list[int]
    reasons: list[_Reasons]
    weights: list[float]  # sums of `reasons`
    count: int


@dataclass(frozen=True, slots=True)
class _Context:
    """How much a text speaks of each country and first-level subdivision, in names: shares of ambiguous names count as such."""

    by_name: Mapping[_Key, Mapping[int, float]]
    total: Mapping[int, float]
    mass: float

    def share(self, key: _Key, region: int) -> float:
        """The share of the other names that speak of this region; one name alone is weak evidence."""
        if region < 0:
            return 0.0
        own = self.by_name.get(key, {})
        return (self.total.get(region, 0.0) - own.get(region, 0.0)) / (self.mass - (1.0 if own else 0.0) + 1.0)


def resolve(toponyms: Sequence[Toponym], gazetteer: Gazetteer, home: str | None = None) -> list[Place | None]:
    """One place per toponym, or None where the gazetteer has none. `home` is the publisher's country (ISO 3166).

    Linear in toponyms × candidates; candidates per name are bounded by the gazetteer. The same input gives the same answer.
    """
    keys = [_key(toponym) for toponym in toponyms]
    grouped: defaultdict[_Key, list[Toponym]] = defaultdict(list)
    for key, toponym in zip(keys, toponyms, strict=True):
        grouped[key].append(toponym)
    at_home = gazetteer.country_by_code(home)
    names = {key: _gather(group, gazetteer, at_home) for key, group in grouped.items()}
    context = _Context({}, {}, 0.0)
    for _ in range(_ROUNDS):
        context = _read_context(names, context, gazetteer)
    chosen = {key: _choose(key, name, context, gazetteer) for key, name in names.items() if name.entries}
    return [_place(toponym, *chosen[key], gazetteer) if key in chosen else None for key, toponym in zip(keys, toponyms, strict=True)]


def _key(toponym: Toponym) -> _Key:
    """Toponyms of one key have one sense. "X province" is apart from "X", which may be the town."""
    level = toponym.level if toponym.level != "site" else None
    return fold(toponym.name), toponym.kind == "demonym", level


def _gather(group: Sequence[Toponym], gazetteer: Gazetteer, home: int | None) -> _Name:
    first = group[0]
    matches = gazetteer.find(first.name) or gazetteer.find_loosely(first.name)
    demonym = first.kind == "demonym"
    if any(match.adjective != demonym for match in matches):
        matches = [match for match in matches if match.adjective == demonym]
    named = {toponym.container for toponym in group if toponym.container is not None}
    containers = {match.entry for container in named for match in gazetteer.find(container) if not match.adjective}
    reasons = [_standing_reasons(match, first.level, containers, gazetteer, home) for match in matches]
    return _Name([match.entry for match in matches], reasons, [sum(pieces.values()) for pieces in reasons], len(group))


def _standing_reasons(match: Match, named_level: Level | None, containers: set[int], gazetteer: Gazetteer, home: int | None) -> _Reasons:
    """What speaks for a place whatever the rest of the text says."""
    entry = match.entry
    level = gazetteer.level(entry)
    country = gazetteer.country[entry]
    reasons = {"population": log10(gazetteer.population[entry] + 100), "level": _LEVEL[level]}
    if gazetteer.feature(entry) == "PPLC":
        reasons["capital"] = _CAPITAL
    if match.primary:
        reasons["main_name"] = _MAIN_NAME
    if named_level is not None and named_level != "site":
        exact = level == named_level
        related = level in _ADMINISTRATIVE and named_level in _ADMINISTRATIVE
        reasons["named_level"] = _NAMED_LEVEL if exact else _NAMED_LEVEL * 0.75 if related else 0.0
    if not containers.isdisjoint((country, gazetteer.admin1[entry], gazetteer.admin2[entry])) and entry not in containers:
        reasons["containment"] = _CONTAINED
    if country == home:
        reasons["home"] = _HOME
    return reasons


def _read_context(names: Mapping[_Key, _Name], before: _Context, gazetteer: Gazetteer) -> _Context:
    by_name: dict[_Key, dict[int, float]] = {}
    total: Counter[int] = Counter()
    for key, name in names.items():
        if not name.entries:
            continue
        own: dict[int, float] = defaultdict(float)
        for entry, share in zip(name.entries, _shares(_weights(key, name, before, gazetteer)), strict=True):
            for region in {gazetteer.country[entry], gazetteer.admin1[entry]}:
                if region >= 0:
                    own[region] += share * (1 + log(name.count))
        by_name[key] = own
        total.update(own)
    mass = sum(1 + log(names[key].count) for key in by_name)
    return _Context(by_name, total, mass)


def _weights(key: _Key, name: _Name, context: _Context, gazetteer: Gazetteer) -> list[float]:
    if not context.by_name:
        return name.weights
    return [
        weight + sum(_context_reasons(key, entry, context, gazetteer).values())
        for entry, weight in zip(name.entries, name.weights, strict=True)
    ]


def _context_reasons(key: _Key, entry: int, context: _Context, gazetteer: Gazetteer) -> _Reasons:
    return {
        "country_context": _COUNTRY_CONTEXT * context.share(key, gazetteer.country[entry]),
        "admin1_context": _ADMIN1_CONTEXT * context.share(key, gazetteer.admin1[entry]),
    }


def _shares(weights: Sequence[float]) -> list[float]:
    top = max(weights)
    raised = [exp((weight - top) / _TEMPERATURE) for weight in weights]
    total = sum(raised)
    return [value / total for value in raised]


def _choose(key: _Key, name: _Name, context: _Context, gazetteer: Gazetteer) -> tuple[int, float, str]:
    """The entry with the most weight, its score, and the evidence that set it before the runner-up."""
    weights = _weights(key, name, context, gazetteer)
    order = sorted(range(len(weights)), key=lambda at: (-weights[at], name.entries[at]))
    best = order[0]
    score = _shares(weights)[best]
    if len(order) == 1:
        return name.entries[best], score, "only_candidate"
    if (city := _its_city(key, name.entries, name.entries[best], gazetteer)) is not None:
        return city, score, "most_of_its_province"
    reasons, others = (name.reasons[at] | _context_reasons(key, name.entries[at], context, gazetteer) for at in (best, order[1]))
    leads = {reason: weight - others.get(reason, 0.0) for reason, weight in reasons.items()}
    return name.entries[best], score, max(leads, key=lambda reason: (leads[reason], reason))


def _its_city(key: _Key, entries: Sequence[int], province: int, gazetteer: Gazetteer) -> int | None:
    """The city that a province is named after, if most of its people live there and the text names no level: Izmir is the city."""
    if key[2] is not None or gazetteer.level(province) != "admin1":
        return None
    in_it = (entry for entry in entries if gazetteer.admin1[entry] == province and gazetteer.level(entry) == "city")
    return next((entry for entry in in_it if gazetteer.population[entry] > gazetteer.population[province] / 2), None)


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
