"""Pollers that share the feeds on a real Kafka: one is killed, and another goes on with its feeds."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from feed_site import FeedSite, feed_site
from kafka_node import KafkaNode
from proxy import Proxy
from world import World, until

from dateline.app.polling.feed_list import add_feeds
from dateline.app.polling.feed_topic import read_book
from dateline.codec import decode
from dateline.records import Article

pytestmark = pytest.mark.kafka
FEEDS = 20


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with feed_site() as found:
        yield found


@pytest.fixture
async def world(kafka: str, tmp_path: Path) -> World:
    return await make_world(kafka, tmp_path)


async def make_world(kafka: str, folder: Path) -> World:
    """Feeds are due every second, and everything else is as shipped but for shorter session time-outs."""
    made = World(kafka, folder, partitions=6)
    poller = dataclasses.replace(made.settings.poller, min_interval_s=1, max_interval_s=1)
    polling = dataclasses.replace(made.settings.polling, first_polls_per_s=1000)
    made.settings = made.settings.model_copy(update={"poller": poller, "polling": polling})
    await made.prepare()
    return made


async def start_poller(world: World, name: str, **more: str) -> Process:
    settings = world.settings
    quick = {
        "DATELINE_POLLER__MIN_INTERVAL_S": str(settings.poller.min_interval_s),
        "DATELINE_POLLER__MAX_INTERVAL_S": str(settings.poller.max_interval_s),
        "DATELINE_POLLER__HOSTS__SPACING_S": "0",  # all feeds are on one host here
        "DATELINE_POLLER__PER_HOST": str(FEEDS),
        "DATELINE_POLLER__CONTACT": name,
    }
    with (world.folder / f"{name}.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "--log-level", "info", "poll",
            env=os.environ | world.environment() | quick | more, stdout=log, stderr=log,
        )  # fmt: skip


async def told(world: World) -> Counter[tuple[str, int, str]]:
    """How often each version of each article is on the topic."""
    records = await world.records(world.settings.topics.articles)
    articles = [decode(record.value, Article) for record in records]
    return Counter((article.article_id, article.version, article.text) for article in articles)


def share_the_feeds(site: FeedSite) -> bool:
    return len(site.polled_by) == 2 and all(len(numbers) >= FEEDS / 4 for numbers in site.polled_by.values())


@asynccontextmanager
async def two_pollers(world: World, site: FeedSite) -> AsyncIterator[tuple[Process, Process]]:
    """Two pollers at work, each with a part of the feeds; killed at the end of the block if they still run."""
    await add_feeds(world.settings.kafka, world.settings.topics, site.feeds(FEEDS, items=3))
    one, two = await start_poller(world, "one"), await start_poller(world, "two")
    try:

        async def both_poll() -> bool:
            return share_the_feeds(site) and len(await told(world)) == FEEDS * 3

        await until(both_poll, "both pollers poll a part of the feeds, and all that is in them is told", within_s=120)
        yield one, two
    finally:
        for poller in (one, two):
            if poller.returncode is None:
                poller.kill()
                await poller.wait()


@asynccontextmanager
async def supervised(world: World, name: str, **environment: str) -> AsyncIterator[list[int | None]]:
    """A poller that is started again whenever it ends by itself; its exit codes."""
    ended: list[int | None] = []
    running: list[Process] = []

    async def supervise() -> None:
        while True:
            running.append(await start_poller(world, name, **environment))
            ended.append(await running[-1].wait())

    supervisor = asyncio.create_task(supervise())
    try:
        yield ended
    finally:
        supervisor.cancel()
        await asyncio.gather(supervisor, return_exceptions=True)
        await stop(running[-1])


async def come_and_are_told(world: World, site: FeedSite, word: str) -> None:
    """Every feed gets an item and an edit; they are told."""
    for number in range(FEEDS):
        site.items[number][f"{number}-{word}"] = f"{word} text of {number}"
        site.items[number][f"{number}-0"] = f"{word} edit of {number}"

    async def all_told() -> bool:
        texts = {text for _, _, text in await told(world)}
        return all(f"{word} {what} of {number}" in texts for number in range(FEEDS) for what in ("text", "edit"))

    await until(all_told, f"what is called {word} is told", within_s=60)


async def stop(poller: Process) -> None:
    poller.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(poller.wait(), 40) == 0


async def assert_each_version_once(world: World, versions: int, items: int) -> None:
    counts = await told(world)
    assert len(counts) == FEEDS * versions
    assert len({(article_id, version) for article_id, version, _ in counts}) == FEEDS * versions  # no version has two contents
    known = (await read_book(world.settings.kafka, world.settings.topics.feeds)).known
    assert sorted(len(it.state.seen) for it in known.values() if it.state) == [items] * FEEDS


async def test_a_killed_pollers_feeds_are_taken_over_without_a_lost_or_doubled_item(world: World, site: FeedSite) -> None:
    async with two_pollers(world, site) as (one, two):
        one.send_signal(signal.SIGKILL)
        await one.wait()
        await come_and_are_told(world, site, "Late")
        await stop(two)
    await assert_each_version_once(world, versions=5, items=4)


async def test_a_poller_that_wakes_after_others_took_its_feeds_writes_nothing_of_before(world: World, site: FeedSite) -> None:
    async with two_pollers(world, site) as (one, two):
        site.open.clear()  # so that it sleeps in the middle of polls
        asked = site.asked.total()

        async def more_is_asked() -> bool:
            return site.asked.total() > asked + FEEDS / 2  # nobody is answered, so each is asked once

        await until(more_is_asked, "polls are under way")
        one.send_signal(signal.SIGSTOP)
        site.open.set()
        await come_and_are_told(world, site, "Meanwhile")
        site.polled_by.clear()
        one.send_signal(signal.SIGCONT)
        await come_and_are_told(world, site, "Later")

        async def both_poll_again() -> bool:
            return share_the_feeds(site)

        await until(both_poll_again, "the one that slept has a part of the feeds again", within_s=60)
        await stop(one)
        await stop(two)
    await assert_each_version_once(world, versions=7, items=5)


@pytest.mark.parametrize("away", [Proxy.cut, Proxy.freeze])
async def test_a_poller_whose_broker_is_away_for_longer_than_its_session_loses_nothing(
    kafka_node: KafkaNode, tmp_path: Path, site: FeedSite, away: Callable[[Proxy], None]
) -> None:
    world = await make_world(kafka_node.bootstrap, tmp_path)
    await add_feeds(world.settings.kafka, world.settings.topics, site.feeds(FEEDS, items=3))
    through = {"DATELINE_KAFKA__BOOTSTRAP": kafka_node.proxied}
    async with Proxy(kafka_node.proxied, kafka_node.behind) as wire, supervised(world, "one", **through) as ended:

        async def all_told() -> bool:
            return len(await told(world)) == FEEDS * 3

        await until(all_told, "what is in the feeds is told", within_s=60)
        away(wire)
        for number in range(FEEDS):
            site.items[number][f"{number}-Meanwhile"] = f"Meanwhile text of {number}"
        await asyncio.sleep(world.settings.polling.session_timeout_s + 3)  # how long it is away is what this is about
        wire.mend()
        await come_and_are_told(world, site, "Late")
        assert 0 not in ended
    await assert_each_version_once(world, versions=6, items=5)
