"""Changes: which items of a document are new or edited since the last one, and the articles made of them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import datetime

from dateline.poller.articles import make_article
from dateline.poller.feeds import FeedState, SeenItem, remembered
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
    items = identify(feed.feed_id, parsed.items, state.seen)
    unread = [not (it.known and it.known.delivered and it.known.item_hash == it.item_hash) for it in items]
    turns = asyncio.Semaphore(options.per_host)  # so that one feed of many hosts does not take every connection

    clock = asyncio.get_running_loop().time
    until = clock() + options.pages_patience_s

    async def page(found: Identified) -> Page:
        async with turns:
            wanted = feed.page_text and clock() < until
            return await visit(found.item.url, fetcher=fetcher, read=read, options=options) if wanted else Page()

    pages = apart(await asyncio.gather(*(page(it) if wanted else _nothing() for it, wanted in zip(items, unread, strict=True))))
    articles: list[Article] = []
    here: dict[str, SeenItem] = {}
    for it, wanted, own_page in reversed(list(zip(items, unread, pages, strict=True))):
        claims, known = it.claims.packed(), it.known
        if known and not wanted:
            here[it.article_id] = known if known.claims == claims else dataclasses.replace(known, claims=claims)
            continue
        first_seen = known.first_seen if known else now
        version = known.version if known else 1
        article = make_article(it, feed, parsed.title, own_page, version=version, first_seen=first_seen, now=now, options=options)
        content_hash = article.content_hash or ""
        if known and known.content_hash != content_hash:
            article = dataclasses.replace(article, version=version + 1)
        if known is None or not known.delivered or known.content_hash != content_hash:
            articles.append(article)
        here[it.article_id] = SeenItem(
            article_id=it.article_id,
            item_hash=it.item_hash,
            content_hash=content_hash,
            version=article.version,
            first_seen=first_seen,
            claims=claims,
        )
    return articles, _remember(state, here, remembered(max(state.longest, len(here)), options))


def _remember(state: FeedState, here: Mapping[str, SeenItem], limit: int) -> dict[str, SeenItem]:
    """The seen table after this document: its items last, the longest unseen ones first and forgotten first."""
    earlier = {item.article_id: item for item in state.seen.values() if item.article_id not in here}
    together = [*earlier.items(), *here.items()]
    return dict(together[-limit:])


async def _nothing() -> Page:
    return Page()
