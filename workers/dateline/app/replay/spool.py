"""The spool of a replay: an SQLite file that holds what was read and merged so far, shared by all processes that work on it.

    with Spool(folder) as spool:
        task = spool.claim("read")                   # nobody else has it, until we are done or dead
        spool.keep_read(task, said, unreadable)      # what it gave, and that it is done, in one go

A process that is killed leaves its tasks to the others: it holds a lock on a file of its own, which the system lets go of with it.
"""

from __future__ import annotations

import fcntl
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from dateline.codec import decode, encode
from dateline.merging import reported
from dateline.records import Article, Event, Mention

Kind = Literal["read", "merge"]

WAITS_S = 120.0  # for another process's transaction: the longest, of a block's events, takes seconds
AT_ONCE = 500  # events in memory between two writes
COMPRESSION = 1  # zlib's fastest: a third of the size, for a tenth of the time that reading an article takes

TABLES = """
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS task (
    number INTEGER PRIMARY KEY, kind TEXT, name TEXT, start INTEGER, stop INTEGER, owner TEXT, done INTEGER DEFAULT 0,
    size INTEGER DEFAULT 0, articles INTEGER DEFAULT 0, unreadable INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS article (article_id TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mention (
    mention_id TEXT, version INTEGER, article_id TEXT, block TEXT, reported TEXT, value BLOB, UNIQUE (mention_id, version)
);
CREATE TABLE IF NOT EXISTS event (event_id TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Task:
    """A share of the work: records `start` up to `stop` of a partition to read, or a block to merge."""

    number: int
    kind: Kind
    name: str
    start: int = 0
    stop: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a kind of work is, of all processes together: tasks and what they hold (records, or mentions)."""

    done: int
    size: int
    tasks_left: int
    articles: int
    unreadable: int


