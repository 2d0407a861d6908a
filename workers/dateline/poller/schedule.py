"""When a feed is asked again, and how: from a state, an answer and the time to the next state, nothing else.

How far news are apart in a feed is learnt from when they came (`gap_s`). It is asked at least twice in that time, and in proportion to
its root: of all ways to share out polls among feeds of several habits, that one leaves their items waiting least. While nothing comes,
the silence counts as the gap. What its publisher says of caching is a floor, as far as the feed's own habit does not give it the lie.
A failure waits longer each time, but never for ever: only an address that was said to be gone, again and again for days, is not asked
any more.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from dateline.poller.feeds import Absence, FeedState, IntervalBasis, Move, asked_at
from dateline.poller.fetching.failures import OURS
from dateline.poller.options import PollerOptions
from dateline.poller.websub import compared

_START: IntervalBasis = "start"
_HABIT: IntervalBasis = "habit"
_SILENCE: IntervalBasis = "silence"
_LONGEST_GAP_S = 400 * 86_400.0  # between items of what is still called a feed


def succeeded(
    state: FeedState,
    now: datetime,
    options: PollerOptions,
    *,
    news: Iterable[datetime] | None = None,
    fresh_s: float | None = None,
    moved_to: str | None = None,
) -> FeedState:
    """After an answer. `news` are the dates of what it brought that was new, None when nothing was; `fresh_s` is how long its server
    said that it stays as it is, `moved_to` where its address moved for good."""
    if news is not None:
        state = brought(state, news, now, options)
    state = _moved(state, moved_to, now, options)
    interval, basis = _interval(state, now, options, fresh_s)
    return dataclasses.replace(
        state,
        interval_s=interval,
        interval_basis=basis,
        next_poll=_after(state, now, interval, options),
        failures=0,
        last_reason=None,
        last_polled=now,
        last_success=now,
        retired=False,
        absence=None,
        push=compared(state.push, news=news is not None),
    )


def brought(state: FeedState, news: Iterable[datetime], now: datetime, options: PollerOptions) -> FeedState:
    """After something new came, polled or pushed: what that says of the feed's habit. `news` are its dates, where it has any."""
    return dataclasses.replace(state, gap_s=_learnt(state, news, now, options), last_new_item=now)


def failed(state: FeedState, now: datetime, options: PollerOptions, *, reason: str, after: float | None = None) -> FeedState:
    """After a failure: doubling waits, and at least what the server asked for, up to the longest interval.

    What is the fault of our own network is tried again within `schedule.outage_cap_s`, or an outage of hours here would keep all
    feeds away for a day.
    """
    failures = state.failures + 1
    wait = max(options.min_interval_s * 2.0 ** min(failures - 1, 20), state.interval_s)
    if reason.startswith(OURS):
        wait = min(wait, options.schedule.outage_cap_s)
    wait = min(max(wait, options.min_interval_s), options.max_interval_s)
    next_poll = _after(state, now, wait, options)
    if after is not None:
        next_poll = max(next_poll, _after(state, now, after, options))
    return dataclasses.replace(state, next_poll=next_poll, failures=failures, last_reason=reason, last_polled=now)


def gone(state: FeedState, now: datetime, options: PollerOptions, *, reason: str) -> FeedState:
    """After the server said that the feed is gone for good: a failure as others, until it has said so often enough for days.

    Servers say it by accident too, for hours of maintenance or a weekend of a wrong configuration. Any success takes it back.
    """
    absence = state.absence or Absence(since=now, answers=0)
    absence = dataclasses.replace(absence, answers=absence.answers + 1)
    enough = absence.answers >= options.schedule.gone_answers
    over = enough and now - absence.since >= timedelta(seconds=options.schedule.gone_after_s)
    return dataclasses.replace(failed(state, now, options, reason=reason), absence=absence, retired=over)


def postponed(state: FeedState, now: datetime, options: PollerOptions, *, after: float) -> FeedState:
    """After it was not asked, for its host was busy: its turn is when the host's is."""
    wait = min(max(after, 1.0), options.max_interval_s)
    return dataclasses.replace(state, next_poll=now + timedelta(seconds=jittered(wait, state.feed_id, now)))


def back_where_listed(state: FeedState, listed: str, options: PollerOptions) -> FeedState:
    """After the address to which a feed moved has failed for some time, and not by our fault, the one on the list is asked again."""
    failing = state.failures >= options.schedule.move_back_failures and not (state.last_reason or "").startswith(OURS)
    return asked_at(state, listed) if failing else state


