"""Watching a poller: what its polls come to, and how its feeds are, as metrics; whether it is ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import get_args

from dateline.app.polling.poller import Poller
from dateline.delivery.health import BEAT_S, Health
from dateline.delivery.metrics import Metrics
from dateline.poller import Feed, PollResult
from dateline.poller.websub import Standing

log = logging.getLogger(__name__)


class Watch:
    """Counts polls as they end, and looks at all feeds now and then."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._metrics = metrics
        self._health = health

    def polled(self, feed: Feed, result: PollResult, seconds: float) -> None:
        """One poll ended and is kept; or what a hub pushed was read."""
        if result.cause == "hub":  # nothing was read, only agreed
            return
        reason = result.state.last_reason or ""
        if result.cause == "poll":
            self._metrics.polls.labels(result.outcome, reason.partition(":")[0]).inc()
            self._metrics.poll_seconds.observe(seconds)
        for article in result.articles:
            self._metrics.articles.labels("new" if article.version == 1 else "edited").inc()
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
        """Tell how the poller's feeds are, until cancelled."""
        while True:
            if poller.group.ready:
                self._health.ready()
            else:
                self._health.not_ready("waiting for partitions and their state")
            due, behind_s = poller.backlog()
            self._metrics.polls_due.set(due)
            self._metrics.polls_behind.set(behind_s)
            await asyncio.sleep(BEAT_S)
