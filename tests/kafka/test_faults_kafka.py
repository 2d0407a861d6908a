"""Faults: whatever is done to the workers, the broker or the wire between them, the final events are a calm run's to the byte.

Each over 1,000 articles and their edits, six partitions, two workers. docs/faults.md has the table of what is promised.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from crew import Crew, Worker
from feed_site import feed_site
from kafka_node import KafkaNode
from plain_reading import plain_articles, read_plain
from proxy import Proxy
from world import World, until

from dateline.app.polling.feed_list import add_feeds
from dateline.app.polling.feed_topic import read_book
from dateline.codec import decode, encode
from dateline.delivery.last_words import EXIT_CODE
from dateline.delivery.subscribe import current_events
from dateline.merging import merge_all
from dateline.poller import feed
from dateline.records import Article
from dateline.settings import load

pytestmark = pytest.mark.kafka

ARTICLES = plain_articles(1000)
FIRST, SECOND = ARTICLES[:600], ARTICLES[600:]
UNDER_WAY = 200  # records acknowledged, of some 3,000
FINISHED_WITHIN_S = 120
PATIENT_S = 30  # a session so long that no worker gives up a merge within 20 s

Events = dict[bytes, bytes]


@pytest.fixture(scope="module")
def calm(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Events:
    """What a run without any fault ends with."""

    async def run() -> Events:
        world = make_world(kafka, tmp_path_factory.mktemp("calm"))
        await world.prepare()
        await world.publish(ARTICLES)
        async with Crew(world, 2):
            await world.until_idle(FINISHED_WITHIN_S)
        assert await world.letters() == []
        return await world.final_events()

    return asyncio.run(run())


def make_world(
    kafka: str, folder: Path, *, session_timeout_s: float = 4, watch: Mapping[str, float] = MappingProxyType({}), **patience: float
) -> World:
    world = World(kafka, folder, partitions=6, session_timeout_s=session_timeout_s)
    settings = world.settings
    world.settings = settings.model_copy(
        update={
            "kafka": replace(settings.kafka, **patience),
            "worker": replace(settings.worker, heartbeat_s=0.5, **watch),
            "reading": replace(settings.reading, timeout_s=1),
        }
    )
    return world


@asynccontextmanager
async def trial(world: World, calm: Events, letters: int = 0, **ills: str) -> AsyncIterator[Crew]:
    """Workers in the middle of the first articles; after the block they get the others, and must end as the calm run did."""
    await world.prepare()
    async with Crew(world, 2, **ills) as crew:
        for worker in crew.workers:
            await worker.until_it_says("Worker ready")
        await world.publish(FIRST)
        await world.until_done(UNDER_WAY)
        yield crew
        await world.publish(SECOND)
        await world.until_idle(FINISHED_WITHIN_S)
    final = await world.final_events()
    assert final == calm, await history(world, [key for key in final.keys() | calm.keys() if final.get(key) != calm.get(key)])
    assert len({letter.key for letter in await world.letters()}) == letters


async def history(world: World, keys: Collection[bytes]) -> str:
    """What the topics hold of events that are not as they should be."""
    told = [
        f"{record.topic}-{record.partition}@{record.offset} {dict(record.headers).get('dateline-revision')} {record.value!r}"
        for topic in (world.settings.topics.events, f"{world.settings.worker.group}-merge-changelog")
        for record in await world.records(topic)
        if any(key in (record.key or b"") for key in keys)
    ]
    return "\n".join(told)


def test_a_calm_run_ends_with_what_merging_all_at_once_gives(calm: Events) -> None:
    events = merge_all([mention for article in newest(ARTICLES) for mention in read_plain(article)], load().merging)
    assert calm == {event.event_id.encode(): encode(event) for event in events}


async def test_workers_killed_one_after_the_other(kafka: str, tmp_path: Path, calm: Events) -> None:
    world = make_world(kafka, tmp_path)
    async with trial(world, calm) as crew:
        for _ in range(2):
            done, end = await world.progress()
            assert done < end, "it is killed too late to tell anything"
            await crew.kill(crew.workers[0])
            await crew.start()
            await world.until_done(done + UNDER_WAY)


async def test_sigterm_at_any_moment(kafka: str, tmp_path: Path, calm: Events) -> None:
    """While it starts, joins its group, recovers, and works: each time a clean end within the deadline."""
    world = make_world(kafka, tmp_path)
    async with trial(world, calm) as crew:
        for moment in ("health and metrics on", "(Re-)joining group", "Setting newly assigned partitions", "merge state:", "Worker ready"):
            worker = await crew.start()
            await worker.until_it_says(moment)
            assert await crew.stop(worker) == 0, moment


async def test_a_third_worker_joins_and_leaves_again_and_again(kafka: str, tmp_path: Path, calm: Events) -> None:
    world = make_world(kafka, tmp_path)
    async with trial(world, calm) as crew:
        for turn in range(3):
            third = await crew.start()
            await third.until_it_says("merge state:")
            await world.publish(SECOND[turn * 50 :][:50])  # delivered again after the block, with the others
            await crew.stop(third)


async def test_the_broker_is_killed_and_comes_back(kafka_node: KafkaNode, tmp_path: Path, calm: Events) -> None:
    world = make_world(kafka_node.bootstrap, tmp_path, session_timeout_s=PATIENT_S, request_timeout_s=PATIENT_S)
    async with trial(world, calm) as crew:
        await asyncio.to_thread(kafka_node.restart)
        assert not crew.ended_by_itself


@pytest.fixture
async def wire(kafka_node: KafkaNode) -> AsyncIterator[Proxy]:
    async with Proxy(kafka_node.proxied, kafka_node.behind) as proxy:
        yield proxy


async def test_a_broker_that_is_away_for_less_than_our_patience(kafka_node: KafkaNode, wire: Proxy, tmp_path: Path, calm: Events) -> None:
    """Connections are cut and refused, then hang: for some seconds here, and a minute's patience as shipped."""
    world = make_world(kafka_node.bootstrap, tmp_path, session_timeout_s=PATIENT_S, request_timeout_s=PATIENT_S)
    async with trial(world, calm, DATELINE_KAFKA__BOOTSTRAP=kafka_node.proxied) as crew:
        for away in (wire.cut, wire.freeze):
            away()
            await world.publish(SECOND[:50])
            await asyncio.sleep(5)  # how long it is away is what this is about
            wire.mend()
            await world.until_idle()
        assert not crew.ended_by_itself


