"""What speaks for each place that a name may mean: numbers, to be weighed by `ranking`.

    names = gather(toponyms, gazetteer, home)           # candidates, and what speaks for each whatever the rest of the text says
    context = read_context(names, shares, gazetteer)    # of what the text speaks, as far as it is understood (`shares`) so far
    context_evidence(name, context, gazetteer)          # what the other names say of each candidate

A piece of evidence is called KIND.DETAIL and is 0 where it is absent; a place's `basis` is a kind. One name has one sense in a text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, log10
from typing import TypeVar

from dateline.geography.context import CELLS, Cell, Context, Peers, Sums, add, cells_about
from dateline.geography.gazetteer import Gazetteer, Match
from dateline.geography.names import fold
from dateline.geography.outlet import Home, is_in_domain, towns_of_outlet
from dateline.geography.toponyms import Toponym
from dateline.records import Level

Evidence = dict[str, float]
Key = tuple[str, bool, Level | None]
Where = TypeVar("Where", int, Cell)

# Where GeoNames' other names of a town are nicknames and former names: its main name is the English one
_ENGLISH_SPEAKING = ("US", "GB", "CA", "AU", "NZ", "IE")
_BESIDE = 2  # names before and behind, in the order of the text, that count as beside a name
_ADMINISTRATIVE = ("admin1", "admin2")
_SMALL_LEVELS = ("city", "admin2")  # whose coordinates say where they are


@dataclass(frozen=True, slots=True)
class Name:
    """One name in a text: the places it may mean, what speaks for each whatever else the text says, and where the name stands."""

    key: Key
    entries: list[int]
    standing: list[Evidence]
    order: list[int]  # which toponyms of the text they are
    cells: list[Mapping[str, Sequence[Cell]]]  # where each candidate lies; empty for what is too wide to say

    @property
    def mass(self) -> float:
        """How much a name counts as context: the tenth time it adds little."""
        return 1 + log(len(self.order))


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is asked of every candidate of every name of a text."""

    gazetteer: Gazetteer
    toponyms: Sequence[Toponym]
    home: Home
    at_home: int | None
    generic: int | None  # the country that an address without one speaks for
    english: frozenset[int | None]


def gather(toponyms: Sequence[Toponym], gazetteer: Gazetteer, home: Home) -> list[Name]:
    """The names of a text, in the order in which they first stand in it, and the outlet's own; those that the gazetteer knows."""
    grouped: defaultdict[Key, list[int]] = defaultdict(list)
    for at, toponym in enumerate(toponyms):
        grouped[_key(toponym)].append(at)
    at_home = gazetteer.country_by_code(home.code())
    generic = gazetteer.country_by_code("US") if home.domain and at_home is None else None
    english = frozenset(gazetteer.country_by_code(code) for code in _ENGLISH_SPEAKING)
    setting = _Setting(gazetteer, toponyms, home, at_home, generic, english)
    names = [_gather(key, order, setting) for key, order in grouped.items()]
    names += _outlets_name({key[0] for key in grouped}, setting)
    return [name for name in names if name.entries]


def _key(toponym: Toponym) -> Key:
    """Toponyms of one key have one sense. "X province" is apart from "X", which may be the town."""
    level = toponym.level if toponym.level != "site" else None
    return fold(toponym.name), toponym.kind == "demonym", level


def _gather(key: Key, order: list[int], setting: _Setting) -> Name:
    gazetteer, first = setting.gazetteer, setting.toponyms[order[0]]
    matches = gazetteer.find(first.name) or gazetteer.find_loosely(first.name)
    demonym = first.kind == "demonym"
    if any(match.adjective != demonym for match in matches):
        matches = [match for match in matches if match.adjective == demonym]
    told = {container for at in order if (container := setting.toponyms[at].container) is not None}
    containers = {match.entry for container in told for match in gazetteer.find(container) if not match.adjective}
    standing = [_standing(match, key[2], containers, gazetteer) | _at_home(match, key, order, setting) for match in matches]
    entries = [match.entry for match in matches]
    towns = [at for at, entry in enumerate(entries) if gazetteer.level(entry) == "city"]
    if towns:
        largest = min(towns, key=lambda at: (-gazetteer.population[entries[at]], at))
        standing[largest]["population.largest"] = 1.0
    return Name(key, entries, standing, order, [_cells(entry, gazetteer) for entry in entries])


