"""The demo: a few feeds of invented stories, served from this machine, so that `dateline up` has news without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from dateline.codec import content_id
from dateline.poller import Feed
from dateline.poller.opml import parse_opml


@asynccontextmanager
async def serve_demo(folder: Path) -> AsyncIterator[list[Feed]]:
    """Serve the folder on a free port of 127.0.0.1 for the life of the block (with ETag and Last-Modified), and give its feeds.

    The poller must be allowed private addresses to read them.
    """
    application = web.Application()
    application.router.add_static("/", folder)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        listed = parse_opml((folder / "feeds.opml").read_bytes().replace(b"{base}", f"http://{host}:{port}".encode()), folder.name)
        # Ids without the port: it is another one each time, and the feeds are the same
        yield [replace(feed, feed_id=content_id("demo", urlsplit(feed.url).path)) for feed in listed.feeds]
    finally:
        await runner.cleanup()
