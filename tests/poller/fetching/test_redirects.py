"""Redirects: followed, counted, remembered, and never trusted with what is not theirs."""

from __future__ import annotations

import dataclasses
import json

import pytest
from poller.traps import NO_SUCH_NAME, Traps, echo, moved, says, status
from pydantic import SecretStr

from dateline.poller import Fetched, NotModified, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import Hop, Outcome, moved_to

MAX = 10_000
SECRET = "Bearer s3cret"


async def fetch(traps: Traps, url: str, options: PollerOptions, **validators: str) -> Outcome:
    async with open_fetcher(options, resolver=traps) as fetcher:
        return await fetcher.fetch(url, max_bytes=MAX, **validators)


async def test_every_step_is_told(traps: Traps, options: PollerOptions) -> None:
    traps.on("/old", moved(301, "/new"))
    traps.on("/new", moved(302, traps.url("/newest", "other.example")))
    traps.on("/newest", says(b"news"), status(304), status(500), host="other.example")
    hops = (Hop(301, traps.url("/new")), Hop(302, traps.url("/newest", "other.example")))
    got = await fetch(traps, traps.url("/old"), options)
    assert isinstance(got, Fetched)
    assert (got.url, got.hops) == (traps.url("/newest", "other.example"), hops)
    assert await fetch(traps, traps.url("/old"), options, etag='"v1"') == NotModified(hops=hops)
    assert await fetch(traps, traps.url("/old"), options) == Retry("status: HTTP 500", hops=hops)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://x.example/", "http://[::bad/", "gopher:", "http:///", "data:,x", "/" + "x" * 5_000]
)
async def test_redirects_that_lead_off_the_web_are_failures(traps: Traps, options: PollerOptions, target: str) -> None:
    traps.on("/feed", moved(302, target))
    got = await fetch(traps, traps.url("/feed"), options)
    assert isinstance(got, Retry)
    assert got.reason.startswith("address:")


async def test_redirects_are_counted_and_circles_seen(traps: Traps, options: PollerOptions) -> None:
    for step in range(10):
        traps.on(f"/{step}", moved(302, f"/{step + 1}"))
    traps.on("/a", moved(301, "/b"))
    traps.on("/b", moved(301, "/a#again"))
    traps.on("/nowhere", status(302))
    for path, reason in {"/0": "redirects: more than 3", "/a": "redirects: in a circle", "/nowhere": "status: HTTP 302"}.items():
        got = await fetch(traps, traps.url(path), dataclasses.replace(options, max_redirects=3))
        assert isinstance(got, Retry)
        assert got.reason == reason
    assert [request.path for request in traps.seen] == ["/0", "/1", "/2", "/3", "/a", "/b", "/nowhere"]


@pytest.mark.parametrize(
    ("hops", "to"),
    [
        ([], None), ([(301, "https://b.example/")], "https://b.example/"), ([(308, "https://b.example/")], "https://b.example/"),
        ([(302, "https://b.example/")], None), ([(307, "https://b.example/")], None), ([(303, "https://b.example/")], None),
        ([(301, "https://b.example/"), (308, "https://c.example/")], "https://c.example/"),
        ([(301, "https://b.example/"), (302, "https://c.example/")], None),
        ([(302, "https://b.example/"), (301, "https://c.example/")], None), ([(301, "http://a.example/")], None),
        ([(301, "http://a.example/"), (301, "https://c.example/")], None),
    ],
)  # fmt: skip
def test_only_permanent_redirects_move_an_address_and_never_out_of_encryption(hops: list[tuple[int, str]], to: str | None) -> None:
    assert moved_to("https://a.example/", [Hop(*hop) for hop in hops]) == to


def test_a_move_to_encryption_is_one() -> None:
    assert moved_to("http://a.example/", [Hop(301, "https://a.example/")]) == "https://a.example/"


async def test_credentials_are_shown_where_they_belong_and_nowhere_else(traps: Traps, options: PollerOptions) -> None:
    told = json.dumps({traps.url("/private/"): {"Authorization": SECRET, "X-Key": "k3y"}})
    trusted = dataclasses.replace(options, credentials=SecretStr(told))
    traps.on("/private/feed", echo, moved(302, "/private/other"), moved(302, traps.url("/private/feed", "thief.example")))
    traps.on("/private/other", moved(302, "/public"))
    for path in ("/public", "/privateer"):
        traps.on(path, echo)
    traps.on("/private/feed", echo, host="thief.example")
    traps.on("/private/feed", echo, host="feeds.example.thief.example")
    async with open_fetcher(trusted, resolver=traps) as fetcher:
        bodies = []
        for url in [traps.url("/private/feed")] * 3 + [traps.url("/privateer"), traps.url("/private/feed", "feeds.example.thief.example")]:
            got = await fetcher.fetch(url, max_bytes=MAX)
            assert isinstance(got, Fetched)
            bodies.append(got.body.decode())
    assert SECRET in bodies[0]
    assert "k3y" in bodies[0]
    assert not any(SECRET in body or "k3y" in body for body in bodies[1:])
    assert [request.path for request in traps.seen if SECRET in request.headers.values()] == [
        "/private/feed",
        "/private/feed",
        "/private/other",
        "/private/feed",
    ]


async def test_a_users_name_in_an_address_goes_to_its_host_only_and_is_told_to_nobody(traps: Traps, options: PollerOptions) -> None:
    with_name = traps.url("/feed").replace("//", "//reader:pa%20ss@")
    elsewhere = traps.url("/feed", "other.example").replace("//", "//their:own@")
    traps.on("/feed", says(b"news"), moved(302, "/other"), moved(302, elsewhere), status(500))
    traps.on("/other", says(b"news"))
    traps.on("/feed", echo, host="other.example")
    outcomes = [await fetch(traps, with_name, options) for _ in range(4)]
    shown = [request.headers.get("Authorization") for request in traps.seen]
    assert shown == ["Basic cmVhZGVyOnBhIHNz"] * 4 + [None, "Basic cmVhZGVyOnBhIHNz"]
    assert not any("pa%20ss" in repr(got) or "pa ss" in repr(got) or "their" in repr(got) for got in outcomes)


@pytest.mark.parametrize("url", ["http://reader:pass@no.example/", "ftp://reader:pass@a.example/", "http://reader:pass@[::bad/"])
async def test_no_reason_tells_a_password(traps: Traps, options: PollerOptions, url: str) -> None:
    traps.names["no.example"] = NO_SUCH_NAME
    got = await fetch(traps, url, options)
    assert isinstance(got, Retry)
    assert "pass" not in got.reason


@pytest.mark.parametrize("told", ['{"https://a.example/": "s3cret"}', '{"s3cret": ', '["s3cret"]'])
async def test_credentials_that_are_none_are_refused_and_not_repeated(options: PollerOptions, told: str) -> None:
    with pytest.raises(ValueError, match=r"poller\.credentials") as refused:
        async with open_fetcher(dataclasses.replace(options, credentials=SecretStr(told))):
            pass
    assert "s3cret" not in str(refused.value)
