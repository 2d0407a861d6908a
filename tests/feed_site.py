"""A site of feeds on this machine whose contents a test changes as it likes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from xml.sax.saxutils import escape

from aiohttp import web

from dateline.poller import Feed, feed


class FeedSite:
    """Feeds by number, each with its items: guid → text. Answers with an ETag, and with 304 to who has that."""

    def __init__(self) -> None:
        self.items: dict[int, dict[str, str]] = {}
        self.asked: Counter[int] = Counter()
        self.polled_by: dict[str, set[int]] = {}  # feeds by who asked for them: the User-Agent names the poller's contact
        self.broken: set[int] = set()
        self.open = asyncio.Event()  # clear it, and nobody gets an answer until it is set again
        self.open.set()
        self.base = ""

    def feed(self, number: int) -> Feed:
        self.items.setdefault(number, {})
        return feed(f"{self.base}/{number}", name=f"Feed {number}", page_text=False)

    def feeds(self, count: int, items: int = 1) -> list[Feed]:
        for number in range(count):
            self.items[number] = {f"{number}-{item}": f"Text {item} of {number}" for item in range(items)}
        return [self.feed(number) for number in range(count)]

    def document(self, number: int) -> bytes:
        told = "".join(
            f"<item><guid>{escape(guid)}</guid><title>{escape(guid)}</title><description>{escape(text)}</description></item>"
            for guid, text in self.items[number].items()
        )
        return f"<rss version='2.0'><channel><title>Feed {number}</title>{told}</channel></rss>".encode()

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.asked[number] += 1
        self.polled_by.setdefault(request.headers.get("User-Agent", ""), set()).add(number)
        await self.open.wait()
        if number in self.broken:
            return web.Response(status=500)
        body = self.document(number)
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": etag})


@asynccontextmanager
async def feed_site() -> AsyncIterator[FeedSite]:
    site = FeedSite()
    application = web.Application()
    application.router.add_get("/{number}", site.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        site.base = f"http://{host}:{port}"
        yield site
    finally:
        site.open.set()
        await runner.cleanup()
