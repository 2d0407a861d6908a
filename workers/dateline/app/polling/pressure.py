"""Back-pressure: how long feeds wait while workers are behind with the articles that they brought.

Kafka holds what waits, so nothing is lost by going on; but an article that is read tomorrow is no news, and its feed can as well be
asked later. Intervals are stretched as the articles topic fills, by a bounded factor: feeds forget items, so none is left for long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from dateline.app.options import PollingOptions
from dateline.delivery.kafka import KafkaOptions, UnreachableError, make_consumer, start
from dateline.delivery.offsets import places_of
from dateline.poller import FeedState

LOOK_EVERY_S = 15.0

log = logging.getLogger(__name__)


class Pressure:
    """What was last seen of the workers' lag, and what follows from it."""

    def __init__(self, options: PollingOptions) -> None:
        self._options = options
        self._lag = 0

    def seen(self, lag: int) -> None:
        """So many articles wait to be read."""
        before, self._lag = self.factor, lag
        if (before > 1) != (self.factor > 1):
            log.info("%d articles wait to be read: feeds are asked %s", lag, "less often" if self.factor > 1 else "as often as they say")

    @property
    def factor(self) -> float:
        """How many times longer than they say feeds wait now: 1 while workers keep up."""
        return min(max(1.0, self._lag / self._options.calm_lag), self._options.most_stretched)

    def due(self, state: FeedState) -> float:
        """When to ask a feed that was just asked, in seconds since 1970."""
        assert state.next_poll is not None
        due = state.next_poll.timestamp()
        if state.last_polled is None:
            return due
        return due + (self.factor - 1) * max(0.0, due - state.last_polled.timestamp())


async def watch_lag(kafka: KafkaOptions, articles: Collection[TopicPartition], group: str, pressure: Pressure) -> None:
    """Look again and again how far the group of workers is behind on these partitions; runs until cancelled."""
    while True:
        with suppress(KafkaError, UnreachableError, OSError, TimeoutError):  # a broker that is away says nothing of workers
            await _look(kafka, articles, group, pressure)
        await asyncio.sleep(LOOK_EVERY_S)


async def _look(kafka: KafkaOptions, articles: Collection[TopicPartition], group: str, pressure: Pressure) -> None:
    consumer = make_consumer(kafka, group=group)
    await start(consumer, kafka)
    try:
        while True:
            pressure.seen(sum(place.lag for place in (await places_of(consumer, articles)).values()))
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await consumer.stop()
