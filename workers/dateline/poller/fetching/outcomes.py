"""What asking an address can come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect that was followed: this status sent us to `url`."""

    status: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body. `url` is where it was found after redirects."""

    url: str
    body: bytes
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    hubs: tuple[str, ...] = ()  # of the Link header: addresses that push this document by WebSub
    self_url: str | None = None  # of the same: what they know it by
    fresh_s: float | None = None  # how long the server lets it be kept without asking, in seconds; None when it does not say
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current."""

    fresh_s: float | None = None
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """The server says that this address will not come back (410)."""

    reason: str = "gone: HTTP 410"
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing now; ask again, not before `after` seconds when the server said so.

    `reason` is a class of failure, a colon and the particulars: "dns: no such name". The classes are in failures.py.
    """

    reason: str
    after: float | None = None
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class Busy:
    """Not asked: this host's other requests come first, or it asked to be left alone. Its turn is in about `after` seconds."""

    reason: str
    after: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was posted has been taken."""


Outcome = Fetched | NotModified | Gone | Retry | Busy


class Fetcher(Protocol):
    """Where bytes come from: the open web, or a test's small world."""

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        """What the address gives now; with validators, perhaps only that nothing changed. Raises nothing."""
        ...

    async def fetch_page(self, url: str, *, max_bytes: int) -> Outcome:
        """The same for an article's page, which its site may not want read by programs. Raises nothing."""
        ...


def moved_to(url: str, hops: Sequence[Hop]) -> str | None:
    """Where the address moved for good: each step a permanent redirect (301, 308), none from https to http; None when it did not."""
    if not hops or any(hop.status not in (301, 308) for hop in hops):
        return None
    schemes = [urlsplit(step).scheme.lower() for step in (url, *(hop.url for hop in hops))]
    if any(before == "https" and after == "http" for before, after in pairwise(schemes)):
        return None
    return hops[-1].url if hops[-1].url != url else None
