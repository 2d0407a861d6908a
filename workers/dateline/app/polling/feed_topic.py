"""The feeds topic: the list of feeds and how each of them is.

A feed has two records, under keys of their own, so that whoever writes one can't undo the other:

    feed:<feed id>    Feed        that it is polled, and how: written by `dateline feeds` and `poll --feeds`, removed by a tombstone
    <feed id>         FeedState   how it is: written by the poller that has its partition

Both lie on the partition that the feed id hashes to: who has a partition has all there is to know of its feeds. A state outlives its
feed's removal, so that a feed that is added again goes on where it was.

States carry the epoch of their writer in a header. A poller that takes a partition over begins a higher one, and a state of a lower
epoch never replaces one of a higher: what a poller writes that has lost its partition without knowing it yet (its process was
stopped, its network cut) comes too late.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.structs import ConsumerRecord

from dateline.codec import NewerVersionError, UnreadableRecordError, decode, encode
from dateline.delivery.kafka import KafkaOptions
from dateline.delivery.producing import Outgoing
from dateline.delivery.reading import read_topic
from dateline.poller import Feed, FeedState, Health, encode_state, fold, health

log = logging.getLogger(__name__)

EPOCH = "dateline-epoch"
"""Header of a state: which ownership of its partition wrote it, in decimal digits."""

_LISTED = "feed:"
_partitioner = DefaultPartitioner()


@dataclass(slots=True)
class Known:
    """What the topic says of one feed: `feed` is None when it is not to be polled, `state` when it never was."""

    feed: Feed | None = None
    state: FeedState | None = None
    epoch: int = 0  # of the state
    newer: bool = False  # a newer Dateline wrote its state: polled without that, its articles' versions would begin again

    @property
    def is_polled(self) -> bool:
        return self.feed is not None and not self.newer

    @property
    def health(self) -> Health:
        return "newer" if self.newer else health(self.state)


@dataclass(slots=True)
class Book:
    """What the records say, read one after the other."""

    known: dict[str, Known] = field(default_factory=dict)
    epoch: int = 0  # the highest there is
    _told_of_newer: bool = False

    def take(self, record: ConsumerRecord) -> str | None:
        """Enter one record; return the id of the feed that it changed something about, if it did. What can't be read is passed over."""
        key = (record.key or b"").decode("utf-8", "replace")
        if key.startswith(_LISTED):
            return self._take_feed(key.removeprefix(_LISTED), record.value)
        return self._take_state(key, record.value, epoch_of(record))

    def _take_feed(self, feed_id: str, value: bytes | None) -> str | None:
        known = self.known.setdefault(feed_id, Known())
        before = known.feed
        try:
            known.feed = None if value is None else decode(value, Feed)
        except UnreadableRecordError as error:
            log.warning("the list's record of feed %s is unreadable, it stays as it was: %s", feed_id, error)
        return feed_id if known.feed != before else None

    def _take_state(self, feed_id: str, value: bytes | None, epoch: int) -> str | None:
        known = self.known.setdefault(feed_id, Known())
        if epoch < known.epoch:
            return None
        self.epoch = max(self.epoch, epoch)
        known.epoch, known.newer = epoch, False
        try:
            known.state = None if value is None else fold(decode(value, FeedState))
        except NewerVersionError as error:
            if not self._told_of_newer:
                log.warning("feed %s, and perhaps more (health class newer), is left to a newer Dateline: its state is %s", feed_id, error)
            known.state, known.newer, self._told_of_newer = None, True, True
        except UnreadableRecordError as error:
            log.warning("state of feed %s is unreadable, it starts afresh: %s", feed_id, error)
            known.state = None
        return feed_id


async def read_book(kafka: KafkaOptions, topic: str) -> Book:
    """All feeds there are, and how they are. Raises UnknownTopicError."""
    book = Book()
    async for record in read_topic(kafka, topic):
        book.take(record)
    return book


def is_state(record: ConsumerRecord) -> bool:
    return not (record.key or b"").startswith(_LISTED.encode())


def epoch_of(record: ConsumerRecord) -> int:
    value = dict(record.headers).get(EPOCH, b"")
    return int(value) if value.isdigit() and len(value) < 20 else 0


def partition_of(feed_id: str, partitions: Iterable[int]) -> int:
    """The partition of a feed's records: the one that Kafka's clients choose for its id as the key."""
    every = sorted(partitions)
    partition: int = _partitioner(feed_id.encode(), every, every)
    return partition


def state_record(topic: str, state: FeedState, partition: int, epoch: int) -> Outgoing:
    headers = ((EPOCH, str(epoch).encode()),)
    return Outgoing(topic=topic, key=state.feed_id.encode(), value=encode_state(state), headers=headers, partition=partition)


def listed_record(topic: str, feed_id: str, feed: Feed | None, partition: int) -> Outgoing:
    """That the feed is polled; or no longer, without one."""
    value = encode(feed) if feed else None
    return Outgoing(topic=topic, key=f"{_LISTED}{feed_id}".encode(), value=value, partition=partition)
