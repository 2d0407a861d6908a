"""A share: one partition of the feeds topic while the group of pollers gives it to us, and the one way to write to it.

    share = Share(partition)
    share.take(record) …          # the topic, from its beginning, and then as it grows
    share.open()                  # read to its end: from now on its feeds are polled
    await share.let_go(outlet, within_s=5)

Whoever stops being the owner without knowing it writes nothing: every write asks the lease first (lease.py), and what slips through
all the same has a lower epoch than the next owner's states (feed_topic.py), who puts its own on top again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from dateline.app.polling.feed_topic import Book, Known, epoch_of, is_state, state_record
from dateline.app.polling.lease import Lease
from dateline.codec import encode
from dateline.delivery.kafka import KafkaOptions, TopicNames
from dateline.delivery.producing import Outgoing, deliver
from dateline.poller import FeedState, fold
from dateline.records import Article

log = logging.getLogger(__name__)


class NotOursError(RuntimeError):
    """Another poller has this feed now, or may have: what was found out is its to find out again."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """What a share is written with."""

    producer: AIOKafkaProducer
    kafka: KafkaOptions
    topics: TopicNames
    lease: Lease

    async def send(self, records: Sequence[Outgoing]) -> None:
        await deliver(self.producer, records, self.kafka.patience_s)


class Share:
    """The feeds of one partition: what is known of each, and which polls of them are under way."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.position = 0  # of the next record to take
        self.epoch = 0
        self.is_open = False  # read to its end, and polls may be started
        self.under_way: set[asyncio.Task[None]] = set()
        self.overwritten: set[str] = set()  # feeds whose last record on the topic is a late one of an earlier owner
        self._ours = False  # may be written to: polls under way go on a little after the last was started
        self._book = Book()
        self._unsaved: set[str] = set()
        self._saved: dict[str, float] = {}  # by feed, when, on the monotonic clock
        self._opened = 0.0
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def take(self, record: ConsumerRecord) -> str | None:
        """Enter a record of the topic; return the id of the feed that it tells something new of."""
        self.position = record.offset + 1
        if not self._ours or not is_state(record):
            return self._book.take(record)
        epoch = epoch_of(record)
        if epoch < self.epoch:
            self.overwritten.add((record.key or b"").decode("utf-8", "replace"))
        elif epoch > self.epoch:
            log.warning("another poller writes to partition %d: it is no longer ours", self.partition)
            self.is_open = self._ours = False
            self._book.take(record)
        return None  # else it is what we wrote ourselves

    def open(self) -> None:
        """Begin to poll, under an epoch above all that wrote here. By the clock where nobody wrote, for two owners that both have
        written nothing yet must not have the same."""
        self.epoch = self._book.epoch = max(self._book.epoch + 1, int(time.time() * 1000))
        self.is_open = self._ours = True
        self._opened = time.monotonic()

    def ids(self) -> list[str]:
        """Of the feeds that are to be polled."""
        return [feed_id for feed_id, known in self._book.known.items() if known.feed]

    def known(self, feed_id: str) -> Known:
        return self._book.known.get(feed_id) or Known()

    def turn(self, feed_id: str) -> asyncio.Lock:
        """Held by whoever changes the state of this feed; it lives while somebody holds or awaits it."""
        return self._turns.setdefault(feed_id, asyncio.Lock())

    def hold(self, state: FeedState) -> None:
        """Keep a state in hand that the topic may hear of later; unless another owner's is there, who came after us."""
        known = self._book.known.setdefault(state.feed_id, Known())
        if known.epoch > self.epoch:
            return
        known.state, known.epoch = fold(state), self.epoch
        self._unsaved.add(state.feed_id)

    def unsaved_for(self, feed_id: str) -> float:
        """Seconds since the topic was last told of this feed, or since we have it."""
        return time.monotonic() - self._saved.get(feed_id, self._opened)

    async def save(self, states: Sequence[FeedState], outlet: Outlet) -> None:
        """Hold these states and put them on the topic. Raises NotOursError, UndeliverableError."""
        self._check(outlet.lease)
        for state in states:  # in hand first: if we are cut off while sending, it may be there
            self.hold(state)
        await outlet.send([state_record(outlet.topics.feeds, state, self.partition, self.epoch) for state in states])
        for state in states:
            self._unsaved.discard(state.feed_id)
            self._saved[state.feed_id] = time.monotonic()

    async def publish(self, articles: Sequence[Article], outlet: Outlet) -> None:
        """Put these articles on their topic. Raises NotOursError, UndeliverableError, TooLargeError."""
        self._check(outlet.lease)
        topic = outlet.topics.articles
        await outlet.send([Outgoing(topic=topic, key=article.article_id.encode(), value=encode(article)) for article in articles])

    async def write_again(self, outlet: Outlet) -> None:
        """Put our states on top of those that came late from an earlier owner, so that compaction keeps ours."""
        ids, self.overwritten = self.overwritten, set()
        log.warning("an earlier owner of partition %d wrote late over %d states: ours are written again", self.partition, len(ids))
        try:
            await self.save([state for feed_id in ids if (state := self.known(feed_id).state)], outlet)
        except NotOursError as error:
            log.warning("they are the next owner's to write: %s", error)

    async def let_go(self, outlet: Outlet, *, within_s: float) -> None:
        """Start no more polls, let those under way end or cut them off, save what is unsaved."""
        self.is_open = False
        if self.under_way:
            _, late = await asyncio.wait(self.under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            if self._ours and self._unsaved:
                await self.save([state for feed_id in self._unsaved if (state := self.known(feed_id).state)], outlet)
        except NotOursError as error:
            log.warning("%d states are left unsaved, their feeds are polled a little earlier: %s", len(self._unsaved), error)
        finally:
            self._ours = False

    def _check(self, lease: Lease) -> None:
        if not self._ours:
            raise NotOursError(f"partition {self.partition} has another owner")
        if not lease.held():
            raise NotOursError("the group has not confirmed that we belong to it for too long")


@dataclass(frozen=True, slots=True)
class ShareStore:
    """A share as the poller's Store: see dateline.poller.store for the order of its calls."""

    share: Share
    outlet: Outlet

    async def save(self, state: FeedState) -> None:
        await self.share.save([state], self.outlet)

    async def publish(self, articles: Sequence[Article]) -> None:
        await self.share.publish(articles, self.outlet)
