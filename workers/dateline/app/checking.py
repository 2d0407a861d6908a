"""Checking a feed: one poll of it that publishes and saves nothing, with all that it was told on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from aiokafka.errors import KafkaError

from dateline.app.polling.feed_list import find
from dateline.app.polling.feed_topic import Known, read_book
from dateline.delivery.kafka import UnknownTopicError
from dateline.poller import (
    Busy,
    Document,
    Feed,
    FeedState,
    Fetched,
    Fetcher,
    Gone,
    NotModified,
    PollResult,
    Reader,
    Retry,
    Unreadable,
    open_fetcher,
    open_reader,
    poll,
)
from dateline.poller.fetching import Outcome
from dateline.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a poll of the feed would do now."""

    feed: Feed
    listed: bool
    before: FeedState | None  # what its poller saved last
    no_broker: str | None  # why we know nothing of list and state
    result: PollResult
    document: Document | None  # what it says, where it could be read
    unread: tuple[tuple[str, str], ...]  # pages of items that could not be had, and why

    @property
    def would_be_spared(self) -> bool:
        """Whether the server shows the validators that we have: a poll gets "not modified" for an answer, and reads nothing."""
        before, got = self.before, self.result.answer
        if before is None or not isinstance(got, Fetched):
            return False
        ours, its = (before.etag, before.last_modified), (got.etag, got.last_modified)
        return any(ours) and ours == its


async def check_feed(feed: Feed, settings: Settings) -> Check:
    """Ask the feed for its whole document and compare it with what is known of it, if there is a broker to know it from."""
    known, no_broker = await _known(feed, settings)
    wanted = known.feed or feed
    whole = known.state and dataclasses.replace(known.state, etag=None, last_modified=None, body_hash=None)
    options = settings.poller
    async with open_fetcher(options) as fetcher, open_reader(options) as read:
        heard = _Heard(fetcher, read)
        result = await poll(wanted, whole, fetcher=heard, read=heard.read, options=options, now=datetime.now(UTC))
    return Check(
        feed=wanted,
        listed=known.feed is not None,
        before=known.state,
        no_broker=no_broker,
        result=result,
        document=heard.document,
        unread=tuple(heard.unread),
    )


async def _known(feed: Feed, settings: Settings) -> tuple[Known, str | None]:
    try:
        book = await read_book(settings.kafka, settings.topics.feeds)
    except (KafkaError, UnknownTopicError, OSError) as error:
        return Known(), str(error)
    listed = find(book, feed.url) or feed
    known = book.known.get(listed.feed_id) or Known()
    return known, "a newer Dateline wrote its state, and it is left alone" if known.newer else None


@dataclass(slots=True)
class _Heard:
    """A fetcher and a reader that note what they hand on."""

    fetcher: Fetcher
    reader: Reader
    document: Document | None = None
    unread: list[tuple[str, str]] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        return await self.fetcher.fetch(url, max_bytes=max_bytes, etag=etag, last_modified=last_modified)

    async def fetch_page(self, url: str, *, max_bytes: int) -> Outcome:
        got = await self.fetcher.fetch_page(url, max_bytes=max_bytes)
        match got:
            case Retry(reason) | Gone(reason) | Busy(reason):
                self.unread.append((url, reason))
            case NotModified() | Fetched():
                pass
        return got

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
        found = await self.reader(function, *args, **kwargs)
        if isinstance(found, Document):
            self.document = found
        return found
