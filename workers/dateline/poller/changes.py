"""Changes: which items of a document are new or edited since the last one, and the articles made of them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dateline.codec import content_id
from dateline.poller.articles import make_article
from dateline.poller.feeds import FeedState, SeenItem
from dateline.poller.fetching import Fetcher
from dateline.poller.identity import Identified, identify
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page
from dateline.poller.parsing import ParsedFeed
from dateline.poller.reading import Reader
from dateline.poller.visits import apart, visit
from dateline.records import Article


async def changes(
    feed: Feed, state: FeedState, parsed: ParsedFeed, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime
) -> tuple[list[Article], dict[str, SeenItem]]:
    """The articles of new and edited items, oldest first, and the table of seen items with them."""
    items = _recall(feed, state, identify(feed.feed_id, parsed.items))
    hashes = [content_id(it.found.item.title, it.found.item.summary, it.found.item.text) for it in items]
    unread = [
        not (it.known and it.known.delivered and it.known.item_hash == item_hash) for it, item_hash in zip(items, hashes, strict=True)
    ]
    turns = asyncio.Semaphore(options.per_host)  # so that one feed of many hosts does not take every connection

    async def page(item: Identified) -> Page:
        async with turns:
            return await visit(item.item.url, fetcher=fetcher, read=read, options=options) if feed.page_text else Page()

    pages = apart(await asyncio.gather(*(page(it.found) if wanted else _nothing() for it, wanted in zip(items, unread, strict=True))))
    articles: list[Article] = []
    here: dict[str, SeenItem] = {}
    for it, item_hash, wanted, own_page in reversed(list(zip(items, hashes, unread, pages, strict=True))):
        if it.known and not wanted:
            here[it.found.key] = it.known
            continue
        known, first_seen = it.known, it.known.first_seen if it.known else now
        article = make_article(
            it.found, feed, parsed.title, own_page, version=known.version if known else 1, first_seen=first_seen, now=now, options=options
        )
        content_hash = article.content_hash or ""
        if known and known.content_hash != content_hash:
            article = dataclasses.replace(article, version=known.version + 1)
        if known is None or not known.delivered or known.content_hash != content_hash:
            articles.append(article)
        here[it.found.key] = SeenItem(
            article_id=article.article_id, item_hash=item_hash, content_hash=content_hash, version=article.version, first_seen=first_seen
        )
    return articles, _remember(state, here, options.max_seen_items)


@dataclass(frozen=True, slots=True)
class _Recalled:
    """An item of this document, and what is known of it from earlier polls."""

    found: Identified
    known: SeenItem | None


def _recall(feed: Feed, state: FeedState, items: Sequence[Identified]) -> list[_Recalled]:
    """Match items to known ones: by key, else by article, for some feeds give an edited article a new guid."""
    in_document = {state.seen[found.key].article_id for found in items if found.key in state.seen}
    by_article = {known.article_id: known for known in state.seen.values()}
    recalled = []
    for found in items:
        known = state.seen.get(found.key)
        if known is None and found.article_id in in_document:  # another item of this document has this article: not the same one
            found = dataclasses.replace(found, article_id=content_id("article", feed.feed_id, found.key))
        elif known is None:
            known = by_article.get(found.article_id)
        if known:
            found = dataclasses.replace(found, article_id=known.article_id)
        recalled.append(_Recalled(found, known))
    return recalled


def _remember(state: FeedState, here: dict[str, SeenItem], limit: int) -> dict[str, SeenItem]:
    """The seen table after this document: its items last, the longest unseen ones first and forgotten first."""
    articles = {item.article_id for item in here.values()}
    earlier = {key: item for key, item in state.seen.items() if key not in here and item.article_id not in articles}
    together = [*earlier.items(), *here.items()]
    return dict(together[-limit:])


async def _nothing() -> Page:
    return Page()
