"""The endpoint: what hubs ask and push, at addresses that only they know. Answers at once; what follows from it happens after."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from aiohttp import web

from dateline.app.websub.asking import Spawn
from dateline.app.websub.feeds import Feeds, Watch, agree, change
from dateline.app.websub.pending import Memory, Pace, Pending
from dateline.poller import FeedState, Fetched, PollerOptions
from dateline.poller.pushes import poll_soon
from dateline.poller.subscribing import refused_to, verified_to
from dateline.poller.websub import Callbacks, Denial, Intent, Meaningless, Subscription, is_signed_with, read_question

log = logging.getLogger(__name__)


class Endpoint:
    """Hubs' requests for the feeds that this poller has."""

    def __init__(
        self, feeds: Feeds, callbacks: Callbacks, options: PollerOptions, pending: Pending, memory: Memory, spawn: Spawn, watch: Watch
    ) -> None:
        self._feeds = feeds
        self._callbacks = callbacks
        self._options = options
        self._pending = pending
        self._memory = memory
        self._pace = Pace(options.websub.max_pushes_a_minute)
        self._pace_of_questions = Pace(options.websub.max_pushes_a_minute)
        self._asked_soon: set[str] = set()  # feeds that are being told so
        self._spawn = spawn
        self._watch = watch

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get(self._callbacks.route, self._asked, allow_head=False)
        application.router.add_post(self._callbacks.route, self._pushed)
        return application

    async def _asked(self, request: web.Request) -> web.Response:
        """A hub verifies that it was we who asked, or says that it will not push."""
        feed_id, state, hub = self._at(request)
        push = state.push if state else None
        if not self._pace_of_questions.lets_by(feed_id):  # each may be a write to the broker
            return _answer(429, "too many")
        match read_question(request.query):
            case Meaningless(reason):
                return _answer(400, reason)
            case Denial() as denial:
                if push and hub == push.hub and denial.topic == push.topic:
                    self._refuse(feed_id, hub, f"{hub} denied it: {denial.reason or 'it does not say why'}")
                return _answer(200, "a pity")
            case Intent(mode="unsubscribe", challenge=challenge):  # of a feed that was removed, or has left that hub
                return _answer(404, "we want it") if hub else _answer(200, challenge)
            case Intent(topic=topic, challenge=challenge, lease_s=lease_s):
                if push is None or hub is None or push.topic != topic:
                    return _answer(404, "we did not ask for this topic")
                if lease_s is not None and lease_s < self._options.websub.min_lease_s:
                    self._refuse(feed_id, hub, f"{hub} grants only {lease_s} s")
                    return _answer(404, "too short a lease")
                self._verify(feed_id, hub, lease_s)
                return _answer(200, challenge)

    def _verify(self, feed_id: str, hub: str, lease_s: int | None) -> None:
        def verify(state: FeedState, push: Subscription) -> FeedState:
            return verified_to(state, push, hub, lease_s, datetime.now(UTC), self._options.websub) if hub in push.hubs else state

        self._spawn(agree(self._feeds, feed_id, verify))

    def _refuse(self, feed_id: str, hub: str, reason: str) -> None:
        log.info("feed %s will not be pushed: %s", feed_id, reason)

        def refuse(state: FeedState, push: Subscription) -> FeedState:
            now = datetime.now(UTC)
            return refused_to(state, push, reason, now, self._options.websub, ended=True) if push.hub == hub else state

        self._spawn(agree(self._feeds, feed_id, refuse))

    async def _pushed(self, request: web.Request) -> web.Response:
        """A hub pushes a document. What is wrong with it and the hub can't mend is answered by 202, as the Recommendation asks."""
        feed_id, state, hub = self._at(request)
        if state is None:
            return self._counted("elsewhere", 503)  # another poller's by now: a hub that hears it again and again gives up
        if hub is None:
            return self._counted("unwanted", 410)
        if not self._pace.lets_by(feed_id):
            return self._instead(feed_id, "too many", 429)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return self._instead(feed_id, "encoded", 415)  # not of the Recommendation, and a way to fill memories
        body = bytearray()
        outcome = await self._receive(request, body) or self._take(feed_id, state, hub, request, bytes(body))
        if outcome != "taken":
            self._memory.give_back(len(body))
        match outcome:
            case "taken":
                return _answer(202, "thank you")
            case "unsigned":  # anybody's: no reason to ask the feed
                return self._counted(outcome, 202)
            case "cut off":
                return self._counted(outcome, 400)
            case _:
                return self._instead(feed_id, outcome, {"too large": 413, "full": 503}.get(outcome, 202))

    def _take(self, feed_id: str, state: FeedState, hub: str, request: web.Request, body: bytes) -> str:
        """Let it wait to be read; say "taken", or why not."""
        if not is_signed_with(self._callbacks.secret(feed_id, hub), request.headers.get("X-Hub-Signature"), body):
            return "unsigned"
        content_type = request.headers.get("Content-Type")
        document = Fetched(url=state.url, body=body, content_type=content_type if content_type and content_type.isascii() else None)
        return "taken" if self._pending.put(feed_id, document) else "too many"

    async def _receive(self, request: web.Request, body: bytearray) -> str | None:
        """Read the body, all of it taken from the memory; or say what is wrong with it."""
        try:
            async with asyncio.timeout(self._options.fetch_timeout_s):
                async for chunk in request.content.iter_chunked(65_536):
                    if not self._memory.take(len(chunk)):
                        return "full"
                    body += chunk
                    if len(body) > self._options.max_feed_bytes:
                        return "too large"
        except (TimeoutError, OSError, web.RequestPayloadError):
            return "cut off"
        return None

    def _instead(self, feed_id: str, outcome: str, status: int) -> web.Response:
        """Poll the feed soon, for what was pushed is not taken."""
        if feed_id not in self._asked_soon:
            self._asked_soon.add(feed_id)
            self._spawn(self._ask_soon(feed_id))
        return self._counted(outcome, status)

    async def _ask_soon(self, feed_id: str) -> None:
        try:
            await change(self._feeds, feed_id, lambda state: poll_soon(state, datetime.now(UTC), self._options))
        finally:
            self._asked_soon.discard(feed_id)

    def _counted(self, outcome: str, status: int) -> web.Response:
        self._watch.pushed(outcome)
        return _answer(status, outcome)

    def _at(self, request: web.Request) -> tuple[str, FeedState | None, str | None]:
        """Whose address this is: the feed, its state if it is ours, and the hub if it is one of those that the feed names.

        Raises HTTPNotFound for an address that we never gave out.
        """
        feed_id, which = request.match_info["feed_id"], request.match_info["which"]
        if not self._callbacks.gave_out(feed_id, which, request.match_info["token"]):
            self._watch.pushed("unknown address")
            raise web.HTTPNotFound
        state = self._feeds.state(feed_id)
        push = state.push if state and not state.retired else None
        return feed_id, state, self._callbacks.hub_at(which, push.hubs, push.topic) if push else None


def _answer(status: int, text: str) -> web.Response:
    """Plain text, and no browser may take it for anything else: a challenge is whatever a hub chose."""
    headers = {"X-Content-Type-Options": "nosniff"} | ({"Retry-After": "60"} if status in (429, 503) else {})
    return web.Response(status=status, text=text, headers=headers)
