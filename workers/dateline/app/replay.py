"""Replay: read articles again, with the extraction of today, and bring an events topic to what they now say.

Articles are read and merged in one go, in event time: none is late, and the same articles give the same bytes whatever else runs.
Everything the articles say is held in memory until they are read (about 3 kB a mention).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from dateline.codec import UnreadableRecordError, decode, encode
from dateline.delivery.cloudevents import REVISION, event_headers
from dateline.delivery.kafka import KafkaOptions, make_consumer, make_producer
from dateline.delivery.producing import Outgoing, deliver
from dateline.delivery.reading import Bound, read_topic
from dateline.english import OtherLanguageError
from dateline.merging import changes, merge_all
from dateline.pool import ReaderPool
from dateline.records import Article, Event, Mention, Withdrawal
from dateline.settings import Settings

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Told of a step's name, how much of it is done, and how much there is."""

DELIVERED_AT_ONCE = 500


@dataclass(slots=True)
class Replayed:
    """What a replay did. `kept`: events left as they are because they rest on articles outside of what was read."""

    articles: int = 0
    unreadable: int = 0
    mentions: int = 0
    events: int = 0
    published: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """The last record of one event on a topic."""

    event: Event
    revision: int


async def replay(
    settings: Settings, pool: ReaderPool, *, start: Bound, end: Bound, articles: str, into: str, progress: Progress
) -> Replayed:
    """Read the articles from `start` up to `end`, and publish to the topic `into` what is new, changed or no longer so."""
    done, reached = Replayed(), dict[TopicPartition, int]()
    mentions: list[Mention] = []
    versions: dict[str, int] = {}
    total = 0

    def expect(count: int) -> None:
        nonlocal total
        total = count

    records = read_topic(settings.kafka, articles, start, end, expect)
    async for article, said in _read_all(records, pool, settings.worker.articles_per_process, reached, done):
        progress("reading articles", done.articles + done.unreadable, total)
        mentions += said
        versions[article.article_id] = max(article.version, versions.get(article.article_id, 1))
    done.mentions = len(mentions)

    edited = [Withdrawal(article_id=article_id, article_version=version) for article_id, version in versions.items() if version > 1]
    events = merge_all(mentions, settings.merging, edited)
    done.events = len(events)
    outgoing = list(_outgoing(into, await _published(settings.kafka, into), events, versions.keys(), done))
    await _publish(settings.kafka, outgoing, done, progress)
    await _commit(settings.kafka, f"{settings.worker.group}.replay.{into}", reached)
    return done


async def _publish(kafka: KafkaOptions, outgoing: Sequence[Outgoing], done: Replayed, progress: Progress) -> None:
    producer = make_producer(kafka)
    await producer.start()
    try:
        for first in range(0, len(outgoing), DELIVERED_AT_ONCE):
            await deliver(producer, outgoing[first : first + DELIVERED_AT_ONCE], kafka.patience_s)
            done.published = min(first + DELIVERED_AT_ONCE, len(outgoing))
            progress("publishing events", done.published, len(outgoing))
    finally:
        await producer.stop()


async def _commit(kafka: KafkaOptions, group: str, reached: Mapping[TopicPartition, int]) -> None:
    """Leave the replay's own group where it came to, so that the usual tools show what was replayed and what came since."""
    if not reached:
        return
    consumer = make_consumer(kafka, group=group)
    await consumer.start()
    try:
        consumer.assign(list(reached))
        await consumer.commit(dict(reached))
    finally:
        await consumer.stop()


async def _read_all(
    records: AsyncIterator[ConsumerRecord], pool: ReaderPool, per_process: int, reached: dict[TopicPartition, int], done: Replayed
) -> AsyncIterator[tuple[Article, list[Mention]]]:
    """Each readable article with what it says, in the order read, and never more in hand than the pool can use."""
    waiting: deque[tuple[Article, asyncio.Future[list[Mention]]]] = deque()
    async for record in records:
        reached[TopicPartition(record.topic, record.partition)] = record.offset + 1
        if (article := _article(record, done)) is not None:
            waiting.append((article, asyncio.wrap_future(pool.submit(article))))
        if len(waiting) >= pool.processes * per_process and (pair := await _oldest(waiting, done)):
            yield pair
    while waiting:
        if pair := await _oldest(waiting, done):
            yield pair


async def _oldest(waiting: deque[tuple[Article, asyncio.Future[list[Mention]]]], done: Replayed) -> tuple[Article, list[Mention]] | None:
    article, future = waiting.popleft()
    try:
        said = await future
    except OtherLanguageError:
        said = []
    except Exception as error:  # noqa: BLE001 — whatever an article makes go wrong, the others are read
        log.warning("article %s could not be read: %r", article.article_id, error)
        done.unreadable += 1
        return None
    done.articles += 1
    return article, said


def _article(record: ConsumerRecord, done: Replayed) -> Article | None:
    try:
        return decode(record.value or b"", Article)
    except UnreadableRecordError as error:
        # The worker that read it first put it among the dead letters: here it is only counted.
        log.warning("%s-%d@%d: %s", record.topic, record.partition, record.offset, error)
        done.unreadable += 1
        return None


async def _published(kafka: KafkaOptions, topic: str) -> dict[str, Published]:
    """The last record of every event on a topic."""
    last: dict[str, Published] = {}
    async for record in read_topic(kafka, topic):
        try:
            event = decode(record.value or b"", Event)
        except UnreadableRecordError as error:
            log.warning("%s-%d@%d: %s", record.topic, record.partition, record.offset, error)
            continue
        last[event.event_id] = Published(event, int(dict(record.headers).get(REVISION, b"1")))
    return last


def _outgoing(
    into: str, before: Mapping[str, Published], events: Iterable[Event], read: Collection[str], done: Replayed
) -> Iterator[Outgoing]:
    """The records that bring the topic from `before` to `events`.

    An event that rests on an article outside of what was read stays as it is, and so do the words it rests on: half of what is known
    of it can't speak for the whole.
    """
    kept = {
        event_id: last.event
        for event_id, last in before.items()
        if last.event.state == "active" and any(source.article_id not in read for source in last.event.sources)
    }
    done.kept = len(kept)
    taken = {(event.event_type, evidence) for event in kept.values() for evidence in event.evidence}
    ours = [
        event
        for event in events
        if event.event_id not in kept and not any((event.event_type, evidence) in taken for evidence in event.evidence)
    ]
    for event in changes({event_id: last.event for event_id, last in before.items() if event_id not in kept}, ours):
        last = before.get(event.event_id)
        headers = event_headers(event, last.revision + 1 if last else 1)
        yield Outgoing(topic=into, key=event.event_id.encode(), value=encode(event), headers=headers)
