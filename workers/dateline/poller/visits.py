"""Visits: an article's page, fetched and read."""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from dateline.poller.fetching import Busy, Fetched, Fetcher, NotModified
from dateline.poller.fetching.credentials import without_credentials
from dateline.poller.fetching.failures import passes
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page, read_page
from dateline.poller.parsing import Unreadable
from dateline.poller.reading import Reader

log = logging.getLogger(__name__)

VisitOutcome = Literal["read", "empty", "paywall", "consent", "missing", "challenge", "robots", "later", "failed"]
"""It has text; it has none; a wall (pages.walls); its site does not want it read; not to be had just now; nor at another time."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What asking for a page came to. Without text in the page, the feed's own serves."""

    outcome: VisitOutcome
    page: Page = field(default_factory=Page)


async def visit(url: str, *, fetcher: Fetcher, read: Reader, options: PollerOptions) -> Visit:
    """The page at this address, or where it sends its readers on to, once."""
    found = await _visit(url, fetcher, read, options)
    return await _visit(found.page.moved, fetcher, read, options) if found.page.moved else found


async def _visit(url: str, fetcher: Fetcher, read: Reader, options: PollerOptions) -> Visit:
    got = await fetcher.fetch_page(url, max_bytes=options.max_page_bytes)
    if not isinstance(got, Fetched):
        reason = "not modified" if isinstance(got, NotModified) else got.reason
        log.info("page %s not had: %s", without_credentials(url), reason)
        if isinstance(got, Busy) or passes(reason):
            return Visit("later")
        return Visit("robots" if reason.startswith("robots:") else "failed")
    page = await read(read_page, got.body, got.content_type, got.url, options.max_text_chars)
    if isinstance(page, Unreadable):
        log.info("page %s not read: %s", without_credentials(url), page.reason)
        return Visit("failed")
    return Visit(page.wall or ("read" if page.text else "empty"), page)


def apart(pages: Sequence[Page]) -> list[Page]:
    """The pages of one document's items, without the addresses that several of them claim: such a claim is of no one article."""
    claims = Counter(page.told.url for page in pages)
    return [
        dataclasses.replace(page, told=dataclasses.replace(page.told, url=None)) if page.told.url and claims[page.told.url] > 1 else page
        for page in pages
    ]
