"""Replay on the embedded broker: the same events again, whatever interrupts it, and what a better reading changes."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from dying import claim_and_die
from plain_reading import PlainPool, plain_articles, read_plain
from world import World

from dateline.app.long_work import StoppedError
from dateline.app.replay import Differences, Plan, Replayed, Replaying, StaleSpoolError, differences, run, told
from dateline.app.replay.spool import Spool
from dateline.codec import decode, encode
from dateline.delivery.kafka import UnknownTopicError
from dateline.merging import merge_all
from dateline.records import Article, Event, Mention, Withdrawal

ARTICLES = plain_articles(150)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 10)
    monkeypatch.setattr(run, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(run, "AT_ONCE", 7)


@pytest.fixture
async def world(embedded: str, tmp_path: Path) -> World:
    made = World(embedded, tmp_path, session_timeout_s=6, idempotence=False)
    await made.prepare()
    await made.publish(ARTICLES)
    return made


def at_once(world: World, articles: list[Article], read: Callable[[Article], list[Mention]] = read_plain) -> dict[bytes, bytes]:
    """What merging everything in one go gives."""
    mentions = [mention for article in articles for mention in read(article)]
    edited = [Withdrawal(article_id=article.article_id, article_version=article.version) for article in articles if article.version > 1]
    return {event.event_id.encode(): encode(event) for event in merge_all(mentions, world.settings.merging, edited)}


class CountingPool(PlainPool):
    """Counts what it reads, can be told to do something at the n-th, and may read otherwise than it did."""

    def __init__(self, at: int = 0, then: Callable[[], object] = lambda: None, read: Callable[[Article], list[Mention]] = read_plain):
        super().__init__()
        self.count, self._at, self._then, self._read = 0, at, then, read

    def submit(self, article: Article) -> Future[list[Mention]]:
        self.count += 1
        if self.count == self._at:
            self._then()
        reading: Future[list[Mention]] = Future()
        reading.set_result(self._read(article))
        return reading


def replaying(world: World, *, stop: asyncio.Event | None = None, into: str | None = None, dry: bool = False) -> Replaying:
    plan = Plan(articles=world.settings.topics.articles, into=into or world.settings.topics.events)
    return Replaying(world.settings, plan, world.folder / "spool", lambda *_: None, stop or asyncio.Event(), dry=dry)


async def replay(world: World, pool: CountingPool | None = None, **more: object) -> Replayed:
    return await replaying(world, **more).run(pool or CountingPool())  # type: ignore[arg-type]


async def test_it_gives_what_merging_all_at_once_gives_and_nothing_the_second_time(world: World) -> None:
    first = await replay(world)
    assert await world.final_events() == at_once(world, ARTICLES)
    assert first.published == first.events > 20
    second = await replay(world)
    assert (second.published, second.changes.any, second.articles) == (0, False, len(ARTICLES))
    assert not (world.folder / "spool").exists()


async def test_stopped_and_started_again_it_reads_the_rest_only(world: World) -> None:
    stop = asyncio.Event()
    first = CountingPool(at=90, then=stop.set)
    with pytest.raises(StoppedError):
        await replay(world, first, stop=stop)
    assert await world.final_events() == {}
    second = CountingPool()
    done = await replay(world, second)
    assert done.articles == len(ARTICLES)
    assert second.count < len(ARTICLES) - 50
    assert first.count + second.count <= len(ARTICLES) + run.READERS * run.CHUNK
    assert await world.final_events() == at_once(world, ARTICLES)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """What a full disk looks like to this process."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


async def test_a_full_disk_ends_it_and_with_room_again_it_goes_on(world: World) -> None:
    with no_file_grows_beyond(400_000), pytest.raises(sqlite3.OperationalError):
        await replay(world)
    assert await world.final_events() == {}
    rest = CountingPool()
    await replay(world, rest)
    assert 0 < rest.count < len(ARTICLES)
    assert await world.final_events() == at_once(world, ARTICLES)


async def test_stopped_while_publishing_it_publishes_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered = 0

    async def deliver_some(*arguments: object) -> object:
        nonlocal delivered
        delivered += 1
        if delivered == 3:
            raise ConnectionError("the broker is gone")
        return await deliver(*arguments)

    deliver = run.deliver
    monkeypatch.setattr(run, "deliver", deliver_some)
    with pytest.raises(ConnectionError):
        await replay(world)
    pool = CountingPool()
    done = await replay(world, pool)
    assert pool.count == 0
    assert done.published == done.events - 2 * run.AT_ONCE
    assert await world.final_events() == at_once(world, ARTICLES)


