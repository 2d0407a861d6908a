"""How far a group has come: what it has committed of each partition, against where the partition ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition


@dataclass(frozen=True, slots=True)
class Place:
    """Offsets of one partition: the next record that the group wants, and the one that the next record put in will get."""

    committed: int
    end: int

    @property
    def lag(self) -> int:
        return max(0, self.end - self.committed)  # the embedded broker may tell an end that lies before


async def places_of(consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]) -> dict[TopicPartition, Place]:
    """Ask as a member of the consumer's group; the consumer need not be subscribed to anything. Raises KafkaError.

    A group that has committed nothing yet is at the beginning.
    """
    ends, beginnings = await consumer.end_offsets(partitions), await consumer.beginning_offsets(partitions)
    committed = {tp: await consumer.committed(tp) for tp in partitions}
    return {tp: Place(max(committed[tp] or 0, beginnings[tp]), ends[tp]) for tp in partitions}
