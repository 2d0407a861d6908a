"""Back-pressure: feeds wait longer while workers are behind, never more than a bounded factor, and as they say once it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.app.polling.pressure import Pressure
from dateline.poller import FeedState
from dateline.settings import load

OPTIONS = replace(load().polling, calm_lag=1_000, most_stretched=4)
ASKED = datetime(2025, 12, 20, 12, tzinfo=UTC)
STATE = FeedState(feed_id="f", url="https://news.example/feed", last_polled=ASKED, next_poll=ASKED + timedelta(minutes=10))


@pytest.mark.parametrize(("lag", "minutes"), [(0, 10), (1_000, 10), (2_000, 20), (3_500, 35), (1_000_000, 40)])
def test_a_feed_waits_as_many_times_longer_as_the_lag_is_above_the_calm_one(lag: int, minutes: int) -> None:
    pressure = Pressure(OPTIONS)
    pressure.seen(lag)
    assert pressure.due(STATE) == (ASKED + timedelta(minutes=minutes)).timestamp()


@given(st.lists(st.integers(0, 10**9)))
def test_what_was_is_forgotten_once_workers_keep_up(lags: list[int]) -> None:
    pressure = Pressure(OPTIONS)
    for lag in [*lags, 0]:
        pressure.seen(lag)
    assert STATE.next_poll is not None
    assert pressure.due(STATE) == STATE.next_poll.timestamp()
