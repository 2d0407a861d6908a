"""Weighing the evidence: a linear model, one softmax over the candidates of a name and "none of them".

The weights are data (config/geography/resolution.json), learned by benchmarks/train_resolution.py. They come in rounds: the first knows
nothing of the rest of the text, each further one reads the context that the round before has settled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp

import orjson

from dateline.config_files import config_file
from dateline.geography.evidence import Evidence, Name, context_evidence, read_context
from dateline.geography.gazetteer import Gazetteer

WEIGHTS = "geography/resolution.json"
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """`rounds` of weights by piece of evidence; `calibration` as (share, how many were right) with both rising."""

    rounds: Sequence[Weights]
    calibration: Sequence[tuple[float, float]]

    def score(self, share: float) -> float:
        """How many places of such a share are right: straight lines between the points that were measured."""
        points = self.calibration
        at = bisect_right(points, (share, 2.0))
        if at == 0 or at == len(points):
            return points[max(0, at - 1)][1]
        (x, y), (to_x, to_y) = points[at - 1], points[at]
        return y + (to_y - y) * (share - x) / (to_x - x)


@cache
def load_ranking() -> Model:
    """The model as shipped, or as the user's own configuration has it."""
    raw = orjson.loads(config_file(WEIGHTS).read_bytes())
    return Model(raw["rounds"], [(share, right) for share, right in raw["calibration"]])


@dataclass(frozen=True, slots=True)
class Ranked:
    """A name, what speaks for each of its candidates in the end, and their shares: with "none of them" they make 1."""

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
        [standing | more for standing, more in zip(name.standing, context_evidence(name, context, gazetteer), strict=True)] for name in names
    ]


def _weighed(name: Name, evidence: list[Evidence], weights: Weights) -> Ranked:
    sums = [sum(weights.get(piece, 0.0) * value for piece, value in pieces.items()) for pieces in evidence]
    top = max([0.0, *sums])  # "none of them" weighs 0
    raised = [exp(weight - top) for weight in sums]
    total = sum(raised) + exp(-top)
    return Ranked(name, evidence, [value / total for value in raised])


def by_kind(evidence: Evidence, weights: Weights) -> dict[str, float]:
    """What each kind of evidence adds to the weight of a candidate."""
    kinds: Counter[str] = Counter()
    for piece, value in evidence.items():
        kinds[piece.partition(".")[0]] += weights.get(piece, 0.0) * value
    return dict(kinds)