async def test_a_broker_that_is_away_for_longer_than_our_patience(kafka_node: KafkaNode, wire: Proxy, tmp_path: Path, calm: Events) -> None:
    """Who has something to deliver ends with a last word, and those started in their place go on when it is back."""
    world = make_world(kafka_node.bootstrap, tmp_path, request_timeout_s=4, patience_s=3)
    async with trial(world, calm, DATELINE_KAFKA__BOOTSTRAP=kafka_node.proxied) as crew:
        wire.freeze()

        async def given_up() -> bool:
            return any(worker.says("stopping hard: not delivered") for worker, _ in crew.ended_by_itself)

        await until(given_up, "a worker gives up")
        wire.mend()
    assert {code for _, code in crew.ended_by_itself} <= {EXIT_CODE, 1}


async def test_a_slow_broker(kafka_node: KafkaNode, wire: Proxy, tmp_path: Path, calm: Events) -> None:
    world = make_world(kafka_node.bootstrap, tmp_path)
    async with trial(world, calm, DATELINE_KAFKA__BOOTSTRAP=kafka_node.proxied) as crew:
        wire.delay_s = 0.05
        await world.publish(SECOND)
        await world.until_idle(FINISHED_WITHIN_S)
        assert not crew.ended_by_itself


async def test_stalled_workers_end_with_a_last_word_and_others_take_their_place(kafka: str, tmp_path: Path, calm: Events) -> None:
    """One fetches no more, though its heart beats on; the other's event loop is stuck. Nobody but the watchdog can tell."""
    world = make_world(kafka, tmp_path, watch={"no_progress_s": 6})
    world.settings = world.settings.model_copy(update={"http": replace(world.settings.http, stalled_after_s=5)})
    async with trial(world, calm) as crew:
        idle, stuck = crew.workers
        idle.process.send_signal(signal.SIGUSR1)
        await world.publish(SECOND[:100])
        await until_ended(crew, idle)
        stuck.process.send_signal(signal.SIGUSR2)
        await until_ended(crew, stuck)
        assert idle.says("stopping hard: no progress on ")
        assert stuck.says("stopping hard: the event loop has been stuck for ")
    assert crew.ended_by_itself[:2] == [(idle, EXIT_CODE), (stuck, EXIT_CODE)]


