"""The list of feeds: adding to it and removing from it. Pollers that run see it within seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from dateline.app.polling.feed_topic import Book, listed_record, partition_of, read_book
from dateline.delivery.kafka import KafkaOptions, TopicNames, make_producer, start
from dateline.delivery.producing import deliver
from dateline.poller import Feed, feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of the feeds that were to be added."""

    added: tuple[Feed, ...]
    changed: tuple[Feed, ...]  # were there with other settings, and have these now
    there: tuple[Feed, ...]  # already, the same


async def add_feeds(kafka: KafkaOptions, topics: TopicNames, feeds: Iterable[Feed]) -> Added:
    """Put these feeds on the list. One at whose address a listed feed is asked since it moved is that feed: two would each count versions
    of the same articles. Raises UnknownTopicError, UndeliverableError."""
    book = await read_book(kafka, topics.feeds)
    listed = {feed_id: known.feed for feed_id, known in book.known.items() if known.feed}
    moved = {known.state.url: known.feed for known in book.known.values() if known.feed and known.state}
    new: dict[str, Feed] = {}
    for wanted in feeds:
        same = wanted if wanted.feed_id in listed else moved.get(wanted.url, wanted)
        new[same.feed_id] = replace(wanted, feed_id=same.feed_id, url=same.url)
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
    """The feed on the list with this id, or with this address: its own, however it is spelt, or the one it moved to."""
    names = {name}
    with suppress(ValueError):  # an id
        names.add(feed(name).url)
    listed = [known for known in book.known.values() if known.feed]
    own = (it.feed for it in listed if it.feed and names & {it.feed.feed_id, it.feed.url})
    moved = (it.feed for it in listed if it.state and it.state.url in names)
    return next(own, None) or next(moved, None)


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