def _outlets_name(known: set[str], setting: _Setting) -> Iterator[Name]:
    """The town that the outlet is named after, as one more name of the text, beside none of the others."""
    found = towns_of_outlet(setting.home, setting.gazetteer)
    if found is None or found[0] in known:
        return
    standing = [_standing(Match(town, True, False, False), None, set(), setting.gazetteer) for town in found[1]]
    cells = [_cells(town, setting.gazetteer) for town in found[1]]
    yield Name((f"@{found[0]}", False, None), found[1], standing, [len(setting.toponyms) + _BESIDE], cells)


def _cells(entry: int, gazetteer: Gazetteer) -> Mapping[str, Sequence[Cell]]:
    return cells_about(gazetteer.lat[entry], gazetteer.lon[entry]) if gazetteer.level(entry) in _SMALL_LEVELS else {}


def _standing(match: Match, named: Level | None, containers: set[int], gazetteer: Gazetteer) -> Evidence:
    """What speaks for a place whatever the rest of the text says."""
    entry = match.entry
    level = gazetteer.level(entry)
    label = level or "region"
    evidence = {f"level.{label}": 1.0, f"population.{label}": log10(gazetteer.population[entry] + 100)}
    if gazetteer.feature(entry) == "PPLC":
        evidence["capital.here"] = 1.0
    if match.primary:
        evidence[f"main_name.{label}"] = 1.0
    if named is not None:
        if level == named:
            evidence["named_level.exact"] = 1.0
        elif level in _ADMINISTRATIVE and named in _ADMINISTRATIVE:
            evidence["named_level.related"] = 1.0
    if entry not in containers and not containers.isdisjoint(_above(entry, gazetteer)):
        evidence["containment.told"] = 1.0
    return evidence


def _at_home(match: Match, key: Key, order: list[int], setting: _Setting) -> Evidence:
    """What the outlet says of a place, and the shape of the text: a name said often, among few, is more likely a small town's."""
    gazetteer = setting.gazetteer
    country = gazetteer.country[match.entry]
    evidence: Evidence = {}
    if country == setting.at_home:
        evidence["home.country"] = 1.0
    if country == setting.generic:
        evidence["home.generic"] = 1.0
    if not match.primary and country in setting.english:
        evidence["main_name.nickname"] = 1.0
    if gazetteer.level(match.entry) == "city":
        people = log10(gazetteer.population[match.entry] + 100)
        evidence["population.repeated"] = log(len(order)) * people
        evidence["population.crowded"] = log(1 + len(setting.toponyms)) * people
        if is_in_domain(key[0], setting.home):
            evidence["home.town"] = 1.0
            if country in (setting.at_home, setting.generic):
                evidence["home.town_there"] = 1.0
    return evidence


def _above(entry: int, gazetteer: Gazetteer) -> tuple[int, int, int]:
    return gazetteer.country[entry], gazetteer.admin1[entry], gazetteer.admin2[entry]


def read_context(names: Sequence[Name], shares: Sequence[Sequence[float]], gazetteer: Gazetteer) -> Context[Key]:
    """Sum up of what the names speak. `shares` tells, per name, how likely each of its candidates is meant."""
    own = {name.key: _own_sums(name, share, gazetteer) for name, share in zip(names, shares, strict=True)}
    total = Sums()
    for sums in own.values():
        total.add(sums)
    return Context(own, total, sum(name.mass for name in names), _neighbours(names))


def _own_sums(name: Name, shares: Sequence[float], gazetteer: Gazetteer) -> Sums:
    sums = Sums()
    alike = name.mass / len(name.entries)
    for entry, share, cells in zip(name.entries, shares, name.cells, strict=True):
        weight = share * name.mass
        add(sums.named, entry, weight)
        if (peers := _peers(entry, gazetteer)) is not None:
            add(sums.peers, peers, weight)
        for region in set(_above(entry, gazetteer)):
            if region >= 0:
                add(sums.inside, region, weight)
                add(sums.possible_inside, region, alike)
        for cell, *_ in cells.values():
            add(sums.near, cell, weight)
            add(sums.possible_near, cell, alike)
    return sums


