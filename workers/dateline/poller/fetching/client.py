"""The HTTP client: a request, its redirects, and what they come to."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from dateline import __version__
from dateline.poller.fetching.credentials import headers_for, read_credentials, without_credentials
from dateline.poller.fetching.failures import reason_of
from dateline.poller.fetching.headers import fresh_for, linked, printable, retry_after
from dateline.poller.fetching.hosts import BusyError, Hosts
from dateline.poller.fetching.names import SystemResolver
from dateline.poller.fetching.network import names_this_network, public_socket
from dateline.poller.fetching.outcomes import Accepted, Busy, Fetched, Gone, Hop, NotModified, Outcome, Retry
from dateline.poller.fetching.robots import AGENT, Robots
from dateline.poller.options import PollerOptions

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_HEADER_BYTES = 65_536  # of one header: security policies and cookies of news sites are longer than aiohttp's 8,190
_MAX_ADDRESS = 4_000  # characters of a redirect's target: it may become a feed's address
_MAX_HEADERS = 1_000  # Media Cloud's fetcher met feeds with more than the 100 that Python's own client takes

T = TypeVar("T")
Credentials = Mapping[str, Mapping[str, str]]


class _RedirectedError(Exception):
    """The server sends us elsewhere."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(status, location)
        self.status = status
        self.location = location


