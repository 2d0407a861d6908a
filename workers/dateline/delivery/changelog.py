"""Memory that outlives a process: a compacted topic, written as the memory changes and read back by whoever takes a partition over.

found = await read_back(kafka, "dateline-merge-changelog", {0: 0, 3: 1_207})   # partition 3 is known up to there
found[0].items                                                                 # the last value of each key
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

from dateline.delivery.kafka import KafkaOptions, make_consumer, start

SOON_MS = 50  # an empty partition is told of after this


@dataclass(slots=True)
class Kept:
    """What one partition holds, and the offset that its next record will have."""

    end: int
    items: dict[bytes, bytes] = field(default_factory=dict)


async def read_back(kafka: KafkaOptions, topic: str, known: Mapping[int, int]) -> dict[int, Kept]:
    """Read these partitions to their ends; those that end where `known` says are left out, for nobody has written to them since.

    Raises UnreachableError; waits while a broker is away that was there.
    """
    if not known:
        return {}
    consumer = make_consumer(kafka, fetch_max_wait_ms=SOON_MS)
    await start(consumer, kafka)
    try:
        places = {TopicPartition(topic, partition): end for partition, end in known.items()}
        ends = await _ends(consumer, places)
        return await _read(consumer, {tp: ends[tp] for tp, end in places.items() if end == 0 or ends[tp] != end})
    finally:
        await consumer.stop()


async def _ends(consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """As a fetch tells them: the embedded broker's list of offsets counts its last batch as one record."""
    consumer.assign(list(places))
    for tp, place in places.items():
        consumer.seek(tp, place)
    while any(consumer.highwater(tp) is None for tp in places):
        await consumer.getmany(timeout_ms=SOON_MS)
    return {tp: consumer.highwater(tp) for tp in places}


async def _read(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> dict[int, Kept]:
    """Compaction leaves gaps, so the position tells when the end is reached, not the last record's offset."""
    kept = {tp.partition: Kept(end) for tp, end in ends.items()}
    for tp in ends:
        consumer.seek(tp, 0)
    while any([await consumer.position(tp) < end for tp, end in ends.items()]):
        for tp, records in (await consumer.getmany(*ends, timeout_ms=SOON_MS)).items():
            items = kept[tp.partition].items
            for record in records:
                if record.offset >= ends[tp]:
                    break
                if record.value is None:
                    items.pop(record.key, None)
                else:
                    items[record.key] = record.value
    return kept
