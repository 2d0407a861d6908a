"""The watchdog: ends a process that has come to a standstill, with a last word, so that the supervisor starts another in its place.

    work = Consumption(kafka, group, no_progress_s)
    with watching(health, work):
        work.partitions = frozenset(...)      # what we are to get on with; empty while we wait for partitions or their state

It watches from a thread with a loop of its own and asks the broker itself: neither a stuck loop nor a consumer that has forgotten
about a partition can say that all is well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from math import inf
from threading import Event, Thread
from time import monotonic

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from dateline.delivery.health import Health
from dateline.delivery.kafka import KafkaOptions, UnreachableError, make_consumer, start
from dateline.delivery.last_words import stop_hard
from dateline.delivery.offsets import Place, places_of

BEAT_S = 1.0
STOPS_WITHIN_S = 2.0
LOOKS = 10  # at the offsets within the time after which no progress is a standstill


class Standstill:
    """Tells a consumer that stands still from one that is idle, slow or busy elsewhere, by looking at offsets now and then.

    Time counts against a partition while it is behind, nothing of it is committed, and no other one is being worked off: a partition
    whose records wait their turn behind another's backlog is not forgotten.
    """

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._last: dict[TopicPartition, int] = {}
        self._still_s: dict[TopicPartition, float] = {}
        self._looked: float | None = None

    def reset(self) -> None:
        """Begin anew: what happened since the last look is not known."""
        self._last, self._still_s, self._looked = {}, {}, None

    def look(self, now: float, places: Mapping[TopicPartition, Place]) -> str | None:
        """Why this consumer stands still, or None. `now` in seconds, of a clock that only goes forward."""
        passed = now - self._looked if self._looked is not None else 0.0
        moved = {tp for tp, place in places.items() if self._last.get(tp) != place.committed}
        behind = {tp for tp, place in places.items() if place.lag}
        passed = 0.0 if behind & moved else passed
        self._still_s = {tp: self._still_s.get(tp, 0.0) + passed for tp in behind - moved}
        self._last, self._looked = {tp: place.committed for tp, place in places.items()}, now
        for tp, seconds in self._still_s.items():
            if seconds >= self._after_s:
                return f"no progress on {tp.topic}-{tp.partition} for {seconds:.0f} s, {places[tp].lag} records behind"
        return None


class Consumption:
    """What is to be got on with: set by the loop that works, read by the thread that watches."""

    def __init__(self, kafka: KafkaOptions, group: str, after_s: float) -> None:
        self.kafka, self.group, self.after_s = kafka, group, after_s
        self.partitions: frozenset[TopicPartition] = frozenset()

    async def watch(self) -> None:
        """Look again and again; ends the process at a standstill. Without an answer from the broker there is no verdict."""
        standstill = Standstill(self.after_s)
        while True:
            with suppress(KafkaError, UnreachableError, OSError, TimeoutError):
                await self._look(standstill)
            standstill.reset()
            await asyncio.sleep(self.after_s / LOOKS)

    async def _look(self, standstill: Standstill) -> None:
        consumer = make_consumer(self.kafka, group=self.group)
        await start(consumer, self.kafka)
        try:
            while True:
                if partitions := self.partitions:
                    places = await places_of(consumer, partitions)
                    if partitions != self.partitions:  # a rebalance meanwhile
                        standstill.reset()
                    elif reason := standstill.look(monotonic(), places):
                        stop_hard(reason)
                else:
                    standstill.reset()
                await asyncio.sleep(self.after_s / LOOKS)
        finally:
            await consumer.stop()


@contextmanager
def watching(health: Health, work: Consumption | None = None, *, frozen_after_s: float = inf) -> Iterator[None]:
    """Watch from threads until the block ends. A process that did nothing at all for `frozen_after_s`, for it was stopped or its machine
    was, is ended when it wakes: others have its partitions by then, and what it still holds would come too late."""
    ended = Event()
    Thread(target=_watch_loop, args=(health, ended, frozen_after_s), name="watching the loop", daemon=True).start()
    try:
        if work is None:
            yield
        else:
            with _watching_consumer(work):
                yield
    finally:
        ended.set()


def _watch_loop(health: Health, ended: Event, frozen_after_s: float) -> None:
    looked = monotonic()
    while not ended.wait(BEAT_S):
        looked, before = monotonic(), looked
        if looked - before > frozen_after_s:
            stop_hard(f"this process was frozen for {looked - before:.0f} s")
        if reason := health.why_dead():
            stop_hard(reason)


@contextmanager
def _watching_consumer(work: Consumption) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    task = loop.create_task(work.watch())
    thread = Thread(target=_until_cancelled, args=(loop, task), name="watching the consumer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(STOPS_WITHIN_S)


def _until_cancelled(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()
