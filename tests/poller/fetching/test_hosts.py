"""No host is asked too often, whatever many feeds and pages it has."""

from __future__ import annotations

import asyncio
import dataclasses
from itertools import pairwise

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from poller.traps import Traps, moved, says, silence, status

from dateline.poller import Busy, Fetched, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching.hosts import BusyError, Hosts
from dateline.poller.options import HostOptions

MAX = 10_000
POLITE = HostOptions(
    spacing_s=1, patience_s=30, throttled_spacing_s=4, max_spacing_s=10, pause_s=300, max_pause_s=3_600, throttle_memory_s=1_000
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hosts(clock: Clock) -> Hosts:
    return Hosts(POLITE, 2, clock)


@given(st.lists(st.tuples(st.sampled_from(["a.example", "b.example"]), st.floats(0, 5)), max_size=30))
def test_requests_to_one_host_keep_their_distance(requests: list[tuple[str, float]]) -> None:
    clock = Clock()
    hosts, starts = Hosts(POLITE, 2, clock), dict[str, list[float]]()
    for name, later in requests:
        clock.now += later
        starts.setdefault(name, []).append(clock.now + hosts.reserve(name))
    for of_one in starts.values():
        assert all(after - before >= 0.999 for before, after in pairwise(of_one))
        assert of_one[0] == min(of_one)


def test_one_hosts_queue_is_not_anothers(hosts: Hosts) -> None:
    assert [hosts.reserve(name) for name in ("a.example", "a.example", "b.example")] == [0, 1, 0]


async def entered(hosts: Hosts, name: str) -> bool:
    try:
        async with hosts.turn(name):
            return True
    except BusyError:
        return False


async def test_a_host_that_says_stop_is_left_alone_and_then_asked_less_often_for_a_while(hosts: Hosts, clock: Clock) -> None:
    hosts.throttled("a.example", 60)
    with pytest.raises(BusyError) as refused:
        async with hosts.turn("a.example"):
            pass
    assert refused.value.busy == Busy("host: a.example asked to be left alone", 60)
    assert await entered(hosts, "b.example")
    clock.now += 61
    assert await entered(hosts, "a.example")
    assert hosts.reserve("a.example") == 4
    hosts.throttled("a.example", 60)
    clock.now += 61
    assert [hosts.reserve("a.example") for _ in range(2)] == [0, 8]
    clock.now += 2_000
    assert [hosts.reserve("a.example") for _ in range(2)] == [0, 1]


@pytest.mark.parametrize(("after", "pause"), [(None, 300), (1, 1), (120, 120), (1e11, 3_600)])
async def test_no_host_pauses_us_for_ever(hosts: Hosts, clock: Clock, after: float | None, pause: float) -> None:
    hosts.throttled("a.example", after)
    clock.now += pause - 1
    assert not await entered(hosts, "a.example")
    clock.now += 1
    assert await entered(hosts, "a.example")


async def test_spacing_grows_no_further_than_its_limit(hosts: Hosts, clock: Clock) -> None:
    for _ in range(50):
        hosts.throttled("a.example", 0)
    assert [hosts.reserve("a.example") for _ in range(2)] == [0, 10]


async def test_hosts_of_which_nothing_matters_any_more_are_forgotten(hosts: Hosts, clock: Clock) -> None:
    hosts.throttled("a.example", 3_000)
    for number in range(5_000):
        clock.now += 0.1
        assert await entered(hosts, f"{number}.example")
        assert len(hosts) < 2_000
    assert not await entered(hosts, "a.example")


async def test_few_requests_at_once_go_to_one_host(traps: Traps, options: PollerOptions) -> None:
    """Of twenty, two at a time; redirects from another host stand in the same queue."""
    two_came = asyncio.Barrier(2)

    async def waits(request: web.Request) -> web.StreamResponse:
        async with two_came:  # goes on when two are here
            return await says(b"news")(request)

    traps.on("/feed", waits)
    traps.on("/feed", moved(302, traps.url("/feed")), host="other.example")
    async with open_fetcher(options, resolver=traps) as fetcher:
        urls = [traps.url("/feed", host) for host in ("feeds.example", "other.example")] * 10
        got = await asyncio.gather(*(fetcher.fetch(url, max_bytes=MAX) for url in urls))
    assert all(isinstance(one, Fetched) for one in got)
    assert traps.most_at_once["feeds.example"] == options.per_host == 2


async def test_a_throttling_host_is_not_asked_for_its_other_feeds(traps: Traps, options: PollerOptions) -> None:
    traps.on("/one", status(429, Retry_After="600"))
    traps.on("/two", says(b"news"))
    traps.on("/three", moved(302, traps.url("/two")), host="other.example")
    async with open_fetcher(options, resolver=traps) as fetcher:
        assert await fetcher.fetch(traps.url("/one"), max_bytes=MAX) == Retry("status: HTTP 429", 600)
        for url in (traps.url("/two"), traps.url("/three", "other.example")):
            got = await fetcher.fetch(url, max_bytes=MAX)
            assert isinstance(got, Busy)
            assert got.reason == "host: feeds.example asked to be left alone"
            assert 590 < got.after <= 600
    assert [request.path for request in traps.seen] == ["/one", "/three"]


@pytest.mark.parametrize(("code", "headers"), [(503, {}), (403, {}), (500, {"Retry_After": "600"})])
async def test_one_broken_page_does_not_stop_its_host(traps: Traps, options: PollerOptions, code: int, headers: dict[str, str]) -> None:
    traps.on("/one", status(code, **headers))
    traps.on("/two", says(b"news"))
    async with open_fetcher(options, resolver=traps) as fetcher:
        await fetcher.fetch(traps.url("/one"), max_bytes=MAX)
        assert isinstance(await fetcher.fetch(traps.url("/two"), max_bytes=MAX), Fetched)


async def test_who_waits_too_long_for_a_host_is_put_off(traps: Traps, options: PollerOptions) -> None:
    """So that one host with many feeds does not hold up all other polls."""
    arrived = asyncio.Event()

    async def hangs(request: web.Request) -> web.StreamResponse:
        arrived.set()
        return await silence(request)

    traps.on("/feed", hangs)
    impatient = dataclasses.replace(options, per_host=1, hosts=dataclasses.replace(options.hosts, patience_s=0.05))
    async with open_fetcher(impatient, resolver=traps) as fetcher:
        first = asyncio.create_task(fetcher.fetch(traps.url("/feed"), max_bytes=MAX))
        await arrived.wait()
        assert isinstance(await fetcher.fetch(traps.url("/feed"), max_bytes=MAX), Busy)
        first.cancel()
    assert len(traps.seen) == 1


async def test_no_more_connections_than_the_limit(traps: Traps, options: PollerOptions) -> None:
    """Over all hosts together."""
    few = dataclasses.replace(options, concurrency=2, per_host=2)
    four_came = asyncio.Barrier(4)

    async def waits(request: web.Request) -> web.StreamResponse:
        async with four_came:
            return await says(b"news")(request)

    hosts = [f"{number}.example" for number in range(16)]
    for host in hosts:
        traps.on("/feed", waits, host=host)
    async with open_fetcher(few, resolver=traps) as fetcher:
        got = await asyncio.gather(*(fetcher.fetch(traps.url("/feed", host), max_bytes=MAX) for host in hosts))
    assert all(isinstance(one, Fetched) for one in got)
    assert traps.most_at_once[""] == 4
