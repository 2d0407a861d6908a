"""The merge agent: mentions in, events out. One record after the other; what several of them give is delivered together.

The order that makes a kill at any moment harmless: publish events → delivered → write the changelog → delivered → acknowledge. Our
state is in memory, and the changelog is where it comes from: what was not delivered there is nobody's state. (Faust's tables write
their changelog without waiting for it, and read it back at 2,000 records a second.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from dateline.app.worker.extract_agent import FETCHED, TYPE
from dateline.app.worker.merge_state import MergeState, Publication, Step, Write
from dateline.app.worker.stream import FaustEvent, input_of, is_stale
from dateline.codec import UnreadableRecordError, decode, encode
from dateline.delivery.changelog import read_back
from dateline.delivery.cloudevents import event_headers
from dateline.delivery.kafka import TopicNames
from dateline.delivery.last_words import stop_hard
from dateline.delivery.outbox import Outbox
from dateline.delivery.producing import Outgoing
from dateline.merging import MergingOptions
from dateline.records import Mention, Withdrawal

STAGE = "merge"
SAFE = 2 / 3  # of the session time-out: the last heartbeat may have been some seconds before a delivery begins

AT_ONCE = 100  # records of the changelog taken up between two turns of the loop: some ten milliseconds

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """Steps taken in memory and not yet delivered."""

    taken: list[FaustEvent] = field(default_factory=list)
    publications: dict[str, Publication] = field(default_factory=dict)  # the last of each event: the ones between need not go out
    writes: list[tuple[int, Write]] = field(default_factory=list)  # with the partition whose state they are
    times: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)  # published and fetched, of what gave events

    def add(self, event: FaustEvent, step: Step) -> None:
        self.taken.append(event)
        self.writes += [(event.message.partition, write) for write in step.writes]
        for publication in step.publications:
            self.publications.pop(publication.event.event_id, None)
            self.publications[publication.event.event_id] = publication


class Merging:
    """What the agent and its merging task share."""

    def __init__(
        self, changelog: str, options: MergingOptions, outbox: Outbox, topics: TopicNames, batch_size: int, session_timeout_s: float
    ) -> None:
        self._ours_for_s = session_timeout_s * SAFE
        self._changelog = changelog
        self.restored = 0  # steps of reading back: whoever waits for it sees that it goes on
        self._ends: dict[int, int] = {}  # how far we know each partition of the changelog
        self._state = MergeState(options)
        self._outbox = outbox
        self._topics = topics
        self._metrics = outbox.metrics
        self._queue: asyncio.Queue[FaustEvent] = asyncio.Queue(maxsize=batch_size)
        self._busy = asyncio.Lock()

    async def take(self, events: AsyncIterable[FaustEvent]) -> None:
        """The agent's body."""
        async for event in events:
            await self._queue.put(event)

    async def finish(self) -> None:
        """The task beside it; runs until cancelled."""
        while True:
            if self._queue.empty() and (asleep := self._state.asleep()):
                await self._wake(*asleep)
                continue
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

    async def restore(self, partitions: set[int], wanted: Callable[[], bool] = lambda: True) -> None:
        """Take up what the changelog holds of these partitions, and drop what we hold of others. Ends early when no longer `wanted`."""
        started = monotonic()
        for partition in self._state.partitions() - partitions:
            self._forget(partition)
        kept = await read_back(self._outbox.kafka, self._changelog, {partition: self._ends.get(partition, 0) for partition in partitions})
        for partition, found in kept.items():
            self._forget(partition)
            for number, _ in enumerate(self._state.restoring(partition, found.items.items())):
                if number % AT_ONCE == 0:
                    self.restored += 1
                    await asyncio.sleep(0)
                if not wanted():
                    self._forget(partition)
                    return
            self._ends[partition] = found.end
        self._metrics.state.set(len(self._state))
        log.info(
            "merge state: %d mentions of %d partitions, %d of them read back in %.1f s",
            len(self._state), len(partitions), len(kept), monotonic() - started,
        )  # fmt: skip

    def _forget(self, partition: int) -> None:
        self._state.forget(partition)
        self._ends.pop(partition, None)

    async def _merge(self, waiting: list[FaustEvent]) -> None:
        batch = Batch()
        for event in waiting:
            if is_stale(event):
                continue
            try:
                record = _decode(event)
                if isinstance(record, Mention):
                    await self._wake(event.message.partition, record.block)
                self._step(event, record, batch)
            except Exception as error:  # noqa: BLE001 — the agent's edge: whatever a record does to us, it becomes a dead letter
                await self._deliver(batch)
                batch = Batch()
                await self._bury(event, error)
            await asyncio.sleep(0)  # a large block takes a while: let heartbeats and health have their turn
        await self._deliver(batch)

    async def _wake(self, partition: int, block: str) -> None:
        for _ in self._state.waking(partition, block):
            await asyncio.sleep(0)

    def _step(self, event: FaustEvent, record: Mention | Withdrawal, batch: Batch) -> None:
        message = event.message
        arrived = datetime.fromtimestamp(message.timestamp, UTC)
        assert message.value is not None
        step = self._state.take(message.partition, record, message.value, arrived)
        batch.add(event, step)
        self._metrics.mentions.labels(step.outcome).inc()
        if step.publications and isinstance(record, Mention):
            batch.times.append((record.source.published, _fetched(event)))

    async def _bury(self, event: FaustEvent, error: Exception) -> None:
        if not isinstance(error, UnreadableRecordError):  # it failed half way: what we hold in memory may be wrong, the changelog is not
            log.exception("a mention could not be merged")
            self._ends.pop(event.message.partition, None)
            await self.restore(self._state.partitions())
        await self._outbox.bury(input_of(event), error, stage=STAGE)
        event.ack()

    async def _deliver(self, batch: Batch) -> None:
        until = monotonic() + self._ours_for_s
        if batch.publications:
            await self._outbox.send(self._records(batch), within_s=self._ours_for_s)
        if batch.writes:
            await self._write(batch, within_s=until - monotonic())
        for event in batch.taken:
            event.ack()
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
            if self._outbox.too_large([record]):  # none of its mentions is to blame, and none of them should be lost
                log.error(
                    "event %s with %d sources is larger than the topic takes and is not published", event.event_id, event.source_count
                )
                self._metrics.events.labels("too large").inc()
            else:
                records.append(record)
        return records

    async def _write(self, batch: Batch, within_s: float) -> None:
        """What we know of the changelog grows by what we wrote: whoever finds another end later knows that someone else has written."""
        records = [
            Outgoing(topic=self._changelog, key=write.key, value=write.value, partition=partition) for partition, write in batch.writes
        ]
        fitting = [record for record in records if not self._outbox.too_large([record])]  # an event that was not published either
        for place in await self._outbox.send(fitting, within_s):
            self._ends[place.partition] = place.offset + 1


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