def wants_whole(state: FeedState, now: datetime, options: PollerOptions) -> bool:
    """Whether to ask for the whole document, whatever we have: always where validators were found to lie; else now and then, and
    sooner when a feed is silent beyond its habit, for then "not modified" may be a lie. The longer the silence, the more seldom."""
    if state.validators_lie or state.last_whole is None:
        return state.validators_lie
    age, often = (now - state.last_whole).total_seconds(), options.schedule
    silence, gap = _silence(state, now), state.gap_s or often.whole_min_s  # a lie may be why no habit is known
    suspicious = silence >= often.suspicious_gaps * gap and age >= max(often.whole_min_s, silence / 2)
    return suspicious or age >= often.whole_every_s


def is_silent(state: FeedState, now: datetime, gaps: float) -> bool:
    """Whether nothing new came for so many times as long as usual. Never of a feed whose habit is not known."""
    return state.gap_s is not None and _silence(state, now) >= gaps * state.gap_s


def jittered(wait: float, feed_id: str, now: datetime) -> float:
    """Up to a tenth longer, otherwise for each feed and each time, so that feeds that started together drift apart."""
    dice = hashlib.sha256(f"{feed_id} {now.timestamp()}".encode()).digest()
    return wait * (1 + int.from_bytes(dice[:4]) / 0xFFFF_FFFF / 10)


def spread(feed_id: str) -> float:
    """0 to 1, evenly over feeds and the same for one."""
    return int(feed_id[:4], 16) / 0xFFFF


def _after(state: FeedState, now: datetime, wait: float, options: PollerOptions) -> datetime:
    return now + timedelta(seconds=min(jittered(wait, state.feed_id, now), options.max_interval_s))


def _silence(state: FeedState, now: datetime) -> float:
    """Seconds since anything new came."""
    return max(0.0, (now - state.last_new_item).total_seconds()) if state.last_new_item else 0.0


def _interval(state: FeedState, now: datetime, options: PollerOptions, fresh_s: float | None) -> tuple[float, IntervalBasis]:
    """Seconds until the next poll, and which of the grounds decided."""
    often = options.schedule
    wanted, basis = float(options.min_interval_s), _START
    silence = _silence(state, now)
    if state.gap_s is not None or silence:
        gap, basis = max((state.gap_s or 0.0, _HABIT), (silence, _SILENCE))
        wanted = min(gap / often.polls_per_gap, math.sqrt(gap * often.root_s))
    elif state.last_new_item is None:  # never anything in it
        wanted, basis = state.interval_s * 1.5, _SILENCE
    wish = min(max(fresh_s or 0.0, state.hint_s or 0.0), often.hint_cap_s)
    if state.gap_s is not None:
        wish = min(wish, state.gap_s)
    if wish > wanted:
        wanted, basis = wish, "hint"
    if wanted < options.min_interval_s:
        return options.min_interval_s, "floor"
    if wanted > options.max_interval_s:
        return options.max_interval_s, "cap"
    return wanted, basis


def _learnt(state: FeedState, news: Iterable[datetime], now: datetime, options: PollerOptions) -> float | None:
    """The usual gap between news, in seconds: a running geometric mean, so that one night does not outweigh a day's news.

    News that came out within one shortest interval count once: no poll could tell them apart. Those without a date, or with one from
    before the last news, came out now. Of a feed read for the first time the dates tell, and how long ago the latest of them is.
    """
    since, step = state.last_new_item, float(options.min_interval_s)
    moments: list[float] = []
    for moment in sorted(date.timestamp() for date in news if date <= now and (since is None or date > since)):
        if not moments or moment - moments[-1] >= step:
            moments.append(moment)
    if since is None:
        samples = [after - before for before, after in pairwise([*moments, now.timestamp()])]
        if samples and samples[-1] <= max(samples[:-1], default=0):  # since the latest: no gap, for it is not over
            samples.pop()
        if len(moments) < 2:
            samples = []
    else:
        samples = [after - before for before, after in pairwise([since.timestamp(), *(moments or [now.timestamp()])])]
    gap = state.gap_s
    for sample in samples:
        sample = min(max(sample, step), _LONGEST_GAP_S)
        gap = sample if gap is None else gap * (sample / gap) ** options.schedule.habit_weight
    return gap


def _moved(state: FeedState, to: str | None, now: datetime, options: PollerOptions) -> FeedState:
    """A permanent redirect moves a feed once it has held for days: those of maintenance, of a captive portal or of a domain that was
    not paid for do not. Until then it is followed at each poll."""
    if to is None and state.move is None:  # nearly always
        return state
    if to is None or state.move is None or state.move.to != to:
        return dataclasses.replace(state, move=Move(to=to, since=now, polls=1) if to else None)
    move = dataclasses.replace(state.move, polls=state.move.polls + 1)
    held = now - move.since >= timedelta(seconds=options.schedule.move_after_s)
    if held and move.polls >= options.schedule.move_polls:
        return dataclasses.replace(state, url=to, move=None)
    return dataclasses.replace(state, move=move)
