"""A publisher and its hub, played on this machine, and a poller's feeds held in memory."""

from __future__ import annotations

import asyncio
import dataclasses
import hmac
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from reading_here import here
from world import until

from dateline.app.websub import WebSub, open_websub
from dateline.poller import Feed, FeedState, PollerOptions, PollResult, Step, feed, open_fetcher, poll
from dateline.poller.websub import Callbacks, Standing, Subscription
from dateline.records import Article


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><guid>{title}</guid><title>{title}</title></item>" for title in titles)
    return f"<rss version='2.0'><channel><title>Andes</title>{items}</channel></rss>".encode()


@dataclass
class Hub:
    """A publisher's server with a hub beside. `mode` is how the hub takes requests."""

    mode: str = "verifies"  # or: at once (before it answers), silent, denies, short lease, another topic, broken
    body: bytes = b""
    names_hub: bool = True
    lease_s: int = 86_400
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)  # of the subscriber, to what the hub asked it
    server: TestServer = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)
    _verifying: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Hub]:
        application = web.Application()
        application.router.add_get("/feed", self._feed)
        application.router.add_post("/hub", self._hub)
        async with TestServer(application) as self.server, aiohttp.ClientSession() as self._session:
            yield self
            await asyncio.gather(*self._verifying)

    @property
    def topic(self) -> str:
        return str(self.server.make_url("/feed"))

    async def _feed(self, request: web.Request) -> web.Response:
        response = web.Response(body=self.body, content_type="application/rss+xml")
        if self.names_hub:
            response.headers.add("Link", f'<{self.server.make_url("/hub")}>; rel="hub"')
            response.headers.add("Link", f'<{self.topic}>; rel="self"')
        return response

    async def _hub(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.mode == "broken":
            return web.Response(status=500)
        if self.mode == "busy":
            return web.Response(status=429)
        if self.mode == "at once":
            await self.verify(form)
        elif self.mode != "silent":
            self._verifying.add(asyncio.create_task(self.verify(form)))
        return web.Response(status=202)

    async def verify(self, form: dict[str, str], **other: str) -> None:
        query = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": "a challenge"}
        if form["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = str(60 if self.mode == "short lease" else self.lease_s)
        if self.mode == "denies":
            query = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": "not today"}
        if self.mode == "another topic":
            query["hub.topic"] += "/other"
        async with self._session.get(form["hub.callback"], params=query | other) as answer:
            self.answers.append((answer.status, await answer.text()))

    async def push(
        self, body: bytes, *, to: str | None = None, secret: str | None = None, digest: str | None = "sha256", **headers: str
    ) -> int:
        """Push to whoever subscribed last; the status that it answers."""
        form = next(form for form in reversed(self.asked) if form["hub.mode"] == "subscribe")
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, digest).hexdigest() if digest else ""
        headers = {"Content-Type": "application/rss+xml"} | ({"X-Hub-Signature": f"{digest}={signature}"} if digest else {}) | headers
        async with self._session.post(to or form["hub.callback"], data=body, headers=headers) as answer:
            return answer.status


class HeldFeeds:
    """A poller's feeds, each with its turn."""

    def __init__(self) -> None:
        self.held: dict[str, FeedState] = {}
        self.left: dict[str, FeedState] = {}  # removed, and not forgotten yet
        self.listed: dict[str, Feed] = {}
        self.articles: list[Article] = []
        self.turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def states(self) -> Iterable[FeedState]:
        return list(self.held.values())

    def state(self, feed_id: str) -> FeedState | None:
        return self.held.get(feed_id)

    def forget_removed(self, feed_id: str) -> Subscription | None:
        if feed_id in self.listed or feed_id not in self.left:
            return None
        left = self.left.pop(feed_id)
        return left.push

    def remove(self, feed_id: str) -> None:
        """Take it off the list."""
        del self.listed[feed_id]
        self.left[feed_id] = self.held.pop(feed_id)

    async def take(self, feed_id: str, step: Step) -> PollResult | None:
        async with self.turns[feed_id]:
            if feed_id not in self.listed:
                return None
            at = self.listed[feed_id]
            result = await step(at, self.held.get(feed_id) or FeedState(feed_id=feed_id, url=at.url))
            self.held[feed_id] = result.state
            self.articles += result.articles
            return result


@dataclass
class Counts:
    """What was told of pushes and subscriptions."""

    pushes: Counter[str] = field(default_factory=Counter)
    standings: Mapping[Standing, int] = field(default_factory=dict)

    def pushed(self, outcome: str) -> None:
        self.pushes[outcome] += 1

    def subscriptions(self, standings: Mapping[Standing, int]) -> None:
        self.standings = standings


@dataclass
class Subscriber:
    """A poller of one feed with WebSub beside it."""

    websub: WebSub
    feeds: HeldFeeds
    feed: Feed
    options: PollerOptions
    callbacks: Callbacks
    counts: Counts
    running: asyncio.Task[None]

    @property
    def pushes(self) -> Counter[str]:
        return self.counts.pushes

    @property
    def state(self) -> FeedState:
        return self.feeds.held[self.feed.feed_id]

    @property
    def subscription(self) -> Subscription:
        assert self.state.push
        return self.state.push

    @property
    def next_poll(self) -> datetime:
        assert self.state.next_poll
        return self.state.next_poll

    @property
    def titles(self) -> list[str | None]:
        return [article.title for article in self.feeds.articles]

    async def poll(self) -> PollResult:
        async def ask(at: Feed, state: FeedState) -> PollResult:
            async with open_fetcher(self.options) as fetcher:
                result = await poll(at, state, fetcher=fetcher, read=here, options=self.options, now=datetime.now(UTC))
            return self.websub.after_poll(state, result)

        result = await self.feeds.take(self.feed.feed_id, ask)
        assert result
        return result

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        async def holds() -> bool:
            return condition()

        await until(holds, what, within_s=20)

    async def subscribed(self) -> None:
        await self.poll()
        await self.until(lambda: self.subscription.until is not None, "the hub verified")


@asynccontextmanager
async def subscriber(
    options: PollerOptions, hub: Hub, *, feeds: HeldFeeds | None = None, secret: bytes = b"ours", port: int | None = None
) -> AsyncIterator[Subscriber]:
    port = port or unused_port()
    websub = dataclasses.replace(options.websub, callback=f"http://127.0.0.1:{port}/hooks", port=port)
    options = dataclasses.replace(options, websub=websub)
    feeds, counts, stop = feeds or HeldFeeds(), Counts(), asyncio.Event()
    listed = feed(hub.topic, page_text=False)
    feeds.listed[listed.feed_id] = listed
    callbacks = Callbacks(websub.callback, secret)

    async with (
        open_fetcher(options) as fetcher,
        open_websub(feeds, callbacks, options, fetcher=fetcher, read=here, watch=counts) as opened,
    ):
        running = asyncio.create_task(opened.run(stop))
        try:
            yield Subscriber(opened, feeds, listed, options, callbacks, counts, running)
        finally:
            stop.set()
            await asyncio.gather(running, return_exceptions=True)
