"""Watching a poller: what its polls come to, and how its feeds are, as metrics; whether it is ready."""

from __future__ import annotations

import asyncio
import logging

from dateline.app.polling.poller import Poller
from dateline.delivery.health import BEAT_S, Health
from dateline.delivery.metrics import Metrics
from dateline.poller import Feed, PollResult

log = logging.getLogger(__name__)


class Watch:
    """Counts polls as they end, and looks at all feeds now and then."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._metrics = metrics
        self._health = health

    def polled(self, feed: Feed, result: PollResult, seconds: float) -> None:
        """One poll ended and is kept."""
        reason = result.state.last_reason or ""
        self._metrics.polls.labels(result.outcome, reason.partition(":")[0]).inc()
        self._metrics.poll_seconds.observe(seconds)
        for article in result.articles:
            self._metrics.articles.labels("new" if article.version == 1 else "edited").inc()
        why = f": {reason}" if reason else ""
        log.info("%s %s%s, %d articles in %.1f s", feed.url, result.outcome, why, len(result.articles), seconds)

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
