"""How late items are found, and what that costs in polls: feeds of several habits, ninety days of each, on a clock of its own.

    python benchmarks/poll_schedule.py

Beside the schedule in use stand three others: half the usual gap, without the root; halving the interval after news and lengthening it
by half after none (Dateline's first); and an hour whatever happens (miniflux's default). Delays are from an item's publication to the
poll that finds it.
"""

from __future__ import annotations

import dataclasses
import random
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from dateline.codec import content_id
from dateline.poller import FeedState, PollerOptions
from dateline.poller.schedule import succeeded
from dateline.settings import load

START = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 90
Next = Callable[[FeedState, datetime, list[datetime]], FeedState]


def steady(gap_s: float, dice: random.Random) -> Iterator[datetime]:
    """Items at random moments, so far apart on average."""
    now = START
    while True:
        now += timedelta(seconds=dice.expovariate(1 / gap_s))
        yield now


def by_day(dice: random.Random) -> Iterator[datetime]:
    """A newsroom: one in twenty minutes from six to ten in the evening, at weekends one in an hour, none at night."""
    for item in steady(20 * 60, dice):
        if 6 <= item.hour < 22 and (item.weekday() < 5 or dice.random() < 1 / 3):
            yield item


def in_batches(dice: random.Random) -> Iterator[datetime]:
    """A digest: ten items within a minute, each morning about seven."""
    for day in range(DAYS):
        batch = START + timedelta(days=day, hours=7, seconds=dice.uniform(-600, 600))
        yield from sorted(batch + timedelta(seconds=dice.uniform(0, 60)) for _ in range(10))


def breaking(dice: random.Random) -> Iterator[datetime]:
    """Two items a day, and on every tenth day one in five minutes for six hours."""
    quiet, now = steady(12 * 3600, dice), START
    live = [START + timedelta(days=day, hours=10, minutes=minutes) for day in range(5, DAYS, 10) for minutes in range(0, 360, 5)]
    while now < START + timedelta(days=DAYS):
        now = next(quiet)
        while live and live[0] < now:
            yield live.pop(0)
        yield now


HABITS: dict[str, Callable[[random.Random], Iterator[datetime]]] = {
    "every 10 min": lambda dice: steady(600, dice),
    "every hour": lambda dice: steady(3600, dice),
    "every 6 hours": lambda dice: steady(6 * 3600, dice),
    "every day": lambda dice: steady(86_400, dice),
    "newsroom": by_day,
    "morning digest": in_batches,
    "breaking now and then": breaking,
}


def live(next_state: Next, items: Iterator[datetime]) -> tuple[float, list[float]]:
    """Polls a day, and each item's delay in seconds. The first three days are for learning and not counted."""
    state = FeedState(feed_id=content_id("feed"), url="https://feed.example/")
    now, end, counted = START + timedelta(days=1), START + timedelta(days=DAYS), START + timedelta(days=4)
    polls, delays, coming = 0, list[float](), next(items)
    while now < end:
        found = []
        while coming <= now:
            found.append(coming)
            coming = next(items, end + timedelta(days=999))
        if now >= counted:
            polls += 1
            delays += [(now - item).total_seconds() for item in found if item >= counted]
        state = next_state(state, now, found)
        assert state.next_poll is not None
        now = state.next_poll
    return polls / (DAYS - 4), delays


def schedules(options: PollerOptions) -> dict[str, Next]:
    def halving(state: FeedState, now: datetime, found: list[datetime]) -> FeedState:
        wanted = state.interval_s / 2 if found else state.interval_s * 1.5
        interval = min(max(wanted, options.min_interval_s), options.max_interval_s)
        return dataclasses.replace(state, interval_s=interval, next_poll=now + timedelta(seconds=interval))

    no_root = dataclasses.replace(options, schedule=dataclasses.replace(options.schedule, root_s=1e12))
    return {
        "in use": lambda state, now, found: succeeded(state, now, options, news=found or None),
        "half gap": lambda state, now, found: succeeded(state, now, no_root, news=found or None),
        "halving": halving,
        "hourly": lambda state, now, _: dataclasses.replace(state, next_poll=now + timedelta(hours=1)),
    }


def main() -> None:
    print(f"{'':22}{'':10}  polls/day   delay: median    mean     p95 (minutes)")
    together: dict[str, list[tuple[float, float]]] = {}
    for habit, items in HABITS.items():
        for name, next_state in schedules(load().poller).items():
            polls, delays = live(next_state, items(random.Random(1)))
            minutes = [delay / 60 for delay in delays]
            together.setdefault(name, []).append((polls, statistics.mean(minutes)))
            late = statistics.quantiles(minutes, n=20)[-1]
            print(f"{habit:22}{name:10}{polls:11.1f}{statistics.median(minutes):17.0f}{statistics.mean(minutes):8.0f}{late:8.0f}")
    for name, figures in together.items():
        polls, delay = (statistics.mean(column) for column in zip(*figures, strict=True))
        print(f"{'a feed of each':22}{name:10}{polls:11.1f}{'':17}{delay:8.0f}")


if __name__ == "__main__":
    main()
