"""A small web that plays what the open web plays: a server on this machine under as many names as a test likes.

    async with open_traps() as traps:
        traps.on("/feed", says(b"…", etag='"1"'), gone)        # first the one, then the other, and the last one from then on
        async with open_fetcher(options, resolver=traps) as fetcher:
            await fetcher.fetch(traps.url("/feed"), …)         # http://feeds.example:PORT/feed
        traps.seen                                             # each request: host, path, headers, connection

Every name is this machine, but for those in `traps.names`, which maps a name to addresses or to the error of looking it up.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import ssl
import tempfile
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import brotli
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from backports import zstd

Play = Callable[[web.Request], Awaitable[web.StreamResponse]]
NO_SUCH_NAME = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
NO_ANSWER_NOW = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


@dataclass(frozen=True)
class Seen:
    """One request as it came in. `connection` is the same for requests over the same one."""

    host: str
    path: str
    headers: Mapping[str, str]
    connection: int


@dataclass
class Traps(AbstractResolver):
    """The server and the names that lead to it."""

    port: int = 0
    tls_port: int = 0
    names: dict[str, Sequence[str] | OSError] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)  # requests under way, by host; "" are all hosts
    _at_once: Counter[str] = field(default_factory=Counter)
    _plays: dict[tuple[str, str], list[Play]] = field(default_factory=dict)
    _connections: dict[Any, int] = field(default_factory=dict)

    def url(self, path: str, host: str = "feeds.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def tls_url(self, path: str, host: str = "feeds.example") -> str:
        """Over TLS, with a certificate that nobody signed."""
        return f"https://{host}:{self.tls_port}{path}"

    def on(self, path: str, *plays: Play, host: str = "feeds.example") -> None:
        """What is played at this address, one request after the other; the last one for ever."""
        self._plays[host, path] = list(plays)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = self.names.get(host, ["127.0.0.1"])
        if isinstance(found, OSError):
            raise found
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """A fetcher closes its resolver; this one lives on."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        host = request.url.host or ""
        number = self._connections.setdefault(request.transport, len(self._connections))
        self.seen.append(Seen(host, request.path, request.headers, number))
        plays = self._plays.get((host, request.path), [status(404)])
        play = plays.pop(0) if len(plays) > 1 else plays[0]
        for where in (host, ""):
            self._at_once[where] += 1
            self.most_at_once[where] = max(self.most_at_once[where], self._at_once[where])
        try:
            return await play(request)
        finally:
            self._at_once.subtract([host, ""])


@asynccontextmanager
async def open_traps() -> AsyncIterator[Traps]:
    traps = Traps()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", traps.answer)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.01)
    await runner.setup()
    try:
        plain = web.TCPSite(runner, "127.0.0.1", 0)
        await plain.start()
        traps.port = runner.addresses[0][1]
        await web.TCPSite(runner, "::1", traps.port).start()
        secure = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_unsigned())
        await secure.start()
        traps.tls_port = runner.addresses[-1][1]
        yield traps
    finally:
        await runner.cleanup()


# What may be played


def says(body: bytes, *, status: int = 200, **headers: str) -> Play:
    """This body under these headers (`etag`, `cache_control`, …), whatever the request asks."""

    async def play(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return play


def honest(body: bytes, etag: str, last_modified: str = "") -> Play:
    """This body, or 304 to whoever has it."""

    async def play(request: web.Request) -> web.Response:
        validators = {"ETag": etag} | ({"Last-Modified": last_modified} if last_modified else {})
        has_it = request.headers.get("If-None-Match") == etag
        has_it |= (
            "If-None-Match" not in request.headers and bool(last_modified) and request.headers.get("If-Modified-Since") == last_modified
        )
        return web.Response(status=304, headers=validators) if has_it else web.Response(body=body, headers=validators)

    return play


def stubborn(body: bytes, etag: str) -> Play:
    """304 to everybody who has anything, whatever has changed since."""

    async def play(request: web.Request) -> web.Response:
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        return web.Response(status=304) if conditional else web.Response(body=body, headers={"ETag": etag})

    return play


def status(code: int, **headers: str) -> Play:
    return says(b"", status=code, **headers)


def moved(code: int, to: str) -> Play:
    return says(b"moved", status=code, Location=to)


def packed(body: bytes, encoding: str) -> Play:
    """The body under a Content-Encoding: gzip, deflate, br or zstd."""
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": brotli.compress,
        "zstd": zstd.compress,
    }
    return says(pack[encoding](body), Content_Encoding=encoding)


def raw(answer: bytes) -> Play:
    """These bytes on the wire, then the connection closes."""

    async def play(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(answer)
        request.transport.close()
        return web.Response()

    return play


async def echo(request: web.Request) -> web.Response:
    """The request's own headers, a line each."""
    return web.Response(text="\n".join(f"{name}: {value}" for name, value in request.headers.items()))


async def endless(request: web.Request) -> web.StreamResponse:
    """A body that does not end."""
    response = web.StreamResponse()
    await response.prepare(request)
    while request.transport:
        await response.write(b"x" * 10_000)
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte, and after a while another one, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while request.transport:
        await response.write(b"x")
        await asyncio.sleep(0.01)
    return response


async def silence(request: web.Request) -> web.StreamResponse:
    """Nothing at all."""
    await asyncio.Event().wait()
    raise AssertionError


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """The connection closes without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


# Made for these tests; nobody trusts it
_KEY_AND_CERTIFICATE = b"""\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2hgxC8zMGXpjFsS3
AXXYNhjvnvo6ziJFdbuUuQLy2fWhRANCAATlfjMKNNqwvANKXkeN/Yf6Rc9umE5i
z2WSSHU54UimgamzGFLHvZ7Zp6ZmnrbrkpycD0FqE7eNrdGKd9+5eNx5
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUcY9OpgDziofGDJmR3KV41EDBXPowCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNZmVlZHMuZXhhbXBsZTAgFw0yNjExMjQxMzA0MjdaGA8yMTI2
MTAzMTEzMDQyN1owGDEWMBQGA1UEAwwNZmVlZHMuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABOV+Mwo02rC8A0peR439h/pFz26YTmLPZZJIdTnhSKaB
qbMYUse9ntmnpmaetuuSnJwPQWoTt42t0Yp337l43HmjbTBrMB0GA1UdDgQWBBT9
AeWobxWzdFA+z7k7APnQI5uogTAfBgNVHSMEGDAWgBT9AeWobxWzdFA+z7k7APnQ
I5uogTAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDWZlZWRzLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSAAwRQIhAKFdkxdfVDKcT5JgzACMDlPW768ka2SYTs13TBlz
axESAiByq7AoD8GIUvsRcej1S8Oy7Dk1gN0M0OXbNIYi4CH0gA==
-----END CERTIFICATE-----
"""


def _unsigned() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "unsigned.pem")
        with open(path, "wb") as file:
            file.write(_KEY_AND_CERTIFICATE)
        context.load_cert_chain(path)
    return context
