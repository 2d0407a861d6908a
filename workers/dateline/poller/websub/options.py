"""What may be told of subscribing to hubs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSubOptions:
    """Where hubs reach us and how far they are trusted. Defaults and their reasons are in config/dateline.toml."""

    callback: str  # "" switches it off
    secret: SecretStr
    host: str
    port: int
    lease_s: int
    min_lease_s: int
    max_lease_s: int
    verify_within_s: int
    retry_s: int
    max_retry_s: int
    net_interval_s: int
    look_every_s: float
    requests_per_hub: int
    max_pending: int
    max_pending_bytes: int
    max_pushes_a_minute: int

    def __post_init__(self) -> None:
        if self.callback:
            parts = urlsplit(self.callback)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"websub.callback must be an http(s) address without query, not {self.callback!r}")
        if not self.min_lease_s <= self.lease_s <= self.max_lease_s:
            raise ValueError("websub.lease_s must lie between min_lease_s and max_lease_s")
