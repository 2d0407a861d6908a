"""Asking hubs: which subscriptions are to be asked for, renewed or given up now."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

from dateline.app.websub.feeds import Feeds, Watch, agree
from dateline.poller import FeedState, HttpFetcher, PollerOptions
from dateline.poller.fetching import Accepted, Busy
from dateline.poller.subscribing import attended, quickened, refused_to
from dateline.poller.websub import Callbacks, Subscription, due, postponed, standing, subscribe_request, unsubscribe_request

log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[None, None, None]], object]
"""Runs something beside, as long as the service runs."""


class Asking:
    """Looks at the feeds again and again. What hubs answer in time comes to the endpoint; only failures are learnt here."""

    def __init__(
        self, feeds: Feeds, callbacks: Callbacks, fetcher: HttpFetcher, options: PollerOptions, spawn: Spawn, watch: Watch
    ) -> None:
        self._feeds = feeds
        self._callbacks = callbacks
        self._fetcher = fetcher
        self._options = options.websub
        self._spawn = spawn
        self._watch = watch
        self._met: set[str] = set()  # feeds that were ours when we last looked
        self._busy: set[str] = set()
        self._in_line: Counter[str] = Counter()  # by hub, requests that wait for it

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._look(datetime.now(UTC))
            await asyncio.sleep(self._options.look_every_s)

    def _look(self, now: datetime) -> None:
        here = {state.feed_id: state.push for state in self._feeds.states() if not state.retired}
        for feed_id, push in here.items():
            if push is None or feed_id in self._busy:
                continue
            if feed_id not in self._met and push.usual_poll:
                self._start(feed_id, self._missed_some(feed_id))
            elif due(push, self._callbacks.mark) <= now and self._in_line[push.hub] < self._options.requests_per_hub:
                self._in_line[push.hub] += 1
                self._start(feed_id, self._attend(feed_id, push.hub))
        for feed_id in self._met - here.keys() - self._busy:
            if push := self._feeds.forget_removed(feed_id):
                self._start(feed_id, self.give_up(feed_id, push))
        self._met = set(here)
        self._watch.subscriptions(Counter(standing(push, now) for push in here.values() if push))

    def _start(self, feed_id: str, work: Coroutine[None, None, None]) -> None:
        async def alone() -> None:
            try:
                await work
            finally:
                self._busy.discard(feed_id)

        self._busy.add(feed_id)
        self._spawn(alone())

    async def _missed_some(self, feed_id: str) -> None:
        """Of a feed that is ours since now: while nobody had it, nobody took what was pushed."""
        await agree(self._feeds, feed_id, lambda state, _: quickened(state))

    async def _attend(self, feed_id: str, in_line_at: str) -> None:
        try:
            if to_ask := await self._what_to_ask(feed_id):  # outside the feed's turn, for hubs may verify before they answer
                await self._ask(feed_id, to_ask.hub, to_ask.topic)
        finally:
            self._in_line[in_line_at] -= 1
            self._in_line += Counter()  # forgets the hubs at which nobody waits

    async def _what_to_ask(self, feed_id: str) -> Subscription | None:
        to_ask: Subscription | None = None

        def attend(state: FeedState, push: Subscription) -> FeedState:
            nonlocal to_ask
            after, ask = attended(state, push, self._callbacks.mark, datetime.now(UTC), self._options)
            to_ask = after.push if ask else None
            return after

        await agree(self._feeds, feed_id, attend)
        return to_ask

    async def _ask(self, feed_id: str, hub: str, topic: str) -> None:
        answer = await self._fetcher.post(hub, subscribe_request(feed_id, hub, topic, self._callbacks, self._options.lease_s))
        if isinstance(answer, Accepted):
            return

        def unanswered(state: FeedState, push: Subscription) -> FeedState:
            now = datetime.now(UTC)
            if push.hub != hub:
                return state
            if isinstance(answer, Busy):
                return dataclasses.replace(state, push=postponed(push, answer.after, now))
            log.info("%s will not be pushed: %s", state.url, answer.reason)
            return refused_to(state, push, f"{hub}: {answer.reason}", now, self._options)

        await agree(self._feeds, feed_id, unanswered)

    async def give_up(self, feed_id: str, push: Subscription) -> None:
        """Tell a hub that it need not push any longer. If it can't be told, its lease ends some day."""
        await agree(self._feeds, feed_id, lambda state, _: state)  # in turn, for the hub asks back, and what we want must be kept by then
        await self._fetcher.post(push.hub, unsubscribe_request(feed_id, push.hub, push.topic, self._callbacks))
