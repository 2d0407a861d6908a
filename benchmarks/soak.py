"""Memory over time: a poller and one worker, with news coming in at more than twice the rate that the worker can take.

    PYTHONPATH=tests python benchmarks/soak.py [--minutes 60] [--rate 60] [--every 60]

Feeds are served from this process, each with new stories as time goes on, and all asked every few seconds. Printed each `--every`
seconds: MB of the poller and of the worker (each with the processes that read for it), articles a second published and read, how
many wait, how much longer feeds are made to wait, and the mentions held. Stories are dated so that 1,400 of them are the news of a
merge window: when so many are read, what is held should stay as it is. A real Kafka is started
(tests/kafka_node.py) unless DATELINE_TEST_KAFKA names one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from aiohttp import web
from delivery import PARTITIONS, kafka, make_world, report
from kafka_node import free_port
from world import World

from dateline.delivery.kafka import make_consumer
from dateline.delivery.offsets import places_of

FEEDS = 60
INTERVAL_S = 5
SHOWN = 40  # items of a feed at a time
A_STORY = timedelta(days=42) / 1_400


class Site:
    """So many feeds, each with a new story every `FEEDS / rate` seconds; the last `SHOWN` are shown."""

    def __init__(self, rate: float, minutes: float) -> None:
        self._every_s, self._begin = FEEDS / rate, time.monotonic()
        self._first_day = datetime.now(UTC) - (minutes + 10) * 60 * rate * A_STORY

    async def serve(self, request: web.Request) -> web.Response:
        feed, last = int(request.match_info["feed"]), int((time.monotonic() - self._begin) / self._every_s)
        items = "".join(
            f"<item><guid>{feed}-{number}</guid><title>Report {number}</title><pubDate>{article.published:%a, %d %b %Y %H:%M:%S} +0000"
            f"</pubDate><description>{article.text}</description></item>"
            for number in range(max(0, last - SHOWN), last)
            for article in [report(feed * 1_000_003 + number, self._first_day + number * FEEDS * A_STORY)]
        )
        text = f'<rss version="2.0"><channel><title>Feed {feed}</title><link>http://{request.host}/</link>{items}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")


def last_words(folder: Path) -> list[str]:
    return [f"{log.name}: {log.read_text()[-600:]}" for log in folder.glob("*.log")]


async def start_part(world: World, folder: Path, command: str, *arguments: str) -> Process:
    environment = world.environment() | {
        "DATELINE_POLLER__MIN_INTERVAL_S": str(INTERVAL_S),
        "DATELINE_POLLER__MAX_INTERVAL_S": str(INTERVAL_S),
        "DATELINE_POLLER__PER_HOST": "8",
        "DATELINE_POLLING__FIRST_POLLS_PER_S": "20",
    }
    with (folder / f"{command}.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "dateline",
            "--log-level",
            "warning",
            command,
            *arguments,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )


def megabytes(pid: int) -> float:
    """Resident memory of a process and its children, pages they share counted for each."""
    children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    own = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return (int(own[1]) / 1024 if own else 0.0) + sum(megabytes(int(child)) for child in children)


def counted(port: int, name: str) -> float:
    """The sum of a metric over its labels."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith((f"{name}{{", f"{name} ")))


async def soak(bootstrap: str, folder: Path, minutes: float, rate: float, every_s: float) -> None:
    world = make_world(bootstrap, folder)
    world.settings = world.settings.model_copy(
        update={
            "http": world.settings.http.__class__(host="127.0.0.1", worker_port=free_port(), poller_port=free_port(), stalled_after_s=30)
        }
    )
    await world.prepare()
    application = web.Application()
    application.router.add_get("/{feed}", Site(rate, minutes).serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = "http://{}:{}".format(*runner.addresses[0][:2])
    opml = folder / "feeds.opml"
    outlines = "".join(f'<outline type="rss" xmlUrl="{base}/{number}"/>' for number in range(FEEDS))
    opml.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    worker = await start_part(world, folder, "worker", "--workers", "1")
    poller = await start_part(world, folder, "poll", "--feeds", str(opml))
    try:
        await _print_curve(world, poller, worker, minutes, every_s)
    finally:
        for part in (poller, worker):
            part.send_signal(signal.SIGTERM)
        print("exit codes:", await poller.wait(), await worker.wait())
        await runner.cleanup()
        print(*last_words(folder), sep="\n")


async def _print_curve(world: World, poller: Process, worker: Process, minutes: float, every_s: float) -> None:
    http, calm = world.settings.http, world.settings.polling
    consumer = make_consumer(world.settings.kafka, group=world.settings.worker.group)
    await consumer.start()
    print("minute  poller MB  worker MB  published/s  read/s  waiting  feeds wait  mentions", flush=True)
    began, before = time.monotonic(), (0, 0)
    while (passed := time.monotonic() - began) < minutes * 60:
        await asyncio.sleep(every_s)
        places = (await places_of(consumer, world._partitions(world.settings.topics.articles))).values()
        now = sum(place.end for place in places), sum(place.committed for place in places)
        lag = now[0] - now[1]
        factor = min(max(1.0, lag / calm.calm_lag), calm.most_stretched)
        held = counted(http.worker_port, "dateline_merge_mentions")
        published, taken = ((new - old) / every_s for new, old in zip(now, before, strict=True))
        print(
            f"{(passed + every_s) / 60:6.1f} {megabytes(poller.pid):10.0f} {megabytes(worker.pid):10.0f} {published:12.1f} {taken:7.1f} "
            f"{lag:8} {factor:10.1f}× {held:9.0f}",
            flush=True,
        )
        before = now
    await consumer.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=60, help="stories a second over all feeds")
    parser.add_argument("--every", type=float, default=60)
    arguments = parser.parse_args()
    print(f"{FEEDS} feeds every {INTERVAL_S} s, {arguments.rate:.0f} stories a second, {PARTITIONS} partitions")
    with kafka() as bootstrap, tempfile.TemporaryDirectory() as folder:
        asyncio.run(soak(bootstrap, Path(folder), arguments.minutes, arguments.rate, arguments.every))


if __name__ == "__main__":
    main()