async def test_a_frozen_worker_ends_when_it_wakes(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Others have its share by then; what it still holds would come too late."""
    world = make_world(kafka, tmp_path)
    async with trial(world, calm) as crew:
        frozen = crew.workers[0]
        frozen.process.send_signal(signal.SIGSTOP)
        await world.publish(SECOND[:100])
        await world.until_idle()
        frozen.process.send_signal(signal.SIGCONT)
        await until_ended(crew, frozen)
    assert frozen.says("stopping hard: this process was frozen for ")


async def until_ended(crew: Crew, worker: Worker) -> None:
    async def ended() -> bool:
        return any(worker is one for one, _ in crew.ended_by_itself)

    await until(ended, "the worker has ended by itself")


async def test_a_worker_needs_no_disk(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Its state is on the broker. Here no file can grow beyond 64 kB; killed, it goes on from what the changelog says."""
    world = make_world(kafka, tmp_path)
    async with trial(world, calm, DATELINE_TEST_FILE_BYTES="65536") as crew:
        await crew.kill(crew.workers[0])
        await crew.start()


async def test_killed_between_delivering_and_the_next_step(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Mentions out and not acknowledged; events out and the state not; the state out and nothing acknowledged: each is done again."""
    world = make_world(kafka, tmp_path)
    await world.prepare()
    await world.publish(ARTICLES)
    for moment in ("mentions:9", "events:9", "changelog:9"):
        worker = await world.start_process(DATELINE_TEST_DIE_AT=moment)
        assert await worker.wait() == -signal.SIGKILL, moment
    async with Crew(world, 2):
        await world.until_idle(FINISHED_WITHIN_S)
    assert await world.final_events() == calm


async def test_articles_five_times_and_in_any_order(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Versions of one article too: the second before the first, and the first again after it."""
    world = make_world(kafka, tmp_path)
    shuffled = ARTICLES * 4
    random.Random(8).shuffle(shuffled)
    async with trial(world, calm):
        await world.publish(shuffled)


async def test_wrong_clocks(kafka: str, tmp_path: Path, calm: Events) -> None:
    """One worker is a year behind and the other two days ahead: more than brokers accept of a producer's own times."""
    world = make_world(kafka, tmp_path)
    async with trial(world, calm, DATELINE_TEST_CLOCK_S=str(-365 * 86_400)) as crew:
        await crew.stop(crew.workers[0])
        await crew.start(DATELINE_TEST_CLOCK_S=str(2 * 86_400))


async def test_pool_processes_killed_crashed_and_hung(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Killed from outside, nothing of it is seen; an article that crashes or hangs its reader is a dead letter, its neighbours are read."""
    world = make_world(kafka, tmp_path)
    async with trial(world, calm, letters=6, DATELINE_TEST_PROCESSES="1") as crew:
        for worker in crew.workers:
            os.kill(random.choice(worker.children()), signal.SIGKILL)
        await world.publish([Article(article_id=f"{text}-{number}", text=text) for number in range(3) for text in ("crash", "hang")])
    reasons = {letter.key: dict(letter.headers)["dateline-error-class"] for letter in await world.letters()}
    assert sorted(reasons.values()) == [b"ProcessExpired"] * 3 + [b"TimeoutError"] * 3


async def test_a_poller_killed_midway(kafka: str, tmp_path: Path) -> None:
    """Every item of 50 feeds becomes an article, by one poller or the other, and the events are those of the articles there are."""
    world = make_world(kafka, tmp_path)
    await world.prepare()
    async with feed_site() as site, Crew(world, 2):
        feeds = site.feeds(50)
        for number, article in enumerate(ARTICLES[:1000]):
            site.items[number % 50][article.article_id + str(article.version)] = article.text
        await add_feeds(world.settings.kafka, world.settings.topics, feeds)
        pollers = [await start_poller(world) for _ in range(2)]
        try:
            await world.until_done(UNDER_WAY)
            pollers[0].kill()
            await until(partial(all_told, world, 1000), "the other poller has told every item", FINISHED_WITHIN_S)
        finally:
            for poller in pollers:
                with suppress(ProcessLookupError):
                    poller.kill()
                await poller.wait()
        await world.until_idle(FINISHED_WITHIN_S)
    told = [decode(record.value, Article) for record in await world.records(world.settings.topics.articles)]
    events = merge_all([mention for article in newest(told) for mention in read_plain(article)], load().merging)
    assert await world.final_events() == {event.event_id.encode(): encode(event) for event in events}


async def start_poller(world: World) -> asyncio.subprocess.Process:
    often = {"DATELINE_POLLER__MIN_INTERVAL_S": "1", "DATELINE_POLLER__MAX_INTERVAL_S": "1"}
    with (world.folder / "pollers.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "poll", env=os.environ | world.environment() | often, stdout=log, stderr=log
        )


async def all_told(world: World, count: int) -> bool:
    return len({record.key for record in await world.records(world.settings.topics.articles)}) >= count


NOT_RECORDS: list[bytes | None] = [
    None, b"", b"null", b"[]", b"{}", b"\xff\xfe\x00", b"not json", b'{"article_id": 7}', b'{"article_id": "a", "version": "two"}',
    b'{"article_id": "a", "text": "of tomorrow", "schema_version": 2}', b"[" * 100_000, b"x" * 5_000_000,
    b'{"article_id": "' + b"x" * 5_000_000,
]  # fmt: skip


async def test_poison_on_the_topics_that_workers_read(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Every letter keeps what came; with neither key nor value there is nothing to keep but where it lay."""
    world = make_world(kafka, tmp_path)
    topics = world.settings.topics
    keyed = [(key, value) for value in NOT_RECORDS for key in (b"key", None, b"") if (key, value) != (None, None)]
    async with trial(world, calm, letters=2 * len(keyed)):
        for topic in (topics.articles, topics.mentions):
            await world.put(topic, keyed)


async def test_poison_on_the_topics_that_others_read(kafka: str, tmp_path: Path, calm: Events) -> None:
    """Readers of events and feeds pass it over, and see what lies before and after it."""
    world = make_world(kafka, tmp_path)
    topics = world.settings.topics
    await world.prepare()
    poison = [(key, value) for value in NOT_RECORDS for key in (b"key", b"feed:key", b"\xff")]
    feeds = [feed(f"https://news.example/{number}") for number in range(2)]
    async with Crew(world, 2):
        for half, one in zip((FIRST, SECOND), feeds, strict=True):
            await world.publish(half)
            await add_feeds(world.settings.kafka, topics, [one])
            await world.until_idle(FINISHED_WITHIN_S)
            for topic in (topics.events, topics.feeds):
                await world.put(topic, poison)
    events = await current_events(kafka, topic=topics.events)
    assert {event_id.encode(): encode(event) for event_id, event in events.items()} == calm
    book = await read_book(world.settings.kafka, topics.feeds)
    assert {known.feed for known in book.known.values() if known.feed} == set(feeds)


def newest(articles: Sequence[Article]) -> Collection[Article]:
    return {article.article_id: article for article in articles}.values()
