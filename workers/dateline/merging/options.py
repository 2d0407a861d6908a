"""The settings of merging."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWeights:
    """What each piece of evidence adds to the logarithm of the odds that two mentions are one event.

    Fitted by benchmarks/train_merging.py; the pieces are described where they are measured, in `dateline.merging.evidence`.
    """

    base: float
    words: float
    words_squared: float
    names: float
    rare_names: float
    said: float
    parties: float
    other_age: float
    gap: float
    both_central: float
    one_central: float
    same_spot: float
    near: float
    same_province: float
    within: float
    elsewhere: float
    unplaced: float
    same_day: float
    next_day: float
    near_day: float
    far_day: float
    other_week: float
    apart: float
    same_killed: float
    other_killed: float
    same_injured: float
    other_injured: float
    other_type: float
    same_mode: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergingOptions:
    """When two mentions may be, and when they are, one event. Defaults and their reasons are in config/dateline.toml."""

    window_days: int
    gap_days: int
    undated_days: int
    most_days_apart: int
    city_km: float
    min_words: float
    join: float
    unlinked: float
    max_links: int
    max_component: int
    weights: PairWeights
