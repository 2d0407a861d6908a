"""A page that can't be had just now: its item goes out with the feed's text, and what the page adds comes as the next version."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from poller.test_polls import BRIDGE, FEED, NOW, PAGE_URL, Disk, KilledError, World, article_page, found, rss
from reading_here import here

from dateline.codec import decode
from dateline.poller import Busy, FeedState, Gone, PollerOptions, PollResult, Retry, keep, poll
from dateline.poller.fetching import Outcome
from dateline.records import Article

WITH_PAGES = dataclasses.replace(FEED, page_text=True)
LATER = [
    Busy("host: others come first", 90),
    Retry("timeout: no full answer within 30 s"),
    Retry("status: HTTP 503", 60),
    Retry("dns: temporary: try again"),
    Retry("robots: this site's turn is in 200 s"),
    Retry("robots: status: HTTP 500"),
]
NEVER = [
    Retry("robots: this site does not want it read by programs"),
    Retry("status: HTTP 404"),
    Retry("size: more than 10 bytes"),
    Retry("dns: no such name"),
    Gone(),
]
HAD = found(article_page(), url=PAGE_URL)


class Life:
    """One feed of one item, polled every hour; its server says "not modified" to whoever has what it has."""

    def __init__(self, options: PollerOptions) -> None:
        self.options = options
        self.world = World()
        self.disk = Disk()
        self.now = NOW

    async def poll(self, page: Outcome, text: str = "Cars cross again.") -> PollResult:
        self.now += timedelta(hours=1)
        self.world.pages = {FEED.url: found(rss([BRIDGE | {"description": text}]), etag=f'"{text}"'), BRIDGE["link"]: page}
        before = decode(self.disk.state, FeedState) if self.disk.state else None
        result = await poll(WITH_PAGES, before, fetcher=self.world, read=here, options=self.options, now=self.now)
        await keep(before, result, self.disk)
        return result

    def asked(self, url: str) -> int:
        return [asked for asked, _ in self.world.asked].count(url)


def told(articles: list[Article]) -> list[tuple[int, str | None]]:
    return [(article.version, article.text_basis) for article in articles]


@pytest.mark.parametrize("later", LATER)
async def test_a_page_that_can_be_had_later_is_the_next_version(options: PollerOptions, later: Outcome) -> None:
    life = Life(options)
    outcomes = [(await life.poll(page)).outcome for page in (later, later, HAD, HAD)]
    assert outcomes == ["news", "unchanged", "news", "not_modified"]
    assert told(life.disk.articles) == [(1, "feed"), (2, "page")]
    assert len({article.article_id for article in life.disk.articles}) == 1
    assert life.asked(BRIDGE["link"]) == 3


@pytest.mark.parametrize("never", NEVER)
async def test_a_page_that_is_not_to_be_had_is_asked_for_once(options: PollerOptions, never: Outcome) -> None:
    life = Life(options)
    assert [(await life.poll(never)).outcome for _ in range(2)] == ["news", "not_modified"]
    assert life.asked(BRIDGE["link"]) == 1


async def test_a_page_is_tried_so_often_and_then_its_server_is_spared(options: PollerOptions) -> None:
    life = Life(options)
    outcomes = [(await life.poll(LATER[0])).outcome for _ in range(options.page_tries + 1)]
    assert outcomes == ["news", *["unchanged"] * (options.page_tries - 1), "not_modified"]
    assert life.asked(BRIDGE["link"]) == options.page_tries
    assert told(life.disk.articles) == [(1, "feed")]


async def test_an_edit_is_tried_anew_and_no_page_is_a_habit_of_its_feed(options: PollerOptions) -> None:
    life = Life(options)
    for _ in range(options.page_tries):
        await life.poll(LATER[0])
    await life.poll(LATER[0], "Closed once more.")
    last_news = life.now
    state = (await life.poll(HAD, "Closed once more.")).state
    assert told(life.disk.articles) == [(1, "feed"), (2, "feed"), (3, "page")]
    assert state.last_new_item == last_news


async def test_pages_for_which_there_was_no_time_are_read_by_the_next_poll(options: PollerOptions) -> None:
    life = Life(dataclasses.replace(options, pages_patience_s=0))
    assert (await life.poll(HAD)).pages == {"later": 1}
    life.options = options
    assert (await life.poll(HAD)).pages == {"read": 1}
    assert told(life.disk.articles) == [(1, "feed"), (2, "page")]


STEPS = st.tuples(
    st.sampled_from([LATER[0], NEVER[0], HAD, found(article_page(body="<p>Nothing here.</p>"), url=PAGE_URL)]),
    st.sampled_from(["Cars cross again.", "Closed once more."]),
    st.one_of(st.none(), st.tuples(st.integers(0, 3), st.booleans())),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=7))
def test_no_version_has_two_contents_and_none_is_lost_whatever_becomes_of_the_page(
    steps: list[tuple[Outcome, str, tuple[int, bool] | None]], options: PollerOptions
) -> None:
    asyncio.run(_live_through(steps, Life(options)))


async def _live_through(steps: list[tuple[Outcome, str, tuple[int, bool] | None]], life: Life) -> None:
    for page, text, life.disk.crash_at in [*steps, (HAD, "Open at last.", None)]:
        try:
            await life.poll(page, text)
        except KilledError:
            continue
        finally:
            life.disk.crash_at = None
        last = life.disk.articles[-1]
        assert last.text_basis == "page" or last.text == text
    contents: dict[int, str | None] = {}
    for article in life.disk.articles:
        assert contents.setdefault(article.version, article.content_hash) == article.content_hash
    assert life.disk.articles[-1].text_basis == "page"
