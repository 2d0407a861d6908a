"""Polls per second and memory with 10,000 feeds on a server of this machine, beside lemon24's reader on the same feeds.

    python benchmarks/polls.py [--feeds 10000] [--mixed 2000] [--items 40] [--rounds 3] [--bootstrap host:port] [--reader PYTHON]

A server in a process of its own serves the feeds, each at an address of its own (127.x.y.z), so that each is a host to be polite to.

First the many: `--feeds` feeds whose states, with `--items` seen items each, are on the topic already. A poller takes them all over
and polls each once; all are answered by 304.

Then the mixed: `--mixed` feeds, `--rounds` times each: of 100 polls of a feed 90 are answered by 304, 9 bring one new item, 1 is broken:
HTTP 500 and a page in turn. Before that each is polled once, when all is new, which is not timed. Pages are not fetched: reader fetches
none. No host is asked more often than its spacing lets us, 0.5 s as shipped: 2,000 feeds can be polled 4,000 times a second at most,
and with 600 that bound would be measured instead.

`--reader` names a Python that has it, in an environment of its own:
`uv venv r; uv pip install --python r/bin/python reader==3.26 sgmllib3k`. It polls the mixed feeds the same number of rounds, from a
server of its own, with its own defaults and a database on disk, with as many threads as `--reader-workers` says.

Processor time is of the polling process and of the process it reads feeds in, each; the server's is not counted. Without --bootstrap
the states and articles go to an embedded broker.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dateline.app.polling.feed_list import add_feeds
from dateline.app.polling.feed_topic import partition_of, state_record
from dateline.app.polling.poller import open_poller
from dateline.app.topics import prepare_topics
from dateline.codec import content_id
from dateline.delivery.broker import embedded_broker
from dateline.delivery.kafka import make_producer
from dateline.delivery.producing import deliver
from dateline.poller import Feed, FeedState, PollResult, SeenItem, feed
from dateline.settings import Settings, load

PARAGRAPH = "A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority in Goma said in a statement. "
MARK = b"00000000"  # stands for the feed's number in the prepared document


class Site(asyncio.Protocol):
    """HTTP/1.1 as far as two pollers need it, and no slower than it must be."""

    items: int
    mixed: bool
    asked: list[int]  # by feed, how often
    news: list[int]  # by feed, how many items came since the beginning
    prepared: dict[int, bytes]

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end].lower(), self.buffer[end + 4 :]
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        number = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
        turn = (number + self.asked[number]) % 100 if self.asked[number] and self.mixed else 0
        self.asked[number] += 1
        if turn == 99:
            if number % 2:
                return b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
            half = b"<html><body><p>We will be back soon"
            return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (len(half), half)
        if turn >= 90:
            self.news[number] += 1
        etag = b'"%d-%d"' % (number, self.news[number])
        if b"if-none-match: " + etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % etag
        body = self.document(self.news[number]).replace(MARK, b"%08d" % number)
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %b\r\nContent-Length: %d\r\n\r\n%b" % (etag, len(body), body)

    def document(self, news: int) -> bytes:
        if news not in self.prepared:
            told = "".join(
                f"<item><guid isPermaLink='false'>{MARK.decode()}-{item}</guid><title>Item {item} of feed {MARK.decode()}</title>"
                f"<link>https://feed{MARK.decode()}.example/{item}</link><pubDate>Fri, 19 Dec 2025 08:{item % 60:02}:00 GMT</pubDate>"
                f"<description>Item {item}. {PARAGRAPH * 2}</description></item>"
                for item in range(news + self.items - 1, news - 1, -1)
            )
            self.prepared[news] = f"<rss version='2.0'><channel><title>Feed {MARK.decode()}</title>{told}</channel></rss>".encode()
        return self.prepared[news]


def serve(pipe: Connection, feeds: int, items: int, mixed: bool) -> None:
    async def run() -> None:
        Site.items, Site.mixed, Site.asked, Site.news, Site.prepared = items, mixed, [0] * feeds, [0] * feeds, {}
        server = await asyncio.get_running_loop().create_server(Site, "0.0.0.0", 0, backlog=4096)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        pipe.send("stopped")

    asyncio.run(run())


class Server:
    """The site in its own process for the life of the block."""

    def __init__(self, feeds: int, items: int, *, mixed: bool = False) -> None:
        self.told = feeds, items, mixed

    def __enter__(self) -> list[str]:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, *self.told))
        self.process.start()
        port = self.pipe.recv()
        hosts = [f"127.{1 + number // 60_000}.{number // 240 % 250}.{1 + number % 240}" for number in range(self.told[0])]
        return [f"http://{host}:{port}/{number}" for number, host in enumerate(hosts)]

    def __exit__(self, *_: object) -> None:
        self.pipe.send("stop")
        self.pipe.recv()
        self.process.join()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def cpu_s(pids: list[int]) -> float:
    """Processor seconds of these processes so far."""
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(fields[11]) + int(fields[12]) for fields in ticks) / os.sysconf("SC_CLK_TCK")


class Rounds:
    """Counts the polls, and notes when each round of all feeds is done."""

    def __init__(self, feeds: int, rounds: int, stop: asyncio.Event) -> None:
        self.feeds, self.rounds, self.stop = feeds, rounds, stop
        self.met: set[str] = set()  # feeds that were polled at all: some are polled again before others are for the first time
        self.polls = 0  # after that
        self.outcomes: Counter[str] = Counter()
        self.seconds: list[float] = []  # of polls that brought news, from asking to the broker having it all
        self.begun = self.first_done = self.all_done = 0.0
        self.cpu_at_begin, self.cpu_at_first, self.cpu_at_end = 3 * ((0.0, 0.0),)  # of this process, and of those that it reads in

    def observe(self, feed: Feed, result: PollResult, seconds: float) -> None:
        if not self.met:
            self.begun, self.cpu_at_begin = time.monotonic(), self._cpu()
        if len(self.met) < self.feeds:
            self.met.add(feed.feed_id)
            if len(self.met) == self.feeds:
                self.first_done, self.cpu_at_first = time.monotonic(), self._cpu()
            if self.rounds:
                return
        else:
            self.polls += 1
        if self.polls == self.feeds * self.rounds and len(self.met) == self.feeds:
            self.all_done, self.cpu_at_end = time.monotonic(), self._cpu()
            self.stop.set()
        self.outcomes[result.outcome] += 1
        if result.outcome == "news":
            self.seconds.append(seconds)

    def _cpu(self) -> tuple[float, float]:
        return cpu_s([os.getpid()]), cpu_s(reading_processes())


def reading_processes() -> list[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def many(settings: Settings, addresses: list[str], items: int) -> None:
    """A takeover of many feeds, and one poll of each."""
    stop, now = asyncio.Event(), datetime.now(UTC)
    feeds = [feed(address, page_text=False) for address in addresses]
    await prepare_topics(settings)
    await add_feeds(settings.kafka, settings.topics, feeds)
    producer = make_producer(settings.kafka)
    await producer.start()
    partitions = await producer.partitions_for(settings.topics.feeds)
    records = []
    for number, one in enumerate(feeds):
        seen = {
            content_id(number, item): SeenItem(
                article_id=content_id("article", number, item), item_hash=content_id("item", number, item), first_seen=now, version=1,
                content_hash=content_id("content", number, item),
            )
            for item in range(items)
        }  # fmt: skip
        state = FeedState(
            feed_id=one.feed_id, url=one.url, listed=one.url, etag=f'"{number}-0"', body_hash=content_id(number), seen=seen, gap_s=3600,
            next_poll=now, last_polled=now, last_success=now, last_new_item=now, last_whole=now, interval_s=1800,
        )  # fmt: skip
        records.append(state_record(settings.topics.feeds, state, partition_of(one.feed_id, partitions), 1))
        if len(records) == 500 or one is feeds[-1]:
            await deliver(producer, records, 60)
            records.clear()
    await producer.stop()
    gc.collect()
    print(f"{len(feeds)} feeds with {items} seen items each; memory before the poller begins: {memory_mb():.0f} MB")
    watch = Rounds(len(feeds), 0, stop)
    begun = time.monotonic()
    async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, observe=watch.observe) as poller:
        await poller.run(stop)
        gc.collect()
        print(f"  the first is polled {watch.begun - begun:.1f} s after the poller began to take all of them over")
        wall = watch.first_done - watch.begun
        cpu = 1e6 * (watch.cpu_at_first[0] - watch.cpu_at_begin[0]) / len(feeds)
        print(f"  {len(feeds) / wall:.0f} polls/s, {cpu:.0f} µs of processor time each: {dict(watch.outcomes)}")
        print(f"  memory afterwards {memory_mb():.0f} MB, at most {peak_mb():.0f} MB")


async def mixed(settings: Settings, addresses: list[str], rounds: int) -> tuple[float, float, float]:
    """Polls per second, and microseconds of processor time a poll: of the poller, and of the process that it reads in."""
    stop = asyncio.Event()
    watch = Rounds(len(addresses), rounds, stop)
    await prepare_topics(settings)
    await add_feeds(settings.kafka, settings.topics, [feed(address, page_text=False) for address in addresses])
    async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, observe=watch.observe) as poller:
        await poller.run(stop)
    print(f"  first round, all new: {len(addresses) / (watch.first_done - watch.begun):.0f} polls/s")
    polls, wall = rounds * len(addresses), watch.all_done - watch.first_done
    polling, reading = (1e6 * (end - start) / polls for start, end in zip(watch.cpu_at_first, watch.cpu_at_end, strict=True))
    print(
        f"  {rounds} rounds: {polls / wall:.0f} polls/s, {polling:.0f} µs of processor time each, and {reading:.0f} µs of the process that"
    )
    print(f"  reads; {dict(watch.outcomes)}")
    late = sorted(watch.seconds)
    median, most = 1000 * statistics.median(late), 1000 * late[int(len(late) * 0.95)]
    print(f"  a new item is on the topic {median:.0f} ms after its feed was asked (19 of 20: {most:.0f} ms)")
    return polls / wall, polling, reading


READER = """
import sys, time, resource
from reader import make_reader
path, workers, rounds, *addresses = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.stdin.read().split()
reader = make_reader(path)
begun = time.monotonic()
for address in addresses: reader.add_feed(address)
print(f"  {len(addresses)} feeds added in {time.monotonic() - begun:.1f} s", flush=True)
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
def one_round():
    for _ in reader.update_feeds_iter(workers=workers, scheduled=False): pass
