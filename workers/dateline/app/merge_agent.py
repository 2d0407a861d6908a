"""The merge agent: mentions in, events out. One record after the other; what several of them give is delivered together.

The order that makes a kill at any moment harmless: publish events → delivered → write the table's changelog → delivered → write the
table → acknowledge. (Faust's own table writes send the changelog without waiting for it, so we send it ourselves.)
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from faust.types import TP

from dateline.app.extract_agent import FETCHED, TYPE
from dateline.app.merge_state import MergeState, Publication, Step, Write, partition_of
from dateline.app.stream import FaustEvent, input_of, is_stale
from dateline.codec import UnreadableRecordError, decode, encode
from dateline.delivery.cloudevents import event_headers
from dateline.delivery.kafka import TopicNames
from dateline.delivery.last_words import stop_hard
from dateline.delivery.outbox import Outbox
from dateline.delivery.producing import Outgoing
from dateline.merging import MergingOptions
from dateline.records import Mention, Withdrawal

STAGE = "merge"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A record off the stream, with the context in which Faust knows it as the current one: a store on disk finds its partition by it."""

    event: FaustEvent
    context: contextvars.Context


@dataclass(slots=True)
class Batch:
    """Steps taken in memory and not yet delivered."""

    taken: list[Taken] = field(default_factory=list)
    publications: dict[str, Publication] = field(default_factory=dict)  # the last of each event: the ones between need not go out
    writes: list[tuple[Taken, Write]] = field(default_factory=list)
    times: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)  # published and fetched, of what gave events

    def add(self, taken: Taken, step: Step) -> None:
        self.taken.append(taken)
        self.writes += [(taken, write) for write in step.writes]
        for publication in step.publications:
            self.publications.pop(publication.event.event_id, None)
            self.publications[publication.event.event_id] = publication


class Merging:
    """What the agent and its merging task share."""

    def __init__(self, table: Any, options: MergingOptions, outbox: Outbox, topics: TopicNames, batch_size: int) -> None:
        self._table = table
        self._state = MergeState(options)
        self._outbox = outbox
        self._topics = topics
        self._metrics = outbox.metrics
        self._queue: asyncio.Queue[Taken] = asyncio.Queue(maxsize=batch_size)
        self._busy = asyncio.Lock()

    async def take(self, events: AsyncIterable[FaustEvent]) -> None:
        """The agent's body."""
        async for event in events:
            await self._queue.put(Taken(event, contextvars.copy_context()))

    async def finish(self) -> None:
        """The task beside it; runs until cancelled."""
        while True:
            waiting = [await self._queue.get()]
            while not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            async with self._busy:
                await self._merge(waiting)
            for _ in waiting:
                self._queue.task_done()

    async def drained(self) -> None:
        await self._queue.join()

    async def let_go(self, within_s: float) -> None:
        """Return when no batch is under way, so that whoever gets our partitions finds a state that nobody writes to any more."""
        try:
            await asyncio.wait_for(self._busy.acquire(), within_s)
        except TimeoutError:
            stop_hard(f"a merge was not delivered within {within_s:.0f} s of a rebalance; another worker goes on with it")
        self._busy.release()

    def restore(self, partitions: set[int]) -> None:
        """Take up what the table holds of our partitions, and drop from memory what it holds of others."""
        data = self._table.data
        for key in [key for key in data if partition_of(key) not in partitions]:
            data.pop(key, None)
        self._state.restore(list(data.items()))
        self._metrics.state.set(len(self._state))
        log.info("merge state: %d mentions of %d partitions", len(self._state), len(partitions))

    async def _merge(self, waiting: list[Taken]) -> None:
        batch = Batch()
        for taken in waiting:
            if is_stale(taken.event):
                continue
            try:
                self._step(taken, batch)
            except Exception as error:  # noqa: BLE001 — the agent's edge: whatever a record does to us, it becomes a dead letter
                await self._deliver(batch)
                batch = Batch()
                await self._bury(taken, error)
            await asyncio.sleep(0)  # a large block takes a while: let heartbeats and health have their turn
        await self._deliver(batch)

    def _step(self, taken: Taken, batch: Batch) -> None:
        message = taken.event.message
        record = _decode(taken.event)
        arrived = datetime.fromtimestamp(message.timestamp, UTC)
        assert message.value is not None
        step = self._state.take(message.partition, record, message.value, arrived)
        batch.add(taken, step)
        self._metrics.mentions.labels(step.outcome).inc()
        if step.publications and isinstance(record, Mention):
            batch.times.append((record.source.published, _fetched(taken.event)))

    async def _bury(self, taken: Taken, error: Exception) -> None:
        if not isinstance(error, UnreadableRecordError):  # it failed half way: what we hold in memory may be wrong, the table is not
            log.exception("a mention could not be merged")
            self._state.restore(list(self._table.data.items()))
        await self._outbox.bury(input_of(taken.event), error, stage=STAGE)
        taken.event.ack()

    async def _deliver(self, batch: Batch) -> None:
        if batch.publications:
            await self._outbox.send(self._records(batch))
        if batch.writes:
            await self._write(batch)
        for taken in batch.taken:
            taken.event.ack()
        for publication in batch.publications.values():
            self._metrics.events.labels(publication.event.state).inc()
        for published, fetched in batch.times:
            self._metrics.event_published(published, fetched)
        self._metrics.state.set(len(self._state))

    def _records(self, batch: Batch) -> list[Outgoing]:
        records = []
        for publication in batch.publications.values():
            event = publication.event
            headers = event_headers(event, publication.revision)
            record = Outgoing(topic=self._topics.events, key=event.event_id.encode(), value=encode(event), headers=headers)
            if self._outbox.too_large(record):  # none of its mentions is to blame, and none of them should be lost
                log.error(
                    "event %s with %d sources is larger than the topic takes and is not published", event.event_id, event.source_count
                )
                self._metrics.events.labels("too large").inc()
            else:
                records.append(record)
        return records

    async def _write(self, batch: Batch) -> None:
        """Changelog first, then the store; the store is told how much of the changelog it has."""
        changelog = self._table.changelog_topic_name
        records = [
            Outgoing(topic=changelog, key=write.key, value=write.value, partition=taken.event.message.partition)
            for taken, write in batch.writes
        ]
        written = await self._outbox.send(records)
        data = self._table.data
        for (taken, write), place in zip(batch.writes, written, strict=True):
            if write.value is None:
                taken.context.run(data.pop, write.key, None)
            else:
                taken.context.run(data.__setitem__, write.key, write.value)
            data.set_persisted_offset(TP(changelog, place.partition), place.offset)


def _decode(event: FaustEvent) -> Mention | Withdrawal:
    """A mention or a withdrawal, by its header; by its fields where another program left the header out."""
    value = event.message.value
    if value is None:
        raise UnreadableRecordError("no value: mentions are withdrawn by a record, not deleted")
    kind = dict(event.message.headers or ()).get(TYPE)
    if kind == b"withdrawal" or (kind is None and b'"mention_id"' not in value):
        return decode(value, Withdrawal)
    return decode(value, Mention)


def _fetched(event: FaustEvent) -> datetime | None:
    stated = dict(event.message.headers or ()).get(FETCHED)
    try:
        return datetime.fromisoformat(stated.decode()) if stated else None
    except ValueError:
        return None
