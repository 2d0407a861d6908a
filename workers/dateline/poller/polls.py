"""One poll of one feed: fetch, parse, tell new and edited items from known ones, read their pages, make articles.

A step without memory of its own: what it knows comes in as a FeedState and leaves as one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dateline.poller.changes import read_changes
from dateline.poller.feeds import FeedState, as_listed, asked_at
from dateline.poller.fetching import Busy, Fetched, Fetcher, Gone, NotModified, Outcome, Retry, moved_to
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.parsing import Unreadable
from dateline.poller.reading import Reader
from dateline.poller.schedule import back_where_listed, failed, gone, postponed, succeeded, wants_whole
from dateline.poller.visits import VisitOutcome
from dateline.poller.websub import offered
from dateline.records import Article

PollOutcome = Literal["news", "unchanged", "not_modified", "failed", "gone", "postponed"]
Cause = Literal["poll", "push", "hub"]
"""What a result comes of: a poll, a document that a hub pushed, or what we agreed with a hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll or push found: articles to deliver, oldest first, and the state to save after they are delivered."""

    outcome: PollOutcome
    cause: Cause = "poll"
    articles: tuple[Article, ...]
    state: FeedState
    pages: Mapping[VisitOutcome, int] = field(default_factory=dict)  # of items, that were asked for
    answer: Outcome | None = None  # of the feed's server, with the redirects on the way to it; None of a push


Step = Callable[[Feed, FeedState], Awaitable[PollResult]]
"""What is done with a feed: `poll`, or `read_push`, with all but feed and state filled in."""


async def poll(feed: Feed, state: FeedState | None, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime) -> PollResult:
    """Ask the feed once. Never raises for anything its server does: a failure is an outcome, with its reason in the state."""
    state = as_listed(feed, state)
    whole = wants_whole(state, now, options)
    etag, last_modified = (None, None) if whole else (state.etag, state.last_modified)
    got = await fetcher.fetch(state.url, max_bytes=options.max_feed_bytes, etag=etag, last_modified=last_modified)
    match got:
        case NotModified():
            after = succeeded(state, now, options, fresh_s=got.fresh_s, moved_to=moved_to(state.url, got.hops))
            result = PollResult(outcome="not_modified", articles=(), state=after)
        case Gone(reason):
            result = PollResult(outcome="gone", articles=(), state=gone(state, now, options, reason=reason))
        case Busy(_, wait):
            result = PollResult(outcome="postponed", articles=(), state=postponed(state, now, options, after=wait))
        case Retry(reason, wait):
            result = PollResult(outcome="failed", articles=(), state=failed(state, now, options, reason=reason, after=wait))
        case Fetched():
            # A feed's server may show a page for an hour: what that names is not this feed
            follow = state.last_success is None or state.failures >= options.schedule.move_back_failures
            result = await _read_body(feed, state, got, fetcher=fetcher, read=read, options=options, now=now, may_follow=follow)
            if result.outcome == "news" and await _was_lied_to(state, got, fetcher, options, asked_whole=whole):
                result = dataclasses.replace(result, state=dataclasses.replace(result.state, validators_lie=True))
    after = back_where_listed(result.state, feed.url, options)
    return dataclasses.replace(result, answer=got, state=after)


async def _read_body(
    feed: Feed, state: FeedState, got: Fetched, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime, may_follow: bool
) -> PollResult:
    """What a feed's document brings, and the state after it; of a web page, if it `may_follow`, the feed that the page names."""
    body_hash = hashlib.sha256(got.body).hexdigest()[:24]
    answered = dataclasses.replace(state, etag=got.etag, last_modified=got.last_modified, body_hash=body_hash, last_whole=now)
    to = moved_to(state.url, got.hops)
    if body_hash == state.body_hash:
        return PollResult(outcome="unchanged", articles=(), state=succeeded(answered, now, options, fresh_s=got.fresh_s, moved_to=to))
    found = await read_changes(feed, state, got, fetcher=fetcher, read=read, options=options, now=now)
    if isinstance(found, Unreadable):
        if found.feeds and may_follow:
            return await _read_named(feed, state, found, fetcher=fetcher, read=read, options=options, now=now)
        return PollResult(outcome="failed", articles=(), state=failed(state, now, options, reason=found.reason))
    told = found.document.feed
    push = offered(state.push, (*got.hubs, *told.hubs), got.self_url or told.self_url or state.url)
    longest = max(state.longest, found.document.count)
    answered = dataclasses.replace(answered, seen=found.seen, longest=longest, push=push, hint_s=told.hint_s)
    after = succeeded(answered, now, options, news=found.news, fresh_s=got.fresh_s, moved_to=to)
    if found.pages_left:
        after = dataclasses.replace(after, etag=None, last_modified=None, body_hash=None)
    return PollResult(outcome="news" if found.articles else "unchanged", articles=found.articles, state=after, pages=found.pages)


async def _read_named(
    feed: Feed, state: FeedState, page: Unreadable, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime
) -> PollResult:
    """The first feed that a page names, in its place: asked there from now on if it can be read."""
    there = asked_at(state, page.feeds[0].url)
    got = await fetcher.fetch(there.url, max_bytes=options.max_feed_bytes)
    if isinstance(got, Fetched):
        result = await _read_body(feed, there, got, fetcher=fetcher, read=read, options=options, now=now, may_follow=False)
        if result.outcome != "failed":
            return result
        why = result.state.last_reason
    else:
        why = got.reason if isinstance(got, Retry | Gone | Busy) else "not modified, though nothing was known of it"
    reason = f"{page.reason}; there: {why}"[:300]
    return PollResult(outcome="failed", articles=(), state=failed(state, now, options, reason=reason))


async def _was_lied_to(state: FeedState, got: Fetched, fetcher: Fetcher, options: PollerOptions, *, asked_whole: bool) -> bool:
    """Whether the validators that we had were repeated for a document with news in it, or "not modified" is still said of them."""
    if state.validators_lie or not (state.etag or state.last_modified):
        return state.validators_lie
    told, had = (got.etag, state.etag) if got.etag or state.etag else (got.last_modified, state.last_modified)
    if told == had:
        return True
    if not asked_whole:
        return False
    again = await fetcher.fetch(state.url, max_bytes=options.max_feed_bytes, etag=state.etag, last_modified=state.last_modified)
    return isinstance(again, NotModified)
