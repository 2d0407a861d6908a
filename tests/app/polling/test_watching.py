"""No feed fails or falls silent without a number that says so."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from dateline.app.polling.feed_topic import Known
from dateline.app.polling.watching import Watch
from dateline.delivery.health import Health
from dateline.delivery.metrics import Metrics
from dateline.poller import Busy, FeedState, Fetched, PollResult, feed
from dateline.poller.visits import VisitOutcome
from dateline.settings import load

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FEED = feed("https://andes.example/feed")
WELL = FeedState(feed_id=FEED.feed_id, url=FEED.url, last_polled=NOW, last_success=NOW, last_new_item=NOW, gap_s=7_200)


@pytest.fixture
def watch() -> Watch:
    return Watch(Metrics(), Health(30), load().poller)


def value(watch: Watch, name: str, **labels: str) -> float | None:
    return watch._metrics.registry.get_sample_value(name, labels)


def test_a_feed_that_falls_silent_is_counted_once_until_it_speaks_again(watch: Watch) -> None:
    def look(state: FeedState, hours: float) -> tuple[float | None, float | None]:
        watch.feeds([Known(FEED, state)], NOW + timedelta(hours=hours))
        return value(watch, "dateline_feeds_silent"), value(watch, "dateline_feed_silences_total")

    busy = dataclasses.replace(WELL, gap_s=600)
    assert look(WELL, 39) == (0, 0)
    assert look(WELL, 41) == (1, 1)
    assert look(WELL, 50) == (1, 1)
    assert look(dataclasses.replace(WELL, last_new_item=NOW + timedelta(hours=50)), 51) == (0, 1)
    assert look(busy, 23) == (0, 1)  # a night
    assert look(busy, 25) == (1, 2)
    assert look(dataclasses.replace(WELL, gap_s=None), 999) == (0, 2)


def test_feeds_are_counted_by_health(watch: Watch) -> None:
    states = [
        None,
        WELL,
        dataclasses.replace(WELL, last_new_item=None),
        dataclasses.replace(WELL, failures=1),
        dataclasses.replace(WELL, failures=9, retired=True),
    ]
    feeds = [Known(dataclasses.replace(FEED, feed_id=str(number)), state) for number, state in enumerate(states)]
    watch.feeds([*feeds, Known(FEED, newer=True)], NOW)
    assert [value(watch, "dateline_feeds", health=name) for name in ("new", "well", "empty", "failing", "gone", "newer")] == [1] * 6
    watch.feeds([], NOW)
    assert value(watch, "dateline_feeds", health="failing") == 0


def test_polls_are_counted_by_outcome_and_kind_of_failure(watch: Watch) -> None:
    broken = dataclasses.replace(WELL, failures=1, last_reason="status: HTTP 503")
    watch.polled(FEED, PollResult(outcome="failed", articles=(), state=broken), 0.1)
    body = Fetched(url=FEED.url, body=b"x" * 100)
    pages: dict[VisitOutcome, int] = {"read": 2, "later": 1}
    watch.polled(FEED, PollResult(outcome="unchanged", articles=(), state=WELL, answer=body, pages=pages), 0.1)
    assert [value(watch, "dateline_pages_total", outcome=name) for name in ("read", "later", "robots")] == [2, 1, None]
    assert value(watch, "dateline_polls_total", outcome="failed", reason="status") == 1
    waits = Busy("host: others come first", 90)
    watch.polled(FEED, PollResult(outcome="postponed", articles=(), state=broken, answer=waits), 0.1)  # though it failed before
    assert value(watch, "dateline_polls_total", outcome="postponed", reason="host") == 1
    assert value(watch, "dateline_polls_total", outcome="unchanged", reason="") == 1
    assert value(watch, "dateline_poll_bytes_total") == 100
    assert value(watch, "dateline_poll_seconds_count") == 3
