"""What a feed's hub and we have agreed: part of the feed's state, so that a restart or another poller goes on from there.

Every function gives the Subscription that follows; nothing here asks a hub or a clock.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from dateline.poller.websub.options import WebSubOptions
from dateline.records import Instant

MAX_HUBS = 4  # Google's and Superfeedr's are often named together, seldom more
MAX_ADDRESS = 2_000

Standing = Literal["offered", "asked", "push", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed's hubs, the lease that one of them granted, and how well pushing works."""

    hubs: tuple[str, ...]  # as the feed names them, the one in use first
    topic: str  # the address by which hubs know the feed
    mark: str | None = None  # of the callback address and secret it was asked with
    asked: Instant | None = None  # a request that the hub has not verified yet
    until: Instant | None = None  # the end of the lease; None: no lease
    next_request: Instant | None = None  # None: now
    failures: int = 0  # since the hub last verified
    reason: str | None = None  # of the last failure
    last_push: Instant | None = None
    pushed: int = 0  # versions that pushes brought since the last poll
    usual_poll: Instant | None = None  # when the next poll would be if pushes were not trusted
    trusted: bool = False  # at the last poll that could tell, pushes had brought all that was new

    @property
    def hub(self) -> str:
        return self.hubs[0]


def offered(before: Subscription | None, hubs: Sequence[str], topic: str) -> Subscription | None:
    """After the feed's document was read: the same agreement, or a fresh one where it names other hubs or itself otherwise."""
    named = tuple(dict.fromkeys(hub for hub in hubs if _is_address(hub)))[:MAX_HUBS]
    if not named or not _is_address(topic):
        return None
    if before is None or before.topic != topic or before.hub not in named:
        return Subscription(hubs=named, topic=topic)
    in_use = before.hub
    return dataclasses.replace(before, hubs=(in_use, *(hub for hub in named if hub != in_use)))


def asked(push: Subscription, mark: str, now: datetime, options: WebSubOptions) -> Subscription:
    """When a request goes out. A lease of another callback address ends for us here: its pushes go elsewhere."""
    until = push.until if alive(push, mark, now) else None
    return dataclasses.replace(push, mark=mark, asked=now, until=until, next_request=now + timedelta(seconds=options.verify_within_s))


def verified(push: Subscription, hub: str, lease_s: int | None, now: datetime, options: WebSubOptions, *, spread: float) -> Subscription:
    """After one of the hubs verified, late ones included: it is the one in use. Renewal is due after 60 to 80 % of the lease, by
    `spread` (0 to 1), which leaves time to try again."""
    lease = min(lease_s or options.lease_s, options.max_lease_s)
    return dataclasses.replace(
        push,
        hubs=(hub, *(other for other in push.hubs if other != hub)),
        asked=None,
        until=now + timedelta(seconds=lease),
        next_request=now + timedelta(seconds=lease * (0.6 + 0.2 * spread)),
        failures=0,
        reason=None,
    )


def refused(push: Subscription, reason: str, now: datetime, options: WebSubOptions, *, spread: float, ended: bool = False) -> Subscription:
    """After a hub could not be asked, said no or never verified: another try after doubling waits, at the next hub when there is no
    lease to lose. With `ended` the lease is over too."""
    failures = push.failures + 1
    wait = min(options.retry_s * 2.0 ** min(failures - 1, 20), options.max_retry_s) * (1 + spread / 10)
    until = None if ended or not push.until or push.until <= now else push.until
    return dataclasses.replace(
        push,
        hubs=push.hubs if until else (*push.hubs[1:], push.hubs[0]),
        asked=None,
        until=until,
        next_request=now + timedelta(seconds=wait),
        failures=failures,
        reason=reason,
    )


def postponed(push: Subscription, after_s: float, now: datetime) -> Subscription:
    """After the hub was not asked, for its host was busy: no failure of its own."""
    return dataclasses.replace(push, asked=None, next_request=now + timedelta(seconds=after_s))


def compared(push: Subscription | None, *, news: bool) -> Subscription | None:
    """After a poll was answered. What it found, pushes had missed; when it found nothing, what is new had come by push, if it did."""
    return dataclasses.replace(push, trusted=not news and (push.trusted or push.pushed > 0), pushed=0) if push else None


def due(push: Subscription, mark: str) -> datetime:
    """When something is to be done: ask for the first time, renew, try again, or see that a request was not verified."""
    if push.next_request is None or push.mark != mark:
        return datetime.min.replace(tzinfo=UTC)
    return min(push.next_request, push.until) if push.until else push.next_request


def overdue(push: Subscription, now: datetime) -> str | None:
    """Why the last request counts as failed, if it does."""
    if push.asked and push.next_request and push.next_request <= now:
        return f"{push.hub} did not verify within {(push.next_request - push.asked).total_seconds():.0f} s"
    return None


def alive(push: Subscription | None, mark: str, now: datetime) -> bool:
    """Whether a hub has promised to push to this callback address now."""
    return push is not None and push.mark == mark and push.until is not None and push.until > now


def standing(push: Subscription, now: datetime) -> Standing:
    """How it stands, in a word: "push" while a lease runs."""
    if push.until and push.until > now:
        return "push"
    return "asked" if push.asked else "failed" if push.failures else "offered"


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and len(url) <= MAX_ADDRESS
    except ValueError:
        return False
