"""Pollers that share the feeds on a real Kafka: one is killed, and another goes on with its feeds."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from feed_site import FeedSite, feed_site
from world import World, until

from dateline.app.polling.feed_list import add_feeds
from dateline.app.polling.feed_topic import read_book
from dateline.codec import decode
from dateline.records import Article

pytestmark = pytest.mark.kafka
FEEDS = 30


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with feed_site() as found:
        yield found


@pytest.fixture
async def world(kafka: str, tmp_path: Path) -> World:
    """Feeds are due every second, and everything else is as shipped but for shorter session time-outs."""
    made = World(kafka, tmp_path, partitions=6)
    poller = dataclasses.replace(made.settings.poller, min_interval_s=1, max_interval_s=1)
    polling = dataclasses.replace(made.settings.polling, first_polls_per_s=1000)
    made.settings = made.settings.model_copy(update={"poller": poller, "polling": polling})
    await made.prepare()
    return made


async def start_poller(world: World, name: str) -> Process:
    settings = world.settings
    quick = {
        "DATELINE_POLLER__MIN_INTERVAL_S": str(settings.poller.min_interval_s),
        "DATELINE_POLLER__MAX_INTERVAL_S": str(settings.poller.max_interval_s),
        "DATELINE_POLLER__CONTACT": name,
    }
    with (world.folder / f"{name}.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "--log-level", "info", "poll",
            env=os.environ | world.environment() | quick, stdout=log, stderr=log,
        )  # fmt: skip


async def told(world: World) -> Counter[tuple[str, int, str]]:
    """How often each version of each article is on the topic."""
    records = await world.records(world.settings.topics.articles)
    articles = [decode(record.value, Article) for record in records]
    return Counter((article.article_id, article.version, article.text) for article in articles)


async def test_a_killed_pollers_feeds_are_taken_over_without_a_lost_or_doubled_item(world: World, site: FeedSite) -> None:
    await add_feeds(world.settings.kafka, world.settings.topics, site.feeds(FEEDS, items=3))
    pollers = {name: await start_poller(world, name) for name in ("one", "two")}
    try:

        async def both_poll() -> bool:
            return len(site.polled_by) == 2 and all(len(numbers) >= FEEDS / 4 for numbers in site.polled_by.values())

        await until(both_poll, "both pollers poll a part of the feeds", within_s=90)
        pollers["one"].send_signal(signal.SIGKILL)
        await pollers["one"].wait()
        for number in range(FEEDS):
            site.items[number][f"{number}-late"] = f"Late text of {number}"
            site.items[number][f"{number}-0"] = f"Edited text of {number}"

        async def all_told() -> bool:
            texts = {text for _, _, text in await told(world)}
            return all(f"{word} text of {number}" in texts for number in range(FEEDS) for word in ("Late", "Edited"))

        await until(all_told, "what came after the kill is told by the other poller", within_s=60)
        pollers["two"].send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(pollers["two"].wait(), 40) == 0
    finally:
        for poller in pollers.values():
            if poller.returncode is None:
                poller.kill()
                await poller.wait()
    counts = await told(world)
    assert len(counts) == FEEDS * 5
    assert len({(article_id, version) for article_id, version, _ in counts}) == FEEDS * 5  # no version has two contents
    known = (await read_book(world.settings.kafka, world.settings.topics.feeds)).known
    assert sorted(len(it.state.seen) for it in known.values() if it.state) == [4] * FEEDS
