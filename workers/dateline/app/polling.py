"""The poller on Kafka: state from the feeds topic, articles to the articles topic, the new state after them."""

from __future__ import annotations

import asyncio
import heapq
import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence, Sized
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from dateline.codec import UnreadableRecordError, decode, encode
from dateline.delivery.kafka import KafkaOptions, TopicNames, make_producer
from dateline.delivery.reading import read_topic
from dateline.poller import (
    Feed,
    FeedState,
    Fetcher,
    PollerOptions,
    PollResult,
    Reader,
    Store,
    keep,
    open_fetcher,
    open_reader,
    poll,
    read_article,
)
from dateline.records import Article

log = logging.getLogger(__name__)

Observe = Callable[[Feed, PollResult, float], None]
"""Told of each poll once its results are kept, with the seconds it took: the one place where polls are counted."""


def unobserved(feed: Feed, result: PollResult, seconds: float) -> None:
    """Nobody watches."""


def stop_on_signals() -> asyncio.Event:
    """An event set by SIGTERM or SIGINT, for `run_poller`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def run_poller(
    feeds: Sequence[Feed],
    *,
    kafka: KafkaOptions,
    topics: TopicNames,
    options: PollerOptions,
    stop: asyncio.Event,
    observe: Observe = unobserved,
    once: bool = False,
) -> None:
    """Poll the feeds when they are due, until `stop`; with `once`, each feed one time, due or not.

    Goes on where the feeds topic says the last poller ended. Topics must exist. What goes wrong with a feed is in its state; what
    goes wrong with Kafka raises, for then nothing can be delivered, and the next start repeats what was not.
    """
    states = await read_states(kafka, topics.feeds)
    async with AsyncExitStack() as open_now:
        producer = make_producer(kafka)
        open_now.push_async_callback(producer.stop)
        await producer.start()
        fetcher = await open_now.enter_async_context(open_fetcher(options))
        read = await open_now.enter_async_context(open_reader(options))
        desk = _Desk(KafkaStore(producer, topics), fetcher, read, options, observe)
        await _poll_all(feeds, states, desk, stop, once=once)


async def read_states(kafka: KafkaOptions, topic: str) -> dict[str, FeedState]:
    """The last state of every feed on the compacted topic; unreadable ones are passed over, and their feeds start afresh."""
    states: dict[str, FeedState] = {}
    async for record in read_topic(kafka, topic):
        _take(states, record.key, record.value)
    return states


def _take(states: dict[str, FeedState], key: bytes | None, value: bytes | None) -> None:
    feed_id = (key or b"").decode("utf-8", "replace")
    if value is None:  # a tombstone: the feed was removed
        states.pop(feed_id, None)
        return
    try:
        states[feed_id] = decode(value, FeedState)
    except UnreadableRecordError as error:
        log.warning("state of feed %s is unreadable, it starts afresh: %s", feed_id, error)
        states.pop(feed_id, None)


class KafkaStore:
    """The poller's store on Kafka; each call returns when every record of it is delivered."""

    def __init__(self, producer: AIOKafkaProducer, topics: TopicNames) -> None:
        self._producer = producer
        self._topics = topics

    async def save(self, state: FeedState) -> None:
        await self._producer.send_and_wait(self._topics.feeds, encode(state), key=state.feed_id.encode())

    async def publish(self, articles: Sequence[Article]) -> None:
        sent = [await self._producer.send(self._topics.articles, encode(article), key=article.article_id.encode()) for article in articles]
        await asyncio.gather(*sent)


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that a poll needs beside its feed."""

    store: Store
    fetcher: Fetcher
    read: Reader
    options: PollerOptions
    observe: Observe

    async def poll(self, feed: Feed, state: FeedState | None) -> FeedState:
        started = time.monotonic()
        result = await poll(feed, state, fetcher=self.fetcher, read=self.read, options=self.options, now=datetime.now(UTC))
        await keep(state, result, self.store)
        self.observe(feed, result, time.monotonic() - started)
        return result.state


async def _poll_all(feeds: Sequence[Feed], states: Mapping[str, FeedState], desk: _Desk, stop: asyncio.Event, *, once: bool) -> None:
    """Keep at most `concurrency` polls under way, the longest due first. What is under way at `stop` has a deadline."""
    start = [feed for feed in feeds if once or not _retired(states.get(feed.feed_id))]
    waiting = [(_when(states.get(feed.feed_id)), number) for number, feed in enumerate(start)]
    heapq.heapify(waiting)
    known = dict(states)
    stopping = asyncio.create_task(stop.wait())
    under_way: dict[asyncio.Task[FeedState], int] = {}
    try:
        while not stop.is_set() and (waiting or under_way or not once):
            while waiting and len(under_way) < desk.options.concurrency and (once or waiting[0][0] <= datetime.now(UTC)):
                _, number = heapq.heappop(waiting)
                under_way[asyncio.create_task(desk.poll(start[number], known.get(start[number].feed_id)))] = number
            patience = _until_next(waiting, under_way, desk.options)
            await asyncio.wait([stopping, *under_way], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in under_way if task.done()]:
                number = under_way.pop(task)
                state = known[start[number].feed_id] = task.result()  # raises what Kafka raised
                if not once and not state.retired:
                    heapq.heappush(waiting, (_when(state), number))
        if under_way:
            finished, _ = await asyncio.wait(under_way, timeout=desk.options.stop_deadline_s)
            for task in finished:
                task.result()
    finally:
        for unfinished in (stopping, *under_way):
            unfinished.cancel()
        await asyncio.gather(stopping, *under_way, return_exceptions=True)


def _until_next(waiting: Sequence[tuple[datetime, int]], under_way: Sized, options: PollerOptions) -> float | None:
    """Seconds until a poll is due that can be started; None when only the end of another one can change anything."""
    if not waiting or len(under_way) >= options.concurrency:
        return None
    return max(0.0, (waiting[0][0] - datetime.now(UTC)).total_seconds())


def _when(state: FeedState | None) -> datetime:
    return (state and state.next_poll) or datetime.min.replace(tzinfo=UTC)


def _retired(state: FeedState | None) -> bool:
    return state is not None and state.retired


def article_at(url: str, options: PollerOptions) -> Article:
    """The article at one web address, for reading it without a feed or broker. Raises UnreadablePageError saying why not."""

    async def fetch() -> Article:
        async with open_fetcher(options) as fetcher:
            return await read_article(url, fetcher, options, datetime.now(UTC))

    return asyncio.run(fetch())
