"""Weighing the evidence: a linear model, one softmax over the candidates of a name.

The weights are data (config/geography/resolution.json), learned by benchmarks/train_resolution.py. They come in rounds: the first knows
nothing of the rest of the text, each further one reads the context that the round before has settled. How far the candidate chosen is
to be trusted is a second, smaller model: that a name has one candidate only does not make it the right one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, exp, hypot, log, radians

import orjson

from dateline.config_files import config_file
from dateline.geography.evidence import Evidence, Name, context_evidence, read_context
from dateline.geography.gazetteer import Gazetteer

WEIGHTS = "geography/resolution.json"
Weights = Mapping[str, float]


_SAME_SPOT = 1.0  # degrees of latitude, 111 km
_MOST_LEAD = 6.0  # log odds: beyond them a lead over the other candidates means nothing more


@dataclass(frozen=True, slots=True)
class Model:
    """`rounds` and `trust` are weights by piece of evidence; `calibration` is (trust, how many were right), both rising."""

    rounds: Sequence[Weights]
    trust: Weights
    calibration: Sequence[tuple[float, float]]

    def score(self, ranked: Ranked, at: int, gazetteer: Gazetteer) -> float:
        """Of how many candidates trusted like this one is right: straight lines between the points that were measured."""
        return between(self.calibration, trust(trust_evidence(ranked, at, gazetteer), self.trust))


def between(points: Sequence[tuple[float, float]], value: float) -> float:
    at = bisect_right(points, (value, 2.0))
    if at in (0, len(points)):
        return points[max(0, at - 1)][1]
    (x, y), (to_x, to_y) = points[at - 1], points[at]
    return y + (to_y - y) * (value - x) / (to_x - x)


@cache
def load_ranking() -> Model:
    """The model as shipped, or as the user's own configuration has it."""
    raw = orjson.loads(config_file(WEIGHTS).read_bytes())
    return Model(raw["rounds"], raw["trust"], [(trusted, right) for trusted, right in raw["calibration"]])


@dataclass(frozen=True, slots=True)
class Ranked:
    """A name, what speaks for each of its candidates in the end, and their shares, which make 1."""

    name: Name
    evidence: list[Evidence]
    shares: list[float]


def rank(names: Sequence[Name], gazetteer: Gazetteer, rounds: Sequence[Weights]) -> list[Ranked]:
    """Weigh the candidates of all names of a text together. Linear in names × candidates."""
    ranked = [_weighed(name, name.standing, rounds[0]) for name in names]
    for weights in rounds[1:]:
        ranked = [_weighed(name, evidence, weights) for name, evidence in zip(names, in_context(ranked, gazetteer), strict=True)]
    return ranked


def in_context(ranked: Sequence[Ranked], gazetteer: Gazetteer) -> list[list[Evidence]]:
    """The evidence for each candidate of each name, with what the other names say as they are understood so far."""
    names = [one.name for one in ranked]
    context = read_context(names, [one.shares for one in ranked], gazetteer)
    return [
        [standing | more for standing, more in zip(name.standing, context_evidence(name, context, gazetteer), strict=True)]
        for name in names
    ]


def _weighed(name: Name, evidence: list[Evidence], weights: Weights) -> Ranked:
    sums = [sum(weights.get(piece, 0.0) * value for piece, value in pieces.items()) for pieces in evidence]
    top = max(sums)
    raised = [exp(weight - top) for weight in sums]
    total = sum(raised)
    return Ranked(name, evidence, [value / total for value in raised])


def trust_evidence(ranked: Ranked, at: int, gazetteer: Gazetteer) -> Evidence:
    """What speaks for a candidate's being right at all: its lead over those elsewhere, and the same evidence as before.

    Damascus and the province of Damascus are one spot on the map: which of the two is meant makes neither doubtful.
    """
    share = sum(share for other, share in enumerate(ranked.shares) if _is_same_spot(ranked.name, at, other, gazetteer))
    alone = len(ranked.shares) == 1
    lead = _MOST_LEAD if share >= 1.0 else min(_MOST_LEAD, log(share / (1.0 - share)))
    return ranked.evidence[at] | {"trust.always": 1.0, "trust.alone": float(alone), "trust.lead": 0.0 if alone else lead}


def _is_same_spot(name: Name, one: int, other: int, gazetteer: Gazetteer) -> bool:
    here, there = name.entries[one], name.entries[other]
    north = gazetteer.lat[here] - gazetteer.lat[there]
    east = ((gazetteer.lon[here] - gazetteer.lon[there] + 180) % 360 - 180) * cos(radians(gazetteer.lat[here]))
    return hypot(north, east) < _SAME_SPOT


def trust(evidence: Evidence, weights: Weights) -> float:
    """0 to 1."""
    return 1.0 / (1.0 + exp(-sum(weights.get(piece, 0.0) * value for piece, value in evidence.items())))


def by_kind(evidence: Evidence, weights: Weights) -> dict[str, float]:
    """What each kind of evidence adds to the weight of a candidate."""
    kinds: dict[str, float] = {}
    for piece, value in evidence.items():
        kind = piece.partition(".")[0]
        kinds[kind] = kinds.get(kind, 0.0) + weights.get(piece, 0.0) * value
    return kinds
