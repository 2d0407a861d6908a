"""Reading the events topic, as any program downstream does.

import asyncio
from dateline import subscribe

async def main():
    async for received in subscribe("localhost:9092", types=["ASSAULT"], countries=["SY"], min_confidence=0.7):
        event = received.event
        print(event.event_type, event.place and event.place.name, event.date and event.date.start)

asyncio.run(main())
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import get_args

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from pydantic_settings import SettingsConfigDict

from dateline.codec import UnreadableRecordError, decode
from dateline.config_sources import Configured
from dateline.delivery.cloudevents import REVISION
from dateline.delivery.kafka import KafkaOptions, UnknownTopicError, make_consumer
from dateline.delivery.kafka import start as start_client
from dateline.records import Event, EventType

_WAIT_MS = 1000  # for new records, before looking again whether the end is reached
_SOON_MS = 20  # for the partitions of a topic that is known to be there
_AT_ONCE = 100  # records fetched together: handling so many must take less than the 5 minutes after which Kafka takes a reader for dead

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came: with its revision (null if the record carries none), and where and when the topic got it."""

    event: Event
    revision: int | None
    partition: int
    offset: int
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are wanted; what is left empty asks for nothing."""

    types: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()  # ISO 3166-1 alpha-2, of the event's place
    min_confidence: float = 0.0

    @classmethod
    def of(cls, types: Iterable[str] = (), countries: Iterable[str] = (), min_confidence: float = 0.0) -> EventFilter:
        """Upper and lower case are the same. A type that doesn't exist, or a country's name, is an error and not an endless silence."""
        wanted = frozenset(name.upper() for name in types)
        if unknown := wanted - set(get_args(EventType)):
            raise ValueError(f"no event type {', '.join(sorted(unknown))}; there are {', '.join(get_args(EventType))}")
        codes = frozenset(code.upper() for code in countries)
        if names := sorted(code for code in codes if not (len(code) == 2 and code.isascii() and code.isalpha())):
            raise ValueError(f"countries are told by their two letters of ISO 3166 (SY, KE), not as {', '.join(names)}")
        return cls(types=wanted, countries=codes, min_confidence=min_confidence)

    def matches(self, event: Event) -> bool:
        """An event without place is in no country."""
        country = event.place.country if event.place else None
        return (
            (not self.types or event.event_type in self.types)
            and (not self.countries or country in self.countries)
            and event.confidence >= self.min_confidence
        )


async def subscribe(
    bootstrap: str = "localhost:9092",
    *,
    types: Iterable[str] = (),
    countries: Iterable[str] = (),
    min_confidence: float = 0.0,
    group: str | None = None,
    from_beginning: bool = False,
    since: datetime | None = None,
    until_end: bool = False,
    topic: str = "dateline.events",
) -> AsyncGenerator[Received, None]:
    """Yield events as they are published: new ones and new states of known ones.

    Every record is the whole state of one event: keep the last of each `event_id`. One whose `state` is `merged` (see `merged_into`)
    or `retracted` is no event any more. An event that changes so that it no longer matches the filter isn't seen again: who must know
    filters for themselves.

    It begins with what comes from now on; `from_beginning` with all that the topic holds; `since` with what was published since that
    moment. With a `group`, several readers share the work, and each goes on where the group was: from_beginning says only where a new
    group begins. A record counts as handled once you ask for the next; what was not is delivered again after a restart.
    `until_end` stops when all that the topic held at the start has been read.

    A cluster that asks for TLS or a password is reached as the settings say: `DATELINE_KAFKA__SECURITY_PROTOCOL=SASL_SSL` and so on.

    Records that can't be read are logged and passed over. Raises UnknownTopicError, ValueError for a type that does not exist or a
    country that is no code, and aiokafka's KafkaError. Close it (`contextlib.aclosing`) when you stop before the end and go on with
    other things.
    """
    wanted = EventFilter.of(types, countries, min_confidence)
    start = _Start(from_beginning, since.replace(tzinfo=since.tzinfo or UTC) if since else None)
    async with _reader(bootstrap, topic, group, start) as consumer:
        skips, ends, done = count(1), dict[TopicPartition, int](), dict[TopicPartition, int]()
        try:
            while not (until_end and await _at_end(consumer, ends)):
                for partition, records in (await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_AT_ONCE)).items():
                    for record in records:
                        received = _received(record, skips)
                        if received is not None and start.allows(received) and wanted.matches(received.event):
                            yield received
                        done[partition] = record.offset + 1
                if group:
                    await _commit(consumer, done)
        finally:
            if group:
                await _commit(consumer, done)


async def current_events(
    bootstrap: str = "localhost:9092",
    *,
    types: Iterable[str] = (),
    countries: Iterable[str] = (),
    min_confidence: float = 0.0,
    topic: str = "dateline.events",
) -> dict[str, Event]:
    """The events that hold now, by id: the topic read to its end, of each id the last record, and of these the active ones."""
    wanted = EventFilter.of(types, countries, min_confidence)
    last: dict[str, Event] = {}
    async with aclosing(subscribe(bootstrap, from_beginning=True, until_end=True, topic=topic)) as events:
        async for received in events:
            last[received.event.event_id] = received.event
    return {event_id: event for event_id, event in last.items() if event.state == "active" and wanted.matches(event)}


@dataclass(frozen=True, slots=True)
class _Start:
    """Where reading begins: at the beginning, at a moment, or at the end."""

    from_beginning: bool
    since: datetime | None

    async def seek(self, consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> None:
        partitions = list(partitions)
        if not partitions:
            return
        if self.from_beginning:
            await consumer.seek_to_beginning(*partitions)
            return
        await consumer.seek_to_end(*partitions)
        if self.since is not None:
            moment = int(self.since.timestamp() * 1000)
            for partition, found in (await consumer.offsets_for_times(dict.fromkeys(partitions, moment))).items():
                if found is not None:
                    consumer.seek(partition, found.offset)

    def allows(self, received: Received) -> bool:
        """Seeking is only nearly exact: records may lie in another order than their times, and the embedded broker can't seek by time."""
        return self.since is None or received.time >= self.since


