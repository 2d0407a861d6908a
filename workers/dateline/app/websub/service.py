"""WebSub beside a poller: the endpoint served, hubs asked, pushes read, for the life of a block."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from dateline.app.websub.asking import Asking
from dateline.app.websub.endpoint import Endpoint
from dateline.app.websub.feeds import Feeds, Watch
from dateline.app.websub.pending import Memory, Pending
from dateline.delivery.health import PortTakenError
from dateline.poller import Feed, FeedState, Fetched, HttpFetcher, PollerOptions, PollResult, Reader
from dateline.poller.pushes import read_push
from dateline.poller.subscribing import slowed
from dateline.poller.websub import Callbacks, WebSubOptions

log = logging.getLogger(__name__)


def _of_our_own(record: logging.LogRecord) -> bool:
    """Not what is no HTTP at all: anybody can send it, and it is answered by 400."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_requests_log = logging.getLogger(f"{__name__}.requests")
_requests_log.addFilter(_of_our_own)


def callbacks_of(options: WebSubOptions) -> Callbacks:
    """Our callback addresses. Without a secret one is made up, and a restart asks every hub anew."""
    secret = options.secret.get_secret_value()
    if not secret:
        log.warning("poller.websub.secret is not set: hubs are asked anew at every start, and what they push meanwhile waits for a poll")
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
        watch: Watch,
    ) -> None:
        self._feeds = feeds
        self._callbacks = callbacks
        self._options = options
        self._fetcher = fetcher
        self._read = read
        self._watch = watch
        memory = Memory(options.websub.max_pending_bytes)
        pending = Pending(self._read_push, self._spawn, memory, most=options.websub.max_pending, at_once=options.concurrency)
        self._asking = Asking(feeds, callbacks, fetcher, options, self._spawn, watch)
        self.endpoint = Endpoint(feeds, callbacks, options, pending, memory, self._spawn, watch)
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, stop: asyncio.Event) -> None:
        """Ask hubs until `stop`, then let what was pushed be read. Raises what Kafka raised while a hub's word or push was kept."""
        ends: list[asyncio.Future[Any]] = [asyncio.create_task(stop.wait()), asyncio.create_task(self._asking.run()), self._broken]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if self._tasks and not self._broken.done():
                await asyncio.wait(self._tasks, timeout=self._options.stop_deadline_s)
            for part in ends:
                if part.done():
                    part.result()
        finally:
            for part in (*ends, *self._tasks):
                part.cancel()
            await asyncio.gather(*ends, *self._tasks, return_exceptions=True)

    def after_poll(self, before: FeedState, result: PollResult) -> PollResult:
        """What a poll comes to where pushes come: the next one may be later, and a hub that the feed has left is told."""
        if result.outcome == "postponed":  # it was none
            return result
        state, old = slowed(result.state, self._callbacks.mark, datetime.now(UTC), self._options), before.push
        if old and old.until and (state.retired or state.push is None or (state.push.hub, state.push.topic) != (old.hub, old.topic)):
            self._spawn(self._asking.give_up(state.feed_id, old))
        return dataclasses.replace(result, state=state)

    async def _read_push(self, feed_id: str, document: Fetched) -> None:
        async def step(feed: Feed, state: FeedState) -> PollResult:
            now = datetime.now(UTC)
            return await read_push(feed, state, document, fetcher=self._fetcher, read=self._read, options=self._options, now=now)

        result = await self._feeds.take(feed_id, step)
        self._watch.pushed(result.outcome if result else "elsewhere")

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
    feeds: Feeds, callbacks: Callbacks, options: PollerOptions, *, fetcher: HttpFetcher, read: Reader, watch: Watch
) -> AsyncIterator[WebSub]:
    """Serve hubs' requests for the life of the block; `run` what asks them. Raises PortTakenError."""
    host, port = options.websub.host, options.websub.port
    websub = WebSub(feeds, callbacks, options, fetcher=fetcher, read=read, watch=watch)
    # Bodies as they come: what is signed is what was sent, and nobody unpacks a bomb here
    runner = web.AppRunner(websub.endpoint.application(), access_log=None, auto_decompress=False, lingering_time=1, logger=_requests_log)
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
