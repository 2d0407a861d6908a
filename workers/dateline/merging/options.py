"""The settings of merging."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MergingOptions:
    """When two mentions may be, and when they are, one event. Defaults and their reasons are in config/dateline.toml."""

    window_days: int
    gap_days: int
    date_slack_days: int
    undated_days: int
    city_km: float
    min_score: float
    max_links: int
    common_words: frozenset[str]
