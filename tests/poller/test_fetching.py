from __future__ import annotations

import asyncio
import dataclasses
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from dateline.poller import Fetched, Gone, NotModified, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import is_public

MAX = 10_000


async def conditional(request: web.Request) -> web.Response:
    if request.headers.get("If-None-Match") == '"v1"' or request.headers.get("If-Modified-Since") == "Sat, 20 Dec 2025 10:00:00 GMT":
        return web.Response(status=304)
    return web.Response(text="news", headers={"ETag": '"v1"', "Last-Modified": "Sat, 20 Dec 2025 10:00:00 GMT"})


async def whole(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(1_000):
        await response.write(b"x" * 1_000)
    return response


async def never(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def bomb(request: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"0" * 5_000_000), headers={"Content-Encoding": "gzip"})


async def latin(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: "caf\xe9"\r\nConnection: close\r\n\r\nnews')
    request.transport.close()
    return web.Response()


async def told(request: web.Request) -> web.Response:
    return web.Response(text=request.headers["User-Agent"])


async def status(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["status"]), headers={"Retry-After": "120"})


async def moved(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def circle(request: web.Request) -> web.Response:
    return web.Response(status=301, headers={"Location": "/circle"})


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    application = web.Application()
    application.router.add_get("/status/{status}", status)
    for handler in (conditional, whole, never, bomb, latin, told, moved, circle):
        application.router.add_get(f"/{handler.__name__}", handler)
    async with TestServer(application) as running:
        yield running


async def test_validators_are_kept_and_honoured(server: TestServer, options: PollerOptions) -> None:
    url = str(server.make_url("/conditional"))
    async with open_fetcher(options) as fetcher:
        first = await fetcher.fetch(url, max_bytes=MAX)
        assert isinstance(first, Fetched)
        assert first.body == b"news"
        assert await fetcher.fetch(url, max_bytes=MAX, etag=first.etag) == NotModified()
        assert await fetcher.fetch(url, max_bytes=MAX, last_modified=first.last_modified) == NotModified()


@pytest.mark.parametrize("path", ["/whole", "/bomb"])
async def test_a_body_is_bounded_after_decompression(server: TestServer, options: PollerOptions, path: str) -> None:
    async with open_fetcher(options) as fetcher:
        assert await fetcher.fetch(str(server.make_url(path)), max_bytes=MAX) == Retry("size: more than 10000 bytes")


async def test_validators_that_no_header_may_hold_are_dropped(server: TestServer, options: PollerOptions) -> None:
    """aiohttp would hand them on as lone surrogates, which no record can hold."""
    async with open_fetcher(options) as fetcher:
        got = await fetcher.fetch(str(server.make_url("/latin")), max_bytes=MAX)
    assert isinstance(got, Fetched)
    assert (got.body, got.etag) == (b"news", None)


async def test_a_slow_server_is_given_up(server: TestServer, options: PollerOptions) -> None:
    async with open_fetcher(dataclasses.replace(options, fetch_timeout_s=0.05)) as fetcher:
        assert await fetcher.fetch(str(server.make_url("/never")), max_bytes=MAX) == Retry("timeout: no full answer within 0.05 s")


async def test_what_a_status_means(server: TestServer, options: PollerOptions) -> None:
    async with open_fetcher(options) as fetcher:
        assert await fetcher.fetch(str(server.make_url("/status/410")), max_bytes=MAX) == Gone()
        assert await fetcher.fetch(str(server.make_url("/status/503")), max_bytes=MAX) == Retry("status: HTTP 503", 120.0)
        assert await fetcher.fetch(str(server.make_url("/status/404")), max_bytes=MAX) == Retry("status: HTTP 404", 120.0)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.example/", "http://[::bad/", "gopher:", "http:///"])
async def test_redirects_that_lead_off_the_web_are_failures(server: TestServer, options: PollerOptions, target: str) -> None:
    async with open_fetcher(options) as fetcher:
        got = await fetcher.fetch(str(server.make_url("/moved").with_query(to=target)), max_bytes=MAX)
    assert isinstance(got, Retry)
    assert got.reason.startswith("address:")


async def test_redirects_are_counted(server: TestServer, options: PollerOptions) -> None:
    async with open_fetcher(dataclasses.replace(options, max_redirects=3)) as fetcher:
        endless = await fetcher.fetch(str(server.make_url("/circle")), max_bytes=MAX)
    assert endless == Retry("redirects: more than 3")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "[::ffff:127.0.0.1]"])
async def test_private_addresses_are_refused(options: PollerOptions, host: str) -> None:
    async with open_fetcher(dataclasses.replace(options, allow_private_addresses=False)) as fetcher:
        got = await fetcher.fetch(f"http://{host}:9/", max_bytes=MAX)
    assert isinstance(got, Retry)
    assert got.reason.startswith("forbidden:")


async def test_a_redirect_to_a_private_address_is_refused(
    server: TestServer, options: PollerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stands for a public one; where it sends us is private by name, and judged after the name is looked up."""
    monkeypatch.setattr("dateline.poller.fetching.is_public", lambda host: host == server.host)
    async with open_fetcher(dataclasses.replace(options, allow_private_addresses=False)) as fetcher:
        got = await fetcher.fetch(str(server.make_url("/moved").with_query(to="http://169.254.169.254/latest/meta-data")), max_bytes=MAX)
    assert got == Retry("forbidden: 169.254.169.254 is not a public address")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("100.100.100.200", False), ("168.63.129.16", False), ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False),
        ("fd00:ec2::254", False), ("::ffff:10.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
        ("64:ff9b::808:808", True), ("192.0.0.8", False), ("192.88.99.1", False), ("3fff::1", False), ("4000::1", False),
        ("100::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_the_user_agent_says_whom_to_write_to(server: TestServer, options: PollerOptions) -> None:
    async with open_fetcher(dataclasses.replace(options, contact="desk@news.example")) as fetcher:
        got = await fetcher.fetch(str(server.make_url("/told")), max_bytes=MAX)
    assert isinstance(got, Fetched)
    assert b"Dateline/" in got.body
    assert b"desk@news.example" in got.body
