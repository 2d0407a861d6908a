"""WebSub with the whole poller and a broker: what a hub pushes is on the articles topic, and what was agreed outlives the poller."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from played_hub import Hub, rss
from pydantic import SecretStr
from world import World, until

from dateline.app.polling.feed_list import add_feeds, remove_feeds
from dateline.app.polling.feed_topic import read_book
from dateline.app.polling.service import serve_poller
from dateline.codec import decode
from dateline.poller import FeedState, feed
from dateline.poller.websub import standing
from dateline.records import Article


@pytest.fixture
async def world(embedded: str, tmp_path: Path) -> World:
    made = World(embedded, tmp_path, partitions=2, idempotence=False)
    port, settings = unused_port(), made.settings
    # This broker lets a group of one wait for half of its session time-out before it may begin
    polling = dataclasses.replace(settings.polling, session_timeout_s=1.5, heartbeat_s=0.3)
    websub = dataclasses.replace(
        settings.poller.websub,
        callback=f"http://127.0.0.1:{port}/websub",
        port=port,
        secret=SecretStr("kept over restarts"),
        look_every_s=0.05,
    )
    made.settings = settings.model_copy(update={"polling": polling, "poller": dataclasses.replace(settings.poller, websub=websub)})
    await made.prepare()
    return made


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with Hub(body=rss("one")).running() as running:
        yield running


@asynccontextmanager
async def polling(world: World) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(serve_poller(world.settings, [], stop, once=False))
    try:
        yield
    finally:
        stop.set()
        await running


def at_another_address(world: World) -> World:
    port, poller = unused_port(), world.settings.poller
    websub = dataclasses.replace(poller.websub, callback=f"http://127.0.0.1:{port}/websub", port=port)
    moved = copy.copy(world)
    moved.settings = world.settings.model_copy(update={"poller": dataclasses.replace(poller, websub=websub)})
    return moved


async def titles(world: World) -> list[str]:
    records = await world.records(world.settings.topics.articles)
    return sorted(decode(record.value, Article).title or "" for record in records)


async def test_a_push_is_on_the_topic_and_the_next_poller_goes_on_with_the_lease_or_asks_anew(world: World, hub: Hub) -> None:
    listed = feed(hub.topic, page_text=False)
    kafka, topics = world.settings.kafka, world.settings.topics

    async def saved() -> FeedState | None:
        return (await read_book(kafka, topics.feeds)).known[listed.feed_id].state

    async def subscribed() -> bool:
        state = await saved()
        return state is not None and state.push is not None and standing(state.push, datetime.now(UTC)) == "push"

    async def arrived(*expected: str) -> None:
        async def here() -> bool:
            return await titles(world) == sorted(expected)

        await until(here, f"{expected} are on the topic", within_s=30)

    await add_feeds(kafka, topics, [listed])
    async with polling(world):
        await until(subscribed, "the lease is on the topic", within_s=30)
        assert await hub.push(rss("two", "one")) == 202
        await arrived("one", "two")
    async with polling(world):

        async def answers() -> bool:
            return await _pushes(hub, rss("three"))

        await until(answers, "the second poller has the feed", within_s=30)
        await arrived("one", "two", "three")
        assert [form["hub.mode"] for form in hub.asked] == ["subscribe"]  # the first one's lease serves the second
    elsewhere = at_another_address(world)
    async with polling(elsewhere):

        async def asked_anew() -> bool:
            state = await saved()
            return len(hub.answers) == 2 and state is not None and state.push is not None and state.push.until is not None

        await until(asked_anew, "the third poller, at another address, asks for pushes of its own", within_s=30)
        assert hub.asked[1]["hub.callback"].startswith(elsewhere.settings.poller.websub.callback)
        assert await hub.push(rss("four")) == 202
        await arrived("one", "two", "three", "four")

        await remove_feeds(kafka, topics, [listed.url])

        async def told() -> bool:
            return len(hub.answers) == 3

        await until(told, "the hub asked whether we mean it", within_s=30)
        assert (hub.asked[-1]["hub.mode"], hub.answers[-1]) == ("unsubscribe", (200, "a challenge"))
    state = await saved()
    assert state is not None
    assert state.push is None  # so that the feed is subscribed again when it is added again


async def _pushes(hub: Hub, body: bytes) -> bool:
    try:
        return await hub.push(body) == 202
    except OSError:  # nobody serves there yet
        return False