begun = time.monotonic()
one_round()
print(f"  first round, all new: {len(addresses) / (time.monotonic() - begun):.0f} polls/s", flush=True)
begun, used = time.monotonic(), cpu()
for _ in range(rounds): one_round()
wall = time.monotonic() - begun
polls = rounds * len(addresses)
print(f"  {rounds} rounds: {polls / wall:.0f} polls/s, {1e6 * (cpu() - used) / polls:.0f} µs of processor time each; "
      f"peak memory {[line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]} kB", flush=True)
print(polls / wall, 1e6 * (cpu() - used) / polls)
"""


def theirs(python: str, addresses: list[str], rounds: int, workers: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-W", "ignore", "-c", READER, f"{folder}/reader.sqlite", str(workers), str(rounds)]
        done = subprocess.run(command, input="\n".join(addresses), text=True, stdout=subprocess.PIPE, check=True)
    *told, figures = done.stdout.strip().splitlines()
    print("\n".join(told))
    rate, processor_us = map(float, figures.split())
    return rate, processor_us


async def measure_ours(arguments: argparse.Namespace) -> tuple[float, float, float]:
    print(f"dateline, states and articles to {'Kafka' if arguments.bootstrap else 'the embedded broker'}:")
    async with AsyncExitStack() as stack:
        bootstrap = arguments.bootstrap or await stack.enter_async_context(embedded_broker())
        if arguments.feeds:
            with Server(arguments.feeds, arguments.items) as addresses:
                await many(settings_for(bootstrap, "many", embedded=not arguments.bootstrap), addresses, arguments.items)
        with Server(arguments.mixed, arguments.items, mixed=True) as addresses:
            print(f"{arguments.mixed} mixed feeds:")
            return await mixed(settings_for(bootstrap, "mixed", embedded=not arguments.bootstrap), addresses, arguments.rounds)


def settings_for(bootstrap: str, name: str, *, embedded: bool) -> Settings:
    """As shipped, except that every mixed feed is due again at once, waiting only for its host, and so are the first polls of all."""
    defaults, prefix = load(), f"{name}{os.getpid()}"
    many = name == "many"
    poller = replace(defaults.poller, allow_private_addresses=True, min_interval_s=600 if many else 0, max_interval_s=86_400 if many else 0)
    polling = replace(defaults.polling, first_polls_per_s=1e6, group=prefix)
    kafka = replace(defaults.kafka, bootstrap=bootstrap, idempotence=not embedded)
    topics = replace(defaults.topics, feeds=f"{prefix}.feeds", articles=f"{prefix}.articles")
    return defaults.model_copy(update={"poller": poller, "polling": polling, "kafka": kafka, "topics": topics})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--mixed", type=int, default=2_000)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bootstrap")
    parser.add_argument("--reader")
    parser.add_argument("--reader-workers", type=int, nargs="*", default=[1, 8])
    arguments = parser.parse_args()
    rate, polling, reading = asyncio.run(measure_ours(arguments))
    for workers in arguments.reader_workers if arguments.reader else ():
        with Server(arguments.mixed, arguments.items, mixed=True) as addresses:
            print(f"reader, {workers} threads:")
            other, processor_us = theirs(arguments.reader, addresses, arguments.rounds, workers)
        both, alone = processor_us / (polling + reading), processor_us / polling
        print(f"  dateline polls {rate / other:.1f} times as many; reader needs {both:.1f} times the processor time, {alone:.1f} times")
        print("  that of the polling process alone")


if __name__ == "__main__":
    sys.exit(main())
