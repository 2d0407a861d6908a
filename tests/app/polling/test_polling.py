"""The poller against a real broker: what it leaves on the topics, and what a second start does."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from feed_site import FeedSite, feed_site
from world import World, until

from dateline.app.demo import serve_demo
from dateline.app.one_article import article_at
from dateline.app.polling.desk import Observe
from dateline.app.polling.feed_list import add_feeds, remove_feeds
from dateline.app.polling.feed_topic import Book, partition_of, read_book
from dateline.app.polling.poller import Poller, open_poller, unobserved
from dateline.codec import decode, encode
from dateline.config_files import config_file
from dateline.poller import Feed, FeedState, PollResult, UnreadablePageError, feed
from dateline.records import VERSION, Article
from dateline.settings import load


@pytest.fixture
async def world(embedded: str, tmp_path: Path) -> World:
    made = World(embedded, tmp_path, partitions=2, idempotence=False)
    # This broker lets a group of one wait for half of its session time-out before it may begin
    quick = dataclasses.replace(made.settings.polling, session_timeout_s=1.5, heartbeat_s=0.3)
    made.settings = made.settings.model_copy(update={"polling": quick})
    await made.prepare()
    return made


@pytest.fixture
async def site() -> AsyncIterator[FeedSite]:
    async with feed_site() as found:
        yield found


@pytest.fixture
async def demo() -> AsyncIterator[list[Feed]]:
    async with serve_demo(config_file("demo")) as feeds:
        yield feeds


async def add(world: World, feeds: Sequence[Feed]) -> None:
    await add_feeds(world.settings.kafka, world.settings.topics, feeds)


async def book(world: World) -> Book:
    return await read_book(world.settings.kafka, world.settings.topics.feeds)


async def articles(world: World) -> list[Article]:
    records = await world.records(world.settings.topics.articles)
    found = [decode(record.value, Article) for record in records]
    assert [record.key.decode() for record in records] == [article.article_id for article in found]
    return sorted(found, key=lambda article: (article.article_id, article.version))


async def poll_once(world: World, observe: Observe = unobserved) -> None:
    settings = world.settings
    async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, observe=observe, once=True) as poller:
        await poller.run(asyncio.Event())


async def test_a_restart_goes_on_where_the_last_poller_ended(world: World, demo: list[Feed]) -> None:
    seen: list[tuple[str | None, str, int]] = []

    def observe(feed: Feed, result: PollResult, seconds: float) -> None:
        seen.append((feed.name, result.outcome, len(result.articles)))

    await add(world, demo)
    await poll_once(world, observe)
    first = await articles(world)
    assert sorted(seen) == [("Harbour Courier", "news", 8), ("Meridian Dispatch", "news", 8)]
    assert len({article.article_id for article in first}) == 16
    assert {article.origin for article in first} == {None, "ONW"}
    seed = next(article for article in first if article.url == "https://news.example/coalition-strikes-deir-ez-zor")
    assert seed.text.startswith("On December 20, Al Hadath TV reported")

    states = {feed_id: known.state for feed_id, known in (await book(world)).known.items()}
    assert states.keys() == {feed.feed_id for feed in demo}
    assert all(state and state.etag and not state.failures for state in states.values())
    assert all(item.delivered for state in states.values() if state for item in state.seen.values())

    await poll_once(world, observe)
    assert sorted(seen[2:]) == [("Harbour Courier", "not_modified", 0), ("Meridian Dispatch", "not_modified", 0)]
    assert await articles(world) == first


async def test_the_demo_feeds_are_the_same_at_another_port(demo: list[Feed]) -> None:
    async with serve_demo(config_file("demo")) as again:
        assert [feed.feed_id for feed in again] == [feed.feed_id for feed in demo]
        assert [feed.url for feed in again] != [feed.url for feed in demo]


@asynccontextmanager
async def polling(world: World, observe: Observe = unobserved) -> AsyncIterator[Poller]:
    """A poller at work; told to stop at the end of the block."""
    settings, stop = world.settings, asyncio.Event()
    async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, observe=observe) as poller:
        running = asyncio.create_task(poller.run(stop))
        try:
            yield poller
            stop.set()
            async with asyncio.timeout(settings.poller.stop_deadline_s):
                await running
        finally:
            running.cancel()


async def test_a_feed_added_while_polling_is_polled_and_one_removed_no_more(world: World, site: FeedSite) -> None:
    first, second = site.feeds(2)
    names = asyncio.Queue[str | None]()
    async with polling(world, lambda feed, result, seconds: names.put_nowait(feed.name)) as poller:
        await add(world, [first])
        assert await names.get() == first.name
        await add(world, [first, second])
        assert await names.get() == second.name
        await remove_feeds(world.settings.kafka, world.settings.topics, [first.url])

        async def only_the_second() -> bool:
            return [known.feed for known in poller.feeds()] == [second]

        await until(only_the_second, "the removed feed is not polled any more")
    assert names.empty()
    assert sorted(article.text for article in await articles(world)) == ["Text 0 of 0", "Text 0 of 1"]


async def test_a_feed_that_is_added_again_goes_on_where_it_was(world: World, site: FeedSite) -> None:
    feeds = site.feeds(1)
    for _ in range(2):
        await add(world, feeds)
        await poll_once(world)
        await remove_feeds(world.settings.kafka, world.settings.topics, [feeds[0].feed_id])
        await poll_once(world)
    assert site.asked[0] == 2
    assert len(await articles(world)) == 1


async def test_a_feed_at_whose_address_a_listed_one_is_asked_is_that_one(world: World) -> None:
    listed, there = feed("http://baltic.example/feed", name="Baltic"), feed("https://baltic.example/rss")
    await add(world, [listed])
    moved = FeedState(feed_id=listed.feed_id, url=there.url, listed=listed.url)
    settings = world.settings
    await world.put(settings.topics.feeds, [(listed.feed_id.encode(), encode(moved))], partition_of(listed.feed_id, range(2)))
    found = await add_feeds(settings.kafka, settings.topics, [dataclasses.replace(there, name="Baltic Post")])
    renamed = dataclasses.replace(listed, name="Baltic Post")
    assert (found.added, found.changed, found.there) == ((), (renamed,), ())
    assert [known.feed for known in (await book(world)).known.values()] == [renamed]
    assert await remove_feeds(settings.kafka, settings.topics, ["HTTP://BALTIC.example:80/feed"]) == ([renamed], [])


async def test_a_poll_that_hangs_does_not_hold_up_the_stop(world: World, site: FeedSite) -> None:
    world.settings = world.settings.model_copy(update={"poller": dataclasses.replace(world.settings.poller, stop_deadline_s=0.05)})
    await add(world, site.feeds(1))
    site.open.clear()
    settings, stop = world.settings, asyncio.Event()
    async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling) as poller:
        running = asyncio.create_task(poller.run(stop))

        async def asked() -> bool:
            return site.asked[0] > 0

        await until(asked, "the feed is asked")
        stop.set()
        async with asyncio.timeout(settings.poller.fetch_timeout_s / 2):
            await running
    assert [known.state for known in (await book(world)).known.values()] == [None]


async def test_what_brought_nothing_new_is_saved_seldom_and_at_the_end(world: World, site: FeedSite) -> None:
    [feed] = site.feeds(1)
    await add(world, [feed])
    await poll_once(world)

    async def states() -> int:
        return sum(record.key == feed.feed_id.encode() for record in await world.records(world.settings.topics.feeds))

    at_first = await states()
    async with polling(world) as poller:
        await until(lambda: has(poller, feed), "the feed is ours")
        for _ in range(5):
            result = await poller.take(feed.feed_id, asks_again)
            assert result is not None
        assert await states() == at_first
    assert await states() == at_first + 1
    [known] = (await book(world)).known.values()
    assert known.state is not None
    assert known.state.interval_s == 5


async def asks_again(feed: Feed, state: FeedState) -> PollResult:
    """A step that brings nothing, and counts itself."""
    at = datetime.now(UTC)
    after = dataclasses.replace(state, interval_s=state.interval_s % 5 + 1, last_polled=at, next_poll=at + timedelta(hours=1))
    return PollResult(outcome="not_modified", articles=(), state=after)


async def has(poller: Poller, feed: Feed) -> bool:
    return any(known.feed == feed for known in poller.feeds()) and poller.group.ready


async def test_a_step_from_beside_waits_for_the_poll_under_way_and_sees_what_it_found(world: World, site: FeedSite) -> None:
    [feed] = site.feeds(1)
    await add(world, [feed])
    site.open.clear()
    async with polling(world) as poller:

        async def asked() -> bool:
            return site.asked[0] > 0

        await until(asked, "the feed is asked")
        seen_before: list[int] = []

        async def pushed(feed: Feed, state: FeedState) -> PollResult:
            seen_before.append(len(state.seen))
            return await asks_again(feed, state)

        beside = asyncio.create_task(poller.take(feed.feed_id, pushed))
        await asyncio.sleep(0)
        assert not seen_before
        site.open.set()
        assert await beside is not None
        assert seen_before == [1]
        assert await poller.take("0123", pushed) is None


async def test_a_poll_that_waits_behind_a_step_is_the_only_one(world: World, site: FeedSite) -> None:
    [feed] = site.feeds(1)
    await add(world, [feed])
    await poll_once(world)
    release = asyncio.Event()

    async def makes_it_due(feed: Feed, state: FeedState) -> PollResult:
        return PollResult(outcome="unchanged", articles=(), state=dataclasses.replace(state, next_poll=datetime.now(UTC)))

    async def takes_its_time(feed: Feed, state: FeedState) -> PollResult:
        await release.wait()
        return PollResult(outcome="unchanged", articles=(), state=state)

    async with polling(world) as poller:

        async def under_way() -> bool:
            return any(share.under_way for share in poller.group.shares)

        async def over() -> bool:
            return site.asked[0] > 1 and not await under_way()

        await until(lambda: has(poller, feed), "the feed is ours")
        steps = [asyncio.create_task(poller.take(feed.feed_id, step)) for step in (makes_it_due, takes_its_time)]
        await until(under_way, "the poll waits")
        release.set()
        await asyncio.gather(*steps)
        await until(over, "the feed was polled")
        assert site.asked[0] == 2


async def test_a_mistake_with_one_feed_is_its_failure_and_stops_nothing(world: World, site: FeedSite) -> None:
    [feed] = site.feeds(1)
    await add(world, [feed])

    async def blunder(feed: Feed, state: FeedState) -> PollResult:
        raise ZeroDivisionError("by nought")

    async with polling(world) as poller:
        await until(lambda: has(poller, feed), "the feed is ours")
        result = await poller.take(feed.feed_id, blunder)
        assert result is not None
        assert (result.outcome, result.state.last_reason) == ("failed", "mistake: ZeroDivisionError: by nought")
        after = await poller.take(feed.feed_id, asks_again)
        assert after is not None


async def test_a_late_write_of_an_earlier_owner_is_written_over_and_never_believed(world: World, site: FeedSite) -> None:
    [feed] = site.feeds(1)
    await add(world, [feed])
    await poll_once(world)
    topic = world.settings.topics.feeds
    late = next(record for record in await world.records(topic) if record.key == feed.feed_id.encode())
    async with polling(world) as poller:
        await until(lambda: has(poller, feed), "the feed is ours")
        await poller.take(feed.feed_id, moves_on)
        await world.put(topic, [(late.key, late.value)], late.partition, late.headers)

        async def ours_is_last() -> bool:
            last = [record for record in await world.records(topic) if record.key == late.key][-1]
            return decode(last.value, FeedState).last_reason == "moved on" and last.headers != late.headers

        await until(ours_is_last, "the owner's state is the last one again")
        assert [known.state and known.state.last_reason for known in poller.feeds()] == ["moved on"]
    await world.put(topic, [(late.key, late.value)], late.partition, late.headers)
    [known] = (await book(world)).known.values()
    assert known.state is not None
    assert known.state.last_reason == "moved on"


async def test_a_poller_leaves_the_feeds_of_a_newer_dateline_alone(world: World, site: FeedSite) -> None:
    theirs, ours = feeds = site.feeds(2)
    await add(world, feeds)
    await poll_once(world)
    topic = world.settings.topics.feeds
    [state] = [record for record in await world.records(topic) if record.key == theirs.feed_id.encode()][-1:]
    newer = encode(dataclasses.replace(decode(state.value, FeedState), version=VERSION + 1))
    await world.put(topic, [(state.key, newer)], state.partition, state.headers)
    polled: list[Feed] = []
    await poll_once(world, lambda feed, result, seconds: polled.append(feed))
    assert polled == [ours]
    assert [record.value for record in await world.records(topic) if record.key == state.key][-1] == newer


async def moves_on(feed: Feed, state: FeedState) -> PollResult:
    return PollResult(outcome="failed", articles=(), state=dataclasses.replace(state, failures=state.failures + 1, last_reason="moved on"))


PAGE = """<html lang="en"><head><title>Ferry sinks on lake</title></head><body><nav>Home News Sport</nav><article>
<p>A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority in Goma said in a statement.</p>
<p>Fishermen pulled twenty-two people from the water, and the search for the others went on until dark, the authority said.</p>
</article></body></html>"""


async def test_an_article_at_an_address_needs_no_broker(tmp_path: Path) -> None:
    options = dataclasses.replace(load().poller, allow_private_addresses=True)
    (tmp_path / "ferry.html").write_text(PAGE)
    (tmp_path / "feeds.opml").write_text('<opml><body><outline xmlUrl="{base}/ferry.html"/></body></opml>')
    async with serve_demo(tmp_path) as [at]:
        article = await asyncio.to_thread(article_at, at.url, options)
        assert (article.title, article.feed_id, article.text_basis) == ("Ferry sinks on lake", None, "page")
        assert article.text.startswith("A ferry sank on Lake Kivu")
        with pytest.raises(UnreadablePageError, match="status: HTTP 404"):
            await asyncio.to_thread(article_at, at.url + "x", options)
