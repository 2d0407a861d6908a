"""The list of feeds: adding to it and removing from it. Pollers that run see it within seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dateline.app.polling.feed_topic import Book, listed_record, partition_of, read_book
from dateline.delivery.kafka import KafkaOptions, TopicNames, make_producer, start
from dateline.delivery.producing import deliver
from dateline.poller import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of the feeds that were to be added."""

    added: tuple[Feed, ...]
    changed: tuple[Feed, ...]  # were there with other settings, and have these now
    there: tuple[Feed, ...]  # already, the same


async def add_feeds(kafka: KafkaOptions, topics: TopicNames, feeds: Iterable[Feed]) -> Added:
    """Put these feeds on the list. Raises UnknownTopicError, UndeliverableError."""
    book = await read_book(kafka, topics.feeds)
    listed = {feed_id: known.feed for feed_id, known in book.known.items() if known.feed}
    new = {feed.feed_id: feed for feed in feeds}
    to_write = {feed_id: feed for feed_id, feed in new.items() if listed.get(feed_id) != feed}
    await _write(kafka, topics.feeds, to_write)
    return Added(
        added=tuple(feed for feed_id, feed in to_write.items() if feed_id not in listed),
        changed=tuple(feed for feed_id, feed in to_write.items() if feed_id in listed),
        there=tuple(feed for feed_id, feed in new.items() if feed_id not in to_write),
    )


async def remove_feeds(kafka: KafkaOptions, topics: TopicNames, names: Sequence[str]) -> tuple[list[Feed], list[str]]:
    """Take the feeds of these addresses or ids from the list; return those, and the names that no feed on it has."""
    book = await read_book(kafka, topics.feeds)
    found = {name: find(book, name) for name in names}
    gone = {feed.feed_id: feed for feed in found.values() if feed}
    await _write(kafka, topics.feeds, dict.fromkeys(gone))
    return list(gone.values()), [name for name, feed in found.items() if feed is None]


def find(book: Book, name: str) -> Feed | None:
    """The feed on the list with this id, or with this address: its own, or the one it moved to."""
    known = book.known.get(name)
    if known and known.feed:
        return known.feed
    return next((it.feed for it in book.known.values() if it.feed and name in (it.feed.url, it.state and it.state.url)), None)


async def _write(kafka: KafkaOptions, topic: str, feeds: Mapping[str, Feed | None]) -> None:
    if not feeds:
        return
    producer = make_producer(kafka)
    try:
        await start(producer, kafka)
        partitions = await producer.partitions_for(topic)
        records = [listed_record(topic, feed_id, feed, partition_of(feed_id, partitions)) for feed_id, feed in feeds.items()]
        await deliver(producer, records, kafka.patience_s)
    finally:
        await producer.stop()
