"""A backfill from its beginning, or from where it was left, to its end."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from dateline.app.backfill.sorting import Sorting
from dateline.app.long_work import Pace, Progress, StoppedError
from dateline.archives import Broken, Found, SavedPage, read_archive
from dateline.codec import encode
from dateline.delivery.kafka import make_producer, start
from dateline.delivery.producing import Outgoing, deliver
from dateline.poller import PollerOptions, Reader, Unreadable, UnreadablePageError, open_reader, saved_article
from dateline.records import Article
from dateline.settings import Settings

log = logging.getLogger(__name__)

READ_AT_ONCE = 100  # records: what a kill repeats
OUT_AT_ONCE = 500


class BusyError(RuntimeError):
    """Another process is at this backfill."""


@dataclass(slots=True)
class Backfilled:
    """What a backfill did. `broken`: records that could not be read, each named in the log."""

    articles: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Backfilling:
    """`folder` holds the table: the same call must be given the same one."""

    settings: Settings
    paths: Sequence[Path]
    topic: str
    folder: Path
    progress: Progress
    stop: asyncio.Event
    rate: float | None = None  # articles a second, onto the topic
    processes: int = 1  # that read pages

    async def run(self) -> Backfilled:
        """Do all that is not done yet. Raises StoppedError, BusyError, UnknownArchiveError, and OSErrors of the files."""
        with _alone(self.folder), Sorting(self.folder) as sorting:
            options = replace(self.settings.poller, reading_processes=self.processes)
            async with open_reader(options) as read:
                for path in self.paths:
                    await self._read(path, sorting, read, options)
            done = Backfilled(sorting.sort(), sorting.broken())
            await self._publish(sorting, done.articles)
        shutil.rmtree(self.folder, ignore_errors=True)
        return done

    async def _read(self, path: Path, sorting: Sorting, read: Reader, options: PollerOptions) -> None:
        """An archive into the table, from where an earlier start came to."""
        name = _name(path)
        count, whole = sorting.standing(name)
        found = islice(read_archive(path, options.max_page_bytes), count, None)
        while not whole:
            self._go_on()
            batch = list(islice(found, READ_AT_ONCE))
            told = await asyncio.gather(*(_article(record, read, options) for record in batch))
            broken = [record for record in told if isinstance(record, Broken)]
            for record in broken:
                log.warning("%s: %s", record.where, record.why)
            whole = len(batch) < READ_AT_ONCE
            articles = [record for record in told if isinstance(record, Article)]
            sorting.keep(name, articles, found=len(batch), broken=len(broken), whole=whole)
            count += len(batch)
            self.progress(f"reading {path.name}", count, 0)

    async def _publish(self, sorting: Sorting, total: int) -> None:
        pace, waiting = Pace(self.rate), sorting.waiting()
        producer = make_producer(self.settings.kafka)
        await start(producer, self.settings.kafka)
        try:
            while batch := list(islice(waiting, max(1, min(OUT_AT_ONCE, int(self.rate or OUT_AT_ONCE))))):
                self._go_on()
                for _ in batch:
                    await pace.turn()
                records = [Outgoing(topic=self.topic, key=article.article_id.encode(), value=encode(article)) for _, article in batch]
                await deliver(producer, records, self.settings.kafka.patience_s)
                sorting.are_out(batch[-1][0])
                self.progress("publishing articles", batch[-1][0], total)
        finally:
            await producer.stop()

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise StoppedError


def _name(path: Path) -> str:
    return str(path.resolve())


async def _article(found: Found, read: Reader, options: PollerOptions) -> Article | Broken:
    if not isinstance(found, SavedPage):
        return found
    told = await read(_saved, found, datetime.now(UTC), options)
    return Broken(found.where, told.reason) if isinstance(told, Unreadable) else told


def _saved(page: SavedPage, now: datetime, options: PollerOptions) -> Article | Broken:
    """In a reading process."""
    try:
        return saved_article(page.body, page.content_type, page.url, page.seen, now, options)
    except (UnreadablePageError, ValueError) as error:
        return Broken(page.where, str(error))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The system lets go of the lock when this process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "backfill.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError("another process is at this backfill") from None
        yield
