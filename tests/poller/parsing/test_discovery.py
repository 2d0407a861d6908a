"""A site's address given for a feed's: the feed that its page names is found, read and remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller import FeedState, Fetched, PollerOptions, PollResult, Retry, Unreadable, discover, feed, poll
from dateline.poller.fetching import Outcome

P = ParamSpec("P")
T = TypeVar("T")
NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
SITE = "https://andes.example/"
MAIN = "https://andes.example/feed.xml"
PAGE = """<!doctype html><html><head><title>Andes Daily</title>
<link rel="stylesheet" href="/style.css"><link rel=alternate hreflang=es href="/es/">
<link rel="alternate" type="application/json" href="/wp-json/"><link rel="alternate" type="application/json+oembed" href="/oembed">
<link rel="alternate" type="application/rss+xml" title="Andes Daily » Comments Feed" href="/comments/feed/">
<LINK REL='Alternate Home' TYPE='application/rss+xml; charset=utf-8' title='Andes Daily' HREF='feed.xml'>
<link rel="alternate" type="application/atom+xml" href="//cdn.example/atom"><link rel=feed href="/feed.json">
<link rel="alternate" type="application/rss+xml" href="feed.xml"><link rel="alternate" type="application/rss+xml" href="javascript:x">
</head><body><p>News & more"""
FEED = b"<rss version='2.0'><channel><title>Andes</title><item><title>Bridge</title><link>/bridge</link></item></channel></rss>"


def test_the_feeds_that_a_page_names_the_likeliest_first() -> None:
    found = discover(PAGE, SITE)
    assert [link.url for link in found] == [
        MAIN, "https://cdn.example/atom", "https://andes.example/feed.json", "https://andes.example/comments/feed/",
    ]  # fmt: skip
    assert (found[0].title, found[0].media_type) == ("Andes Daily", "application/rss+xml")


@pytest.mark.parametrize(
    ("base", "feed_url"), [("/news/", "https://andes.example/news/feed.xml"), ("https://b.example/x", "https://b.example/feed.xml")]
)
def test_links_are_read_against_the_pages_base(base: str, feed_url: str) -> None:
    assert discover(PAGE.replace("<head>", f"<head><base href='{base}'>"), SITE)[0].url == feed_url


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["<link rel=alternate type=text/xml href=", "<base href=http://[", "<head>", "'", ">", "\0"]),
            st.text(max_size=9),
        )
    )
)
def test_no_page_breaks_it(parts: list[str]) -> None:
    assert all(link.url.startswith("http") for link in discover("".join(parts), SITE))


@dataclass
class Web:
    """Pages by address, and which were asked for."""

    pages: dict[str, bytes]
    asked: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        self.asked.append(url)
        return Fetched(url=url, body=self.pages[url]) if url in self.pages else Retry("status: HTTP 404")


async def here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
    return function(*args, **kwargs)


async def polled(web: Web, options: PollerOptions, state: FeedState | None = None, hours: int = 0) -> PollResult:
    site = feed(SITE, page_text=False)
    return await poll(site, state, fetcher=web, read=here, options=options, now=NOW + timedelta(hours=hours))


async def test_a_sites_address_is_good_for_its_feed_and_looked_up_once(options: PollerOptions) -> None:
    web = Web({SITE: PAGE.encode(), MAIN: FEED})
    first = await polled(web, options)
    assert [article.url for article in first.articles] == ["https://andes.example/bridge"]
    assert (first.outcome, first.state.url, first.state.feed_id) == ("news", MAIN, feed(SITE).feed_id)
    again = await polled(web, options, first.state, 1)
    assert (again.outcome, web.asked) == ("unchanged", [SITE, MAIN, MAIN])


async def test_a_page_that_leads_to_no_feed_is_a_failure_that_says_so(options: PollerOptions) -> None:
    for there, why in (({}, "HTTP 404"), ({MAIN: PAGE.encode()}, "a web page"), ({MAIN: b"<html>Sign in</html>"}, "no feed")):
        web = Web({SITE: PAGE.encode()} | there)
        result = await polled(web, options)
        assert (result.outcome, result.state.url, web.asked) == ("failed", SITE, [SITE, MAIN])
        assert why in (result.state.last_reason or "")


async def test_a_feed_that_shows_a_page_for_an_hour_is_not_taken_for_another(options: PollerOptions) -> None:
    web = Web({SITE: FEED, MAIN: FEED.replace(b"Bridge", b"Other")})
    state = (await polled(web, options)).state
    web.pages[SITE] = PAGE.encode()
    for hour in range(1, options.schedule.move_back_failures + 1):
        result = await polled(web, options, state, hour)
        assert (result.outcome, result.state.url) == ("failed", SITE)
        state = result.state
    moved = await polled(web, options, state, 100)  # a site that was made anew, and its feed lies elsewhere
    assert (moved.outcome, moved.state.url) == ("news", MAIN)


async def test_a_feed_found_on_a_page_is_looked_up_again_when_it_is_gone(options: PollerOptions) -> None:
    web = Web({SITE: PAGE.encode(), MAIN: FEED})
    state = (await polled(web, options)).state
    web.pages = {SITE: PAGE.replace("feed.xml", "new.xml").encode(), "https://andes.example/new.xml": FEED}
    for hour in range(1, options.schedule.move_back_failures + 1):
        state = (await polled(web, options, state, hour)).state
    found = await polled(web, options, dataclasses.replace(state), 100)
    assert (found.outcome, found.state.url, found.articles) == ("unchanged", "https://andes.example/new.xml", ())
