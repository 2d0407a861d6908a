"""Seconds from an item being visible in a feed to its article being on the topic: by polling, and by a hub's push (WebSub).

    python benchmarks/push_delay.py [--feeds 20] [--interval 30] [--bootstrap host:port]

A publisher on this machine serves the feeds, an article's page behind each item, and a hub; `dateline poll` runs in a process of its
own against an embedded broker (or the given one). Each feed brings one new item, at a random moment: first with nothing but polls every
`--interval` seconds, as often as the shipped settings poll a feed that has news every 300; then with the hub.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from dateline.codec import decode
from dateline.delivery.broker import embedded_broker
from dateline.delivery.kafka import KafkaOptions, make_consumer
from dateline.records import Article
from dateline.settings import load

PARAGRAPH = "<p>A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority in Goma said on Sunday.</p>"
PATIENCE_S = 60  # beyond the longest interval


@dataclass
class Publisher:
    """Feeds of a growing number of items, and their hub."""

    with_hub: bool
    items: dict[str, list[str]] = field(default_factory=dict)
    polled: set[str] = field(default_factory=set)
    subscribed: dict[str, dict[str, str]] = field(default_factory=dict)  # by feed
    visible: dict[str, float] = field(default_factory=dict)  # by item, when it came to be
    server: TestServer = field(init=False)
    session: aiohttp.ClientSession = field(init=False)

    @asynccontextmanager
    async def running(self, feeds: int) -> AsyncIterator[None]:
        self.items = {f"feed{number}": [f"feed{number} old item"] for number in range(feeds)}
        application = web.Application()
        application.router.add_get("/feeds/{name}", self._feed)
        application.router.add_get("/pages/{name}", self._page)
        application.router.add_post("/hub", self._hub)
        async with TestServer(application) as self.server, aiohttp.ClientSession() as self.session:
            yield

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    def document(self, name: str) -> bytes:
        items = "".join(
            f"<item><guid>{item}</guid><title>{item}</title><link>{self.url('/pages/' + item.replace(' ', '-'))}</link></item>"
            for item in reversed(self.items[name])
        )
        return f"<rss version='2.0'><channel><title>{name}</title>{items}</channel></rss>".encode()

    async def _feed(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.polled.add(name)
        response = web.Response(body=self.document(name), content_type="application/rss+xml")
        if self.with_hub:
            response.headers.add("Link", f'<{self.url("/hub")}>; rel="hub"')
        return response

    async def _page(self, request: web.Request) -> web.Response:
        title = request.match_info["name"]
        return web.Response(
            text=f"<html><title>{title}</title><article><h1>{title}</h1>{PARAGRAPH * 5}</article>", content_type="text/html"
        )

    async def _hub(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        query = {name: form[name] for name in ("hub.mode", "hub.topic", "hub.lease_seconds")} | {"hub.challenge": "c"}
        async with self.session.get(form["hub.callback"], params=query) as answer:
            if answer.status == 200:
                self.subscribed[form["hub.topic"].rpartition("/")[2]] = form
        return web.Response(status=202)

    async def publish(self, name: str) -> None:
        item = f"{name} new item"
        self.items[name].append(item)
        self.visible[item] = time.time()
        if form := self.subscribed.get(name):
            body = self.document(name)
            signature = "sha256=" + hmac.new(form["hub.secret"].encode(), body, "sha256").hexdigest()
            headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature}
            async with self.session.post(form["hub.callback"], data=body, headers=headers) as answer:
                assert answer.status == 202, answer.status


@asynccontextmanager
async def poller(publisher: Publisher, bootstrap: str, interval_s: int, folder: Path) -> AsyncIterator[None]:
    listed = "".join(f'<outline type="rss" text="{name}" xmlUrl="{publisher.url("/feeds/" + name)}"/>' for name in publisher.items)
    (folder / "feeds.opml").write_text(f'<opml version="2.0"><body>{listed}</body></opml>')
    port = unused_port()
    settings = {
        "KAFKA__BOOTSTRAP": bootstrap,
        "KAFKA__IDEMPOTENCE": "false",
        "HTTP__POLLER_PORT": "0",
        "POLLER__ALLOW_PRIVATE_ADDRESSES": "true",
        "POLLER__MIN_INTERVAL_S": str(interval_s),
        "POLLER__MAX_INTERVAL_S": str(interval_s),
        "POLLER__HOSTS__SPACING_S": "0.01",  # all feeds live on one host here
    }
    if publisher.with_hub:
        settings |= {"POLLER__WEBSUB__CALLBACK": f"http://127.0.0.1:{port}/websub", "POLLER__WEBSUB__PORT": str(port)}
        settings |= {"POLLER__WEBSUB__SECRET": "benchmark"}
    environment = os.environ | {f"DATELINE_{name}": value for name, value in settings.items()}
    with (folder / "poller.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "poll", "--feeds", str(folder / "feeds.opml"), env=environment, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def measure(kafka: KafkaOptions, topic: str, *, with_hub: bool, feeds: int, interval_s: int) -> list[float]:
    publisher, random = Publisher(with_hub), Random(7)
    delays: dict[str, float] = {}

    async def publish_sometime(name: str) -> None:
        await asyncio.sleep(random.random() * interval_s)
        await publisher.publish(name)

    with tempfile.TemporaryDirectory() as folder:
        async with publisher.running(feeds), poller(publisher, kafka.bootstrap, interval_s, Path(folder)):
            await until(lambda: len(publisher.subscribed if with_hub else publisher.polled) == feeds, "all feeds are read", folder)
            consumer = make_consumer(kafka, topic)
            await consumer.start()
            try:
                publishing = [asyncio.create_task(publish_sometime(name)) for name in publisher.items]
                deadline = time.monotonic() + 2 * interval_s + PATIENCE_S
                while len(delays) < feeds and time.monotonic() < deadline:
                    for records in (await consumer.getmany(timeout_ms=100)).values():
                        for record in records:
                            title = decode(record.value, Article).title or ""
                            if title in publisher.visible:
                                delays.setdefault(title, time.time() - publisher.visible[title])
                await asyncio.gather(*publishing)
            finally:
                await consumer.stop()
    if len(delays) < feeds:
        print(f"  {feeds - len(delays)} items never came")
    return list(delays.values())


async def until(condition: Callable[[], bool], what: str, folder: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"it is not so that {what}:\n{(Path(folder) / 'poller.log').read_text()[-3000:]}")
        await asyncio.sleep(0.1)


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, default=20)
    arguments.add_argument("--interval", type=int, default=30, help="seconds between polls of a feed")
    arguments.add_argument("--bootstrap", help="an embedded broker if not given")
    told = arguments.parse_args()
    settings = load()
    for with_hub in (False, True):
        async with nullcontext(told.bootstrap) if told.bootstrap else embedded_broker() as bootstrap:
            kafka = replace(settings.kafka, bootstrap=bootstrap, idempotence=False)
            delays = sorted(await measure(kafka, settings.topics.articles, with_hub=with_hub, feeds=told.feeds, interval_s=told.interval))
        how = "WebSub" if with_hub else f"polls every {told.interval} s"
        print(
            f"{how}: {len(delays)} items, median {statistics.median(delays):.2f} s, "
            f"95 % within {delays[int(0.95 * (len(delays) - 1))]:.2f} s, longest {delays[-1]:.2f} s"
        )


if __name__ == "__main__":
    asyncio.run(main())
