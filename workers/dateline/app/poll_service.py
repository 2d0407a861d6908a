"""The poller as a service: topics made, feeds polled, health and metrics served, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from dateline.app.polling import Observe, run_poller
from dateline.app.topics import prepare_topics
from dateline.delivery.health import Health, beating, serving
from dateline.delivery.metrics import Metrics
from dateline.poller import Feed, PollResult
from dateline.settings import Settings

log = logging.getLogger(__name__)


async def serve_poller(settings: Settings, feeds: Sequence[Feed], stop: asyncio.Event, *, once: bool) -> Counter[str]:
    """Poll until `stop`, or each feed one time with `once`; return how many feeds' last poll had which outcome."""
    await prepare_topics(settings)
    health, metrics, last = Health(settings.http.stalled_after_s), Metrics(), dict[str, str]()
    with serving(settings.http.host, settings.http.poller_port, health, metrics) as port:
        log.info("health and metrics on http://%s:%d", settings.http.host, port)
        heart = asyncio.create_task(beating(health))
        health.ready()
        try:
            await run_poller(
                feeds,
                kafka=settings.kafka,
                topics=settings.topics,
                options=settings.poller,
                stop=stop,
                observe=_observer(metrics, last),
                once=once,
            )
        finally:
            heart.cancel()
    return Counter(last.values())


def _observer(metrics: Metrics, last: dict[str, str]) -> Observe:
    """Counts articles, and feeds by the outcome of their last poll."""

    def observe(feed: Feed, result: PollResult, seconds: float) -> None:
        outcome = str(result.outcome)
        if before := last.get(feed.feed_id):
            metrics.feeds.labels(before).dec()
        metrics.feeds.labels(outcome).inc()
        last[feed.feed_id] = outcome
        metrics.articles.labels("new" if outcome != "failed" else outcome).inc(len(result.articles))
        why = f": {result.state.last_reason}" if outcome == "failed" else ""
        log.info("%s %s%s, %d articles in %.1f s", feed.url, outcome, why, len(result.articles), seconds)

    return observe
