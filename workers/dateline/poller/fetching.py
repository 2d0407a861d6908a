"""Fetching over HTTP: one address in, one named outcome out. Nothing that a server does raises."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.typedefs import LooseHeaders

from dateline import __version__
from dateline.poller.options import PollerOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body. `url` is where it was found after redirects."""

    url: str
    body: bytes
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    hubs: tuple[str, ...] = ()  # of the Link header: addresses that push this document by WebSub
    self_url: str | None = None  # of the same: what they know it by


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was posted has been taken."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The server says that this address will not come back (410)."""

    reason: str = "gone: HTTP 410"


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing now; ask again, not before `after` seconds when the server said so."""

    reason: str
    after: float | None = None


T = TypeVar("T")
Outcome = Fetched | NotModified | Gone | Retry


class Fetcher(Protocol):
    """Where bytes come from: the open web, or a test's small world."""

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        """What the address gives now; with validators, perhaps only that nothing changed. Raises nothing."""
        ...


class ForbiddenAddressError(OSError):
    """This address is not on the public internet, and we were not told that private ones are allowed."""


_AZURE_WIRE_SERVER = ipaddress.ip_address("168.63.129.16")  # hands out machine credentials from a public address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last 32 bits are an IPv4 address
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out; the ipaddress module calls more than that global
_NOT_FOR_HOSTS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))  # protocols, 6to4 relays, documentation


def is_public(host: str) -> bool:
    """Whether this IP address is one of the open internet's, looking through IPv4 addresses wrapped in IPv6 ones."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    if isinstance(address, ipaddress.IPv6Address) and address not in _IPV6_UNICAST:
        return False
    if any(address in network for network in _NOT_FOR_HOSTS):
        return False
    return address.is_global and not address.is_multicast and address != _AZURE_WIRE_SERVER


def _public_socket(address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
    """A socket for connecting to this address. It is the last step before the connection, so redirects and DNS answers that
    change between look-up and connection are judged too."""
    family, kind, protocol, _, target = address
    if not is_public(str(target[0])):
        raise ForbiddenAddressError(f"{target[0]} is not a public address")
    return socket.socket(family, kind, protocol)


class HttpFetcher:
    """Fetches over HTTP/1.1 with few connections a host, each answer bounded in size, time and redirects."""

    def __init__(self, session: aiohttp.ClientSession, options: PollerOptions) -> None:
        self._session = session
        self._options = options
        # A host's gate lives while somebody stands at it
        self._gates: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        headers: dict[str, str] = {}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        return await self._in_turn(url, lambda: self._request(url, headers, max_bytes))

    async def post(self, url: str, form: Mapping[str, str]) -> Accepted | Retry:
        """Hand a form to the address, or to where 307 and 308 send it. Raises nothing."""
        return await self._in_turn(url, lambda: self._post(url, form))

    async def _in_turn(self, url: str, request: Callable[[], Awaitable[T]]) -> T | Retry:
        """Wait for the host's gate, then ask; every way in which that fails has a reason."""
        try:
            gate = self._gates.setdefault(urlsplit(url).hostname or "", asyncio.Semaphore(self._options.per_host))
            async with gate, asyncio.timeout(self._options.fetch_timeout_s):
                return await request()
        except TimeoutError:
            return Retry(f"timeout: no full answer within {self._options.fetch_timeout_s:g} s")
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            return Retry(f"address: not an http(s) address: {error}"[:300])
        except aiohttp.TooManyRedirects:
            return Retry(f"redirects: more than {self._options.max_redirects}")
        except aiohttp.ClientConnectorCertificateError as error:
            return Retry(f"certificate: {error.certificate_error}"[:300])
        except aiohttp.ClientConnectorDNSError as error:
            return Retry(f"dns: {error.os_error}"[:300])
        except aiohttp.ClientConnectorError as error:
            kind = "forbidden" if "not a public address" in str(error.os_error) else "connection"
            return Retry(f"{kind}: {error.os_error}"[:300])
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what yarl and the codecs say of broken input
            return Retry(f"http: {type(error).__name__}: {error}"[:300])

    async def _post(self, url: str, form: Mapping[str, str]) -> Accepted | Retry:
        async with self._session.post(url, data=form, max_redirects=self._options.max_redirects) as response:
            if response.method != "POST":
                return Retry("redirects: HTTP 301, 302 or 303 drops what is posted")
            if not 200 <= response.status < 300:
                return Retry(f"status: HTTP {response.status}", _retry_after(response.headers.get("Retry-After")))
            return Accepted()

    async def _request(self, url: str, headers: LooseHeaders, max_bytes: int) -> Outcome:
        async with self._session.get(url, headers=headers, max_redirects=self._options.max_redirects) as response:
            if response.status == 304:
                return NotModified()
            if response.status == 410:
                return Gone()
            if response.status != 200:
                return Retry(f"status: HTTP {response.status}", _retry_after(response.headers.get("Retry-After")))
            body = bytearray()
            async for chunk in response.content.iter_chunked(65_536):  # after decompression: a bomb ends here too
                body += chunk
                if len(body) > max_bytes:
                    return Retry(f"size: more than {max_bytes} bytes")
            return Fetched(
                url=str(response.url),
                body=bytes(body),
                content_type=_ascii(response.headers.get("Content-Type")),
                etag=_ascii(response.headers.get("ETag")),
                last_modified=_ascii(response.headers.get("Last-Modified")),
                hubs=tuple(_linked(response, "hub")),
                self_url=next(_linked(response, "self"), None),
            )


def _linked(response: aiohttp.ClientResponse, relation: str) -> Iterator[str]:
    """The addresses to which the Link header gives this relation, absolute."""
    try:
        links = response.links
    except ValueError:
        return
    for relations, link in links.items():
        if relation in relations.lower().split() and (url := _ascii(str(link["url"]))):
            yield url


def _ascii(header: str | None) -> str | None:
    """A header as HTTP allows it, else none: aiohttp hands other bytes on as surrogates, which no record can hold."""
    return header if header and header.isascii() else None


def _retry_after(value: str | None) -> float | None:
    """Seconds, from either form of the header; None when it is missing or nonsense."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value[:12])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


@asynccontextmanager
async def open_fetcher(options: PollerOptions) -> AsyncIterator[HttpFetcher]:
    """A fetcher for the life of the block. Cookies are not kept, proxies from the environment not used."""
    contact = f"; {options.contact}" if options.contact else ""
    connector = aiohttp.TCPConnector(
        limit=options.concurrency * options.per_host,
        ttl_dns_cache=300,
        socket_factory=None if options.allow_private_addresses else _public_socket,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"Dateline/{__version__} (news feed reader{contact})", "Accept-Encoding": "gzip, deflate, br"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout_s),  # the whole is timed in `fetch`
    ) as session:
        yield HttpFetcher(session, options)