def _neighbours(names: Sequence[Name]) -> dict[Key, tuple[Key, ...]]:
    line = {at: name.key for name in names for at in name.order}
    found: dict[Key, tuple[Key, ...]] = {}
    for name in names:
        near = (line.get(at + step) for at in name.order for step in range(-_BESIDE, _BESIDE + 1))
        found[name.key] = tuple(dict.fromkeys(key for key in near if key is not None and key != name.key))
    return found


def context_evidence(name: Name, context: Context[Key], gazetteer: Gazetteer) -> list[Evidence]:
    """What the other names of the text say of each candidate: shares of them, and logarithms of how many."""
    own, total = context.own[name.key], context.total
    others = context.mass - name.mass + 1.0
    beside = [context.own[key] for key in context.beside[name.key]]
    found = []
    for entry, cells in zip(name.entries, name.cells, strict=True):
        evidence = _of_regions(entry, own, total, others, beside, gazetteer)
        peers = _peers(entry, gazetteer)
        if peers is not None:
            evidence[f"peers.{peers[0]}"] = sum([min(1.0, sums.peers.get(peers, 0.0)) for sums in beside]) / (len(beside) + 1)
        for grid, around in cells.items():
            evidence |= _of_cells(grid, around, own, total, beside)
        found.append(evidence)
    return found


_REGIONS = ("country", "admin1", "admin2")
_OF_REGION = {
    (label, here): tuple(f"{label}_context.{'in_it_' if here else ''}{what}" for what in ("share", "names", "possible", "named", "beside"))
    for label in _REGIONS
    for here in (False, True)
}
_OF_CELL = {grid: tuple(f"proximity.{grid}_{what}" for what in ("names", "possible", "beside")) for grid in CELLS}


def _of_regions(entry: int, own: Sums, total: Sums, others: float, beside: Sequence[Sums], gazetteer: Gazetteer) -> Evidence:
    evidence: Evidence = {}
    for label, region in zip(_REGIONS, _above(entry, gazetteer), strict=True):
        if region < 0:
            continue
        mass = _rest(total.inside, own.inside, region)
        share, names, possible, named, next_to = _OF_REGION[label, region == entry]
        evidence[share] = mass / others
        evidence[names] = log(1 + mass)
        evidence[possible] = log(1 + _rest(total.possible_inside, own.possible_inside, region))
        evidence[named] = min(1.0, _rest(total.named, own.named, region))
        evidence[next_to] = sum([min(1.0, sums.inside.get(region, 0.0)) for sums in beside]) / (len(beside) + 1)
        if label == "country" and gazetteer.feature(entry) == "PPLC":
            evidence["capital.of_share"] = mass / others
    return evidence


def _of_cells(grid: str, around: Sequence[Cell], own: Sums, total: Sums, beside: Sequence[Sums]) -> Evidence:
    near = total.near
    spoken_of = [cell for cell in around if cell in near]
    mass = sum([_rest(near, own.near, cell) for cell in spoken_of])
    possible = sum([_rest(total.possible_near, own.possible_near, cell) for cell in spoken_of])
    close = sum([min(1.0, sum([sums.near.get(cell, 0.0) for cell in spoken_of])) for sums in beside])
    names, likely, next_to = _OF_CELL[grid]
    return {names: log(1 + mass), likely: log(1 + possible), next_to: close / (len(beside) + 1)}


def _peers(entry: int, gazetteer: Gazetteer) -> Peers | None:
    """What a place is listed with: a state with others of its country, a country with countries. Towns are told by what is near."""
    match gazetteer.level(entry):
        case "admin1":
            return "admin1", gazetteer.country[entry]
        case "country":
            return "country", -1
        case _:
            return None


def _rest(total: Mapping[Where, float], own: Mapping[Where, float], where: Where) -> float:
    """What the other names make of a sum; rounding may leave a little less than nothing."""
    rest = total.get(where, 0.0) - own.get(where, 0.0)
    return rest if rest > 0.0 else 0.0
