"""What a replay's spool costs: seconds, memory and disk for many mentions over a year.

    python benchmarks/replay_size.py [MENTIONS]

One story is read, and its mention told again and again with other places, days and words: mentions of true size, in twenty blocks.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random
from time import process_time

from dateline.app.replay.event_time import events_of
from dateline.app.replay.spool import Spool, Task
from dateline.codec import content_id, encode
from dateline.pipeline import open_reader
from dateline.records import Article, Mention
from dateline.settings import load

STORY = (
    "Gunmen killed 12 people in an attack on a market in Aleppo on Friday, police said. Witnesses told reporters that the attackers came "
    "on motorcycles, opened fire on traders and their customers, and fled towards the old town before soldiers arrived. " * 4
)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
CHUNK, BLOCKS = 200, 20


def told_again(count: int) -> Iterator[list[tuple[Article, list[Mention]]]]:
    """Articles with what they say, a chunk at a time, in no order of time."""
    settings, random = load(), Random(1)
    (first, *_) = open_reader(settings.reading, settings.geography).read(Article(article_id="a", text=STORY, published=FIRST))
    assert first.place
    words = [f"word{number}" for number in range(20_000)]
    for start in range(0, count, CHUNK):
        chunk = []
        for number in range(start, min(start + CHUNK, count)):
            published = FIRST + timedelta(minutes=random.randrange(365 * 24 * 60))
            article = Article(article_id=content_id(number), text="", published=published)
            place = replace(first.place, lat=random.uniform(-50, 50), lon=random.uniform(-100, 100), geonameid=random.randrange(10**6))
            mention = replace(
                first,
                mention_id=content_id("mention", number),
                block=f"HARM:{number % BLOCKS}",
                place=place,
                source=replace(first.source, article_id=article.article_id, published=published),
                keywords={random.choice(words): weight for weight in first.keywords.values()},
                fingerprint=tuple(content_id(number, part)[:16] for part in first.fingerprint),
            )
            chunk.append((article, [mention]))
        yield chunk


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int) -> None:
    options = load().merging
    with tempfile.TemporaryDirectory() as folder, Spool(Path(folder)) as spool:
        chunks = told_again(count)
        first = next(chunks)
        size = sum(len(encode(mention)) for _, said in first for mention in said) / len(first)
        with spool.alone():
            spool.add_tasks(("read", "0", start, start + CHUNK, CHUNK) for start in range(0, count, CHUNK))
        before, kept = peak_mb(), 0.0
        for chunk in chain([first], chunks):
            kept -= process_time()
            spool.keep_read(_claimed(spool), chunk, 0)
            kept += process_time()
        merging = -process_time()
        spool.prepare_merging()
        while task := spool.claim("merge"):
            spool.keep_merged(task, events_of(spool.mentions(task.name), options))
        merging += process_time()
        spool.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        disk = sum(file.stat().st_size for file in Path(folder).iterdir()) / count
        print(f"{count} mentions of {size:.0f} bytes, {spool.count('event')} events")
        print(f"kept: {kept / count * 1e6:.0f} µs each; merged: {merging / count * 1e6:.0f} µs each (processor time)")
        print(f"disk: {disk:.0f} bytes each; memory: {before:.0f} MB before, {peak_mb():.0f} MB at most")


def _claimed(spool: Spool) -> Task:
    task = spool.claim("read")
    assert task is not None
    return task


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
