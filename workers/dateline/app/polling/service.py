"""The poller as a service: topics made, feeds polled, health and metrics served, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

from aiokafka import TopicPartition

from dateline.app.polling.feed_list import add_feeds
from dateline.app.polling.poller import open_poller
from dateline.app.polling.pressure import watch_lag
from dateline.app.polling.subscribed import run_pushed
from dateline.app.polling.watching import Watch
from dateline.app.topics import prepare_topics
from dateline.delivery.health import Health, beating, serving
from dateline.delivery.metrics import Metrics
from dateline.delivery.watchdog import watching
from dateline.poller import Feed, PollResult
from dateline.settings import Settings

log = logging.getLogger(__name__)


async def serve_poller(settings: Settings, feeds: Sequence[Feed], stop: asyncio.Event, *, once: bool) -> Counter[str]:
    """Put these feeds on the list and poll our share of it until `stop`, or each feed of it one time with `once`; return how many
    feeds' last poll had which outcome."""
    counts = await prepare_topics(settings)
    articles = [TopicPartition(settings.topics.articles, number) for number in range(counts[settings.topics.articles])]
    await add_feeds(settings.kafka, settings.topics, feeds)
    health, metrics, last = Health(settings.http.stalled_after_s), Metrics(), dict[str, str]()
    watch = Watch(metrics, health, settings.poller)

    def observe(feed: Feed, result: PollResult, seconds: float) -> None:
        if result.cause == "poll":
            last[feed.feed_id] = result.outcome
        watch.polled(feed, result, seconds)

    with serving(settings.http.host, settings.http.poller_port, health, metrics) as port, watching(health):
        log.info("health and metrics on http://%s:%d", settings.http.host, port)
        async with open_poller(settings.kafka, settings.topics, settings.poller, settings.polling, observe=observe, once=once) as poller:
            beside = [
                asyncio.create_task(beating(health)),
                asyncio.create_task(watch.look_at(poller)),
                asyncio.create_task(watch_lag(settings.kafka, articles, settings.worker.group, poller.pressure)),
            ]
            try:
                if settings.poller.websub.callback and not once:
                    await run_pushed(poller, settings.poller, watch, stop)
                else:
                    await poller.run(stop)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
    return Counter(last.values())