class HttpFetcher:
    """Fetches over HTTP/1.1 at each host's own pace, each answer bounded in size, time and redirects."""

    def __init__(self, session: aiohttp.ClientSession, options: PollerOptions, hosts: Hosts, credentials: Credentials) -> None:
        self._session = session
        self._options = options
        self._hosts = hosts
        self._credentials = credentials
        self._robots = Robots(lambda url, max_bytes: self.fetch(url, max_bytes=max_bytes), options.robots, time.monotonic)

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        told = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in told.items() if value}
        hops: list[Hop] = []
        got = await self._walk(url, lambda address, shown: self._get(address, conditions | shown, max_bytes), hops)
        return got if isinstance(got, Busy) or not hops else dataclasses.replace(got, hops=tuple(hops))

    async def fetch_page(self, url: str, *, max_bytes: int) -> Outcome:
        if refusal := await self._robots.refusal(url):
            return Retry(refusal)
        got = await self.fetch(url, max_bytes=max_bytes)
        if isinstance(got, Fetched) and got.hops and (refusal := await self._robots.forbids(got.url)):
            return Retry(refusal, None, got.hops)
        return got

    async def post(self, url: str, form: Mapping[str, str]) -> Accepted | Retry | Busy:
        """Hand a form to the address, or to where 307 and 308 send it. Raises nothing."""
        return await self._walk(url, lambda address, shown: self._post(address, shown, form), [])

    async def _walk(self, url: str, ask: Callable[[URL, dict[str, str]], Awaitable[T]], hops: list[Hop]) -> T | Retry | Busy:
        """Ask, and where we are sent, one after the other; every way in which that fails has a reason. `hops` is told of each
        redirect as it is followed."""
        try:
            return await self._steps(*self._own_credentials(url), ask, hops)
        except BusyError as error:
            return error.busy
        except aiohttp.ConnectionTimeoutError:
            return Retry(f"timeout: no connection within {self._options.connect_timeout_s:g} s")
        except TimeoutError:
            return Retry(f"timeout: no full answer within {self._options.fetch_timeout_s:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what yarl and the codecs say of broken input
            return Retry(reason_of(error))

    async def _steps(
        self, address: URL, credentials: Credentials, ask: Callable[[URL, dict[str, str]], Awaitable[T]], hops: list[Hop]
    ) -> T | Retry:
        left = self._options.fetch_timeout_s  # for asking, wherever; waiting for turns is not asking
        seen = {address}
        while True:
            if refusal := self._refusal(address):
                return Retry(refusal)
            async with self._hosts.turn(address.raw_host or ""):
                started = time.monotonic()
                try:
                    async with asyncio.timeout(left):
                        return await ask(address, headers_for(str(address), credentials))
                except _RedirectedError as redirect:
                    status, location = redirect.status, redirect.location
                left -= time.monotonic() - started
            address = _joined(address, location)
            if len(hops) >= self._options.max_redirects:
                return Retry(f"redirects: more than {self._options.max_redirects}")
            hops.append(Hop(status, str(address)))
            if address in seen:
                return Retry("redirects: in a circle")
            seen.add(address)

    async def _get(self, address: URL, headers: dict[str, str], max_bytes: int) -> Fetched | NotModified | Gone | Retry:
        now = datetime.now(UTC)
        async with self._session.get(address, headers=headers, allow_redirects=False) as response:
            status, told = response.status, response.headers
            if status in _REDIRECTS and (location := told.get("Location")):
                raise _RedirectedError(status, location)
            if status == 304 and ("If-None-Match" in headers or "If-Modified-Since" in headers):
                return NotModified(fresh_for(told, now))
            if status == 410:
                return Gone()
            if status != 200:
                return self._refused(address, response)
            too_long = Retry(f"size: more than {max_bytes} bytes")
            if (response.content_length or 0) > max_bytes:  # a film that an item links to: not a byte of it
                return too_long
            body = bytearray()
            async for chunk in response.content.iter_chunked(65_536):  # after decompression: a bomb ends here too
                body += chunk
                if len(body) > max_bytes:
                    return too_long
            return Fetched(
                url=str(address),
                body=bytes(body),
                content_type=printable(told.get("Content-Type")),
                etag=printable(told.get("ETag")),
                last_modified=printable(told.get("Last-Modified")),
                hubs=tuple(linked(response, "hub")),
                self_url=next(linked(response, "self"), None),
                fresh_s=fresh_for(told, now),
            )

    async def _post(self, address: URL, headers: dict[str, str], form: Mapping[str, str]) -> Accepted | Retry:
        async with self._session.post(address, headers=headers, data=form, allow_redirects=False) as response:
            if response.status in (307, 308) and (location := response.headers.get("Location")):
                raise _RedirectedError(response.status, location)
            if response.status in _REDIRECTS:
                return Retry("redirects: HTTP 301, 302 or 303 drops what is posted")
            return Accepted() if 200 <= response.status < 300 else self._refused(address, response)

    def _refused(self, address: URL, response: aiohttp.ClientResponse) -> Retry:
        """What a status other than success comes to; where it says that we ask too much, for the whole host."""
        after = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        if response.status == 429 or (response.status == 503 and after is not None):
            self._hosts.throttled(address.raw_host or "", after)
        return Retry(f"status: HTTP {response.status}", after)

    def _own_credentials(self, url: str) -> tuple[URL, Credentials]:
        """The address without user name and password, and these beside the credentials we were given, for its own host only."""
        address = _parsed(url)
        if address.user is None and address.password is None:
            return address, self._credentials
        bare = address.with_user(None)
        basic = aiohttp.BasicAuth(address.user or "", address.password or "", "utf-8").encode()
        return bare, {str(bare.origin()): {"Authorization": basic}, **self._credentials}

    def _refusal(self, address: URL) -> str | None:
        """Why this address is not to be asked, as far as can be told before its name is looked up."""
        if address.scheme not in ("http", "https") or not address.raw_host:
            return f"address: not an http(s) address: {without_credentials(str(address))}"[:300]
        if self._options.proxy and not self._options.allow_private_addresses and names_this_network(address.raw_host):
            return f"forbidden: {address.raw_host} is not a public address"
        return None


def _parsed(text: str) -> URL:
    try:
        return URL(text)
    except ValueError as error:
        raise aiohttp.InvalidURL(without_credentials(text)) from error


def _joined(address: URL, location: str) -> URL:
    """Where a redirect leads, without the credentials that it may name: whose they are we can't know."""
    if len(location) > _MAX_ADDRESS:
        raise aiohttp.InvalidURL(location[:100], f"longer than {_MAX_ADDRESS} characters")
    target = _parsed(location)
    if target.scheme and not target.raw_host:
        raise aiohttp.InvalidURL(location)
    return address.join(target.with_user(None) if target.raw_host else target).with_fragment(None)


def _proxy(options: PollerOptions) -> URL | None:
    if not options.proxy:
        return None
    proxy = URL(options.proxy)
    password = options.proxy_password.get_secret_value()
    return proxy.with_password(password) if password else proxy


@asynccontextmanager
async def open_fetcher(options: PollerOptions, resolver: AbstractResolver | None = None) -> AsyncIterator[HttpFetcher]:
    """A fetcher for the life of the block. Cookies are not kept; a proxy is used only when the options name one.

    Names are looked up by `resolver`, or else as the system does. Raises ValueError when the credentials are not what they should be.
    """
    credentials = read_credentials(options.credentials.get_secret_value())
    contact = f"; {options.contact}" if options.contact else ""
    anywhere = options.allow_private_addresses or options.proxy  # a proxy may well be on our own network; see `_refusal`
    connector = aiohttp.TCPConnector(
        limit=options.concurrency * options.per_host,
        ttl_dns_cache=options.dns_cache_s,
        resolver=resolver or SystemResolver(2 * options.concurrency * options.per_host),  # twice: who gave up left a thread behind
        socket_factory=None if anywhere else public_socket,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"{AGENT}/{__version__} (news feed reader{contact})", "Accept-Encoding": "gzip, deflate, br, zstd"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout_s),  # the whole is timed in `_follow`
        proxy=_proxy(options),
        max_line_size=_MAX_HEADER_BYTES,
        max_field_size=_MAX_HEADER_BYTES,
        max_headers=_MAX_HEADERS,
    ) as session:
        yield HttpFetcher(session, options, Hosts(options.hosts, options.per_host, time.monotonic), credentials)
