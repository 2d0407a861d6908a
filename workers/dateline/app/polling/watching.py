"""Watching a poller: what its polls come to, and how its feeds are, as metrics; whether it is ready."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import get_args

from dateline.app.polling.feed_topic import Known
from dateline.app.polling.poller import Poller
from dateline.delivery.health import BEAT_S, Health
from dateline.delivery.metrics import Metrics
from dateline.poller import Busy, Feed, Fetched, PollerOptions, PollResult, silent
from dateline.poller import Health as FeedHealth
from dateline.poller.websub import Standing

log = logging.getLogger(__name__)

FEEDS_EVERY = 10  # beats: 10,000 feeds take some 30 ms to look at


class Watch:
    """Counts polls as they end, and looks at all feeds now and then."""

    def __init__(self, metrics: Metrics, health: Health, options: PollerOptions) -> None:
        self._metrics = metrics
        self._health = health
        self._options = options
        self._silent: set[str] = set()

    def polled(self, feed: Feed, result: PollResult, seconds: float) -> None:
        """One poll ended and is kept; or what a hub pushed was read."""
        if result.cause == "hub":  # nothing was read, only agreed
            return
        reason = result.answer.reason if isinstance(result.answer, Busy) else result.state.last_reason or ""
        if result.cause == "poll":
            self._metrics.polls.labels(result.outcome, reason.partition(":")[0]).inc()
            self._metrics.poll_seconds.observe(seconds)
            self._metrics.poll_bytes.inc(len(result.answer.body) if isinstance(result.answer, Fetched) else 0)
        for article in result.articles:
            self._metrics.articles.labels("new" if article.version == 1 else "edited").inc()
        for outcome, number in result.pages.items():
            self._metrics.pages.labels(outcome).inc(number)
        why = f": {reason}" if reason else ""
        how = f"{result.outcome}, pushed" if result.cause == "push" else result.outcome
        log.info("%s %s%s, %d articles in %.1f s", feed.url, how, why, len(result.articles), seconds)

    def pushed(self, outcome: str) -> None:
        """A hub pushed, and this came of it."""
        self._metrics.pushes.labels(outcome).inc()

    def subscriptions(self, standings: Mapping[Standing, int]) -> None:
        """How many feeds' subscriptions stand how."""
        for standing in get_args(Standing):
            self._metrics.subscriptions.labels(standing).set(standings.get(standing, 0))

    async def look_at(self, poller: Poller) -> None:
        """Tell how the poller and its feeds are, until cancelled."""
        for beat in count():
            if poller.group.ready:
                self._health.ready()
            else:
                self._health.not_ready("waiting for partitions and their state")
            if beat % FEEDS_EVERY == 0:
                self.feeds(poller.feeds(), datetime.now(UTC))
                due, behind_s = poller.backlog()
                self._metrics.polls_due.set(due)
                self._metrics.polls_behind.set(behind_s)
            await asyncio.sleep(BEAT_S)

    def feeds(self, feeds: Iterable[Known], now: datetime) -> None:
        """How all the feeds are, and which of them fell silent since the last look."""
        healths, are_silent = Counter[str](), set[str]()
        for known in feeds:
            feed, state = known.feed, known.state
            healths[known.health] += 1
            if feed and silent(state, now, self._options):
                are_silent.add(feed.feed_id)
                if feed.feed_id not in self._silent:
                    self._metrics.silences.inc()
                    log.warning("%s has fallen silent: nothing new since %s", feed.url, state and state.last_new_item)
        for name in get_args(FeedHealth):
            self._metrics.feeds.labels(name).set(healths[name])
        self._metrics.silent.set(len(are_silent))
        self._silent = are_silent
