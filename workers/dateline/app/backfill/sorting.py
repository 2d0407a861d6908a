"""The table in which a backfill's articles are sorted, on disk: memory holds none but those on their way in or out."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from dateline.codec import content_id, decode, encode
from dateline.records import Article

TABLES = """
CREATE TABLE IF NOT EXISTS archive (path TEXT PRIMARY KEY, found INTEGER, broken INTEGER, whole INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS article (
    article_id TEXT, text_hash TEXT, version INTEGER, seen TEXT, published TEXT, value BLOB, UNIQUE (article_id, text_hash)
);
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
"""
ORDER = """
CREATE TABLE sorted AS
    SELECT ROW_NUMBER() OVER (ORDER BY published, article_id, number) AS place, row, number FROM (
        SELECT rowid AS row, article_id, published,
            MAX(version, ROW_NUMBER() OVER (PARTITION BY article_id ORDER BY version, seen, text_hash)) AS number FROM article
    );
CREATE UNIQUE INDEX sorted_place ON sorted (place);
"""
COMPRESSION = 1
NEVER = ""  # stands before every time


def backfill_name(bootstrap: str, topic: str, paths: Sequence[Path]) -> str:
    """The same for the same call on the same files, and so the name of what an earlier start of it left."""
    files = sorted((str(path.resolve()), path.stat().st_size if path.is_file() else 0) for path in paths)
    return content_id("backfill", bootstrap, topic, files)


class Sorting:
    """The table in this folder, made if it is not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / "sorting.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    def standing(self, path: str) -> tuple[int, bool]:
        """How many records of an archive are read, and whether that is all of it."""
        row = self._connection.execute("SELECT found, whole FROM archive WHERE path = ?", (path,)).fetchone()
        return (row[0], bool(row[1])) if row else (0, False)

    def keep(self, path: str, articles: Sequence[Article], *, found: int, broken: int, whole: bool) -> None:
        """Articles of an archive, and that so many of its records are read now, in one go.

        The same text twice under one id is one article: as it was first seen.
        """
        with self._connection:
            self._connection.execute("BEGIN")
            for article in articles:
                text_hash, seen = article.content_hash or content_id(article.title, article.text), _moment(article.fetched)
                row = (
                    article.article_id,
                    text_hash,
                    article.version,
                    seen,
                    _moment(article.published),
                    zlib.compress(encode(article), COMPRESSION),
                )
                self._connection.execute(
                    "INSERT INTO article VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, "
                    "seen = excluded.seen, published = excluded.published, value = excluded.value "
                    "WHERE (excluded.version, excluded.seen, excluded.value) < (version, seen, value)",
                    row,
                )
            self._connection.execute(
                "INSERT INTO archive VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET found = found + excluded.found, "
                "broken = broken + excluded.broken, whole = excluded.whole",
                (path, found, broken, whole),
            )

    def broken(self) -> int:
        found: int = self._connection.execute("SELECT COALESCE(SUM(broken), 0) FROM archive").fetchone()[0]
        return found

    def sort(self) -> int:
        """Once all is read: number the versions of each article, give each its place, and tell how many there are."""
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sorted_place'").fetchone():
            self._connection.execute("DROP TABLE IF EXISTS sorted")
            self._connection.executescript(ORDER)
        found: int = self._connection.execute("SELECT COUNT(*) FROM sorted").fetchone()[0]
        return found

    def waiting(self) -> Iterator[tuple[int, Article]]:
        """The articles that are not out yet with their places, in order of publication (those without a date first)."""
        rows = self._connection.cursor().execute(
            "SELECT place, number, value FROM sorted JOIN article ON article.rowid = row WHERE place > ? ORDER BY place",
            (self.published(),),
        )
        for place, number, value in rows:
            yield place, replace(decode(zlib.decompress(value), Article), version=number)

    def published(self) -> int:
        """The place up to which all is out."""
        row = self._connection.execute("SELECT value FROM told WHERE name = 'published'").fetchone()
        return row[0] if row else 0

    def are_out(self, place: int) -> None:
        self._connection.execute("INSERT OR REPLACE INTO told VALUES ('published', ?)", (place,))


def _moment(moment: object) -> str:
    return moment.isoformat() if hasattr(moment, "isoformat") else NEVER
