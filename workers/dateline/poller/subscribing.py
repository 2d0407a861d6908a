"""Subscribing: what a feed's state becomes as its hub is asked and answers, and how far its polls may slow while pushes come."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from dateline.poller.feeds import FeedState
from dateline.poller.options import PollerOptions
from dateline.poller.schedule import jittered, spread
from dateline.poller.websub import Subscription, WebSubOptions, alive, asked, due, overdue, refused, verified


def attended(state: FeedState, push: Subscription, mark: str, now: datetime, options: WebSubOptions) -> tuple[FeedState, bool]:
    """What follows once something is due, and whether the hub is to be asked now. Asked is said before: hubs verify at once."""
    if due(push, mark) > now:
        return state, False
    ours = push.mark == mark
    if ours and (reason := overdue(push, now)):
        return refused_to(state, push, reason, now, options), False
    if ours and push.next_request and push.next_request > now:  # only the lease has ended
        return _with(state, dataclasses.replace(push, until=None)), False
    return _with(state, asked(push, mark, now, options)), True


def refused_to(
    state: FeedState, push: Subscription, reason: str, now: datetime, options: WebSubOptions, *, ended: bool = False
) -> FeedState:
    """After the hub could not be asked, said no or never verified; with `ended` its lease is over too."""
    return _with(state, refused(push, reason, now, options, spread=spread(state.feed_id), ended=ended))


def verified_to(state: FeedState, push: Subscription, hub: str, lease_s: int | None, now: datetime, options: WebSubOptions) -> FeedState:
    """After the hub verified."""
    return dataclasses.replace(state, push=verified(push, hub, lease_s, now, options, spread=spread(state.feed_id)))


def slowed(state: FeedState, mark: str, now: datetime, options: PollerOptions) -> FeedState:
    """After a poll: the next one is only the net below pushes, where a lease runs and pushes bring all that is new."""
    push = state.push
    if push is None:
        return state
    if state.failures or state.next_poll is None or not push.trusted or not alive(push, mark, now):
        return dataclasses.replace(state, push=dataclasses.replace(push, usual_poll=None))
    net = now + timedelta(seconds=jittered(min(options.websub.net_interval_s, options.max_interval_s), state.feed_id, now))
    return dataclasses.replace(state, next_poll=max(net, state.next_poll), push=dataclasses.replace(push, usual_poll=state.next_poll))


def quickened(state: FeedState) -> FeedState:
    """When pushes may have been missed, because the lease ended or nobody listened: the next poll is when it would be without them."""
    push = state.push
    if push is None or push.usual_poll is None or state.next_poll is None:
        return state
    return dataclasses.replace(state, next_poll=min(state.next_poll, push.usual_poll), push=dataclasses.replace(push, usual_poll=None))


def _with(state: FeedState, push: Subscription) -> FeedState:
    after = dataclasses.replace(state, push=push)
    return after if push.until else quickened(after)
