"""Pushes: what a document brings that a hub sent, beside the polls of the same feed."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

from dateline.poller.changes import read_changes
from dateline.poller.feeds import FeedState, remembered
from dateline.poller.fetching import Fetched, Fetcher
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.parsing import Unreadable
from dateline.poller.polls import PollOutcome, PollResult
from dateline.poller.reading import Reader
from dateline.poller.schedule import brought


async def read_push(
    feed: Feed, state: FeedState, got: Fetched, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime
) -> PollResult:
    """What a pushed document brings: the whole feed, or only what is new in it, so that what it lacks is not gone.

    It says nothing of how polls go, only how often the feed has news. But what it brought makes the last poll's validators those of
    an earlier document: they are forgotten, else a feed that goes back to that document would seem unchanged. An unreadable one is a
    reason to poll soon.
    """
    push = state.push
    found = await read_changes(feed, state, got, fetcher=fetcher, read=read, options=options, now=now)
    if isinstance(found, Unreadable):
        return PollResult(outcome="failed", cause="push", articles=(), state=poll_soon(state, now, options))
    if push:
        push = dataclasses.replace(push, last_push=now, pushed=push.pushed + len(found.articles))
    after = dataclasses.replace(state, seen=found.seen, longest=max(state.longest, found.document.count), push=push)
    if found.news is not None:
        after = brought(after, found.news, now, options)
    if not found.articles and not found.pages_left:
        return PollResult(outcome="unchanged", cause="push", articles=(), state=after, pages=found.pages)
    after = dataclasses.replace(after, etag=None, last_modified=None, body_hash=None)
    if push and push.pushed > remembered(after.longest, options) - after.longest:  # more might push out what the feed still holds
        after = poll_soon(after, now, options)
    outcome: PollOutcome = "news" if found.articles else "unchanged"
    return PollResult(outcome=outcome, cause="push", articles=found.articles, state=after, pages=found.pages)


def poll_soon(state: FeedState, now: datetime, options: PollerOptions) -> FeedState:
    """Something was pushed that we could not take: the next poll is now, or as soon as politeness allows."""
    if state.failures or state.next_poll is None:  # it is waited for a server in trouble; or it is due anyway
        return state
    polite = state.last_polled + timedelta(seconds=options.min_interval_s) if state.last_polled else now
    return dataclasses.replace(state, next_poll=min(state.next_poll, max(now, polite)))
