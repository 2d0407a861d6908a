"""What a poller or worker counts, in Prometheus's form."""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)


class Metrics:
    """The counters of one process, in a registry of their own, so that two in one process (`dateline up`) don't mix."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.articles = Counter("dateline_articles", "Articles handled, by outcome.", ["outcome"], registry=registry)
        self.mentions = Counter("dateline_mentions", "Mentions handled, by outcome.", ["outcome"], registry=registry)
        self.events = Counter("dateline_events", "Event records published, by state.", ["state"], registry=registry)
        self.deadletters = Counter("dateline_deadletters", "Dead letters written, by stage.", ["stage"], registry=registry)
        self.lag = Gauge("dateline_lag_records", "Records on the broker not yet committed.", ["topic", "partition"], registry=registry)
        self.from_published = Histogram(
            "dateline_published_to_event_seconds", "From an article's publication to its event.", buckets=SECONDS, registry=registry
        )
        self.from_fetched = Histogram(
            "dateline_fetched_to_event_seconds", "From fetching an article to its event.", buckets=SECONDS, registry=registry
        )
        self.pool_busy = Gauge("dateline_pool_articles", "Articles handed to the reading pool and not yet back.", registry=registry)
        self.pool_size = Gauge("dateline_pool_processes", "Processes of the reading pool.", registry=registry)
        self.polls = Counter("dateline_polls", "Polls of feeds, by outcome and kind of failure.", ["outcome", "reason"], registry=registry)
        self.poll_seconds = Histogram(
            "dateline_poll_seconds", "From asking a feed to its articles and state on the broker.", buckets=SECONDS, registry=registry
        )
        self.poll_bytes = Counter("dateline_poll_bytes", "Bytes of feeds' documents, after decompression.", registry=registry)
        self.pages = Counter("dateline_pages", "Pages of items asked for, by outcome.", ["outcome"], registry=registry)
        self.feeds = Gauge("dateline_feeds", "Feeds, by health.", ["health"], registry=registry)
        self.silent = Gauge("dateline_feeds_silent", "Feeds silent for far longer than is usual for them.", registry=registry)
        self.silences = Counter("dateline_feed_silences", "Feeds that fell silent, each counted once.", registry=registry)
        self.polls_due = Gauge("dateline_polls_due", "Feeds that are due and not yet polled.", registry=registry)
        self.polls_behind = Gauge("dateline_polls_behind_seconds", "For how long the first of them has been due.", registry=registry)
        self.pushes = Counter("dateline_pushes", "Documents that hubs pushed, by outcome.", ["outcome"], registry=registry)
        self.subscriptions = Gauge("dateline_subscriptions", "Feeds that name a hub, by how it stands.", ["standing"], registry=registry)
        self.state = Gauge("dateline_merge_mentions", "Mentions held in the merge window.", registry=registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def event_published(self, published: datetime | None, fetched: datetime | None) -> None:
        """Observe how long an event took since its article came out, and since we had it."""
        now = datetime.now(UTC)
        for since, seconds in ((published, self.from_published), (fetched, self.from_fetched)):
            if since is not None:
                seconds.observe(max(0.0, (now - since).total_seconds()))
