"""Visits: an article's page, fetched and read."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Sequence

from dateline.poller.fetching import Fetched, Fetcher, NotModified
from dateline.poller.fetching.credentials import without_credentials
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page, read_page
from dateline.poller.parsing import Unreadable
from dateline.poller.reading import Reader

log = logging.getLogger(__name__)


async def visit(url: str | None, *, fetcher: Fetcher, read: Reader, options: PollerOptions) -> Page:
    """The page at this address, or where it sends its readers on to, once; an empty one when none can be had, and then the feed's own
    text serves."""
    page = await _visit(url, fetcher, read, options) if url else Page()
    return await _visit(page.moved, fetcher, read, options) if page.moved else page


async def _visit(url: str, fetcher: Fetcher, read: Reader, options: PollerOptions) -> Page:
    got = await fetcher.fetch_page(url, max_bytes=options.max_page_bytes)
    if not isinstance(got, Fetched):
        log.info("page %s not had: %s", without_credentials(url), "not modified" if isinstance(got, NotModified) else got.reason)
        return Page()
    page = await read(read_page, got.body, got.content_type, got.url, options.max_text_chars)
    if isinstance(page, Unreadable):
        log.info("page %s not read: %s", without_credentials(url), page.reason)
        return Page()
    return page


def apart(pages: Sequence[Page]) -> list[Page]:
    """The pages of one document's items, without the addresses that several of them claim: such a claim is of no one article."""
    claims = Counter(page.told.url for page in pages)
    return [
        dataclasses.replace(page, told=dataclasses.replace(page.told, url=None)) if page.told.url and claims[page.told.url] > 1 else page
        for page in pages
    ]
