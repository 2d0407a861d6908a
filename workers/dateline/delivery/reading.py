"""Reading a topic from one place to another, by oneself: for state, replays and whoever wants what is there now."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from dateline.delivery.kafka import KafkaOptions, UnknownTopicError, make_consumer
from dateline.delivery.kafka import start as start_client

Bound = datetime | int | None
"""A place in a topic: the time a record came to it, an offset (of every partition), or None for its beginning or end."""

Progress = Callable[[int], None]
"""Told how many records there are to read, before the first."""

POLL_MS = 500
SOON_MS = 20


async def read_topic(
    kafka: KafkaOptions, topic: str, start: Bound = None, end: Bound = None, progress: Progress | None = None
) -> AsyncGenerator[ConsumerRecord, None]:
    """The records from `start` (included) to `end` (not included), each partition's in order; what comes meanwhile is not waited for.

    Raises UnknownTopicError.
    """
    consumer = make_consumer(kafka)
    await start_client(consumer, kafka)
    try:
        await _assign(consumer, kafka, topic)
        await _begin(consumer, start, progress)
        stops: dict[TopicPartition, int] = {}
        while not await _finished(consumer, stops, end):
            for tp, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                stops.setdefault(tp, _stop(consumer, tp, end))
                for record in records:
                    if record.offset < stops[tp] and in_time(record, start, end):
                        yield record
    finally:
        await consumer.stop()


async def ranges(kafka: KafkaOptions, topic: str, start: Bound = None, end: Bound = None) -> dict[int, tuple[int, int]]:
    """For each partition the offsets from which and up to which `read_topic` would read it now. Raises UnknownTopicError."""
    consumer = make_consumer(kafka)
    await start_client(consumer, kafka)
    try:
        partitions = await _assign(consumer, kafka, topic)
        await _begin(consumer, start, None)
        begins = {tp: await consumer.position(tp) for tp in partitions}
        for tp, last in (await consumer.end_offsets(partitions)).items():
            consumer.seek(tp, max(0, last - 1))
        while any(consumer.highwater(tp) is None for tp in partitions):
            await consumer.getmany(timeout_ms=SOON_MS)
        return {tp.partition: (begins[tp], max(begins[tp], _stop(consumer, tp, end))) for tp in partitions}
    finally:
        await consumer.stop()


async def read_range(consumer: AIOKafkaConsumer, tp: TopicPartition, first: int, stop: int) -> AsyncGenerator[ConsumerRecord, None]:
    """The records of one partition from offset `first` up to `stop`, through a started consumer that does nothing else meanwhile."""
    consumer.assign([tp])
    consumer.seek(tp, first)
    while await consumer.position(tp) < stop:
        for record in (await consumer.getmany(timeout_ms=POLL_MS)).get(tp, ()):
            if record.offset < stop:
                yield record


async def _assign(consumer: AIOKafkaConsumer, kafka: KafkaOptions, topic: str) -> list[TopicPartition]:
    """Take all partitions of a topic."""
    if topic not in await consumer.topics():  # asked before subscribing: some clusters make what they are asked for
        raise UnknownTopicError(topic, kafka.bootstrap)
    consumer.subscribe([topic])
    while not consumer.assignment():  # all partitions, as soon as the client has heard of them
        await consumer.getmany(timeout_ms=SOON_MS)
    return list(consumer.assignment())


async def _begin(consumer: AIOKafkaConsumer, start: Bound, progress: Progress | None) -> None:
    partitions = list(consumer.assignment())
    beginnings, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    if isinstance(start, datetime):
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, int(start.timestamp() * 1000)))
        begin = {tp: found[tp].offset if found.get(tp) else ends[tp] for tp in partitions}
    else:
        begin = {tp: max(beginnings[tp], start or 0) for tp in partitions}
    for tp in partitions:
        consumer.seek(tp, begin[tp])
    if progress:
        progress(sum(max(0, ends[tp] - begin[tp]) for tp in partitions))


async def _finished(consumer: AIOKafkaConsumer, stops: dict[TopicPartition, int], end: Bound) -> bool:
    """Whether every partition is read to its stop. Compaction leaves gaps, so the position tells it, not the last record's offset."""
    for tp in consumer.assignment() - stops.keys():
        if consumer.highwater(tp) is not None:
            stops[tp] = _stop(consumer, tp, end)
    return all([tp in stops and await consumer.position(tp) >= stops[tp] for tp in consumer.assignment()])


def _stop(consumer: AIOKafkaConsumer, tp: TopicPartition, end: Bound) -> int:
    """The first fetch's high-water mark, not the end offset: the embedded broker counts its last batch as one record there."""
    highwater = consumer.highwater(tp) or 0
    return min(end, highwater) if isinstance(end, int) else highwater


def in_time(record: ConsumerRecord, start: Bound, end: Bound) -> bool:
    """Offsets found by time are only where to begin: the embedded broker always names the first, and times may go back and forth."""
    seconds = record.timestamp / 1000
    return not (isinstance(start, datetime) and seconds < start.timestamp()) and not (
        isinstance(end, datetime) and seconds >= end.timestamp()
    )
