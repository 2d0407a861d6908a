"""Weighing the features: how likely each candidate is the place, and how likely the text tells a place at all.

The weights are data, learnt by `benchmarks/train_locating.py`: a multinomial logistic regression over the candidates of an event
says which of them, a logistic regression over the event and its best candidate whether any.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

Features = dict[str, float]
"""What is known of a candidate or an event, by name; what is not there is 0."""

_SURE = 0.001  # no nearer to certainty does any chance come: one sentence does not outvote ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The content of config/geography/locating.toml."""

    least: float  # probability that the text tells a place, below which none is printed
    kinds: Mapping[str, str]  # kind of happening by event type, or by "TYPE.mode" where the mode has a kind of its own
    where: Mapping[str, float]  # of a candidate's features
    told: Mapping[str, float]  # of an event's features

    def kind(self, event_type: str | None, mode: str | None) -> str:
        """What kind of thing the event is; an event without a type is a harm, told elsewhere."""
        if event_type is None:
            return "happening"
        return self.kinds.get(f"{event_type}.{mode}") or self.kinds[event_type]

    def shares(self, candidates: Sequence[Features]) -> list[float]:
        """The probability of each candidate to be the place, given that one of them is. They sum to 1."""
        sums = [_weighed(features, self.where) for features in candidates]
        highest = max(sums)
        parts = [exp(one - highest) for one in sums]
        total = sum(parts)
        return [part / total for part in parts]

    def chance(self, event: Features) -> float:
        """The probability that the text tells where the event was."""
        return 1 / (1 + exp(-_weighed(event, self.told)))

    def margin(self, chance: float) -> float:
        """The log odds of a chance, less those from which on a place is printed."""
        return _log_odds(chance) - _log_odds(self.least)


def load_weights(path: Path) -> Weights:
    """Read a file of weights. Raises OSError, tomllib.TOMLDecodeError, KeyError for a missing table."""
    with path.open("rb") as file:
        raw = tomllib.load(file)
    return Weights(least=raw["least"], kinds=raw["kinds"], where=raw["where"], told=raw["told"])


def _log_odds(chance: float) -> float:
    chance = min(max(chance, _SURE), 1 - _SURE)
    return log(chance / (1 - chance))


def _weighed(features: Features, weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())
