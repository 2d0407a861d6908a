"""The worker on a real Apache Kafka: nothing lost, nothing doubled, bad input in the dead letters, a clean end."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from plain_reading import PlainPool, plain_articles, read_plain
from world import World, until

from dateline.codec import encode
from dateline.delivery.deadletters import letter_of
from dateline.merging import merge_all
from dateline.records import Article
from dateline.settings import load

pytestmark = pytest.mark.kafka


async def test_articles_become_events_with_cloud_event_headers(kafka: str, tmp_path: Path) -> None:
    world, articles = World(kafka, tmp_path), plain_articles(60)
    await world.prepare()
    await world.publish(articles)
    async with world.working():
        await world.until_idle()
    assert await world.final_events() == final_events(articles)
    for record in await world.records(world.settings.topics.events):
        headers = {name: value.decode() for name, value in record.headers}
        assert headers["ce_id"] == f"{record.key.decode()}:{headers['dateline-revision']}"
        assert headers["ce_specversion"] == "1.0"
        assert headers["content-type"] == "application/json"
        assert headers.keys() >= {"ce_source", "ce_type", "ce_time"}
    assert await world.letters() == []


async def test_poison_goes_to_the_dead_letters_and_its_neighbours_go_through(kafka: str, tmp_path: Path) -> None:
    world, articles = World(kafka, tmp_path, partitions=1), plain_articles(20)
    topics = world.settings.topics
    await world.prepare()
    await world.publish(articles[:10])
    newer = b'{"article_id": "n", "text": "ASSAULT SY 2025-12-20", "schema_version": 2}'
    bad = [
        (b"k1", b"not json"),
        (b"k2", b'{"article_id": "a"}'),
        (b"k3", None),
        (None, None),
        (None, b"\xff\xfe"),
        (b"k4", b""),
        (b"k5", newer),
    ]
    await world.put(topics.articles, [(key, value) for key, value in bad if (key, value) != (None, None)])
    await world.put(topics.mentions, [(b"m1", b"not json"), (b"m2", b'{"mention_id": 3}'), (b"m3", None)])
    died = Article(article_id="died", text="crash")
    hung = Article(article_id="hung", text="hang")
    lucky = Article(article_id="lucky", text="crash once")
    await world.publish([died, hung, lucky, *articles[10:]])
    pool = PlainPool()
    async with world.working(pool):
        await world.until_idle()
    letters = [letter for record in await world.letters() if (letter := letter_of(record, with_value=True))]
    assert sorted((letter.source.key or b"", letter.source.value or b"") for letter in letters) == sorted(
        [
            *((key or b"", value or b"") for key, value in bad if (key, value) != (None, None)),
            (b"m1", b"not json"),
            (b"m2", b'{"mention_id": 3}'),
            (b"m3", b""),
            (b"died", encode(died)),
            (b"hung", encode(hung)),
        ]
    )
    told = {letter.source.key: letter.reasons for letter in letters}
    assert told[b"k1"]["class"] == "UnreadableRecordError"
    assert told[b"k5"]["class"] == "NewerVersionError"
    assert told[b"k1"]["topic"] == topics.articles
    assert told[b"k1"]["stage"] == "extract"
    assert told[b"k1"].keys() == {"class", "message", "topic", "partition", "offset", "stage", "attempts", "time"}
    assert told[b"m2"]["stage"] == "merge"
    assert told[b"died"]["attempts"] == "2"
    assert told[b"hung"]["attempts"] == "1"
    assert pool.attempts["lucky"] == 2
    assert await world.final_events() == final_events(articles)


async def test_sigterm_ends_a_busy_worker_cleanly_and_the_next_goes_on(kafka: str, tmp_path: Path) -> None:
    world, articles = World(kafka, tmp_path), plain_articles(300)
    await world.prepare()
    await world.publish(articles)
    process = await world.start_process()

    async def under_way() -> bool:
        return len(await world.records(world.settings.topics.events)) >= 30

    await until(under_way, "some event records are out")
    process.send_signal(signal.SIGTERM)
    await until_ended(process, world.settings.worker.drain_s)
    assert process.returncode == 0
    async with world.working():
        await world.until_idle()
    assert await world.final_events() == final_events(articles)
    assert f"{world.settings.worker.group}-data" not in os.listdir()  # Faust's folder, wherever the worker was started


async def test_sigterm_ends_a_worker_that_waits_for_a_broker(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world = World(f"127.0.0.1:{silent.getsockname()[1]}", tmp_path)
        log = tmp_path / "waiting.log"
        process = await world.start_process(log=log)

        async def waits() -> bool:
            return "starting: topics and producer on" in log.read_text()

        await until(waits, "it waits for the broker")
        process.send_signal(signal.SIGTERM)
        await until_ended(process, world.settings.worker.drain_s)
    assert process.returncode == 0


async def test_a_second_worker_takes_its_share_with_its_state(kafka: str, tmp_path: Path) -> None:
    world, articles = World(kafka, tmp_path), plain_articles(200)
    await world.prepare()
    await world.publish(articles[:100])
    async with world.working():
        await world.until_idle()
        async with world.working():
            await world.publish(articles[100:])
            await world.until_idle()
    assert await world.final_events() == final_events(articles)


async def until_ended(process, within_s: float) -> None:
    async def ended() -> bool:
        return process.returncode is not None

    await until(ended, "the worker has ended", within_s)


def final_events(articles: list[Article]) -> dict[bytes, bytes]:
    """What the articles amount to: the newest version of each, read, and merged all at once."""
    newest = {article.article_id: article for article in articles}.values()
    events = merge_all([mention for article in newest for mention in read_plain(article)], load().merging)
    return {event.event_id.encode(): encode(event) for event in events}
