"""Robots: what sites ask programs to leave alone, in their robots.txt (RFC 9309), and how long they ask them to wait between pages.

Feeds are made for programs and are fetched without asking; articles' pages are not.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from dateline.poller.fetching.outcomes import Fetched, Gone, NotModified, Outcome
from dateline.poller.options import RobotsOptions

AGENT = "Dateline"
"""The name by which a robots.txt speaks to us: the first word of our User-Agent."""

_NO_FILE = re.compile(r"status: HTTP 4(?!29)\d\d")  # the site has nothing to say to programs; 429 says: not now
_TOO_FAR = "redirects:"  # RFC 9309 counts more than five redirects as no file


@dataclass(slots=True)
class _Site:
    """What one scheme, host and port says. Times are the clock's seconds."""

    lock: asyncio.Lock
    rules: Protego | None = None  # None: everything is allowed
    unknown: str | None = None  # why we can't know what is allowed: then nothing is
    until: float = -math.inf
    next_page: float = -math.inf


class Robots:
    """The rules of the sites asked lately. `ask` fetches an address without regard to them; `clock` gives seconds."""

    def __init__(self, ask: Callable[[str, int], Awaitable[Outcome]], options: RobotsOptions, clock: Callable[[], float]) -> None:
        self._ask = ask
        self._options = options
        self._clock = clock
        self._sites: OrderedDict[str, _Site] = OrderedDict()  # the longest unasked first

    async def refusal(self, url: str) -> str | None:
        """Why this page is not to be asked for, or None. Waits as long as the site wants programs to wait between pages."""
        site = await self._known(url)
        if site is None:
            return None
        if refusal := _refused(site, url):
            return refusal
        now = self._clock()
        wait = site.next_page - now
        if wait > self._options.patience_s:
            return f"robots: this site's turn is in {wait:.0f} s"
        site.next_page = max(now, site.next_page) + self._delay(site)
        if wait > 0:
            await asyncio.sleep(wait)
        return None

    async def forbids(self, url: str) -> str | None:
        """Why what lies here is not for us, or None; without waiting for a turn."""
        site = await self._known(url)
        return _refused(site, url) if site else None

    def _delay(self, site: _Site) -> float:
        told = site.rules.crawl_delay(AGENT) if site.rules else None
        return min(max(told or 0.0, 0.0), self._options.max_crawl_delay_s)

    async def _known(self, url: str) -> _Site | None:
        """What the site says, asked anew when we have not asked for long; None for sites that are exempt or have no address."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host or any(host == own or host.endswith(f".{own}") for own in self._options.own_hosts):
            return None
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        site = self._sites.setdefault(origin, _Site(asyncio.Lock()))
        self._sites.move_to_end(origin)
        async with site.lock:
            if self._clock() >= site.until:
                await self._note(site, await self._ask(f"{origin}/robots.txt", self._options.max_bytes))
        while len(self._sites) > self._options.max_sites:
            self._sites.popitem(last=False)
        return site

    async def _note(self, site: _Site, got: Outcome) -> None:
        site.rules = site.unknown = None
        site.until = self._clock() + self._options.max_age_s
        match got:
            case Fetched():
                site.rules = await asyncio.to_thread(Protego.parse, got.body.decode("utf-8-sig", "replace"))  # a second for a hostile one
            case Gone() | NotModified():
                pass
            case _ if _NO_FILE.match(got.reason) or got.reason.startswith(_TOO_FAR):
                pass
            case _:
                site.unknown = f"robots: {got.reason}"
                site.until = self._clock() + self._options.retry_s


def _refused(site: _Site, url: str) -> str | None:
    if site.unknown:
        return site.unknown
    return "robots: this site does not want it read by programs" if site.rules and not site.rules.can_fetch(url, AGENT) else None
