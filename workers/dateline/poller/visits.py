"""Visits: an article's page, fetched and read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from dateline.poller.fetching import Fetched, Fetcher
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page, read_page
from dateline.poller.parsing import Unreadable
from dateline.poller.reading import Reader


async def visit(url: str | None, *, fetcher: Fetcher, read: Reader, options: PollerOptions) -> Page:
    """The page at this address; an empty one when it can't be had, and then the feed's own text serves."""
    if not url:
        return Page()
    got = await fetcher.fetch_page(url, max_bytes=options.max_page_bytes)
    if not isinstance(got, Fetched):
        return Page()
    page = await read(read_page, got.body, got.content_type, got.url, options.max_text_chars)
    return Page() if isinstance(page, Unreadable) else page


def apart(pages: Sequence[Page]) -> list[Page]:
    """The pages of one document's items, without the addresses that several of them claim: such a claim is of no one article."""
    claims = Counter(page.told.url for page in pages)
    return [
        dataclasses.replace(page, told=dataclasses.replace(page.told, url=None)) if page.told.url and claims[page.told.url] > 1 else page
        for page in pages
    ]
