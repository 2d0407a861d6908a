"""The settings of worker and poller service, in a module of their own: whoever only names them need not load Faust."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How the agents run. Defaults and their reasons are in config/dateline.toml."""

    group: str
    articles_per_process: int
    merge_batch: int
    buffer: int
    fetch_bytes: int
    session_timeout_s: float
    heartbeat_s: float
    rebalance_timeout_s: float
    commit_interval_s: float
    drain_s: float
    no_progress_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingOptions:
    """How pollers share the feeds. Defaults and their reasons are in config/dateline.toml."""

    group: str
    session_timeout_s: float
    heartbeat_s: float
    rebalance_timeout_s: float
    let_go_s: float
    save_every_s: float
    first_polls_per_s: float
    calm_lag: int
    most_stretched: float


def changelog(group: str) -> str:
    """The topic that the merge state of a group is kept in."""
    return f"{group}-merge-changelog"
