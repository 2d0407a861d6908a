"""Backfill on the embedded broker: old news from files, in order of publication, whatever interrupts it, and twice the same."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from archives.test_archives import warc
from plain_reading import PlainPool, plain_articles, read_plain
from world import World

from dateline.app.backfill import Backfilled, Backfilling, BusyError, run
from dateline.app.long_work import StoppedError
from dateline.app.replay import Plan, Replaying
from dateline.codec import decode, encode
from dateline.merging import merge_all
from dateline.records import Article, Withdrawal

TEN_YEARS_AGO = timedelta(days=3650)
TEXT = "ASSAULT SY 2020-05-0{day} killed 3"
PAGE = """<html><head><title>Report {name}</title><meta property="article:published_time" content="{day}T10:00:00Z">{more}</head>
<body><article><h1>Report {name}</h1><p>{text}. Gunmen stormed the fish market of the old town on that morning, officials said.</p>
<p>Traders ran for their lives, and the market stayed closed for the rest of the day, they said. More was not known.</p></article></body>
</html>"""


@pytest.fixture
async def world(embedded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(run, "READ_AT_ONCE", 10)
    monkeypatch.setattr(run, "OUT_AT_ONCE", 20)
    made = World(embedded, tmp_path, idempotence=False, partitions=1)
    await made.prepare()
    return made


def old_articles() -> list[Article]:
    """Ten years old, in any order, and some twice."""
    articles = [replace(article, published=article.published and article.published - TEN_YEARS_AGO) for article in plain_articles(100)]
    articles += articles[:10]
    Random(7).shuffle(articles)
    return articles


def backfilling(
    world: World, *paths: Path, stop: asyncio.Event | None = None, progress: Callable[[str, int, int], None] = lambda *_: None
) -> Backfilling:
    topic = world.settings.topics.articles
    return Backfilling(world.settings, paths, topic, world.folder / "spool", progress, stop or asyncio.Event())


async def backfill(world: World, *paths: Path) -> Backfilled:
    return await backfilling(world, *paths).run()


async def on_the_topic(world: World) -> list[Article]:
    return [decode(record.value, Article) for record in await world.records(world.settings.topics.articles)]


async def replay(world: World) -> int:
    plan = Plan(articles=world.settings.topics.articles, into=world.settings.topics.events)
    done = await Replaying(world.settings, plan, world.folder / "replay", lambda *_: None, asyncio.Event()).run(PlainPool())
    return done.published


def lines(path: Path, articles: list[Article]) -> Path:
    path.write_bytes(gzip.compress(b"\n".join(encode(article) for article in articles) + b"\nnot JSON\n"))
    return path


async def test_articles_far_older_than_the_window_go_out_in_order_and_become_events_once(world: World, tmp_path: Path) -> None:
    articles = old_articles()
    archive = lines(tmp_path / "old.jsonl.gz", articles)
    done = await backfill(world, archive)
    distinct = {(article.article_id, article.version): article for article in articles}
    assert done == Backfilled(articles=len(distinct), broken=1)
    out = await on_the_topic(world)
    assert out == sorted(distinct.values(), key=lambda article: (article.published, article.article_id, article.version))

    assert await replay(world) > 20
    mentions = [mention for article in distinct.values() for mention in read_plain(article)]
    edited = [Withdrawal(article_id=article.article_id, article_version=article.version) for article in out if article.version > 1]
    expected = merge_all(mentions, world.settings.merging, edited)
    assert await world.final_events() == {event.event_id.encode(): encode(event) for event in expected}

    await backfill(world, archive)
    assert await replay(world) == 0


async def test_stopped_at_any_moment_it_goes_on_and_nothing_goes_out_twice(world: World, tmp_path: Path) -> None:
    archives = [lines(tmp_path / f"{part}.jsonl.gz", old_articles()[part::2]) for part in (0, 1)]
    starts = 0
    while True:
        starts += 1
        stop = asyncio.Event()

        def once(*_: object, stop: asyncio.Event = stop) -> None:
            stop.set()

        try:
            done = await backfilling(world, *archives, stop=stop, progress=once).run()
            break
        except StoppedError:
            pass
    out = await on_the_topic(world)
    assert starts > 10
    assert done == Backfilled(articles=len(out), broken=2)
    assert out == sorted(out, key=lambda article: (article.published, article.article_id, article.version))
    assert len({(article.article_id, article.version) for article in out}) == len(out)
    assert not (world.folder / "spool").exists()


async def test_two_processes_are_not_at_it_at_once(world: World, tmp_path: Path) -> None:
    archive = lines(tmp_path / "old.jsonl.gz", old_articles())
    results = await asyncio.gather(backfill(world, archive), backfill(world, archive), return_exceptions=True)
    assert {type(result) for result in results} == {Backfilled, BusyError}


async def test_pages_of_a_crawl_and_of_a_folder_are_the_articles_of_their_addresses(world: World, tmp_path: Path) -> None:
    def page(name: str, day: int, more: str = "", text: str = "") -> bytes:
        return PAGE.format(name=name, day=f"2020-05-0{day}", more=more, text=text or TEXT.format(day=day)).encode()

    kind = "text/html; charset=utf-8"
    crawl = tmp_path / "news.warc.gz"
    crawl.write_bytes(
        warc(
            ("https://gazette.example/news/market-attack-1234", "200 OK", kind, page("one", 3)),
            ("https://gazette.example/news/market-attack-1234", "200 OK", kind, page("one", 3, text="Corrected: nothing happened")),
            ("https://gazette.example/news/market-attack-1234?utm_source=x", "200 OK", kind, page("one", 3)),
            ("https://gazette.example/empty", "200 OK", kind, b"<html></html>"),
            ("https://herald.example/news/market-attack-77", "200 OK", kind, page("two", 2)),
        )
    )
    folder = tmp_path / "saved"
    folder.mkdir()
    own = '<link rel="canonical" href="https://post.example/news/market-attack-99">'
    (folder / "a.html").write_bytes(page("three", 1, own))
    (folder / "b.html").write_bytes(b"<!-- saved from url=(0046)https://tribune.example/news/market-attack-55 -->" + page("four", 4))
    (folder / "c.html").write_bytes(page("five", 5))
    done = await backfill(world, crawl, folder)
    out = await on_the_topic(world)
    assert [article.published for article in out] == [datetime(2020, 5, day, 10, tzinfo=UTC) for day in (1, 2, 3, 3, 4, 5)]
    assert [article.url for article in out] == [
        "https://post.example/news/market-attack-99",
        "https://herald.example/news/market-attack-77",
        "https://gazette.example/news/market-attack-1234",
        "https://gazette.example/news/market-attack-1234",
        "https://tribune.example/news/market-attack-55",
        None,
    ]
    assert [article.version for article in out] == [1, 1, 1, 2, 1, 1]
    assert out[2].article_id == out[3].article_id
    assert done == Backfilled(articles=6, broken=1)
    assert (out[0].fetched, out[1].fetched) == (None, datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert "fish market" in out[0].text
