"""A feed's state from one poll to the next, and when it is polled again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dateline.poller.options import PollerOptions
from dateline.poller.websub import Subscription, compared
from dateline.records import VERSION, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """What is known of an item. `item_hash` is of what the feed tells, `content_hash` of the article made of it.

    `delivered` is false while it is not certain that the version is on the broker (see store.py).
    """

    article_id: str
    item_hash: str
    content_hash: str
    version: int
    first_seen: Instant
    delivered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """The record of the feeds topic, by feed id. `seen` maps item keys to items, the longest unseen first."""

    feed_id: str
    url: str  # where it is asked now: the listed address, or where that one moved for good; the id stays
    listed: str | None = None  # its address on the list when it was polled last: another one there now is where it is asked
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_poll: Instant | None = None  # None: now
    interval_s: float = 0
    failures: int = 0  # since the last success
    last_reason: str | None = None  # of the last failure
    last_polled: Instant | None = None
    last_success: Instant | None = None
    last_new_item: Instant | None = None
    retired: bool = False  # its server said that it is gone: not polled again
    push: Subscription | None = None  # with the hub that the feed names
    seen: Mapping[str, SeenItem] = field(default_factory=dict)
    version: int = VERSION


def succeeded(state: FeedState, now: datetime, options: PollerOptions, *, news: bool) -> FeedState:
    """After an answer: sooner next time when it brought something new, later when it did not."""
    wanted = state.interval_s / 2 if news else state.interval_s * 1.5
    interval = min(max(wanted, options.min_interval_s), options.max_interval_s)
    return dataclasses.replace(
        state,
        interval_s=interval,
        next_poll=now + timedelta(seconds=jittered(interval, state.feed_id)),
        failures=0,
        last_reason=None,
        last_polled=now,
        last_success=now,
        last_new_item=now if news else state.last_new_item,
        push=compared(state.push, news=news),
    )


def failed(state: FeedState, now: datetime, options: PollerOptions, *, reason: str, after: float | None = None) -> FeedState:
    """After a failure: doubling waits, and at least what the server asked for, up to the longest interval."""
    failures = state.failures + 1
    wait = options.min_interval_s * 2.0 ** min(failures - 1, 20)
    wait = min(max(wait, state.interval_s, after or 0), options.max_interval_s)
    return dataclasses.replace(
        state,
        next_poll=now + timedelta(seconds=jittered(wait, state.feed_id)),
        failures=failures,
        last_reason=reason,
        last_polled=now,
    )


def postponed(state: FeedState, now: datetime, *, after: float) -> FeedState:
    """After it was not asked, for its host was busy: asked soon."""
    return dataclasses.replace(state, next_poll=now + timedelta(seconds=jittered(after, state.feed_id)))


def retired(state: FeedState, now: datetime, reason: str) -> FeedState:
    """After the server said that the feed is gone for good."""
    return dataclasses.replace(state, retired=True, failures=state.failures + 1, last_reason=reason, last_polled=now)


def jittered(wait: float, feed_id: str) -> float:
    """Up to a tenth longer, the same for one feed, so that feeds that started together drift apart."""
    return wait * (1 + spread(feed_id) / 10)


def spread(feed_id: str) -> float:
    """0 to 1, evenly over feeds and the same for one."""
    return int(feed_id[:4], 16) / 0xFFFF