class _NewGroup(ConsumerRebalanceListener):  # type: ignore[misc]
    """Sends a group to its start where it has not been before."""

    def __init__(self, consumer: AIOKafkaConsumer, start: _Start) -> None:
        self.consumer, self.start = consumer, start

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing to do: what was handled is committed batch by batch, and what wasn't comes again."""

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        await self.start.seek(self.consumer, [partition for partition in assigned if await self.consumer.committed(partition) is None])


@asynccontextmanager
async def _reader(bootstrap: str, topic: str, group: str | None, start: _Start) -> AsyncIterator[AIOKafkaConsumer]:
    options = _options(bootstrap)
    consumer = make_consumer(options, group=group)
    await start_client(consumer, options)
    try:
        if topic not in await consumer.topics():  # asked before subscribing: some clusters make what they are asked for
            raise UnknownTopicError(topic, bootstrap)
        consumer.subscribe([topic], listener=_NewGroup(consumer, start) if group else None)
        if not group:
            while not consumer.assignment():  # all partitions, as soon as the client has heard of them
                await consumer.getmany(timeout_ms=_SOON_MS)
            await start.seek(consumer, consumer.assignment())
        yield consumer
    finally:
        await consumer.stop()


class _Connection(Configured):
    """Of the settings only how to reach Kafka: who only reads needs none of the stages."""

    model_config = SettingsConfigDict(extra="ignore")

    kafka: KafkaOptions


def _options(bootstrap: str) -> KafkaOptions:
    """The settings' connection, security included, to this cluster."""
    return replace(_Connection().kafka, bootstrap=bootstrap)


async def _at_end(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    """Whether this reader is past all that was there; one that has been given no partition yet is not.

    `ends` keeps what the first answer for each partition told. Asking for the end offsets would be simpler, but the embedded broker
    counts its last batch as one record there.
    """
    assigned = consumer.assignment()
    for partition in assigned - ends.keys():
        if (end := consumer.highwater(partition)) is not None:
            ends[partition] = end
    return bool(assigned) and all([partition in ends and await consumer.position(partition) >= ends[partition] for partition in assigned])


async def _commit(consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    """Say how far this reader has come; what can't be said (another has the partition now) only means that it comes again."""
    mine = {partition: offset for partition, offset in done.items() if partition in consumer.assignment()}
    done.clear()
    if mine:
        try:
            await consumer.commit(mine)
        except (KafkaError, IllegalStateError) as error:
            log.warning("not committed, will be delivered again: %r", error)


def _received(record: ConsumerRecord, skips: Iterator[int]) -> Received | None:
    """None for a record that can't be read, which is logged, and for the mark that a compacted topic deletes a key by."""
    if record.value is None:
        return None
    try:
        event = decode(record.value, Event)
    except UnreadableRecordError as error:
        log.warning("%s[%d]@%d passed over, %d so far: %s", record.topic, record.partition, record.offset, next(skips), error)
        return None
    return Received(
        event=event,
        revision=_revision(record.headers),
        partition=record.partition,
        offset=record.offset,
        time=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=record.timestamp),
    )


def _revision(headers: Iterable[tuple[str, bytes]]) -> int | None:
    value = dict(headers).get(REVISION, b"")
    return int(value) if value.isdigit() and len(value) < 10 else None
