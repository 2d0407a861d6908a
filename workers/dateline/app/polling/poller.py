"""The poller: its share of the feeds, each polled when it is due, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer

from dateline.app.options import PollingOptions
from dateline.app.polling.desk import Desk, Observe
from dateline.app.polling.feed_topic import Known
from dateline.app.polling.group import Group, group_consumer
from dateline.app.polling.lease import Lease
from dateline.app.polling.pressure import Pressure
from dateline.app.polling.schedule import Schedule
from dateline.app.polling.share import Outlet, Share
from dateline.delivery.kafka import KafkaOptions, TopicNames, make_producer, start
from dateline.poller import Feed, FeedState, HttpFetcher, PollerOptions, PollResult, Reader, Step, open_fetcher, open_reader, poll

AGAIN_S = 1.0  # after a poll that could not be begun
# Objects made before Python looks for garbage in circles. At its own 700 that took a sixth of the processor time of 10,000 feeds.
YOUNG = 20_000


def unobserved(feed: Feed, result: PollResult, seconds: float) -> None:
    """Nobody watches."""


def _as_it_is(before: FeedState, result: PollResult) -> PollResult:  # noqa: ARG001
    return result


class Poller:
    """Polls the feeds of the shares that the group gives it. Open one with `open_poller`.

    `after_poll` is given each poll's result, and the state before, before it is kept: what pushes are worth changes when the next is.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, desk: Desk, fetcher: HttpFetcher, read: Reader, polling: PollingOptions, *, once: bool
    ) -> None:
        self.group = Group(consumer, desk.outlet.topics.feeds, desk.outlet.lease, polling, self)
        self._desk = desk
        self.fetcher = fetcher
        self.read = read
        self.after_poll: Callable[[FeedState, PollResult], PollResult] = _as_it_is
        self._let_go_s = polling.let_go_s
        self._once = once
        self.pressure = Pressure(polling)
        self._schedule = Schedule(polling.first_polls_per_s, self.pressure)
        self._slots = asyncio.Semaphore(desk.options.concurrency)
        self._progress = asyncio.Event()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def take(self, feed_id: str, step: Step) -> PollResult | None:
        """Do one step of one feed, in turn with its polls; None if this poller doesn't have the feed. Afterwards it is polled when
        its new state says."""
        for share in self.group.shares:
            if share.known(feed_id).feed:
                result = await self._desk.take(share, feed_id, step)
                if feed_id in self._schedule:  # else its poll waits behind us, and what comes after that is its to say
                    self._schedule_again(share, feed_id)
                return result
        return None

    def feeds(self) -> list[Known]:
        """The feeds that are ours now, and how they are."""
        return [share.known(feed_id) for share in self.group.shares for feed_id in share.ids()]

    def backlog(self) -> tuple[int, float]:
        """How many feeds are due and not yet polled, and for how many seconds the first of them has been."""
        return self._schedule.backlog()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; or, once, until every feed of our share was polled. Raises KafkaError and UndeliverableError."""
        polling = asyncio.create_task(self._start_polls())
        ends: list[asyncio.Future[Any]] = [
            asyncio.create_task(stop.wait()),
            *([asyncio.create_task(self._all_polled())] if self._once else []),
        ]
        trouble: list[asyncio.Future[Any]] = [polling, asyncio.create_task(self.group.run()), self._broken]
        try:
            await asyncio.wait([*ends, *trouble], return_when=asyncio.FIRST_COMPLETED)
            if not any(part.done() for part in trouble):
                polling.cancel()
                self._let_go_s = self._desk.options.stop_deadline_s
                await self.group.let_all_go()
        finally:
            raised = next((part.exception() for part in trouble if part.done() and not part.cancelled()), None)
            under_way = [task for share in self.group.shares for task in share.under_way]
            for part in (*ends, *trouble, *under_way):
                part.cancel()
            await asyncio.gather(*ends, *trouble, *under_way, return_exceptions=True)
        if raised:
            raise raised

    def opened(self, share: Share) -> None:
        for feed_id in share.ids():
            if (known := share.known(feed_id)).is_polled:
                self._schedule.put(share, feed_id, known.state, in_s=0 if self._once else None)
        self._progress.set()

    def changed(self, share: Share, feed_id: str) -> None:
        known = share.known(feed_id)
        if not known.is_polled:
            self._schedule.drop(feed_id)
        elif not self._once and feed_id not in self._schedule and not share.turn(feed_id).locked():
            self._schedule.put(share, feed_id, known.state)

    async def overwritten(self, share: Share) -> None:
        await share.write_again(self._desk.outlet)

    async def let_go(self, share: Share) -> None:
        await share.let_go(self._desk.outlet, within_s=self._let_go_s)
        for feed_id in share.ids():
            self._schedule.drop(feed_id)

    async def _start_polls(self) -> None:
        while True:
            await self._slots.acquire()
            share, feed_id = await self._schedule.next()
            task = asyncio.create_task(self._poll(share, feed_id))
            share.under_way.add(task)
            task.add_done_callback(partial(self._ended, share))

    async def _poll(self, share: Share, feed_id: str) -> None:
        result = await self._desk.take(share, feed_id, self._ask)
        if result is None:  # not now, and perhaps not ours any more: see again a little later
            self._schedule_again(share, feed_id, in_s=AGAIN_S)
        elif not self._once:
            self._schedule_again(share, feed_id)

    def _ended(self, share: Share, task: asyncio.Task[None]) -> None:
        share.under_way.discard(task)
        self._slots.release()
        self._progress.set()
        if not task.cancelled() and (error := task.exception()) and not self._broken.done():
            self._broken.set_exception(error)  # what Kafka raised is for `run` to raise

    async def _ask(self, feed: Feed, state: FeedState) -> PollResult:
        result = await poll(feed, state, fetcher=self.fetcher, read=self.read, options=self._desk.options, now=datetime.now(UTC))
        return self.after_poll(state, result)

    def _schedule_again(self, share: Share, feed_id: str, in_s: float | None = None) -> None:
        known = share.known(feed_id)
        if share.is_open and known.is_polled:
            self._schedule.put(share, feed_id, known.state, in_s=in_s)

    async def _all_polled(self) -> None:
        while not self.group.ready or len(self._schedule) or any(share.under_way for share in self.group.shares):
            self._progress.clear()
            await self._progress.wait()


@asynccontextmanager
async def open_poller(
    kafka: KafkaOptions,
    topics: TopicNames,
    options: PollerOptions,
    polling: PollingOptions,
    *,
    observe: Observe = unobserved,
    once: bool = False,
) -> AsyncIterator[Poller]:
    """A poller with all it needs, for the life of the block; `run` it. Topics must exist."""
    async with AsyncExitStack() as open_now:
        producer, consumer, lease = make_producer(kafka, "zstd"), group_consumer(kafka, polling), Lease(polling.session_timeout_s)
        for client in (producer, consumer):
            open_now.push_async_callback(client.stop)
            await start(client, kafka)
        fetcher = await open_now.enter_async_context(open_fetcher(options))
        read = await open_now.enter_async_context(open_reader(options))
        desk = Desk(Outlet(producer, kafka, topics, lease), options, observe, polling.save_every_s)
        open_now.callback(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(YOUNG, 20, 50)
        yield Poller(consumer, desk, fetcher, read, polling, once=once)
