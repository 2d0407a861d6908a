"""What a pushed document does to a feed's state, beside its polls."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_here import here

from dateline.codec import decode, encode
from dateline.poller import Feed, FeedState, Fetched, PollerOptions, PollResult, Retry, feed, poll
from dateline.poller.fetching import Outcome
from dateline.poller.pushes import poll_soon, read_push
from dateline.poller.websub import Subscription

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FEED = feed("https://andes.example/feed", page_text=False)
HUB = "https://hub.example/"


class Showing:
    """A web on which every address shows one thing."""

    def __init__(self, shown: Outcome) -> None:
        self._shown = shown

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        return self._shown

    async def fetch_page(self, url: str, *, max_bytes: int) -> Outcome:
        return await self.fetch(url, max_bytes=max_bytes)


NOTHING = Showing(Retry("status: HTTP 404"))


def document(items: Sequence[Mapping[str, str]]) -> Fetched:
    entries = "".join("<item>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in item.items()) + "</item>" for item in items)
    body = f"<rss version='2.0'><channel><title>Andes</title>{entries}</channel></rss>".encode()
    return Fetched(url=FEED.url, body=body, etag='"1"', hubs=(HUB,))


async def polled(items: Sequence[Mapping[str, str]], options: PollerOptions, state: FeedState | None = None) -> PollResult:
    return await poll(FEED, state, fetcher=Showing(document(items)), read=here, options=options, now=NOW)


async def pushed(items: Sequence[Mapping[str, str]], options: PollerOptions, state: FeedState, *, of: Feed = FEED) -> PollResult:
    return await read_push(of, state, document(items), fetcher=NOTHING, read=here, options=options, now=NOW)


BRIDGE = {"title": "Bridge reopened", "guid": "b-1", "link": "https://andes.example/bridge"}
FERRY = {"title": "Ferry found", "guid": "f-1", "link": "https://andes.example/ferry"}


async def test_a_push_says_nothing_of_how_polls_go(options: PollerOptions) -> None:
    roomy = dataclasses.replace(options, max_seen_items=2 * options.max_items)
    first = (await polled([BRIDGE], roomy)).state
    after = (await pushed([FERRY], roomy, first)).state
    schedule = ("next_poll", "interval_s", "failures", "last_polled", "last_success", "url")
    assert [getattr(after, name) for name in schedule] == [getattr(first, name) for name in schedule]
    assert set(after.seen) > set(first.seen)
    assert after.last_new_item == NOW
    again = await pushed([FERRY], roomy, after)
    assert (again.outcome, again.cause, again.articles) == ("unchanged", "push", ())


async def test_pushes_teach_a_feeds_habit_as_polls_do(options: PollerOptions) -> None:
    state = (await polled([BRIDGE], options)).state
    later = NOW + timedelta(hours=2)
    news = await read_push(FEED, state, document([FERRY]), fetcher=NOTHING, read=here, options=options, now=later)
    assert (news.state.gap_s, news.state.last_new_item) == (7_200, later)


async def test_items_of_one_guid_pushed_one_by_one_are_told_apart(options: PollerOptions) -> None:
    same = {"guid": "the feed"}
    state = (await polled([BRIDGE | same, FERRY | same], options)).state
    results = []
    for title in ("Road closed", "Road open"):
        results.append(await pushed([{"title": title, "link": f"https://andes.example/{title[5:]}"} | same], options, state))
        state = results[-1].state
    assert [(article.title, article.version) for result in results for article in result.articles] == [("Road closed", 1), ("Road open", 1)]


async def test_a_push_does_not_undo_how_pushing_is_judged(options: PollerOptions) -> None:
    state = (await polled([BRIDGE], options)).state
    assert state.push == Subscription(hubs=(HUB,), topic=FEED.url)
    after = (await pushed([FERRY], options, state)).state
    assert after.push == dataclasses.replace(state.push, last_push=NOW, pushed=1)
    judged = (await polled([FERRY, BRIDGE], options, after)).state.push
    assert judged == dataclasses.replace(state.push, last_push=NOW, trusted=True)
    assert judged is not None
    missed = (await polled([{"title": "Road closed"}, FERRY, BRIDGE], options, dataclasses.replace(after, push=judged))).state.push
    assert missed is not None
    assert not missed.trusted


async def test_many_pushes_never_push_out_what_the_feed_still_holds(options: PollerOptions) -> None:
    roomy = dataclasses.replace(options, max_items=10, max_seen_items=20)
    old = [{"title": f"old {number}"} for number in range(10)]
    state = dataclasses.replace((await polled(old, roomy)).state, next_poll=NOW + timedelta(days=1))
    for number in range(10):
        state = (await pushed([{"title": f"new {number}"}], roomy, state)).state
        assert state.next_poll == NOW + timedelta(days=1)
    assert (await polled(old, roomy, state)).articles == ()
    another = (await pushed([{"title": "new 10"}], roomy, state)).state
    assert another.next_poll == NOW + timedelta(seconds=roomy.min_interval_s)  # one more, and one that the feed holds is forgotten


async def test_a_push_that_can_not_be_read_brings_a_poll_but_never_before_its_server_is_ready(options: PollerOptions) -> None:
    state = dataclasses.replace((await polled([BRIDGE], options)).state, next_poll=NOW + timedelta(days=1))
    junk = Fetched(url=FEED.url, body=b"junk")
    result = await read_push(FEED, state, junk, fetcher=NOTHING, read=here, options=options, now=NOW)
    assert (result.outcome, result.articles) == ("failed", ())
    assert result.state == dataclasses.replace(state, next_poll=NOW + timedelta(seconds=options.min_interval_s))
    failing = dataclasses.replace(state, failures=1)
    assert poll_soon(failing, NOW, options) == failing


ITEMS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["one", "two", "three"]), min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), ITEMS), max_size=10))
@example(steps=[(False, {"a": "one"}), (True, {"a": "two"}), (False, {"a": "one"})])
def test_whichever_way_an_item_comes_each_version_is_told_once(steps: list[tuple[bool, dict[str, str]]], options: PollerOptions) -> None:
    """Documents polled and pushed in any order, whole or in part, with a restart after each."""
    asyncio.run(_live_through(steps, options))


async def _live_through(steps: list[tuple[bool, dict[str, str]]], options: PollerOptions) -> None:
    state = FeedState(feed_id=FEED.feed_id, url=FEED.url)
    shown: dict[str, list[str]] = {}
    told: dict[str, list[str]] = {}
    for is_push, items in steps:
        entries = [{"guid": name, "title": name, "description": text} for name, text in items.items()]
        result = await (pushed(entries, options, state) if is_push else polled(entries, options, state))
        state = decode(encode(result.state), FeedState)
        for name, text in items.items():
            if shown.setdefault(name, [])[-1:] != [text]:
                shown[name].append(text)
        for article in result.articles:
            told.setdefault(article.title or "", []).append(article.text)
            assert article.version == len(told[article.title or ""])
        assert told == shown
