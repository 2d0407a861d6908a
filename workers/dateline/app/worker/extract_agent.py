"""The extraction agent: articles in, mentions out, acknowledged in order and only when the mentions are on the broker.

The agent only takes records off the stream and hands the articles to the pool. A task of its own finishes them, oldest first, so that
several are read at once and yet no later one is acknowledged before an earlier one. What is read by the time it looks is delivered
together: one wait for the broker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Protocol

from pebble import ProcessExpired

from dateline.app.worker.stream import FaustEvent, input_of, is_stale
from dateline.codec import UnreadableRecordError, decode, encode
from dateline.delivery.kafka import TopicNames
from dateline.delivery.last_words import stop_hard
from dateline.delivery.outbox import Outbox
from dateline.delivery.producing import Headers, Outgoing
from dateline.english import OtherLanguageError
from dateline.records import Article, Mention, Withdrawal

TYPE = "dateline-type"  # tells the two kinds of record on the mentions topic apart
FETCHED = "dateline-fetched"  # when we had the article: for measuring how long an event takes
STAGE = "extract"


class Pool(Protocol):
    """Reads articles elsewhere. A future ends in TimeoutError or ProcessExpired where the one article is to blame."""

    processes: int

    def submit(self, article: Article) -> Future[list[Mention]]: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A record off the stream, and the reading of it or why there is none."""

    event: FaustEvent
    article: Article | None = None
    reading: Future[list[Mention]] | None = None
    problem: UnreadableRecordError | None = None


@dataclass(slots=True)
class Batch:
    """Articles that were read, oldest first, and the records made of them that are not yet delivered."""

    taken: list[Taken] = field(default_factory=list)
    records: list[Outgoing] = field(default_factory=list)


class Extracting:
    """What the agent and its finishing task share."""

    def __init__(self, pool: Pool, outbox: Outbox, topics: TopicNames, mention_partitions: int, in_hand: int) -> None:
        self._pool = pool
        self._outbox = outbox
        self._topics = topics
        self._mention_partitions = mention_partitions
        self._queue: asyncio.Queue[Taken] = asyncio.Queue()
        self._room = asyncio.Semaphore(in_hand)
        self._metrics = outbox.metrics
        self._metrics.pool_size.set(pool.processes)

    async def take(self, events: AsyncIterable[FaustEvent]) -> None:
        """The agent's body: waits where there is no room, so that Faust stops fetching."""
        async for event in events:
            await self._room.acquire()
            self._queue.put_nowait(self._begin(event))

    async def finish(self) -> None:
        """The task beside it; runs until cancelled."""
        while True:
            waiting = [await self._queue.get()]
            while not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            batch = Batch()
            for taken in waiting:
                if taken.reading is not None and not taken.reading.done():
                    await self._deliver(batch)  # what is ready does not wait for what is not
                await self._finish(taken, batch)
            await self._deliver(batch)

    async def drained(self) -> None:
        await self._queue.join()

    def _begin(self, event: FaustEvent) -> Taken:
        if event.message.value is None:
            return Taken(event, problem=UnreadableRecordError("no value: articles are never deleted"))
        try:
            article = decode(event.message.value, Article)
        except UnreadableRecordError as problem:
            return Taken(event, problem=problem)
        return Taken(event, article=article, reading=self._submit(article))

    def _submit(self, article: Article) -> Future[list[Mention]]:
        try:
            reading = self._pool.submit(article)
        except RuntimeError as error:  # closed, or its processes can't even start: no article's fault
            stop_hard(f"the reading pool takes no more articles: {error}")
        self._metrics.pool_busy.inc()
        reading.add_done_callback(lambda _: self._metrics.pool_busy.dec())
        return reading

    async def _finish(self, taken: Taken, batch: Batch) -> None:
        if is_stale(taken.event):  # its partition has been given away and back since: it comes again
            if taken.reading:
                taken.reading.cancel()
            self._let_go()
            return
        if taken.article is None or taken.reading is None:
            assert taken.problem is not None
            await self._bury(taken, taken.problem, 1, batch)
            return
        found, attempts = await self._read(taken.article, taken.reading)
        if isinstance(found, OtherLanguageError):
            found, outcome = [], "other language"
        elif isinstance(found, BaseException):
            await self._bury(taken, found, attempts, batch)
            return
        else:
            outcome = "read" if found else "no event"
        records = self._records(taken.article, found)
        if too_large := self._outbox.too_large(records):
            await self._bury(taken, too_large, attempts, batch)
            return
        batch.taken.append(taken)
        batch.records += records
        self._metrics.articles.labels(outcome).inc()

    async def _bury(self, taken: Taken, error: BaseException, attempts: int, batch: Batch) -> None:
        await self._deliver(batch)
        await self._outbox.bury(input_of(taken.event), error, stage=STAGE, attempts=attempts)
        taken.event.ack()
        self._let_go()

    async def _deliver(self, batch: Batch) -> None:
        await self._outbox.send(batch.records)
        for taken in batch.taken:
            if not is_stale(taken.event):  # Faust would take it for an acknowledgement of what it has fetched since
                taken.event.ack()
            self._let_go()
        batch.taken, batch.records = [], []

    def _let_go(self) -> None:
        self._queue.task_done()
        self._room.release()

    async def _read(self, article: Article, reading: Future[list[Mention]]) -> tuple[list[Mention] | BaseException, int]:
        """What was read, or why not, and at which attempt. A process that died may have been killed for another's sake: try again once."""
        found = await _outcome(reading)
        if not isinstance(found, (ProcessExpired, BrokenProcessPool)):
            return found, 1
        return await _outcome(self._submit(article)), 2

    def _records(self, article: Article, mentions: list[Mention]) -> list[Outgoing]:
        headers: Headers = ((FETCHED, article.fetched.isoformat().encode()),) if article.fetched else ()
        records = self._withdrawals(article) if article.version > 1 else []
        for mention in mentions:
            record = Outgoing(
                topic=self._topics.mentions, key=mention.block.encode(), value=encode(mention), headers=((TYPE, b"mention"), *headers)
            )
            records.append(record)
        return records

    def _withdrawals(self, article: Article) -> list[Outgoing]:
        """One for each partition: what an older version said may be on any of them."""
        value = encode(Withdrawal(article_id=article.article_id, article_version=article.version))
        key, headers = article.article_id.encode(), ((TYPE, b"withdrawal"),)
        return [
            Outgoing(topic=self._topics.mentions, key=key, value=value, headers=headers, partition=partition)
            for partition in range(self._mention_partitions)
        ]


async def _outcome(reading: Future[list[Mention]]) -> list[Mention] | BaseException:
    """The result of a reading, or what it failed with, as a value."""
    future = asyncio.wrap_future(reading)
    await asyncio.wait([future])
    if future.cancelled():
        return ProcessExpired("the reading was given up")
    return future.exception() or future.result()
