"""Fetching over HTTP: one address in, one named outcome out. Nothing that a server does raises.

    async with open_fetcher(options) as fetcher:
        got = await fetcher.fetch(url, max_bytes=…, etag=…, last_modified=…)      # Fetched, NotModified, Gone, Retry or Busy

        got = await fetcher.fetch_page(url, max_bytes=…)                          # the same, if the site lets programs read it

Inside: client (a request, its redirects and what they come to), hosts (when each host may be asked), names (look-ups), network (which
addresses are asked at all), robots (which pages sites want left alone), headers (what an answer's headers say), credentials (what is
shown to whom), failures (why it went wrong).
"""

from dateline.poller.fetching.client import HttpFetcher, open_fetcher
from dateline.poller.fetching.network import is_public
from dateline.poller.fetching.outcomes import Accepted, Busy, Fetched, Fetcher, Gone, Hop, NotModified, Outcome, Retry, moved_to

__all__ = [
    "Accepted", "Busy", "Fetched", "Fetcher", "Gone", "Hop", "HttpFetcher", "NotModified", "Outcome", "Retry", "is_public", "moved_to",
    "open_fetcher",
]  # fmt: skip
