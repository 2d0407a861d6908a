"""Articles' pages are read as their sites' robots.txt wants it; feeds are fetched without asking."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from poller.traps import Traps, hangs_up, moved, says, status

from dateline.poller import Fetched, Gone, PollerOptions, Retry, open_fetcher
from dateline.poller.fetching import Outcome
from dateline.poller.fetching.robots import Robots
from dateline.poller.options import RobotsOptions

OPTIONS = RobotsOptions(own_hosts=(), max_bytes=10_000, max_age_s=1_000, retry_s=100, max_sites=3, max_crawl_delay_s=10, patience_s=0)
UNWANTED = "robots: this site does not want it read by programs"
PAGE = "https://lake.example/news/ferry"


class Site:
    """A web where each site's robots.txt is this, at this time."""

    def __init__(self, robots: bytes | Outcome) -> None:
        self.robots: Outcome = Fetched(url="", body=robots) if isinstance(robots, bytes) else robots
        self.asked: list[str] = []
        self.now = 1_000.0

    async def ask(self, url: str, max_bytes: int) -> Outcome:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.robots

    def rules(self, options: RobotsOptions = OPTIONS) -> Robots:
        return Robots(self.ask, options, lambda: self.now)


@pytest.mark.parametrize(
    ("robots", "refused"),
    [
        (b"User-agent: *\nDisallow: /news/", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: dateline\nAllow: /", False),
        (b"User-agent: *\nDisallow: /news/\nAllow: /news/ferry", False),  # the longest match holds
        (b"User-agent: *\nDisallow: /*/ferry$", True),
        (b"User-agent: other\nDisallow: /", False),
        (b"<html>Not found</html>", False),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /news", True),
        (b"", False),
    ],
)
async def test_what_a_site_forbids_is_left_alone(robots: bytes, refused: bool) -> None:
    assert await Site(robots).rules().refusal(PAGE) == (UNWANTED if refused else None)


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (Retry("status: HTTP 404"), None), (Retry("status: HTTP 403"), None), (Gone(), None), (Retry("redirects: more than 5"), None),
        (Retry("status: HTTP 429"), "robots: status: HTTP 429"), (Retry("status: HTTP 503"), "robots: status: HTTP 503"),
        (Retry("timeout: no full answer within 30 s"), "robots: timeout: no full answer within 30 s"),
        (Retry("size: more than 10 bytes"), "robots: size: more than 10 bytes"),
    ],
)  # fmt: skip
async def test_no_file_allows_all_and_one_that_cannot_be_had_nothing(answer: Outcome, refusal: str | None) -> None:
    assert await Site(answer).rules().refusal(PAGE) == refusal


async def test_a_site_is_asked_once_until_its_rules_are_old() -> None:
    site = Site(b"User-agent: *\nDisallow: /private")
    rules = site.rules()
    await asyncio.gather(*(rules.refusal(f"https://lake.example/{number}") for number in range(9)))
    assert site.asked == ["https://lake.example/robots.txt"]
    site.now += OPTIONS.max_age_s
    site.robots = Retry("status: HTTP 500")
    assert await rules.refusal(PAGE) == "robots: status: HTTP 500"
    site.now += OPTIONS.retry_s
    site.robots = Retry("status: HTTP 404")
    assert await rules.refusal(PAGE) is None
    assert len(site.asked) == 3


async def test_ports_and_schemes_are_sites_of_their_own() -> None:
    site = Site(b"")
    rules = site.rules()
    for url in ("https://user:word@lake.example:8443/a", "http://lake.example/a", "https://lake.example/a"):
        await rules.refusal(url)
    assert site.asked == [f"{origin}/robots.txt" for origin in ("https://lake.example:8443", "http://lake.example", "https://lake.example")]


async def test_the_sites_known_are_bounded() -> None:
    site = Site(b"")
    rules = site.rules()
    for number in (*range(5), 4, 0):
        await rules.refusal(f"https://host{number}.example/a")
    assert len(site.asked) == 6  # the first was forgotten, the last was not


async def test_pages_are_as_far_apart_as_the_site_wants_within_reason() -> None:
    site = Site(b"User-agent: *\nCrawl-delay: 3600")
    rules = site.rules()
    assert await rules.refusal(PAGE) is None
    assert await rules.refusal(PAGE) == "robots: this site's turn is in 10 s"
    site.now += 10
    assert await rules.refusal(PAGE) is None


async def test_ones_own_sites_are_read_without_asking() -> None:
    site = Site(b"User-agent: *\nDisallow: /")
    rules = site.rules(dataclasses.replace(OPTIONS, own_hosts=("lake.example",)))
    assert [await rules.refusal(url) for url in (PAGE, "https://www.lake.example/a", "https://fakelake.example/a")] == [
        None,
        None,
        UNWANTED,
    ]


@settings(max_examples=50, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([b"User-agent:", b"*", b"\n", b"Disallow: /", b"Crawl-delay: -1", b"$", b"%"])).map(b"".join),
    )
)
def test_no_robots_txt_breaks_us(robots: bytes) -> None:
    assert asyncio.run(Site(robots).rules().refusal(PAGE)) in (None, UNWANTED)


async def test_pages_are_asked_for_with_regard_to_it_and_feeds_without(traps: Traps, options: PollerOptions) -> None:
    traps.on("/robots.txt", says(b"User-agent: dateline\nDisallow: /private"))
    for path in ("/feed", "/private/feed", "/private/page", "/page"):
        traps.on(path, says(b"body"))
    async with open_fetcher(options, resolver=traps) as fetcher:
        assert isinstance(await fetcher.fetch(traps.url("/private/feed"), max_bytes=100), Fetched)
        assert await fetcher.fetch_page(traps.url("/private/page"), max_bytes=100) == Retry(UNWANTED)
        assert isinstance(await fetcher.fetch_page(traps.url("/page"), max_bytes=100), Fetched)
    assert [seen.path for seen in traps.seen] == ["/private/feed", "/robots.txt", "/page"]
    assert traps.seen[-1].headers["User-Agent"].startswith("Dateline/")


async def test_where_a_page_moved_its_new_sites_rules_hold(traps: Traps, options: PollerOptions) -> None:
    traps.on("/page", moved(302, traps.url("/story", host="lake.example")))
    traps.on("/story", says(b"body"), host="lake.example")
    traps.on("/robots.txt", says(b"User-agent: *\nDisallow: /story"), host="lake.example")
    async with open_fetcher(options, resolver=traps) as fetcher:
        got = await fetcher.fetch_page(traps.url("/page"), max_bytes=100)
    assert isinstance(got, Retry)
    assert got.reason == UNWANTED


@pytest.mark.parametrize("play", [status(500), hangs_up], ids=["500", "hangs up"])
async def test_a_page_is_not_asked_for_while_robots_txt_cannot_be_had(traps: Traps, options: PollerOptions, play: object) -> None:
    traps.on("/robots.txt", play)  # type: ignore[arg-type]
    traps.on("/page", says(b"body"))
    async with open_fetcher(options, resolver=traps) as fetcher:
        got = await fetcher.fetch_page(traps.url("/page"), max_bytes=100)
    assert isinstance(got, Retry)
    assert got.reason.startswith("robots: ")
    assert {seen.path for seen in traps.seen} == {"/robots.txt"}
