"""A replay from its beginning, or from where it was left, to its end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition

from dateline.app.long_work import Pace, Progress, StoppedError
from dateline.app.replay.comparing import Change, Comparing
from dateline.app.replay.diff import Differences
from dateline.app.replay.event_time import events_of
from dateline.app.replay.plan import Plan, StaleSpoolError, extraction
from dateline.app.replay.reading import Chunk, Pool
from dateline.app.replay.spool import Kind, Spool, Task
from dateline.app.replay.topic_state import TopicState, scratch
from dateline.delivery.cloudevents import event_headers
from dateline.delivery.kafka import UnknownTopicError, make_consumer, make_producer
from dateline.delivery.kafka import start as start_client
from dateline.delivery.producing import Outgoing, deliver
from dateline.delivery.reading import ranges
from dateline.records import Mention
from dateline.settings import Settings

STEPS: dict[Kind, str] = {"read": "reading articles", "merge": "merging mentions"}
MADE_BY = "extraction"
CHUNK = 200  # records of a partition that are read as one: what a kill repeats, some five seconds' work
READERS = 2  # chunks under way at once, so that the pool has work while one ends and the next begins
AT_ONCE = 500  # events compared, and delivered, together
FETCH_WAIT_MS = 20  # what is asked for is there already; a chunk waits for what the one before asked for beyond its end
LOOK_EVERY_S = 0.5  # whether another process has done, or left, what is not ours


@dataclass(slots=True)
class Replayed:
    """What a replay did. `kept`: events left as they are because they rest on articles outside of what was read.

    `by_another`: another process of the same replay publishes what all of them made.
    """

    articles: int = 0
    unreadable: int = 0
    mentions: int = 0
    events: int = 0
    published: int = 0
    kept: int = 0
    by_another: bool = False
    changes: Differences = field(default_factory=Differences)


@dataclass(frozen=True, slots=True)
class Replaying:
    """One process's share of a replay. `folder` holds the spool: the same plan must be given the same folder."""

    settings: Settings
    plan: Plan
    folder: Path
    progress: Progress
    stop: asyncio.Event
    rate: float | None = None  # articles a second, of this process
    dry: bool = False  # publish nothing, and leave the spool for the replay that does

    async def run(self, pool: Pool) -> Replayed:
        """Do all that is not done yet. Raises StoppedError, StaleSpoolError, UnknownTopicError."""
        with Spool(self.folder) as spool:
            await self._begin(spool)
            await _unless(self.stop, self._read(spool, pool))
            spool.prepare_merging()
            await self._work_off("merge", spool, lambda task: asyncio.to_thread(self._merge, spool, task))
            done = await self._publish(spool)
        if not (self.dry or done.by_another):
            shutil.rmtree(self.folder, ignore_errors=True)
        return done

    async def _begin(self, spool: Spool) -> None:
        """Decide what is read, once: what comes to the topic from now on is for the next replay."""
        ours, made_by = extraction(self.settings), spool.told(MADE_BY)
        if made_by is None:
            found = await ranges(self.settings.kafka, self.plan.articles, self.plan.start, self.plan.end)
            with spool.alone():
                if spool.told(MADE_BY) is None:  # another process may have been quicker
                    spool.add_tasks(_chunks(found))
                    spool.tell(MADE_BY, ours)
        elif made_by != ours:
            raise StaleSpoolError(
                f"an earlier start of this replay left its work in {self.folder}, made by another program, data or settings: "
                "--anew begins again"
            )

    async def _read(self, spool: Spool, pool: Pool) -> None:
        """Read what is left of the articles, several chunks at once; the first that fails ends the others."""
        pace, in_hand = Pace(self.rate), max(1, pool.processes * self.settings.worker.articles_per_process // READERS)
        readers = [asyncio.create_task(self._read_chunks(spool, pool, pace, in_hand)) for _ in range(READERS)]
        try:
            await asyncio.gather(*readers)
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _read_chunks(self, spool: Spool, pool: Pool, pace: Pace, in_hand: int) -> None:
        consumer = make_consumer(self.settings.kafka, fetch_max_wait_ms=FETCH_WAIT_MS)
        await start_client(consumer, self.settings.kafka)
        try:
            await self._work_off("read", spool, lambda task: Chunk(task, self.plan, pool, in_hand, pace).read(consumer, spool))
        finally:
            await consumer.stop()

    async def _work_off(self, kind: Kind, spool: Spool, work: Callable[[Task], Awaitable[None]]) -> None:
        """Claim tasks and work on them until none is left, those of other processes included: one that dies leaves its own to us."""
        while (standing := spool.standing(kind)).tasks_left:
            self.progress(STEPS[kind], standing.done, standing.size)
            self._go_on()
            if (task := spool.claim(kind)) is None:
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            try:
                await work(task)
            except BaseException:
                spool.give_back(task)
                raise

    def _merge(self, spool: Spool, task: Task) -> None:
        spool.keep_merged(task, events_of(self._while_wanted(spool.mentions(task.name)), self.settings.merging))

    def _while_wanted(self, mentions: Iterable[Mention]) -> Iterator[Mention]:
        for mention in mentions:
            self._go_on()
            yield mention

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise StoppedError

    async def _publish(self, spool: Spool) -> Replayed:
        """Compare with the topic as it is now, and publish the difference: a second time there is none."""
        read = spool.standing("read")
        done = Replayed(read.articles, read.unreadable, spool.count("mention"), spool.count("event"))
        with spool.publishing() as is_ours:
            if not is_ours:
                done.by_another = True
                return done
            with scratch(self.folder / "topic.db") as database:
                before = TopicState(database, "before")
                with suppress(*((UnknownTopicError,) if self.dry else ())):  # a dry run makes no topic
                    await before.load(self.settings.kafka, self.plan.into)
                comparing = Comparing(spool, before, database)
                done.kept = comparing.kept
                await self._bring(comparing.changes(), done)
                done.changes.same = comparing.same
            if not self.dry:
                await self._commit(spool)
        return done

    async def _bring(self, changes: Iterator[Change], done: Replayed) -> None:
        """Publish the changes, or only count them."""
        producer = None if self.dry else make_producer(self.settings.kafka)
        if producer:
            await start_client(producer, self.settings.kafka)
        try:
            while batch := list(islice(changes, AT_ONCE)):
                await asyncio.sleep(0)  # a signal to stop is heard here
                self._go_on()
                if producer:
                    await deliver(producer, [self._outgoing(change) for change in batch], self.settings.kafka.patience_s)
                    done.published += len(batch)
                for change in batch:
                    done.changes.add(change.before.event if change.before else None, change.now)
                self.progress("comparing events" if self.dry else "publishing events", done.events, done.events)
        finally:
            if producer:
                await producer.stop()

    def _outgoing(self, change: Change) -> Outgoing:
        key, headers = change.now.event_id.encode(), event_headers(change.now, change.revision)
        return Outgoing(topic=self.plan.into, key=key, value=change.raw, headers=headers)

    async def _commit(self, spool: Spool) -> None:
        """Leave the replay's own group where it came to, so that the usual tools show what was replayed and what came since."""
        reached = {TopicPartition(self.plan.articles, partition): stop for partition, stop in spool.reached().items()}
        if not reached:
            return
        consumer = make_consumer(self.settings.kafka, group=f"{self.settings.worker.group}.replay.{self.plan.into}")
        await start_client(consumer, self.settings.kafka)
        try:
            consumer.assign(list(reached))
            await consumer.commit(reached)
        finally:
            await consumer.stop()


def _chunks(found: dict[int, tuple[int, int]]) -> list[tuple[Kind, str, int, int, int]]:
    """The tasks of reading: all partitions side by side."""
    chunks = [
        (first, partition, min(first + CHUNK, stop)) for partition, (start, stop) in found.items() for first in range(start, stop, CHUNK)
    ]
    return [("read", str(partition), first, stop, stop - first) for first, partition, stop in sorted(chunks)]


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do this, but give it up when told to stop. Raises StoppedError then."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise StoppedError
        doing.result()
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)
