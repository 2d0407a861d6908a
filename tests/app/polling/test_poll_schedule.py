"""However often a feed is put on the schedule, it stands there once."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

from dateline.app.polling.pressure import Pressure
from dateline.app.polling.schedule import Schedule
from dateline.app.polling.share import Share
from dateline.poller import FeedState
from dateline.settings import load


async def test_a_feed_that_is_put_again_and_again_takes_no_more_memory_and_is_due_as_said_last() -> None:
    share, schedule = Share(0), Schedule(20, Pressure(load().polling))
    share.open()
    now = datetime.now(UTC)
    state = FeedState(feed_id="ab12", url="https://andes.example/feed", next_poll=now + timedelta(hours=1), last_polled=now)
    tracemalloc.start()
    try:
        for _ in range(20_000):
            schedule.put(share, "ab12", state)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_000_000
    assert len(schedule) == 1
    schedule.put(share, "ab12", FeedState(feed_id="ab12", url=state.url, next_poll=now, last_polled=now))
    assert schedule.backlog()[0] == 1
    assert await schedule.next() == (share, "ab12")
    assert len(schedule) == 0