async def test_several_processes_share_the_work(world: World) -> None:
    pools = [CountingPool() for _ in range(3)]
    done = await asyncio.gather(*(replay(world, pool) for pool in pools))
    assert sum(pool.count for pool in pools) == len(ARTICLES)
    assert sum(pool.count > 0 for pool in pools) > 1  # the third may come when all is taken
    assert max(result.published for result in done) == len(at_once(world, ARTICLES))
    assert await world.final_events() == at_once(world, ARTICLES)


def test_a_killed_process_leaves_its_tasks_to_the_others(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        with spool.alone():
            spool.add_tasks([("read", "0", 0, 10, 10)])
        dying = multiprocessing.get_context("spawn").Process(target=claim_and_die, args=(tmp_path,))
        dying.start()
        dying.join()
        assert dying.exitcode == 9
        task = spool.claim("read")
        assert task is not None
        with Spool(tmp_path) as other:
            assert other.claim("read") is None  # we live


async def test_a_better_reading_updates_and_retracts(world: World) -> None:
    await replay(world)
    before = await world.final_events()

    def better(article: Article) -> list[Mention]:
        """Sees no protests any more, and other tolls."""
        seen = [mention for mention in read_plain(article) if mention.event_type != "PROTEST"]
        return [replace(mention, event_mode="firearms") if mention.event_type == "ASSAULT" else mention for mention in seen]

    preview = await replay(world, CountingPool(read=better), dry=True)
    assert await world.final_events() == before
    pool = CountingPool(read=better)
    done = await replay(world, pool)
    assert pool.count == 0  # the dry run has read it all
    after = await world.final_events()
    assert after == at_once(world, ARTICLES, better)
    assert done.changes.as_json() == preview.changes.as_json()
    gone = before.keys() - after.keys()
    assert (done.changes.gone, done.changes.new) == (len(gone), 0)
    assert {decode(before[key], Event).event_type for key in gone} == {"PROTEST"}
    assert set(done.changes.fields) == {"event_mode"}
    assert done.changes.fields["event_mode"] == sum(decode(raw, Event).event_type == "ASSAULT" for raw in after.values())
    assert (await replay(world, CountingPool(read=better))).published == 0


async def test_a_dry_run_into_a_topic_that_is_not_there_makes_none(world: World) -> None:
    done = await replay(world, into="nowhere", dry=True)
    assert (done.published, done.changes.new) == (0, done.events)
    with pytest.raises(UnknownTopicError):
        await replay(world, into="nowhere")


async def test_what_rests_on_other_articles_stays(world: World) -> None:
    await replay(world)
    everything = await world.final_events()
    plan = Plan(articles=world.settings.topics.articles, into=world.settings.topics.events, start=20)

    def blind(article: Article) -> list[Mention]:
        return []

    done = await Replaying(world.settings, plan, world.folder / "part", lambda *_: None, asyncio.Event()).run(CountingPool(read=blind))
    assert done.kept > 0
    after = await world.final_events()
    assert len(after) == done.kept < len(everything)
    assert after.items() <= everything.items()


async def test_work_of_another_extraction_is_not_gone_on_with(world: World) -> None:
    await replay(world, dry=True)
    other = replace(world.settings.merging, join=-1.0)
    world.settings = world.settings.model_copy(update={"merging": other})
    with pytest.raises(StaleSpoolError, match="--anew"):
        await replay(world)


async def test_two_topics_are_told_apart(world: World) -> None:
    first, second = world.settings.topics.events, world.settings.topics.feeds  # any compacted topic will do
    await replay(world)
    events = [decode(raw, Event) for raw in (await world.final_events()).values()]
    central = replace(events[0], central=not events[0].central, confidence=0.11)
    retracted, merged = replace(events[1], state="retracted"), replace(events[2], state="merged", merged_into=events[3].event_id)
    new = replace(events[0], event_id="new")
    rest = [central, retracted, merged, new, *events[3:]]
    await world.put(second, [(event.event_id.encode(), encode(event)) for event in rest])
    found = await differences(world.settings.kafka, first, second)
    assert (found.same, found.new, found.gone, found.merged, found.changed) == (len(events) - 3, 1, 2, 1, 1)
    assert dict(found.fields) == {"central": 1, "confidence": 1}
    lines = "\n".join(told(found))
    assert "2 gone (1 of them merged into others), 1 changed" in lines
    assert f"confidence: {events[0].confidence} → 0.11" in lines
    assert not (await differences(world.settings.kafka, first, first)).any


def test_no_differences_are_told_in_words_too() -> None:
    assert next(iter(told(Differences(same=3)))).startswith("3 the same, 0 new")
