"""Nobody makes us ask machines that are not on the public internet."""

from __future__ import annotations

import dataclasses
import socket

import pytest
from poller.traps import Traps, echo, moved, says
from pydantic import SecretStr

from dateline.poller import Fetched, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import is_public

MAX = 10_000


@pytest.fixture
def strict(options: PollerOptions) -> PollerOptions:
    return dataclasses.replace(options, allow_private_addresses=False)


@pytest.fixture
def as_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1, where the traps are, stands for a public address."""
    monkeypatch.setattr("dateline.poller.fetching.network.is_public", lambda host: host == "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1"],
)
async def test_private_addresses_are_refused(strict: PollerOptions, host: str) -> None:
    """However they are written. Names are looked up as the system does it."""
    async with open_fetcher(strict) as fetcher:
        got = await fetcher.fetch(f"http://{host}:9/", max_bytes=MAX)
    assert isinstance(got, Retry)
    assert got.reason.startswith(("forbidden:", "address:"))


@pytest.mark.usefixtures("as_public")
async def test_a_redirect_to_a_private_address_is_refused(traps: Traps, strict: PollerOptions) -> None:
    traps.names["intranet.example"] = ["10.0.0.1"]
    traps.on("/a", moved(302, "http://169.254.169.254/latest/meta-data"))
    traps.on("/b", moved(302, "http://intranet.example/"))
    async with open_fetcher(strict, resolver=traps) as fetcher:
        by_address = await fetcher.fetch(traps.url("/a"), max_bytes=MAX)
        by_name = await fetcher.fetch(traps.url("/b"), max_bytes=MAX)
    assert isinstance(by_address, Retry)
    assert by_address.reason == "forbidden: 169.254.169.254 is not a public address"
    assert isinstance(by_name, Retry)
    assert by_name.reason == "forbidden: 10.0.0.1 is not a public address"


@pytest.mark.usefixtures("as_public")
async def test_a_name_that_turns_private_after_it_was_looked_up_once_is_refused(traps: Traps, strict: PollerOptions) -> None:
    """DNS rebinding. The address is judged where the connection is made, so no earlier look-up counts for anything."""
    traps.on("/feed", says(b"news", Connection="close"))
    async with open_fetcher(dataclasses.replace(strict, dns_cache_s=0), resolver=traps) as fetcher:
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Fetched)
        traps.names["feeds.example"] = ["127.0.0.2"]
        got = await fetcher.fetch(traps.url("/feed"), max_bytes=MAX)
    assert got == Retry("forbidden: 127.0.0.2 is not a public address")


@pytest.mark.usefixtures("as_public")
async def test_of_a_names_addresses_only_public_ones_are_connected_to(traps: Traps, strict: PollerOptions) -> None:
    traps.names |= {"feeds.example": ["10.0.0.1", "127.0.0.1"], "inside.example": ["10.0.0.1", "::1"]}
    traps.on("/feed", says(b"news"))
    async with open_fetcher(strict, resolver=traps) as fetcher:
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Fetched)
        none_public = await fetcher.fetch(traps.url("/feed", "inside.example"), max_bytes=MAX)
    assert isinstance(none_public, Retry)
    assert none_public.reason.startswith("forbidden:")


async def test_a_proxy_takes_all_requests_and_its_password_is_its_own(traps: Traps, strict: PollerOptions) -> None:
    through = dataclasses.replace(strict, proxy=f"http://desk@127.0.0.1:{traps.port}", proxy_password=SecretStr("s3cret"))
    traps.on("/feed", echo)
    traps.on("/moved", moved(302, "http://169.254.169.254/"))
    async with open_fetcher(through) as fetcher:
        got = await fetcher.fetch("http://feeds.example/feed", max_bytes=MAX)
        assert isinstance(got, Fetched)
        assert traps.seen[0].host == "feeds.example"
        assert traps.seen[0].headers["Proxy-Authorization"] == "Basic ZGVzazpzM2NyZXQ="
        assert b"s3cret" not in got.body
        for inside in ("http://127.0.0.1/", "http://localhost/", "http://intranet/", "http://db.internal/", "http://feeds.example/moved"):
            refused = await fetcher.fetch(inside, max_bytes=MAX)
            assert isinstance(refused, Retry)
            assert refused.reason.startswith("forbidden:")
    assert "s3cret" not in repr(through)


async def test_a_proxy_that_fails_is_told_from_the_server(strict: PollerOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        proxy = f"http://desk@127.0.0.1:{nobody.getsockname()[1]}"
    async with open_fetcher(dataclasses.replace(strict, proxy=proxy, proxy_password=SecretStr("s3cret"))) as fetcher:
        got = await fetcher.fetch("http://feeds.example/feed", max_bytes=MAX)
    assert isinstance(got, Retry)
    assert got.reason.startswith("proxy:")
    assert "s3cret" not in got.reason


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
