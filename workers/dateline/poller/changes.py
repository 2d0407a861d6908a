"""Changes: which items of a document are new or edited since the last one, and the articles made of them."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dateline.poller.articles import make_article
from dateline.poller.comparing import Document, compare
from dateline.poller.feeds import FeedState, SeenItem, remembered
from dateline.poller.fetching import Fetched, Fetcher
from dateline.poller.identity import Identified
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page
from dateline.poller.parsing import Unreadable
from dateline.poller.reading import Reader
from dateline.poller.visits import Visit, VisitOutcome, apart, visit
from dateline.records import Article


@dataclass(frozen=True, slots=True)
class Changes:
    """What a document brings."""

    document: Document
    articles: tuple[Article, ...]  # of new and edited items, and of those whose page could be read at last; oldest first
    seen: dict[str, SeenItem]  # the table of seen items with them
    news: list[datetime] | None  # stated dates of articles whose items are new or edited; None when none is
    pages: Counter[VisitOutcome]
    pages_left: bool  # some are to be tried again, which the next poll can only with the whole document


async def read_changes(
    feed: Feed, state: FeedState, got: Fetched, *, fetcher: Fetcher, read: Reader, options: PollerOptions, now: datetime
) -> Changes | Unreadable:
    """Read a document and compare it with what is known of the feed. Items that stand in it as they did are not read again.

    An item goes out at once, with the feed's own text where its page can't be had just now. Then the page is tried again at the next
    polls, `page_tries` times in all, and if it has more, that is the next version.
    """
    document = await read(compare, feed.feed_id, state.seen, got.body, got.url, got.content_type, options.max_items, options.max_text_chars)
    if isinstance(document, Unreadable):
        return document
    visits = await _visits(feed, document.fresh.values(), fetcher, read, options)
    pages = apart([visited.page if visited else Page() for visited in visits])
    articles: list[Article] = []
    news: list[Article] = []
    seen_now = dict(document.restated)
    for it, visited, page in reversed(list(zip(document.fresh.values(), visits, pages, strict=True))):
        known = it.known
        first_seen = known.first_seen if known else now
        version = known.version if known else 1
        article = make_article(it, feed, document.feed.title, page, version=version, first_seen=first_seen, now=now, options=options)
        content_hash = article.content_hash or ""
        if known and known.content_hash != content_hash:
            article = dataclasses.replace(article, version=version + 1)
        if known is None or not known.delivered or known.content_hash != content_hash:
            articles.append(article)
            if not it.is_told():
                news.append(article)
        seen_now[it.article_id] = SeenItem(
            article_id=it.article_id,
            item_hash=it.item_hash,
            content_hash=content_hash,
            version=article.version,
            first_seen=first_seen,
            claims=it.claims.packed(),
            page_tries=_tries(it, visited, options),
            mark=it.mark,
        )
    return Changes(
        document=document,
        articles=tuple(articles),
        seen=_remember(state, document, seen_now, options),
        news=_stated_dates(news) if news else None,
        pages=Counter(visited.outcome for visited in visits if visited),
        pages_left=any(item.page_tries for item in seen_now.values()),
    )


def _tries(it: Identified, found: Visit | None, options: PollerOptions) -> int:
    """How often its page was tried, if that is to go on."""
    if found is None or found.outcome != "later":
        return 0
    tries = 1 + (it.known.page_tries if it.known and it.known.item_hash == it.item_hash else 0)
    return tries if tries < options.page_tries else 0


async def _visits(feed: Feed, wanted: Iterable[Identified], fetcher: Fetcher, read: Reader, options: PollerOptions) -> list[Visit | None]:
    """The pages of these items, where they have one that is to be read."""
    turns = asyncio.Semaphore(options.per_host)  # so that one feed of many hosts does not take every connection
    clock = asyncio.get_running_loop().time
    until = clock() + options.pages_patience_s

    async def page(url: str) -> Visit:
        async with turns:
            return await visit(url, fetcher=fetcher, read=read, options=options) if clock() < until else Visit("later")

    urls = [it.item.url if it.item and feed.page_text else None for it in wanted]
    found = iter(await asyncio.gather(*(page(url) for url in urls if url)))
    return [next(found) if url else None for url in urls]


def _stated_dates(articles: Iterable[Article]) -> list[datetime]:
    """When these came out, as far as their publisher says."""
    return [article.published for article in articles if article.published and article.published_basis == "stated"]


def _remember(state: FeedState, document: Document, seen_now: Mapping[str, SeenItem], options: PollerOptions) -> dict[str, SeenItem]:
    """The seen table after this document: its items last, the longest unseen ones first and forgotten first."""
    earlier = {item.article_id: item for item in state.seen.values()}
    here = {article_id: seen_now.get(article_id) or earlier[article_id] for article_id in reversed(document.ids)}
    together = [*((article_id, item) for article_id, item in earlier.items() if article_id not in here), *here.items()]
    return dict(together[-remembered(max(state.longest, len(here)), options) :])
