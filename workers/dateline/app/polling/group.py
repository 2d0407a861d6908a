"""The group of pollers: which partitions of the feeds topic are ours, what is on them, and what comes to be there.

A partition that the group gives us is read from its beginning to its end before its feeds are polled; one that we had before, from
where we were. Then it is read on as it grows: that is how a feed that is added or removed is noticed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from dateline.app.options import PollingOptions
from dateline.app.polling.lease import Lease
from dateline.app.polling.share import Share
from dateline.delivery.kafka import KafkaOptions, make_consumer

log = logging.getLogger(__name__)

READ_MS = 200
PROVE_AGAIN_S = 1.0
AT_ONCE = 500  # records between two chances for the rest of the process to run: states are read at some 5,000 a second


class Shares(Protocol):
    """Whoever polls the feeds of the shares that we are given."""

    def opened(self, share: Share) -> None:
        """All that was on it is known: begin."""

    def changed(self, share: Share, feed_id: str) -> None:
        """Somebody else than us changed what is known of this feed."""

    async def overwritten(self, share: Share) -> None:
        """An earlier owner wrote over states of ours."""

    async def let_go(self, share: Share) -> None:
        """End what is under way: the group takes it from us."""


def group_consumer(kafka: KafkaOptions, options: PollingOptions) -> AIOKafkaConsumer:
    """A member of the group of pollers, not started."""
    return make_consumer(
        kafka,
        group=options.group,
        session_timeout_ms=int(options.session_timeout_s * 1000),
        heartbeat_interval_ms=int(options.heartbeat_s * 1000),
        rebalance_timeout_ms=int(options.rebalance_timeout_s * 1000),
        partition_assignment_strategy=(StickyPartitionAssignor,),  # a poller keeps what it has: only what moves is read anew
        max_poll_records=AT_ONCE,
    )


class Group(ConsumerRebalanceListener):  # type: ignore[misc]
    """Our membership."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str, lease: Lease, options: PollingOptions, shares: Shares) -> None:
        self._consumer = consumer
        self._topic = topic
        self._lease = lease
        self._options = options
        self._told = shares
        self._shares: dict[int, Share] = {}
        self._opening: set[int] = set()
        self._joined = False

    @property
    def ready(self) -> bool:
        """Whether we belong to the group and know all about our partitions."""
        return self._joined and not self._opening

    @property
    def shares(self) -> list[Share]:
        return list(self._shares.values())

    async def run(self) -> None:
        """Take part until cancelled. Raises KafkaError."""
        self._consumer.subscribe([self._topic], listener=self)
        prove_at = 0.0
        while True:
            await self._read()
            if time.monotonic() >= prove_at and self._joined:
                prove_at = time.monotonic() + (self._options.heartbeat_s if await self._prove() else PROVE_AGAIN_S)
            await self._open_those_read()

    async def let_all_go(self) -> None:
        """End what is under way everywhere, and save it."""
        await asyncio.gather(*(self._told.let_go(share) for share in self.shares))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 — all we have, always
        self._joined = False
        await self.let_all_go()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        mine = {tp.partition: tp for tp in assigned}
        self._shares = {partition: self._shares.get(partition) or Share(partition) for partition in mine}
        self._opening = set(mine)
        for partition, tp in mine.items():
            self._consumer.seek(tp, self._shares[partition].position)
        self._joined = True
        log.info("%d partitions of %s are ours: %s", len(mine), self._topic, sorted(mine))

    async def _read(self) -> None:
        for tp, records in (await self._consumer.getmany(timeout_ms=READ_MS)).items():
            if (share := self._shares.get(tp.partition)) is None:
                continue
            was_open, changed = share.is_open, {share.take(record) for record in records}
            if was_open:
                for feed_id in filter(None, changed):
                    self._told.changed(share, feed_id)
                if share.overwritten:
                    await self._told.overwritten(share)

    async def _prove(self) -> bool:
        """Ask the coordinator to take a commit, as proof that we are still of the group."""
        asked = time.monotonic()
        if not self._shares:
            return True  # more pollers than partitions: nothing to prove
        try:
            offsets = {TopicPartition(self._topic, share.partition): share.position for share in self.shares}
            await self._consumer.commit(offsets)
        except (KafkaError, IllegalStateError) as error:
            log.warning("the group does not confirm us: %r", error)
            return False
        self._lease.prove(asked)
        return True

    async def _open_those_read(self) -> None:
        for partition in sorted(self._opening):
            is_read = await self._is_read(TopicPartition(self._topic, partition))
            # Looked at after the wait: meanwhile the group may have taken it from us
            if is_read and partition in self._opening and self._joined and self._lease.held():
                self._opening.discard(partition)
                self._shares[partition].open()
                self._told.opened(self._shares[partition])

    async def _is_read(self, tp: TopicPartition) -> bool:
        """Whether we are where it ends. The first fetch tells where; compaction leaves gaps, so the position tells whether we are there."""
        if tp not in self._consumer.assignment() or (end := self._consumer.highwater(tp)) is None:
            return False
        try:
            return bool(await self._consumer.position(tp) >= end)
        except IllegalStateError:  # taken from us while we asked
            return False
