"""What an events topic holds: the last record of each event, in a table on disk, however many there are."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dateline.codec import NewerVersionError, UnreadableRecordError, decode
from dateline.delivery.cloudevents import REVISION
from dateline.delivery.kafka import KafkaOptions
from dateline.delivery.reading import read_topic
from dateline.records import Event

log = logging.getLogger(__name__)

TABLE = "CREATE TABLE {name} (event_id TEXT PRIMARY KEY, active INTEGER, revision INTEGER, value BLOB) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Published:
    """The last record of one event on a topic."""

    event: Event
    revision: int
    raw: bytes


@contextmanager
def scratch(file: Path) -> Iterator[sqlite3.Connection]:
    """A database for as long as the block: nothing in it need outlive a crash, so nothing waits for the disk."""
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        yield connection
    finally:
        connection.close()
        file.unlink(missing_ok=True)


class TopicState:
    """A table of its own in a scratch database."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        connection.execute(TABLE.format(name=name))

    async def load(self, kafka: KafkaOptions, topic: str) -> None:
        """Read the topic to its end. Raises UnknownTopicError, and NewerVersionError: what we do not understand we must not replace."""
        async for record in read_topic(kafka, topic):
            if record.value is None:
                self._connection.execute(f"DELETE FROM {self._name} WHERE event_id = ?", ((record.key or b"").decode("utf-8", "replace"),))  # noqa: S608
                continue
            try:
                event = decode(record.value, Event)
            except NewerVersionError:
                raise
            except UnreadableRecordError as error:
                log.warning("%s-%d@%d: %s", record.topic, record.partition, record.offset, error)
                continue
            row = (event.event_id, event.state == "active", int(dict(record.headers).get(REVISION, b"1")), zlib.compress(record.value, 1))
            self._connection.execute(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?, ?, ?)", row)  # noqa: S608 — our own name

    def get(self, event_id: str) -> Published | None:
        row = self._connection.execute(f"SELECT revision, value FROM {self._name} WHERE event_id = ?", (event_id,)).fetchone()  # noqa: S608
        return _published(*row) if row else None

    def active(self) -> Iterator[Published]:
        """The events that hold, in the order of their ids."""
        rows = self._connection.cursor().execute(f"SELECT revision, value FROM {self._name} WHERE active ORDER BY event_id")  # noqa: S608
        for row in rows:
            yield _published(*row)

    def __len__(self) -> int:
        found: int = self._connection.execute(f"SELECT COUNT(*) FROM {self._name} WHERE active").fetchone()[0]  # noqa: S608
        return found


def _published(revision: int, value: bytes) -> Published:
    raw = zlib.decompress(value)
    return Published(decode(raw, Event), revision, raw)
