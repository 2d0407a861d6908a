"""Reading a topic from one place to another, outside any group's sharing: for state, replays and whoever wants what is there now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError
from aiokafka.structs import ConsumerRecord

Bound = datetime | int | None
"""A place in a topic: the time a record came to it, an offset (of every partition), or None for its beginning or end."""

POLL_MS = 500


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """Every partition of a topic. Raises UnknownTopicOrPartitionError if there is no such topic."""
    known = await consumer.topics()
    if topic not in known:
        raise UnknownTopicOrPartitionError(f"no topic {topic!r} here: `dateline topics create` makes ours")
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]


async def span(consumer: AIOKafkaConsumer, topic: str, start: Bound, end: Bound) -> dict[TopicPartition, tuple[int, int]]:
    """For each partition the offsets from (included) and to (not included) which the bounds amount to now."""
    partitions = await partitions_of(consumer, topic)
    beginnings, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    starts = await _offsets(consumer, partitions, start, beginnings, ends)
    stops = await _offsets(consumer, partitions, end, ends, ends)
    return {tp: (max(starts[tp], beginnings[tp]), min(stops[tp], ends[tp])) for tp in partitions}


async def _offsets(
    consumer: AIOKafkaConsumer,
    partitions: list[TopicPartition],
    bound: Bound,
    unbounded: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> Mapping[TopicPartition, int]:
    if bound is None:
        return unbounded
    if isinstance(bound, int):
        return dict.fromkeys(partitions, bound)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, int(bound.timestamp() * 1000)))
    return {tp: ends[tp] if found.get(tp) is None else found[tp].offset for tp in partitions}


async def read_span(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, tuple[int, int]]) -> AsyncIterator[ConsumerRecord]:
    """The records of a span, each partition's in order. The consumer must be started and subscribed to nothing."""
    ahead = {tp: end for tp, (start, end) in offsets.items() if start < end}
    consumer.assign(list(ahead))
    for tp in ahead:
        consumer.seek(tp, offsets[tp][0])
    while ahead:
        for tp, records in (await consumer.getmany(*ahead, timeout_ms=POLL_MS)).items():
            for record in records:
                if record.offset < ahead[tp]:
                    yield record
        # Compaction leaves gaps, so the position tells that a partition is read, not the last record's offset.
        ahead = {tp: end for tp, end in ahead.items() if await consumer.position(tp) < end}
