"""The poller against a real broker: what it leaves on the topics, and what a second start does."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from dateline.app.demo import serve_demo
from dateline.app.polling import Observe, article_at, read_states, run_poller, unobserved
from dateline.codec import decode
from dateline.config_files import config_file
from dateline.delivery.broker import embedded_broker
from dateline.delivery.kafka import KafkaOptions, TopicNames, make_consumer
from dateline.delivery.topics import ensure_topics
from dateline.poller import Feed, PollerOptions, PollResult, UnreadablePageError
from dateline.records import Article
from dateline.settings import load


@pytest.fixture
def options() -> PollerOptions:
    return dataclasses.replace(load().poller, allow_private_addresses=True)


@pytest.fixture
def topics() -> TopicNames:
    return load().topics


@pytest.fixture
async def kafka(topics: TopicNames) -> AsyncIterator[KafkaOptions]:
    async with embedded_broker() as bootstrap:
        options = dataclasses.replace(load().kafka, bootstrap=bootstrap, idempotence=False, partitions=2)
        await ensure_topics(options, topics, merge_window=timedelta(days=1))
        yield options


@pytest.fixture
async def demo() -> AsyncIterator[list[Feed]]:
    async with serve_demo(config_file("demo")) as feeds:
        yield feeds


async def articles_on(kafka: KafkaOptions, topic: str) -> list[Article]:
    consumer = make_consumer(kafka, topic)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[Article] = []
        for partition, end in ends.items():
            while await consumer.position(partition) < end:
                records = (await consumer.getmany(partition, timeout_ms=500)).get(partition, ())
                assert all(record.key == decode(record.value, Article).article_id.encode() for record in records)
                found += [decode(record.value, Article) for record in records]
        return found
    finally:
        await consumer.stop()


async def test_a_restart_goes_on_where_the_last_poller_ended(
    kafka: KafkaOptions, topics: TopicNames, options: PollerOptions, demo: list[Feed]
) -> None:
    seen: list[tuple[str | None, str, int]] = []

    def observe(feed: Feed, result: PollResult, seconds: float) -> None:
        seen.append((feed.name, result.outcome, len(result.articles)))

    async def once() -> None:
        await run_poller(demo, kafka=kafka, topics=topics, options=options, stop=asyncio.Event(), observe=observe, once=True)

    await once()
    first = await articles_on(kafka, topics.articles)
    assert sorted(seen) == [("Harbour Courier", "news", 8), ("Meridian Dispatch", "news", 8)]
    assert len({article.article_id for article in first}) == 16
    assert {article.origin for article in first} == {None, "ONW"}
    seed = next(article for article in first if article.url == "https://news.example/coalition-strikes-deir-ez-zor")
    assert seed.text.startswith("On December 20, Al Hadath TV reported")

    states = await read_states(kafka, topics.feeds)
    assert {state.feed_id for state in states.values()} == {feed.feed_id for feed in demo}
    assert all(state.etag and not state.failures and all(item.delivered for item in state.seen.values()) for state in states.values())

    await once()
    assert sorted(seen[2:]) == [("Harbour Courier", "not_modified", 0), ("Meridian Dispatch", "not_modified", 0)]
    assert await articles_on(kafka, topics.articles) == first


async def test_the_demo_feeds_are_the_same_at_another_port(demo: list[Feed]) -> None:
    async with serve_demo(config_file("demo")) as again:
        assert [feed.feed_id for feed in again] == [feed.feed_id for feed in demo]
        assert [feed.url for feed in again] != [feed.url for feed in demo]


async def test_the_poller_waits_for_what_is_due_and_stops_when_told(
    kafka: KafkaOptions, topics: TopicNames, options: PollerOptions, demo: list[Feed]
) -> None:
    stop, polled = asyncio.Event(), asyncio.Queue[str | None]()
    observe: Observe = lambda feed, result, seconds: polled.put_nowait(feed.name)  # noqa: E731
    running = asyncio.create_task(run_poller(demo, kafka=kafka, topics=topics, options=options, stop=stop, observe=observe))
    assert {await polled.get(), await polled.get()} == {feed.name for feed in demo}
    stop.set()
    async with asyncio.timeout(options.stop_deadline_s):
        await running
    assert polled.empty()


async def test_a_poll_that_hangs_does_not_hold_up_the_stop(kafka: KafkaOptions, topics: TopicNames, options: PollerOptions) -> None:
    asked = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    stop, impatient = asyncio.Event(), dataclasses.replace(options, stop_deadline_s=0.05)
    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        running = asyncio.create_task(
            run_poller([Feed(feed_id="ab12", url=address)], kafka=kafka, topics=topics, options=impatient, stop=stop, observe=unobserved)
        )
        await asked.wait()
        stop.set()
        async with asyncio.timeout(options.fetch_timeout_s / 2):
            await running
    assert await read_states(kafka, topics.feeds) == {}


PAGE = """<html lang="en"><head><title>Ferry sinks on lake</title></head><body><nav>Home News Sport</nav><article>
<p>A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority in Goma said in a statement.</p>
<p>Fishermen pulled twenty-two people from the water, and the search for the others went on until dark, the authority said.</p>
</article></body></html>"""


async def test_an_article_at_an_address_needs_no_broker(tmp_path: Path, options: PollerOptions) -> None:
    (tmp_path / "ferry.html").write_text(PAGE)
    (tmp_path / "feeds.opml").write_text('<opml><body><outline xmlUrl="{base}/ferry.html"/></body></opml>')
    async with serve_demo(tmp_path) as [at]:
        article = await asyncio.to_thread(article_at, at.url, options)
        assert (article.title, article.feed_id, article.text_basis) == ("Ferry sinks on lake", None, "page")
        assert article.text.startswith("A ferry sank on Lake Kivu")
        with pytest.raises(UnreadablePageError, match="status: HTTP 404"):
            await asyncio.to_thread(article_at, at.url + "x", options)
