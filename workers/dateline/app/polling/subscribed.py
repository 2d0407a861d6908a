"""Pushing, for the feeds that a poller has: what WebSub needs of it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator

from dateline.app.polling.poller import Poller
from dateline.app.polling.watching import Watch
from dateline.app.websub import callbacks_of, open_websub
from dateline.poller import FeedState, PollerOptions, PollResult, Step
from dateline.poller.websub import Subscription


class PolledFeeds:
    """The feeds of a poller, as WebSub sees them."""

    def __init__(self, poller: Poller) -> None:
        self._poller = poller

    def states(self) -> Iterator[FeedState]:
        for share in self._poller.group.shares:
            for feed_id in share.ids() if share.is_open else ():
                if state := share.known(feed_id).state:
                    yield state

    def state(self, feed_id: str) -> FeedState | None:
        for share in self._poller.group.shares:
            known = share.known(feed_id)
            if share.is_open and known.feed:
                return known.state
        return None

    def forget_removed(self, feed_id: str) -> Subscription | None:
        for share in self._poller.group.shares:
            known = share.known(feed_id)
            if share.is_open and known.feed is None and known.state and known.state.push:
                push = known.state.push
                share.hold(dataclasses.replace(known.state, push=None))
                return push
        return None

    async def take(self, feed_id: str, step: Step) -> PollResult | None:
        return await self._poller.take(feed_id, step)


async def run_pushed(poller: Poller, options: PollerOptions, watch: Watch, stop: asyncio.Event) -> None:
    """Run the poller with WebSub beside it. At `stop` what was pushed is read first, while the feeds are still ours."""
    read_all = asyncio.Event()
    async with open_websub(
        PolledFeeds(poller), callbacks_of(options.websub), options, fetcher=poller.fetcher, read=poller.read, watch=watch
    ) as websub:
        poller.after_poll = websub.after_poll
        polling, pushing = asyncio.create_task(poller.run(read_all)), asyncio.create_task(websub.run(stop))
        try:
            await asyncio.wait([polling, pushing], return_when=asyncio.FIRST_COMPLETED)
            read_all.set()
            if pushing.done():
                pushing.result()
            await polling
        finally:
            read_all.set()
            pushing.cancel()
            await asyncio.gather(polling, pushing, return_exceptions=True)
