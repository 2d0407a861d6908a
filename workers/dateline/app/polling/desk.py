"""The desk: where a feed's state is changed, one at a time for each feed, whoever wants it: the schedule or a hub's push."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dateline.app.polling.share import NotOursError, Outlet, Share, ShareStore
from dateline.delivery.producing import TooLargeError
from dateline.poller import Feed, FeedState, PollerOptions, PollResult, Step, as_listed, failed, keep

log = logging.getLogger(__name__)

Observe = Callable[[Feed, PollResult, float], None]
"""Told of each poll once its results are kept, with the seconds it took: the one place where polls are counted."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes a feed's state from a share, lets a step make a result of it, and keeps that."""

    outlet: Outlet
    options: PollerOptions
    observe: Observe
    save_every_s: float

    async def take(self, share: Share, feed_id: str, step: Step) -> PollResult | None:
        """Do one step of one feed, after those of the same feed that are under way. None if it is not ours to do (any more).

        Raises UndeliverableError: without a broker there is nothing to go on for.
        """
        async with share.turn(feed_id):
            known = share.known(feed_id)
            if known.feed is None or not known.is_polled or not share.is_open or not self.outlet.lease.held():
                return None
            feed, before, started = known.feed, as_listed(known.feed, known.state), time.monotonic()
            result = await self._result(feed, before, step)
            try:
                await self._keep(share, before, result)
            except NotOursError as error:
                log.warning("%s: what this poll found is dropped: %s", feed.url, error)
                return None
            except TooLargeError as error:
                result = self._failure(before, f"delivery: {error}")
                share.hold(result.state)
            self.observe(feed, result, time.monotonic() - started)
            return result

    async def _result(self, feed: Feed, before: FeedState, step: Step) -> PollResult:
        try:
            return await step(feed, before)
        except Exception as error:  # the edge: a mistake of ours with one feed must not end the polling of all
            log.exception("%s: this is a mistake of ours", feed.url)
            return self._failure(before, f"mistake: {type(error).__name__}: {error}"[:300])

    def _failure(self, before: FeedState, reason: str) -> PollResult:
        return PollResult(outcome="failed", articles=(), state=failed(before, datetime.now(UTC), self.options, reason=reason))

    async def _keep(self, share: Share, before: FeedState, result: PollResult) -> None:
        """News are kept at once. What else a poll brings costs at most a poll too early when it is lost, and is written seldom."""
        store = ShareStore(share, self.outlet)
        if result.articles:
            await keep(before, result, store)
        elif _tells_more(before, result.state) or share.unsaved_for(result.state.feed_id) >= self.save_every_s:
            await store.save(result.state)
        else:
            share.hold(result.state)


def _tells_more(before: FeedState, after: FeedState) -> bool:
    """Whether somebody who looks at the feeds should know now: a feed is new, began or ceased to fail, moved, or is gone; or the next
    poller, for it would not know what was agreed with a hub."""
    told = bool(before.failures), before.retired, before.url, before.push
    return before.last_polled is None or told != (bool(after.failures), after.retired, after.url, after.push)