class Spool:
    """One process's view of the spool in this folder, which is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._me = uuid.uuid4().hex
        self._alive = _lock(folder / f"{self._me}.lock")
        assert self._alive is not None
        self.connection = sqlite3.connect(folder / "spool.db", timeout=WAITS_S, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA page_size=16384")  # rows of 1.5 kB leave a quarter of the usual 4 kB empty
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.connection.close()
        (self.folder / f"{self._me}.lock").unlink(missing_ok=True)
        if self._alive:
            self._alive.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A transaction that no other process writes beside."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def publishing(self) -> Iterator[bool]:
        """Whether this process is the one that publishes; the right lasts as long as the block, or the process."""
        lock = _lock(self.folder / "publishing.lock")
        try:
            yield lock is not None
        finally:
            if lock:
                lock.close()

    def told(self, name: str) -> str | None:
        found = self.connection.execute("SELECT value FROM told WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def tell(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO told VALUES (?, ?)", (name, value))

    def add_tasks(self, tasks: Iterable[tuple[Kind, str, int, int, int]]) -> None:
        """Kind, name, start, stop and size of each. Call it within `alone`."""
        self.connection.executemany("INSERT INTO task (kind, name, start, stop, size) VALUES (?, ?, ?, ?, ?)", tasks)

    def claim(self, kind: Kind) -> Task | None:
        """A task that nobody works on, ours from now on; None if there is none."""
        with self.alone():
            owners = self.connection.execute("SELECT DISTINCT owner FROM task WHERE kind = ? AND NOT done", (kind,)).fetchall()
            free = [owner for (owner,) in owners if owner is None or not self._lives(owner)]
            for owner in free:
                found = self.connection.execute(
                    "SELECT number, name, start, stop FROM task WHERE kind = ? AND NOT done AND owner IS ? ORDER BY number LIMIT 1",
                    (kind, owner),
                ).fetchone()
                self.connection.execute("UPDATE task SET owner = ? WHERE number = ?", (self._me, found[0]))
                return Task(found[0], kind, *found[1:])
        return None

    def give_back(self, task: Task) -> None:
        self.connection.execute("UPDATE task SET owner = NULL WHERE number = ?", (task.number,))

    def _lives(self, owner: str) -> bool:
        path = self.folder / f"{owner}.lock"
        if owner == self._me or not path.exists():
            return owner == self._me
        lock = _lock(path)
        if lock is not None:
            lock.close()
        return lock is None

    def standing(self, kind: Kind) -> Standing:
        row = self.connection.execute(
            "SELECT COALESCE(SUM(CASE WHEN done THEN size END), 0), COALESCE(SUM(size), 0), COALESCE(SUM(NOT done), 0), "
            "COALESCE(SUM(articles), 0), COALESCE(SUM(unreadable), 0) FROM task WHERE kind = ?",
            (kind,),
        ).fetchone()
        return Standing(*row)

    def keep_read(self, task: Task, said: Sequence[tuple[Article, Sequence[Mention]]], unreadable: int) -> None:
        """What the articles of a chunk say, and that the chunk is done."""
        with self.alone():
            for article, mentions in said:
                self.connection.execute(
                    "INSERT INTO article VALUES (?, ?) ON CONFLICT DO UPDATE SET version = MAX(version, excluded.version)",
                    (article.article_id, article.version),
                )
                for mention in mentions:
                    self._keep(mention)
            self.connection.execute(
                "UPDATE task SET done = 1, articles = ?, unreadable = ? WHERE number = ?", (len(said), unreadable, task.number)
            )

    def _keep(self, mention: Mention) -> None:
        """Two of one id and version differ only where one version of an article had two texts: any rule will do, if it is one."""
        value = encode(mention)
        twin = self.connection.execute(
            "SELECT value FROM mention WHERE mention_id = ? AND version = ?", (mention.mention_id, mention.article_version)
        ).fetchone()
        if twin is None or zlib.decompress(twin[0]) < value:
            self.connection.execute(
                "INSERT OR REPLACE INTO mention VALUES (?, ?, ?, ?, ?, ?)",
                (
                    mention.mention_id,
                    mention.article_version,
                    mention.source.article_id,
                    mention.block,
                    reported(mention).isoformat(),
                    zlib.compress(value, COMPRESSION),
                ),
            )

    def prepare_merging(self) -> None:
        """Once all is read: an index in event time, and a task for each block, the largest first."""
        with self.alone():
            if self.told("blocks") is not None:
                return
            self.connection.execute("CREATE INDEX IF NOT EXISTS in_time ON mention (block, reported, mention_id)")
            blocks = self.connection.execute("SELECT block, COUNT(*) FROM mention GROUP BY block ORDER BY COUNT(*) DESC, block").fetchall()
            self.add_tasks(("merge", block, 0, 0, count) for block, count in blocks)
            self.tell("blocks", str(len(blocks)))

    def mentions(self, block: str) -> Iterator[Mention]:
        """Those of a block that hold (of each article only its newest version's), in event time."""
        rows = self.connection.cursor().execute(
            "SELECT mention.value FROM mention JOIN article USING (article_id) "
            "WHERE block = ? AND mention.version = article.version ORDER BY reported, mention_id",
            (block,),
        )
        for (value,) in rows:
            yield decode(zlib.decompress(value), Mention)

    def keep_merged(self, task: Task, events: Iterable[Event]) -> None:
        """The events of a block, and that it is done. Few are in memory at a time; a block done twice gives the same ones."""
        rows = ((event.event_id, zlib.compress(encode(event), COMPRESSION)) for event in events)
        while batch := list(islice(rows, AT_ONCE)):
            with self.alone():
                self.connection.executemany("INSERT OR REPLACE INTO event VALUES (?, ?)", batch)
        self.connection.execute("UPDATE task SET done = 1 WHERE number = ?", (task.number,))

    def events(self) -> Iterator[tuple[Event, bytes]]:
        """Every event in the order of its id, with its bytes."""
        for (value,) in self.connection.cursor().execute("SELECT value FROM event ORDER BY event_id"):
            raw = zlib.decompress(value)
            yield decode(raw, Event), raw

    def reached(self) -> dict[int, int]:
        """The offset that reading came to, by partition."""
        rows = self.connection.execute("SELECT name, MAX(stop) FROM task WHERE kind = 'read' GROUP BY name")
        return {int(partition): stop for partition, stop in rows}

    def has_read(self, article_id: str) -> bool:
        return self.connection.execute("SELECT 1 FROM article WHERE article_id = ?", (article_id,)).fetchone() is not None

    def count(self, table: Literal["article", "mention", "event"]) -> int:
        found: int = self.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 — one of our own names
        return found


def _lock(path: Path) -> IO[bytes] | None:
    """A file that this process alone has locked, until it closes it or ends; None where another has."""
    try:
        file = path.open("ab")
    except FileNotFoundError:  # the folder is gone: another process has finished
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
