"""A feed's state from one poll to the next. How it changes is in schedule.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.websub import Subscription
from dateline.records import VERSION, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenItem:
    """What is known of an item. `item_hash` is of what the feed tells, `content_hash` of the article made of it.

    `delivered` is false while it is not certain that the version is on the broker (see store.py). `claims` are what it last said of
    itself, by which it is known again (see claims.py). `page_tries` is how often its page was asked for in vain, if it is to be tried
    again; else 0. `mark` is of how it stood in its document (see parsing/cutting.py).
    """

    article_id: str
    item_hash: str
    content_hash: str
    version: int
    first_seen: Instant
    delivered: bool = True
    claims: str = ""
    page_tries: int = 0
    mark: str = ""

    def is_done(self) -> bool:
        """Whether nothing is left to do for it as long as it is as it was."""
        return self.delivered and not self.page_tries


IntervalBasis = Literal["start", "habit", "silence", "hint", "floor", "cap"]
"""Why a feed waits as long as it does: it is new; how often it brings news; how long it has not; what its publisher asks; our limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permanent redirect of a feed's address, as long as it holds."""

    to: str
    since: Instant
    polls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """HTTP 410 in place of a feed, as long as there is no success between."""

    since: Instant
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """The record of the feeds topic, by feed id. `seen` maps article ids to items, the longest unseen first."""

    feed_id: str
    url: str  # where it is asked now: the listed address, or where that one moved for good; the id stays
    listed: str | None = None  # its address on the list when it was polled last: another one there now is where it is asked
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_poll: Instant | None = None  # None: now
    interval_s: float = 0
    interval_basis: IntervalBasis | None = None  # what decided it
    gap_s: float | None = None  # from one time that it brought something new to the next, as is usual for it
    hint_s: float | None = None  # how long it says of itself that it stays as it is
    last_whole: Instant | None = None  # when its whole document came last; what came since was "not modified"
    validators_lie: bool = False  # its server said "not modified" of a document that was: it is asked for the whole
    failures: int = 0  # since the last success
    last_reason: str | None = None  # of the last failure
    last_polled: Instant | None = None
    last_success: Instant | None = None
    last_new_item: Instant | None = None
    retired: bool = False  # its server said for days that it is gone: not polled again
    absence: Absence | None = None  # how long its server has said so, until it does not
    move: Move | None = None  # where its address is said to have moved for good, until that has held
    push: Subscription | None = None  # with the hub that the feed names
    longest: int = 0  # items of its longest document: how many are remembered depends on it
    seen: Mapping[str, SeenItem] = field(default_factory=dict)
    version: int = VERSION
    unknown: Mapping[str, Any] = field(default_factory=dict)  # what a newer program added: written again as it came


def as_listed(feed: Feed, state: FeedState | None) -> FeedState:
    """The state to begin with: a new one, or one that goes back to the address on the list if that is another one than it was."""
    state = state or FeedState(feed_id=feed.feed_id, url=feed.url)
    return state if state.listed == feed.url else dataclasses.replace(asked_at(state, feed.url), listed=feed.url)


def asked_at(state: FeedState, url: str) -> FeedState:
    """The state when it is asked at another address, where nothing is known of validators and moves."""
    if url == state.url:
        return state
    return dataclasses.replace(
        state, url=url, etag=None, last_modified=None, body_hash=None, last_whole=None, validators_lie=False, move=None, absence=None
    )


def remembered(longest: int, options: PollerOptions) -> int:
    """How many items are remembered of a feed whose longest document had so many."""
    return min(options.max_seen_items, max(options.min_seen_items, options.seen_documents * longest))
