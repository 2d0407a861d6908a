"""What delivery costs, with the whole program on a real Apache Kafka.

    PYTHONPATH=tests python benchmarks/delivery.py latency [--rates 1 5 20] [--seconds 60]
    PYTHONPATH=tests python benchmarks/delivery.py throughput [--articles 1000]
    PYTHONPATH=tests python benchmarks/delivery.py recovery [--mentions 100000]

`latency`: from an article produced to its event readable. `throughput`: with one worker and two, one reading process each. `recovery`:
from a lost worker to its merge state in another.

A node is started with Java (tests/kafka_node.py) unless DATELINE_TEST_KAFKA=host:port names one. Seconds are of the clock, for that is
what a subscriber waits; on a shared machine look at the processor seconds beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from statistics import quantiles

import orjson
from kafka_node import KafkaNode
from merge_speed import mentions
from world import World, until

from dateline.app.worker.merge_state import MergeState
from dateline.codec import encode
from dateline.delivery.kafka import make_consumer, make_producer
from dateline.delivery.producing import Outgoing, deliver
from dateline.records import Article

TOWNS = ("Aleppo", "Basra", "Kharkiv", "Maiduguri", "Peshawar", "Cali", "Mopti", "Goma", "Quetta", "Mosul", "Idlib", "Kabul", "Sana'a")
REPORTS = (
    "Gunmen killed {n} people in an attack on a market in {town} on {day}, police said.",
    "An airstrike hit a hospital in {town} on {day}, killing {n} people and wounding {m} others, medics said.",
    "A bus plunged into a ravine near {town} on {day}, killing {n} passengers and injuring {m}, officials said.",
)
REST = "The weather service expects rain in the coming days. " * 30  # furniture of a story: some 300 words in all
PARTITIONS = 8


@contextmanager
def kafka() -> Iterator[str]:
    if given := os.environ.get("DATELINE_TEST_KAFKA"):
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, KafkaNode(Path(folder)) as node:
        yield node.bootstrap


def report(number: int, when: datetime | None = None) -> Article:
    """A story of 300 words that tells one event, published at `when` or some day in December 2025."""
    when = when or datetime(2025, 12, 10, 12, tzinfo=UTC) + timedelta(days=number % 10)
    text = REPORTS[number % 3].format(n=2 + number % 9, m=3 + number % 4, town=TOWNS[number % len(TOWNS)], day=when.strftime("%A"))
    return Article(article_id=f"report-{number}", text=f"{text}\n\n{REST}", published=when)


async def start_worker(world: World, log: Path) -> Process:
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "--log-level", "info", "worker", "--workers", "1",
            env=os.environ | world.environment(), stdout=out, stderr=out,
        )  # fmt: skip


async def stop(*workers: Process) -> None:
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        await worker.wait()


def children_s() -> float:
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_world(bootstrap: str, folder: Path) -> World:
    world = World(bootstrap, folder, partitions=PARTITIONS)
    shipped = replace(world.settings.worker, commit_interval_s=1, session_timeout_s=12, heartbeat_s=3)
    world.settings = world.settings.model_copy(update={"worker": shipped})
    return world


async def latency(bootstrap: str, folder: Path, rates: list[float], seconds: float) -> None:
    world, numbers = make_world(bootstrap, folder), count()
    await world.prepare()
    worker = await start_worker(world, folder / "worker.log")
    produced: dict[str, float] = {}
    readable: dict[str, float] = {}
    watching = asyncio.create_task(_watch(world, readable))
    producer = make_producer(world.settings.kafka)
    await producer.start()
    try:
        await _produce(world, producer, report(next(numbers)), produced)  # the models are loaded when it is through
        await until(_all_there(produced, readable), "the first event is readable", 300)
        for rate in rates:
            produced.clear()
            readable.clear()
            begin = time.monotonic()
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
                await _produce(world, producer, report(next(numbers)), produced)
            await until(_all_there(produced, readable), "all events are readable", 600)
            cuts = quantiles([readable[name] - at for name, at in produced.items()], n=100)
            print(f"{rate:4.0f} articles/s: p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s ({len(produced)} articles)")
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await producer.stop()
        await stop(worker)


def _all_there(produced: dict[str, float], readable: dict[str, float]):  # type: ignore[no-untyped-def]
    async def all_there() -> bool:
        return produced.keys() <= readable.keys()

    return all_there


async def _produce(world: World, producer, article: Article, produced: dict[str, float]) -> None:  # type: ignore[no-untyped-def]
    produced[article.article_id] = time.monotonic()
    await producer.send(world.settings.topics.articles, encode(article), key=article.article_id.encode())


async def _watch(world: World, readable: dict[str, float]) -> None:
    consumer = make_consumer(world.settings.kafka, world.settings.topics.events)
    await consumer.start()
    try:
        async for record in consumer:
            for source in orjson.loads(record.value)["sources"]:
                readable.setdefault(source["article_id"], time.monotonic())
    finally:
        await consumer.stop()


async def throughput(bootstrap: str, folder: Path, articles: int) -> None:
    for size in (1, 2):
        world, used = make_world(bootstrap, folder), children_s()
        await world.prepare()
        workers = [await start_worker(world, folder / f"worker-{number}.log") for number in range(size)]
        await world.publish([report(0)])
        await world.until_idle(300)
        await world.publish(report(number) for number in range(1, articles + 1))
        begin = time.monotonic()
        await world.until_idle(1800)
        took = time.monotonic() - begin
        await stop(*workers)
        per_article = 1000 * (children_s() - used) / articles
        print(f"{size} workers: {articles / took:.1f} articles/s, {per_article:.0f} ms of processor time an article, loading included")


async def recovery(bootstrap: str, folder: Path, size: int) -> None:
    world = make_world(bootstrap, folder)
    await world.prepare()
    random, state, writes = Random(1), MergeState(world.settings.merging), 0
    changelog = f"{world.settings.worker.group}-merge-changelog"
    producer = make_producer(world.settings.kafka)
    await producer.start()
    outgoing: list[Outgoing] = []
    for mention in mentions(size, random):
        # As the world's news lie: half of all mentions in some forty blocks of a type and a country, the rest in thousands
        block = f"TYPE{random.randrange(20)}/{int(random.paretovariate(1)) % 200}"
        partition = sum(block.encode()) % PARTITIONS
        moved = replace(mention, block=block)
        step = state.take(partition, moved, encode(moved), datetime.now(UTC))
        outgoing += [Outgoing(topic=changelog, key=write.key, value=write.value, partition=partition) for write in step.writes]
        writes += len(step.writes)
        if len(outgoing) > 5_000:
            await deliver(producer, outgoing, 60)
            outgoing = []
    await deliver(producer, outgoing, 60)
    await producer.stop()
    del state
    log, used = folder / "recovering.log", children_s()
    begin = time.monotonic()
    worker = await world.start_process(log=log)

    async def restored() -> bool:
        return "merge state:" in log.read_text()

    await until(restored, "the merge state is read back", 1800)
    took = time.monotonic() - begin
    said = next(line for line in log.read_text().splitlines() if "merge state:" in line)
    await stop(worker)
    print(f"{took:.1f} s from the start of the process, {children_s() - used:.1f} s of processor time, {writes} changelog records")
    print(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("latency")
    one.add_argument("--rates", type=float, nargs="*", default=[1, 5, 20])
    one.add_argument("--seconds", type=float, default=60)
    commands.add_parser("throughput").add_argument("--articles", type=int, default=1000)
    commands.add_parser("recovery").add_argument("--mentions", type=int, default=100_000)
    arguments = parser.parse_args()
    with kafka() as bootstrap, tempfile.TemporaryDirectory() as folder:
        match arguments.command:
            case "latency":
                asyncio.run(latency(bootstrap, Path(folder), arguments.rates, arguments.seconds))
            case "throughput":
                asyncio.run(throughput(bootstrap, Path(folder), arguments.articles))
            case _:
                asyncio.run(recovery(bootstrap, Path(folder), arguments.mentions))


if __name__ == "__main__":
    main()
