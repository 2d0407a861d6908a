"""A page outside any feed: one that somebody asked for, or that an archive or a folder holds."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime

from dateline.codec import content_id
from dateline.poller.articles import make_article
from dateline.poller.fetching import Busy, Fetched, Fetcher, Gone, Retry
from dateline.poller.identity import identify
from dateline.poller.opml import feed as make_feed
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page, read_page
from dateline.poller.parsing import Item
from dateline.records import Article

NOWHERE = "http://page.invalid/saved-page"  # of a page that does not say where it is from: RFC 2606 keeps the name free
_HEAD_BYTES = 100_000
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(https?://[^\s>]{1,2000}?)\s*-->", re.IGNORECASE)  # as browsers write
_LINK = re.compile(rb"<link\b[^>]{0,2000}>", re.IGNORECASE)
_CANONICAL = re.compile(rb"\brel\s*=\s*[\"']?canonical\b", re.IGNORECASE)
_ADDRESS = re.compile(rb"\bhref\s*=\s*[\"']?(https?://[^\s\"'>]{1,2000})", re.IGNORECASE)


class UnreadablePageError(ValueError):
    """No article can be read from this page; the message says why."""


async def read_article(url: str, fetcher: Fetcher, options: PollerOptions, now: datetime) -> Article:
    """The article at one address. It reads in this process: one page that somebody asked for by hand. Raises UnreadablePageError."""
    got = await fetcher.fetch(url, max_bytes=options.max_page_bytes)
    if not isinstance(got, Fetched):
        raise UnreadablePageError(f"{url}: {got.reason if isinstance(got, Retry | Gone | Busy) else 'no page'}")
    try:
        return page_article(got.body, got.content_type, got.url, now, now, options)
    except UnreadablePageError as error:
        raise UnreadablePageError(f"{url}: {error}") from error


def saved_article(
    body: bytes, content_type: str | None, url: str | None, seen: datetime | None, now: datetime, options: PollerOptions
) -> Article:
    """The article of a page that was saved: at `url`, else where the page says it is from; seen by whoever saved it then, if known.

    Nothing in it but what the page and these tell (`now` only bounds what dates are believed). Raises UnreadablePageError.
    """
    article = page_article(body, content_type, url or _own_address(body) or NOWHERE, seen or now, now, options)
    if seen is None and article.published_basis == "first_seen":
        article = dataclasses.replace(article, published=None, published_basis=None)
    article = dataclasses.replace(article, fetched=seen)
    if article.url == NOWHERE:
        made_of = content_id("article", "page", article.title, article.text)
        article = dataclasses.replace(article, article_id=made_of, url=None, publisher=None)
    return article


def page_article(body: bytes, content_type: str | None, url: str, first_seen: datetime, now: datetime, options: PollerOptions) -> Article:
    """The article of the page that was found at `url`. Raises UnreadablePageError."""
    page: Page = read_page(body, content_type, url, options.max_text_chars)
    if not page.text:
        raise UnreadablePageError("no article text on this page" + (f", but a wall: {page.wall}" if page.wall else ""))
    site = make_feed(url)
    item = Item(
        guid=None,
        url=url,
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
    found = identify(site.feed_id, [item], {})[0]
    article = make_article(found, site, None, page, version=1, first_seen=first_seen, now=now, options=options)
    return dataclasses.replace(article, feed_id=None)


def _own_address(body: bytes) -> str | None:
    """Where a saved page says it is from: in a browser's remark, or as its canonical address."""
    head = body[:_HEAD_BYTES]
    if saved := _SAVED_FROM.search(head):
        return saved[1].decode("utf-8", "replace")
    links = (link for link in _LINK.findall(head) if _CANONICAL.search(link))
    return next((found[1].decode("utf-8", "replace") for link in links if (found := _ADDRESS.search(link))), None)
