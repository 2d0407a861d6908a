"""What must be published so that an events topic says what the articles read now say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from dateline.app.replay.spool import Spool
from dateline.app.replay.topic_state import Published, TopicState
from dateline.codec import encode
from dateline.merging import Words, ended, rests_on
from dateline.records import Event

TABLES = """
CREATE TABLE kept (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE taken (words BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE resting (words BLOB PRIMARY KEY, event_id TEXT) WITHOUT ROWID;
CREATE TABLE shown (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One record to publish: what the topic said of this event, if anything, and what it shall say."""

    before: Published | None
    now: Event
    raw: bytes

    @property
    def revision(self) -> int:
        return self.before.revision + 1 if self.before else 1


class Comparing:
    """The spool's events against a topic's. An event that rests on an article outside of what was read stays as it is, and so do the
    words it rests on: half of what is known of it can't speak for the whole."""

    def __init__(self, spool: Spool, before: TopicState, database: sqlite3.Connection) -> None:
        self._spool = spool
        self._before = before
        self._database = database
        database.executescript(TABLES)
        self.same = 0  # events that need no record, known when the changes are through
        self.kept = sum(self._keep(last.event) for last in before.active())

    def changes(self) -> Iterator[Change]:
        """First what is new or changed, then what is no longer (merged or retracted), each in the order of its ids.

        Once only, and to its end: what is no longer is found by what was told before.
        """
        for event, raw in self._spool.events():
            if self._is_kept(event.event_id) or any(self._is_taken(words) for words in rests_on(event)):
                continue
            self._show(event)
            before = self._before.get(event.event_id)
            if before is None or (before.raw != raw and before.event != event):
                yield Change(before, event, raw)
            else:
                self.same += 1
        for last in self._before.active():
            if not (self._is_kept(last.event.event_id) or self._is_shown(last.event.event_id)):
                gone = ended(last.event, self._resting_on)
                yield Change(last, gone, encode(gone))

    def _keep(self, event: Event) -> bool:
        """Mark an event to be kept, where it must be."""
        if all(self._spool.has_read(source.article_id) for source in event.sources):
            return False
        self._database.execute("INSERT INTO kept VALUES (?)", (event.event_id,))
        self._database.executemany("INSERT OR IGNORE INTO taken VALUES (?)", [(_digest(words),) for words in rests_on(event)])
        return True

    def _show(self, event: Event) -> None:
        self._database.execute("INSERT INTO shown VALUES (?)", (event.event_id,))
        rows = [(_digest(words), event.event_id) for words in rests_on(event)]
        self._database.executemany("INSERT OR IGNORE INTO resting VALUES (?, ?)", rows)

    def _is_kept(self, event_id: str) -> bool:
        return self._has("kept", "event_id", event_id)

    def _is_shown(self, event_id: str) -> bool:
        return self._has("shown", "event_id", event_id)

    def _is_taken(self, words: Words) -> bool:
        return self._has("taken", "words", _digest(words))

    def _resting_on(self, words: Words) -> str | None:
        found = self._database.execute("SELECT event_id FROM resting WHERE words = ?", (_digest(words),)).fetchone()
        return found[0] if found else None

    def _has(self, table: str, column: str, value: str | bytes) -> bool:
        query = f"SELECT 1 FROM {table} WHERE {column} = ?"  # noqa: S608 — our own names
        return self._database.execute(query, (value,)).fetchone() is not None


def _digest(words: Words) -> bytes:
    kind, evidence = words
    return blake2b(kind.encode() + b"\0" + encode(evidence), digest_size=16).digest()
