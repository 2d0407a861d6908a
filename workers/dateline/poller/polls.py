"""One poll of one feed: fetch, parse, tell new and edited items from known ones, read their pages, make articles.

A step without memory of its own: what it knows comes in as a FeedState and leaves as one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dateline.poller.articles import make_article
from dateline.poller.changes import changes
from dateline.poller.feeds import FeedState, failed, postponed, retired, succeeded
from dateline.poller.fetching import Busy, Fetched, Fetcher, Gone, NotModified, Retry
from dateline.poller.identity import identify
from dateline.poller.opml import Feed
from dateline.poller.opml import feed as make_feed
from dateline.poller.options import PollerOptions
from dateline.poller.pages import read_page
from dateline.poller.parsing import Item, Unreadable, parse_feed
from dateline.poller.reading import Reader
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


async def poll(feed: Feed, state: FeedState | None, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime) -> PollResult:
    """Ask the feed once. Never raises for anything its server does: a failure is an outcome, with its reason in the state."""
    state = state or FeedState(feed_id=feed.feed_id, url=feed.url)
    got = await fetcher.fetch(state.url, max_bytes=options.max_feed_bytes, etag=state.etag, last_modified=state.last_modified)
    match got:
        case NotModified():
            return PollResult(outcome="not_modified", articles=(), state=succeeded(state, now, options, news=False))
        case Gone(reason):
            return PollResult(outcome="gone", articles=(), state=retired(state, now, reason))
        case Busy(reason, after):
            return PollResult(outcome="postponed", articles=(), state=postponed(state, now, after=after))
        case Retry(reason, after):
            return PollResult(outcome="failed", articles=(), state=failed(state, now, options, reason=reason, after=after))
        case Fetched():
            return await read_body(feed, state, got, fetcher=fetcher, read=read, options=options, now=now)


async def read_body(
    feed: Feed, state: FeedState, got: Fetched, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime
) -> PollResult:
    """What a feed's document brings, however it came: answered to a poll or pushed by a hub. A pushed one has no validators, so the
    next poll asks without."""
    body_hash = hashlib.sha256(got.body).hexdigest()[:24]
    answered = dataclasses.replace(state, etag=got.etag, last_modified=got.last_modified, body_hash=body_hash)
    if body_hash == state.body_hash:
        return PollResult(outcome="unchanged", articles=(), state=succeeded(answered, now, options, news=False))
    parsed = await read(parse_feed, got.body, got.url, got.content_type, options.max_items, options.max_text_chars)
    if isinstance(parsed, Unreadable):
        return PollResult(outcome="failed", articles=(), state=failed(state, now, options, reason=parsed.reason))
    articles, seen = await changes(feed, state, parsed, fetcher=fetcher, read=read, options=options, now=now)
    push = offered(state.push, (*got.hubs, *parsed.hubs), got.self_url or parsed.self_url or state.url)
    after = succeeded(dataclasses.replace(answered, seen=seen, push=push), now, options, news=bool(articles))
    return PollResult(outcome="news" if articles else "unchanged", articles=tuple(articles), state=after)


class UnreadablePageError(ValueError):
    """No article can be read at this address; the message says why."""


async def read_article(url: str, fetcher: Fetcher, options: PollerOptions, now: datetime) -> Article:
    """The article at one address, outside any feed. It reads in this process: one page that somebody asked for by hand."""
    got = await fetcher.fetch(url, max_bytes=options.max_page_bytes)
    if not isinstance(got, Fetched):
        raise UnreadablePageError(f"{url}: {got.reason if isinstance(got, Retry | Gone | Busy) else 'no page'}")
    page = read_page(got.body, got.content_type, got.url, options.max_text_chars)
    if not page.text:
        raise UnreadablePageError(f"{url}: no article text on this page" + (f", but a wall: {page.wall}" if page.wall else ""))
    site = make_feed(got.url)
    item = Item(
        guid=None,
        url=got.url,
        title=None,
        summary=None,
        text="",
        published=None,
        updated=None,
        authors=(),
        tags=(),
        language=None,
        source=None,
    )
    found = identify(site.feed_id, [item])[0]
    article = make_article(found, site, None, page, version=1, first_seen=now, now=now, options=options)
    return dataclasses.replace(article, feed_id=None)
