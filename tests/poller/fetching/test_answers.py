"""What a server's answer comes to, whatever it is."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import tracemalloc

import pytest
from aiohttp import web
from poller.traps import (
    NO_ANSWER_NOW,
    NO_SUCH_NAME,
    Traps,
    drip,
    echo,
    endless,
    hangs_up,
    honest,
    packed,
    raw,
    says,
    silence,
    status,
)

from dateline.poller import Fetched, Gone, NotModified, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import Outcome

MAX = 100_000
NEWS = b"<rss>news</rss>"
DATE = "Sat, 20 Dec 2025 10:00:00 GMT"


async def fetch(traps: Traps, url: str, options: PollerOptions, **validators: str) -> Outcome:
    async with open_fetcher(options, resolver=traps) as fetcher:
        return await fetcher.fetch(url, max_bytes=MAX, **validators)


def reason(got: Outcome) -> str:
    assert isinstance(got, Retry)
    return got.reason


async def test_validators_are_told_and_honoured(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", honest(NEWS, '"v1"', DATE))
    first = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(first, Fetched)
    assert (first.body, first.etag, first.last_modified) == (NEWS, '"v1"', DATE)
    assert await fetch(traps, traps.url("/feed"), options, etag='"v1"') == NotModified()
    assert await fetch(traps, traps.url("/feed"), options, last_modified=DATE) == NotModified()


async def test_not_modified_is_no_answer_to_who_has_nothing(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", status(304))
    assert await fetch(traps, traps.url("/feed"), options) == Retry("status: HTTP 304")


async def test_validators_that_no_header_may_hold_are_dropped(traps: Traps, options: PollerOptions) -> None:
    """aiohttp would hand them on as lone surrogates, which no record can hold."""
    traps.on("/feed", raw(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: "caf\xe9"\r\nConnection: close\r\n\r\nnews'))
    got = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(got, Fetched)
    assert (got.body, got.etag) == (b"news", None)


async def test_validators_too_long_to_keep_are_dropped(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", says(NEWS, ETag='"' + "x" * 30_000 + '"', Last_Modified="x" * 30_000))
    got = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(got, Fetched)
    assert (got.etag, got.last_modified) == (None, None)


async def test_what_a_status_means(traps: Traps, options: PollerOptions) -> None:
    traps.on("/gone", status(410))
    assert await fetch(traps, traps.url("/gone"), options) == Gone()
    for code in (204, 206, 403, 404, 500, 503):
        traps.on("/feed", status(code, Retry_After="120"))
        assert await fetch(traps, traps.url("/feed"), options) == Retry(f"status: HTTP {code}", 120.0)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_a_body_is_unpacked_and_bounded_while_it_is(traps: Traps, options: PollerOptions, encoding: str) -> None:
    traps.on("/feed", packed(NEWS, encoding))
    traps.on("/bomb", packed(b"0" * 20_000_000, encoding))
    got = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(got, Fetched)
    assert got.body == NEWS
    assert encoding in traps.seen[0].headers["Accept-Encoding"]
    tracemalloc.start()
    assert await fetch(traps, traps.url("/bomb"), options) == Retry("size: more than 100000 bytes")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_broken_compression_is_named(traps: Traps, options: PollerOptions, encoding: str) -> None:
    traps.on("/feed", says(b"not packed at all", Content_Encoding=encoding))
    assert reason(await fetch(traps, traps.url("/feed"), options)).startswith("encoding:")


async def test_a_body_without_end_is_cut_off(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", endless)
    assert await fetch(traps, traps.url("/feed"), options) == Retry("size: more than 100000 bytes")


async def test_a_body_that_says_it_is_too_long_is_not_read(traps: Traps, options: PollerOptions) -> None:
    traps.on("/film", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"))
    assert await fetch(traps, traps.url("/film"), options) == Retry("size: more than 100000 bytes")


@pytest.mark.parametrize("play", [silence, drip])
async def test_a_slow_server_is_given_up(traps: Traps, options: PollerOptions, play: object) -> None:
    traps.on("/feed", play)  # type: ignore[arg-type]
    got = await fetch(traps, traps.url("/feed"), dataclasses.replace(options, fetch_timeout_s=0.1))
    assert got == Retry("timeout: no full answer within 0.1 s")


async def test_a_body_that_ends_early_is_no_body(traps: Traps, options: PollerOptions) -> None:
    """Else items at its end would be taken for gone, and its validators would hide them from then on."""
    traps.on("/feed", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>"))
    assert reason(await fetch(traps, traps.url("/feed"), options)) == "reset: the body ended early"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n", "headers"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 5_000 + b"\r\n", "headers"),
        (b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n", "headers"),
        (b"220 mail.example ESMTP\r\n", "http"),
        (b"\x16\x03\x01\x00\x00\x00\xff", "http"),
        (b"", "reset"),
    ],
)
async def test_what_is_not_http_is_named(traps: Traps, options: PollerOptions, answer: bytes, kind: str) -> None:
    traps.on("/feed", raw(answer))
    assert reason(await fetch(traps, traps.url("/feed"), options)).partition(":")[0] == kind


async def test_headers_as_long_as_news_sites_send_are_read(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", says(NEWS, Content_Security_Policy="x" * 30_000, **{f"X-{number}": "x" for number in range(300)}))
    assert isinstance(await fetch(traps, traps.url("/feed"), options), Fetched)


async def test_what_goes_wrong_before_an_answer_is_told_apart(traps: Traps, options: PollerOptions) -> None:
    traps.names |= {"no.example": NO_SUCH_NAME, "later.example": NO_ANSWER_NOW}
    traps.on("/feed", hangs_up)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        refused = f"http://feeds.example:{nobody.getsockname()[1]}/"
    for url, told in {
        traps.url("/feed", "no.example"): "dns: no such name",
        traps.url("/feed", "later.example"): "dns: temporary",
        refused: "refused:",
        traps.url("/feed"): "reset:",
        traps.tls_url("/feed"): "certificate: self-signed certificate",
        f"https://feeds.example:{traps.port}/feed": "tls:",
        "ftp://feeds.example/feed": "address:",
        "http://[::bad/": "address:",
        "http://": "address:",
    }.items():
        assert reason(await fetch(traps, url, options)).startswith(told)


async def test_names_whose_servers_do_not_answer_hold_up_nobody_else(
    traps: Traps, options: PollerOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Look-ups can't be cut off: as many as may be under way at once, and as many again that were given up, hang here."""
    all_hang, let_go, really = threading.Barrier(9), threading.Event(), socket.getaddrinfo

    def look_up(host: str, *rest: object, **more: object) -> object:
        if host.startswith("dead"):
            all_hang.wait()
            let_go.wait()
            raise NO_ANSWER_NOW
        return really("127.0.0.1", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    traps.on("/feed", says(NEWS))
    async with open_fetcher(dataclasses.replace(options, concurrency=4, per_host=2)) as fetcher:
        urls = [traps.url("/feed", f"dead{number}.example") for number in range(8)]
        hanging = [asyncio.create_task(fetcher.fetch(url, max_bytes=MAX)) for url in urls]
        await asyncio.to_thread(all_hang.wait)
        for one in hanging:
            one.cancel()
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Fetched)
        let_go.set()


