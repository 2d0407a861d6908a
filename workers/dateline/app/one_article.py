"""One article by its web address, for reading it without a feed or broker."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from dateline.poller import PollerOptions, open_fetcher, read_article
from dateline.records import Article


def article_at(url: str, options: PollerOptions) -> Article:
    """The article at this address. Raises UnreadablePageError saying why not."""

    async def fetch() -> Article:
        async with open_fetcher(options) as fetcher:
            return await read_article(url, fetcher, options, datetime.now(UTC))

    return asyncio.run(fetch())
