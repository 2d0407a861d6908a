"""When a feed is asked again: whatever it answers, never too often, never for ever not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dateline.codec import content_id, decode, encode
from dateline.poller import FeedState, PollerOptions
from dateline.poller.schedule import back_where_listed, failed, gone, is_silent, postponed, succeeded, wants_whole

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
DAY = 86_400
HOUR = 3_600
NEW = FeedState(feed_id=content_id("https://andes.example/feed"), url="https://andes.example/feed", listed="https://andes.example/feed")


def wait(state: FeedState, now: datetime) -> float:
    """Seconds until the next poll."""
    assert state.next_poll is not None
    return (state.next_poll - now).total_seconds()


def live(state: FeedState, options: PollerOptions, *, news_every_s: float, for_s: float, start: datetime = NOW) -> tuple[FeedState, int]:
    """A feed that brings one item every so often, polled when it says; the state after that time, and how many polls it took."""
    now, polls = start, 0
    while (now - start).total_seconds() < for_s:
        before = state.last_success or start
        last_item = start + timedelta(seconds=((now - start).total_seconds() // news_every_s) * news_every_s)
        state = succeeded(state, now, options, news=[last_item] if polls == 0 or last_item > before else None)
        polls += 1
        assert state.next_poll is not None
        now = state.next_poll
    return state, polls


HOW_LONG = st.one_of(st.none(), st.floats(0, 1e12))
ANSWERS = st.one_of(
    st.tuples(st.just("quiet"), HOW_LONG),
    st.tuples(st.just("news"), st.lists(st.integers(-40 * DAY, DAY), max_size=5)),
    st.tuples(st.just("failed"), HOW_LONG, st.sampled_from(["status: HTTP 503", "dns: temporary: x", "proxy: x", "parse: no feed"])),
    st.tuples(st.just("gone")),
    st.tuples(st.just("postponed"), st.floats(0, 1e12)),
)


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(st.tuples(ANSWERS, st.floats(0, 3 * DAY)), max_size=30), hint=HOW_LONG)
@example(steps=[(("gone",), 0.0)] * 30, hint=None)
def test_whatever_comes_the_next_poll_is_neither_too_soon_nor_too_late(
    steps: list[tuple[tuple[object, ...], float]], hint: float | None, options: PollerOptions
) -> None:
    state, now, refusals = dataclasses.replace(NEW, hint_s=hint), NOW, list[datetime]()
    for answer, late in steps:
        floor: float = options.min_interval_s
        match answer:
            case ("quiet", fresh):
                state, refusals = succeeded(state, now, options, fresh_s=fresh), []  # type: ignore[arg-type]
            case ("news", ages):
                state, refusals = succeeded(state, now, options, news=[now + timedelta(seconds=age) for age in ages]), []  # type: ignore[attr-defined]
                assert state.last_new_item == now
            case ("failed", after, reason):
                state = failed(state, now, options, reason=str(reason), after=after)  # type: ignore[arg-type]
                floor = max(floor, min(after or 0, options.max_interval_s))  # type: ignore[type-var, assignment, call-overload]
                assert state.last_reason == reason
            case ("gone",):
                refusals.append(now)
                state = gone(state, now, options, reason="gone: HTTP 410")
            case ("postponed", after):
                floor, before = 0, state
                state = postponed(state, now, options, after=after)  # type: ignore[arg-type]
                assert dataclasses.replace(state, next_poll=None) == dataclasses.replace(before, next_poll=None)
        assert floor - 0.001 <= wait(state, now) <= options.max_interval_s * 1.1  # moments are whole microseconds
        assert (state.failures > 0) == (state.last_reason is not None)
        said_for = (refusals[-1] - refusals[0]).total_seconds() if refusals else 0
        assert state.retired == (len(refusals) >= options.schedule.gone_answers and said_for >= options.schedule.gone_after_s)
        assert decode(encode(state), FeedState) == state
        assert state.next_poll is not None
        now = max(state.next_poll, now) + timedelta(seconds=late)


@pytest.mark.parametrize("every", [20 * 60, HOUR, 6 * HOUR, DAY])
def test_a_feed_is_asked_twice_for_each_time_that_it_brings_something_or_more_often(options: PollerOptions, every: int) -> None:
    state, _ = live(NEW, options, news_every_s=every, for_s=40 * every)
    assert state.next_poll is not None
    _, polls = live(state, options, news_every_s=every, for_s=40 * every, start=state.next_poll)
    wanted = 40 * every / min(every / 2, sqrt(every * options.schedule.root_s))
    assert 0.75 * wanted <= polls <= 1.25 * wanted
    assert state.gap_s == pytest.approx(every, rel=0.5)


def test_ten_times_rarer_news_take_three_times_fewer_polls(options: PollerOptions) -> None:
    """The root of the gap: of all ways to spend as many polls, items wait least."""
    hourly, slower = (
        succeeded(dataclasses.replace(NEW, gap_s=gap, last_new_item=NOW), NOW, options).interval_s for gap in (HOUR, 10.0 * HOUR)
    )
    assert slower / hourly == pytest.approx(sqrt(10))


def test_a_busy_feed_is_asked_as_often_as_is_polite(options: PollerOptions) -> None:
    state, _ = live(NEW, options, news_every_s=60, for_s=2 * HOUR)
    assert (state.interval_s, state.interval_basis) == (options.min_interval_s, "floor")


def test_a_new_feeds_dates_tell_how_often_it_is_asked(options: PollerOptions) -> None:
    def after(*hours: float) -> FeedState:
        return succeeded(NEW, NOW, options, news=[NOW - timedelta(hours=hour) for hour in hours])

    assert (after(1, 2, 3, 4).gap_s, after(1, 2, 3, 4).interval_basis) == (HOUR, "habit")
    assert after(24, 48, 72).gap_s == DAY
    assert after(24 * 365 + 1, 24 * 365 + 2, 24 * 365 + 3).interval_s > HOUR  # hourly, until a year ago
    assert (after().interval_s, after().interval_basis) == (options.min_interval_s, "start")
    assert after(3).interval_s == options.min_interval_s  # one date is no habit
    assert after(1, 1.01, 1.02, 2, 3).gap_s == pytest.approx(HOUR, rel=0.02)  # what comes together counts once
    assert after(1, 2, 3, -500).gap_s == HOUR  # a date in the future tells nothing


def test_a_night_does_not_make_a_feed_forget_its_day(options: PollerOptions) -> None:
    evening, _ = live(NEW, options, news_every_s=20 * 60, for_s=14 * HOUR)
    assert evening.next_poll is not None
    state, now = evening, evening.next_poll
    while now < evening.next_poll + timedelta(hours=9):
        state = succeeded(state, now, options)
        assert wait(state, now) < 1.4 * HOUR
        assert state.next_poll is not None
        now = state.next_poll
    assert state.interval_basis == "silence"
    morning = succeeded(state, now, options, news=[now])
    assert wait(morning, now) < HOUR


def test_a_feed_that_died_is_asked_less_and_less_and_once_a_day_for_ever(options: PollerOptions) -> None:
    state, _ = live(NEW, options, news_every_s=20 * 60, for_s=10 * HOUR)
    now, polls = state.next_poll, 0
    assert now is not None
    end = now + timedelta(days=400)
    while now < end:
        state, polls = succeeded(state, now, options), polls + 1
        now = state.next_poll
        assert now is not None
    assert (state.interval_s, state.interval_basis) == (options.max_interval_s, "cap")
    assert polls < 900


def test_what_the_publisher_wishes_is_a_floor_as_far_as_its_habit_allows(options: PollerOptions) -> None:
    hourly = [NOW - timedelta(hours=hour) for hour in range(1, 9)]
    assert succeeded(NEW, NOW, options, news=hourly, fresh_s=40 * 60).interval_s == 40 * 60
    assert succeeded(NEW, NOW, options, news=hourly, fresh_s=60).interval_basis == "habit"
    ten_years = succeeded(NEW, NOW, options, news=hourly, fresh_s=315_360_000.0)
    assert (ten_years.interval_s, ten_years.interval_basis) == (options.schedule.hint_cap_s, "hint")
    often = [NOW - timedelta(minutes=10 * number) for number in range(1, 9)]
    wordpress = dataclasses.replace(NEW, hint_s=HOUR)
    assert succeeded(wordpress, NOW, options, news=often).interval_s == 10 * 60  # "hourly" it says, and brings news every ten minutes
    assert succeeded(wordpress, NOW, options).interval_s == HOUR  # nothing else is known yet


def test_failures_wait_longer_each_time_and_any_success_ends_it(options: PollerOptions) -> None:
    state, waits = NEW, []
    for _ in range(20):
        state = failed(state, NOW, options, reason="status: HTTP 404")
        waits.append(wait(state, NOW))
    assert waits[:3] == [pytest.approx(options.min_interval_s * factor, rel=0.11) for factor in (1, 2, 4)]
    assert waits[-1] == options.max_interval_s
    assert (state.failures, state.last_reason) == (20, "status: HTTP 404")
    healed = succeeded(state, NOW, options)
    assert (healed.failures, healed.last_reason, wait(healed, NOW) < HOUR) == (0, None, True)


@pytest.mark.parametrize("reason", ["dns: temporary: no answer", "unreachable: no route", "proxy: refused"])
def test_an_outage_of_our_own_network_does_not_keep_feeds_away_for_long(options: PollerOptions, reason: str) -> None:
    state = dataclasses.replace(NEW, interval_s=DAY)
    for _ in range(20):
        state = failed(state, NOW, options, reason=reason)
    assert wait(state, NOW) <= options.schedule.outage_cap_s * 1.1


@pytest.mark.parametrize(("after", "at_least", "at_most"), [(5_000, 5_000, 5_500), (0, 300, 331), (1e11, DAY, DAY)])
def test_what_a_server_asks_is_waited_for_within_reason(options: PollerOptions, after: float, at_least: float, at_most: float) -> None:
    assert at_least <= wait(failed(NEW, NOW, options, reason="status: HTTP 429", after=after), NOW) <= at_most


def test_an_address_that_is_gone_by_accident_is_asked_again_and_one_that_stays_so_is_not(options: PollerOptions) -> None:
    def refuse(state: FeedState, *hours: float) -> FeedState:
        for hour in hours:
            state = gone(state, NOW + timedelta(hours=hour), options, reason="gone: HTTP 410")
        return state

    weekend = refuse(NEW, 0, 1, 20, 40, 60, 71)
    assert not weekend.retired
    assert refuse(weekend, 73).retired
    assert not refuse(NEW, 0, 100).retired  # said twice only
    failing_between = failed(weekend, NOW + timedelta(hours=72), options, reason="timeout: no answer")
    assert refuse(failing_between, 73).retired
    back = succeeded(weekend, NOW + timedelta(hours=72), options)
    assert not refuse(back, 73, 90, 100).retired
    assert not succeeded(refuse(weekend, 73), NOW + timedelta(hours=99), options).retired  # asked by hand, and there again


def test_feeds_that_start_together_drift_apart(options: PollerOptions) -> None:
    """Whether they succeed or fail, and each time otherwise."""
    feeds = [dataclasses.replace(NEW, feed_id=content_id(str(number))) for number in range(300)]
    for step in (lambda state: succeeded(state, NOW, options), lambda state: failed(state, NOW, options, reason="timeout: x")):
        waits = [wait(step(state), NOW) for state in feeds]
        buckets = [sum(300 + 3 * number <= one < 303 + 3 * number for one in waits) for number in range(10)]
        assert sum(buckets) == 300
        assert max(buckets) < 60  # a tenth of them each, give or take chance
    again = NOW + timedelta(hours=1)
    first = [wait(succeeded(state, NOW, options), NOW) for state in feeds]
    second = [wait(succeeded(state, again, options), again) for state in feeds]
    assert sum(abs(one - other) < 0.5 for one, other in zip(first, second, strict=True)) < 30


def test_not_modified_is_believed_within_a_feeds_habit(options: PollerOptions) -> None:
    hourly = dataclasses.replace(NEW, gap_s=HOUR, last_new_item=NOW, last_whole=NOW)
    checks, state = list[float](), hourly
    for minutes in range(0, 60 * 24 * 21, 10):
        now = NOW + timedelta(minutes=minutes)
        if wants_whole(state, now, options):
            checks.append(minutes / 60)
            state = dataclasses.replace(state, last_whole=now)
    assert checks[0] == 4
    assert all(later >= 1.9 * earlier for earlier, later in pairwise(checks[:6]))
    assert max(later - earlier for earlier, later in pairwise(checks)) <= 7 * 24
    assert wants_whole(dataclasses.replace(NEW, last_whole=NOW), NOW + timedelta(days=7), options)  # whatever its habit
    assert not wants_whole(NEW, NOW, options)


def test_validators_that_lied_are_never_shown_again(options: PollerOptions) -> None:
    assert wants_whole(dataclasses.replace(NEW, validators_lie=True, last_whole=NOW), NOW, options)


def test_silence_is_measured_by_habit(options: PollerOptions) -> None:
    hourly = dataclasses.replace(NEW, gap_s=HOUR, last_new_item=NOW)
    assert [is_silent(hourly, NOW + timedelta(hours=hours), 4) for hours in (3, 5)] == [False, True]
    assert not is_silent(NEW, NOW + timedelta(days=99), 4)


def test_a_permanent_redirect_moves_a_feed_once_it_has_held(options: PollerOptions) -> None:
    there, elsewhere = "https://new.example/feed", "https://maintenance.example/"

    def after(targets: Sequence[tuple[float, str | None]], state: FeedState = NEW) -> FeedState:
        for hours, to in targets:
            state = succeeded(state, NOW + timedelta(hours=hours), options, moved_to=to)
        return state

    assert after([(hours, there) for hours in range(0, 70, 10)]).url == NEW.url
    moved = after([(hours, there) for hours in range(0, 81, 10)])
    assert (moved.url, moved.move, moved.feed_id) == (there, None, NEW.feed_id)
    assert after([(0, there), (80, there)]).url == NEW.url  # two polls only
    assert after([(0, there), (30, None), (60, there), (80, there), (100, there)]).url == NEW.url  # taken back meanwhile
    assert after([(0, there), (60, elsewhere), (80, there), (100, there)]).url == NEW.url
    state = after([(0, there), (30, there)])
    state = failed(state, NOW + timedelta(hours=40), options, reason="timeout: x")
    assert after([(80, there)], state).url == there


def test_a_feed_whose_new_address_fails_goes_back_to_the_listed_one(options: PollerOptions) -> None:
    moved = dataclasses.replace(NEW, url="https://new.example/feed", etag='"v1"', body_hash="x")
    for count in range(1, 6):
        moved = back_where_listed(failed(moved, NOW, options, reason="status: HTTP 404"), NEW.url, options)
        assert moved.url == ("https://new.example/feed" if count < options.schedule.move_back_failures else NEW.url)
    assert (moved.etag, moved.body_hash) == (None, None)
    moved = dataclasses.replace(NEW, url="https://new.example/feed", failures=50)
    assert back_where_listed(failed(moved, NOW, options, reason="dns: temporary: x"), NEW.url, options).url == moved.url
