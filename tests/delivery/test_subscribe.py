"""What another program gets when it subscribes; against the embedded broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from dateline import EventFilter, Received, UnknownTopicError, current_events, subscribe
from dateline.codec import encode
from dateline.delivery.broker import embedded_broker
from dateline.delivery.kafka import UnreachableError
from dateline.records import Casualties, Codes, Event, Place, Producer

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE_S = 60
_topics = count()


def event(number: int, *, country: str | None = "XA", **changed: Any) -> Event:
    place = Place(
        name="Alder", text="Alder", geonameid=1, feature="PPL", lat=1.0, lon=1.0, country=country, admin1=None, admin1_code=None,
        admin2=None, level="city", radius_km=1.0, score=1.0, basis="population",
    )  # fmt: skip
    plain = Event(
        event_id=f"event-{number}", state="active", merged_into=None, event_type="ASSAULT", event_mode=None, contexts=(), status="actual",
        actors=(), recipients=(), place=place, origin=None, date=None, casualties=Casualties(), evidence=(), sources=(), source_count=1,
        origin_count=1, attribution=(), central=True, codes=Codes(acled_event=None, acled_sub_event=None, cameo_root=None),
        confidence=0.9, first_reported=None, last_reported=None, producer=Producer(name="dateline", version="0", model="test"),
    )  # fmt: skip
    return replace(plain, **changed)


class World:
    """A broker with a fresh topic of two partitions and a way to publish on it."""

    def __init__(self, bootstrap: str, topic: str, producer: AIOKafkaProducer) -> None:
        self.bootstrap, self.topic, self.producer = bootstrap, topic, producer

    async def publish(self, *records: Event | bytes | None, headers: Sequence[tuple[str, bytes]] = (), at: datetime | None = None) -> None:
        for record in records:
            value = encode(record) if isinstance(record, Event) else record
            key = record.event_id.encode() if isinstance(record, Event) else b"key"
            stamp = int(at.timestamp() * 1000) if at else None
            await self.producer.send_and_wait(self.topic, value, key, headers=list(headers), timestamp_ms=stamp)

    def subscribe(self, **options: Any) -> Any:
        return subscribe(self.bootstrap, topic=self.topic, **options)

    async def all(self, **options: Any) -> list[str]:
        """Ids of what is on the topic now."""
        async with asyncio.timeout(PATIENCE_S), aclosing(self.subscribe(until_end=True, **options)) as events:
            return sorted([received.event.event_id async for received in events])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker() -> AsyncIterator[str]:
    async with embedded_broker() as bootstrap:
        yield bootstrap


@pytest_asyncio.fixture(loop_scope="module")
async def world(broker: str) -> AsyncIterator[World]:
    topic = f"events-{next(_topics)}"
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await producer.start()
    yield World(broker, topic, producer)
    await producer.stop()


async def test_it_reads_what_is_there_and_stops_at_the_end(world: World) -> None:
    await world.publish(*(event(n) for n in range(5)))
    assert await world.all(from_beginning=True) == [f"event-{n}" for n in range(5)]


async def test_it_stops_at_the_end_of_a_batch_and_not_within_it(world: World) -> None:
    sent = [await world.producer.send(world.topic, encode(event(n)), partition=0) for n in range(7)]
    await asyncio.gather(*sent)
    assert await world.all(from_beginning=True) == [f"event-{n}" for n in range(7)]


async def test_an_empty_topic_ends_at_once(world: World) -> None:
    assert await world.all(from_beginning=True) == []


async def test_it_begins_with_what_comes_from_now_on(world: World) -> None:
    await world.publish(event(1))
    async with asyncio.timeout(PATIENCE_S), aclosing(world.subscribe()) as events:
        following = asyncio.ensure_future(anext(events))
        while not following.done():  # whatever is published before it has begun is not for it
            await world.publish(event(2))
            await asyncio.wait([following], timeout=0.05)
        assert (await following).event.event_id == "event-2"


async def test_it_begins_with_a_moment(world: World) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for number in range(4):
        await world.publish(event(number), at=noon + timedelta(hours=number))
    assert await world.all(since=noon + timedelta(hours=2)) == ["event-2", "event-3"]
    assert await world.all(since=noon + timedelta(days=1)) == []


async def test_the_record_comes_with_its_revision_and_place_on_the_topic(world: World) -> None:
    await world.publish(event(1), headers=[("dateline-revision", b"3")], at=datetime(2026, 5, 1, tzinfo=UTC))
    async with aclosing(world.subscribe(from_beginning=True, until_end=True)) as events:
        received: Received = await anext(events)
    assert (received.event, received.revision, received.offset, received.time) == (event(1), 3, 0, datetime(2026, 5, 1, tzinfo=UTC))


async def test_what_cannot_be_read_is_passed_over_with_a_warning(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.publish(event(1), b"{", b"[]", None, b"\xff", event(2), headers=[("dateline-revision", b"many")])
    assert await world.all(from_beginning=True) == ["event-1", "event-2"]
    assert len([record for record in caplog.records if "passed over" in record.message]) == 3


async def test_a_group_goes_on_where_it_was_and_what_it_did_not_finish_comes_again(world: World) -> None:
    """Takes 20 s: the embedded broker lets a group form for 5 s, and waits out a first member that has left."""
    await world.publish(*(event(n) for n in range(3)))
    async with asyncio.timeout(PATIENCE_S), aclosing(world.subscribe(group="careful", from_beginning=True)) as events:
        finished = (await anext(events)).event.event_id
        interrupted = (await anext(events)).event.event_id
    await world.publish(event(3))
    rest = await world.all(group="careful", from_beginning=True)
    assert interrupted in rest
    assert {finished, *rest} == {f"event-{n}" for n in range(4)}
    assert len(rest) == 3


async def test_a_topic_that_is_not_there_is_an_error_and_is_not_made(world: World) -> None:
    for _ in range(2):
        with pytest.raises(UnknownTopicError, match=r"dateline\.evnets"):
            await anext(subscribe(world.bootstrap, topic="dateline.evnets"))


async def test_an_address_where_no_broker_is_is_told_with_the_reason() -> None:
    with pytest.raises(UnreachableError, match=r"^can't use broker\.invalid over PLAINTEXT: .+"):
        await anext(subscribe("broker.invalid"))


async def test_the_present_state_is_the_last_record_of_each_event_that_still_holds(world: World) -> None:
    await world.publish(event(1), event(2), event(3), event(1, confidence=0.2), event(2, state="merged", merged_into="event-3"), event(4))
    assert await current_events(world.bootstrap, topic=world.topic, min_confidence=0.5) == {"event-3": event(3), "event-4": event(4)}


async def test_only_what_is_asked_for_comes(world: World) -> None:
    await world.publish(event(1), event(2, country="XB"), event(3, event_type="PROTEST"), event(4, confidence=0.1), event(5, place=None))
    assert await world.all(from_beginning=True, types=["assault"], countries=["xa"], min_confidence=0.5) == ["event-1"]
    assert await world.all(from_beginning=True, countries=["XB"]) == ["event-2"]


async def test_a_type_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="ASSAULT"):
        EventFilter.of(types=["ASSULT"])
