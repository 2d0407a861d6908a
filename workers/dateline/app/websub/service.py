"""WebSub beside a poller: the endpoint served, hubs asked, pushes read, for the life of a block."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from dateline.app.websub.asking import Asking
from dateline.app.websub.endpoint import Endpoint
from dateline.app.websub.feeds import Count, Feeds
from dateline.app.websub.pending import Memory, Pending
from dateline.delivery.health import PortTakenError
from dateline.poller import Feed, FeedState, Fetched, HttpFetcher, PollerOptions, PollResult, Reader
from dateline.poller.pushes import read_push
from dateline.poller.subscribing import slowed
from dateline.poller.websub import Callbacks, WebSubOptions

log = logging.getLogger(__name__)

SECRET = "DATELINE_WEBSUB_SECRET"  # noqa: S105 — the name of the variable
"""Environment variable: what callback addresses and the hubs' keys are made of."""


def callbacks_of(options: WebSubOptions) -> Callbacks:
    """Our callback addresses. Without a secret in the environment one is made up, and a restart asks every hub anew."""
    secret = os.environ.get(SECRET)
    if not secret:
        log.warning("%s is not set: hubs are asked anew at every start, and pushes on their way then are lost to polling", SECRET)
    return Callbacks(options.callback, secret.encode() if secret else secrets.token_bytes(32))


class WebSub:
    """What runs beside the poller. Open one with `open_websub`."""

    def __init__(
        self,
        feeds: Feeds,
        callbacks: Callbacks,
        options: PollerOptions,
        *,
        fetcher: HttpFetcher,
        read: Reader,
        count: Count,
    ) -> None:
        self._feeds = feeds
        self._callbacks = callbacks
        self._options = options
        self._fetcher = fetcher
        self._read = read
        self._count = count
        memory = Memory(options.websub.max_pending_bytes)
        pending = Pending(self._read_push, self._spawn, memory, most=options.websub.max_pending, at_once=options.concurrency)
        self._asking = Asking(feeds, callbacks, fetcher, options, self._spawn)
        self.endpoint = Endpoint(feeds, callbacks, options, pending, memory, self._spawn, count)
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Ask hubs until cancelled. Raises what Kafka raised while a hub's word or push was kept."""
        asking = asyncio.create_task(self._asking.run())
        try:
            await asyncio.wait([asking, self._broken], return_when=asyncio.FIRST_COMPLETED)
            for part in (asking, self._broken):
                if part.done():
                    part.result()
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def after_poll(self, before: FeedState, result: PollResult) -> PollResult:
        """What a poll comes to where pushes come: the next one may be later, and a hub that the feed has left is told."""
        state, old = slowed(result.state, self._callbacks.mark, datetime.now(UTC), self._options), before.push
        if old and old.until and (state.retired or state.push is None or (state.push.hub, state.push.topic) != (old.hub, old.topic)):
            self._spawn(self._asking.give_up(state.feed_id, old))
        return dataclasses.replace(result, state=state)

    async def finish(self, within_s: float) -> None:
        """Let what was pushed be read, if it is done in time; polls find the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._broken.cancel()

    async def _read_push(self, feed_id: str, document: Fetched) -> None:
        async def step(feed: Feed, state: FeedState) -> PollResult:
            now = datetime.now(UTC)
            return await read_push(feed, state, document, fetcher=self._fetcher, read=self._read, options=self._options, now=now)

        result = await self._feeds.take(feed_id, step)
        self._count(result.outcome if result else "elsewhere")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._broken.done():
            self._broken.set_exception(error)


@asynccontextmanager
async def open_websub(
    feeds: Feeds, callbacks: Callbacks, options: PollerOptions, *, fetcher: HttpFetcher, read: Reader, count: Count
) -> AsyncIterator[WebSub]:
    """Serve hubs' requests for the life of the block; `run` what asks them. Raises PortTakenError."""
    host, port = options.websub.host, options.websub.port
    websub = WebSub(feeds, callbacks, options, fetcher=fetcher, read=read, count=count)
    # Bodies as they come: what is signed is what was sent, and nobody unpacks a bomb here
    runner = web.AppRunner(websub.endpoint.application(), access_log=None, auto_decompress=False, lingering_time=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortTakenError(f"can't serve hubs on {host}:{port} ({error.strerror}): set [poller.websub] to another port") from error
        log.info("hubs push to %s, handed on to http://%s:%d", options.websub.callback, *runner.addresses[0][:2])
        yield websub
    finally:
        await runner.cleanup()
        await websub.finish(options.stop_deadline_s)