async def test_a_host_that_takes_no_connection_is_given_up(traps: Traps, options: PollerOptions) -> None:
    """Its queue of connections is full: the system neither refuses nor takes another one."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        got = await fetch(traps, f"http://feeds.example:{full.getsockname()[1]}/", dataclasses.replace(options, connect_timeout_s=0.1))
        for one in waiting:
            one.close()
    assert got == Retry("timeout: no connection within 0.1 s")


async def test_two_requests_take_one_connection(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", honest(NEWS, '"v1"'))
    async with open_fetcher(options, resolver=traps) as fetcher:
        await fetcher.fetch(traps.url("/feed"), max_bytes=MAX)
        assert await fetcher.fetch(traps.url("/feed"), max_bytes=MAX, etag='"v1"') == NotModified()
        await fetcher.fetch(traps.url("/feed"), max_bytes=MAX)
    assert [request.connection for request in traps.seen] == [0, 0, 0]


async def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", says(NEWS), hangs_up, says(NEWS))
    async with open_fetcher(options, resolver=traps) as fetcher:
        await fetcher.fetch(traps.url("/feed"), max_bytes=MAX)
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Fetched)


@pytest.mark.parametrize("addresses", [["::1"], ["127.0.0.1"], ["127.0.0.9", "::1"]])
async def test_either_internet_protocol_serves(traps: Traps, options: PollerOptions, addresses: list[str]) -> None:
    """Of several addresses the first that answers; nobody listens at 127.0.0.9."""
    traps.names["feeds.example"] = addresses
    traps.on("/feed", says(NEWS))
    assert isinstance(await fetch(traps, traps.url("/feed"), options), Fetched)


async def test_the_user_agent_says_whom_to_write_to(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", echo)
    got = await fetch(traps, traps.url("/feed"), dataclasses.replace(options, contact="desk@news.example"))
    assert isinstance(got, Fetched)
    assert b"User-Agent: Dateline/" in got.body
    assert b"desk@news.example" in got.body


async def test_how_long_an_answer_stays_fresh_is_told(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", says(NEWS, Cache_Control="public, max-age=900", Age="100"), status(304, Cache_Control="max-age=600"))
    got = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(got, Fetched)
    assert got.fresh_s == 800
    assert await fetch(traps, traps.url("/feed"), options, etag='"v1"') == NotModified(600)


async def test_a_fetcher_that_is_cut_off_leaves_nothing_behind(traps: Traps, options: PollerOptions) -> None:
    arrived = asyncio.Event()

    async def waits(request: web.Request) -> web.StreamResponse:
        arrived.set()
        return await silence(request)

    traps.on("/feed", waits, says(NEWS))
    one_at_once = dataclasses.replace(options, per_host=1)
    async with open_fetcher(one_at_once, resolver=traps) as fetcher:
        asked = asyncio.create_task(fetcher.fetch(traps.url("/feed"), max_bytes=MAX))
        await arrived.wait()
        asked.cancel()
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Fetched)
