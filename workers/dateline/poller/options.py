"""What the poller may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from dateline.poller.websub.options import WebSubOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """How one host is spared."""

    spacing_s: float
    patience_s: float
    throttled_spacing_s: float
    max_spacing_s: float
    pause_s: float
    max_pause_s: float
    throttle_memory_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsOptions:
    """How far the robots.txt of sites is heeded when articles' pages are read."""

    own_hosts: tuple[str, ...]
    max_bytes: int
    max_age_s: float
    retry_s: float
    max_sites: int
    max_crawl_delay_s: float
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOptions:
    """When a feed is asked again, within the shortest and the longest interval."""

    polls_per_gap: float
    root_s: float
    habit_weight: float
    hint_cap_s: float
    outage_cap_s: float
    suspicious_gaps: float
    whole_min_s: float
    whole_every_s: float
    move_after_s: float
    move_polls: int
    move_back_failures: int
    gone_after_s: float
    gone_answers: int
    silent_gaps: float
    silent_min_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PollerOptions:
    """How politely and how much is read. Defaults and their reasons are in config/dateline.toml."""

    contact: str
    min_interval_s: int
    max_interval_s: int
    concurrency: int
    per_host: int
    hosts: HostOptions
    robots: RobotsOptions
    schedule: ScheduleOptions
    dns_cache_s: int
    connect_timeout_s: float
    fetch_timeout_s: float
    max_feed_bytes: int
    max_page_bytes: int
    max_redirects: int
    allow_private_addresses: bool
    proxy: str
    proxy_password: SecretStr
    credentials: SecretStr
    max_items: int
    seen_documents: int
    min_seen_items: int
    max_seen_items: int
    max_text_chars: int
    reading_processes: int
    reading_timeout_s: float
    reading_memory_mb: int
    clock_skew_s: int
    earliest_year: int
    pages_patience_s: float
    page_tries: int
    stop_deadline_s: float
    agencies: Mapping[str, tuple[str, ...]]
    websub: WebSubOptions

    def __post_init__(self) -> None:
        if self.max_seen_items < self.max_items:
            raise ValueError("max_seen_items must be at least max_items: an item still in its feed must not be forgotten")
        if self.min_interval_s > self.max_interval_s:
            raise ValueError("min_interval_s must not be above max_interval_s")
