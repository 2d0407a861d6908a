"""The demo: a few feeds of invented stories, served from this machine, so that `dateline up` has news without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

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
        listed = folder / "feeds.opml"
        yield parse_opml(listed.read_bytes().replace(b"{base}", f"http://{host}:{port}".encode()), str(listed))
    finally:
        await runner.cleanup()
