"""What the poller promises over time: each version of each item once, whatever is edited, broken or killed in between."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_here import here

from dateline.codec import content_id, decode, encode
from dateline.poller import (
    Feed,
    FeedState,
    Fetched,
    Gone,
    NotModified,
    PollerOptions,
    PollResult,
    Retry,
    feed,
    keep,
    poll,
)
from dateline.poller.fetching import Outcome
from dateline.records import Article

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FEED = feed("https://andes.example/feed", name="Andes Daily", country="PE", page_text=False)


@dataclass
class World:
    """A web of addresses and what each gives now."""

    pages: dict[str, Outcome] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        self.asked.append((url, etag))
        page = self.pages.get(url, Retry("status: HTTP 404"))
        return NotModified() if isinstance(page, Fetched) and etag and page.etag == etag else page

    async def fetch_page(self, url: str, *, max_bytes: int) -> Outcome:
        return await self.fetch(url, max_bytes=max_bytes)


def rss(items: Sequence[Mapping[str, str]]) -> bytes:
    entries = "".join("<item>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in item.items()) + "</item>" for item in items)
    return f"<rss version='2.0'><channel><title>Andes</title>{entries}</channel></rss>".encode()


def found(body: bytes, etag: str | None = None, url: str = FEED.url) -> Fetched:
    return Fetched(url=url, body=body, etag=etag)


async def polled(
    body: bytes | Outcome,
    options: PollerOptions,
    state: FeedState | None = None,
    *,
    world: World | None = None,
    now: datetime = NOW,
    of: Feed = FEED,
) -> PollResult:
    world = world or World()
    world.pages[FEED.url] = found(body) if isinstance(body, bytes) else body
    return await poll(of, state, fetcher=world, read=here, options=options, now=now)


BRIDGE = {
    "title": "Bridge reopened",
    "link": "https://andes.example/bridge?utm_source=rss",
    "guid": "b-1",
    "description": "Cars cross again.",
}


async def test_a_new_item_is_an_article(options: PollerOptions) -> None:
    result = await polled(rss([BRIDGE | {"pubDate": "Fri, 19 Dec 2025 08:00:00 GMT"}]), options)
    [article] = result.articles
    assert (result.outcome, article.version, article.url) == ("news", 1, "https://andes.example/bridge")
    assert (article.title, article.text, article.text_basis) == ("Bridge reopened", "Cars cross again.", "feed")
    assert (article.published, article.published_basis) == (datetime(2025, 12, 19, 8, tzinfo=UTC), "stated")
    assert article.publisher is not None
    assert (article.publisher.name, article.publisher.domain, article.publisher.country) == ("Andes Daily", "andes.example", "PE")
    assert decode(encode(result.state), FeedState) == result.state


async def test_an_edited_item_is_the_next_version_of_its_article(options: PollerOptions) -> None:
    first = await polled(rss([BRIDGE]), options)
    same = await polled(rss([BRIDGE, {"title": "Other", "guid": "o"}]), options, first.state)
    edited = await polled(rss([BRIDGE | {"description": "Closed once more."}]), options, same.state)
    [article] = edited.articles
    assert article.article_id == first.articles[0].article_id
    assert article.version == 2
    assert article.published == first.articles[0].published  # undated: first seen stays first seen
    assert [other.title for other in same.articles] == ["Other"]


@pytest.mark.parametrize("date", ["Fri, 19 Dec 2036 08:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"])
async def test_an_absurd_date_is_when_it_was_first_seen(options: PollerOptions, date: str) -> None:
    [article] = (await polled(rss([BRIDGE | {"pubDate": date}]), options)).articles
    assert (article.published, article.published_basis) == (NOW, "first_seen")


async def test_items_that_share_guid_link_or_date_are_told_apart(options: PollerOptions) -> None:
    shared = {"guid": "same", "link": "https://andes.example/live", "pubDate": "Fri, 19 Dec 2025 08:00:00 GMT"}
    result = await polled(rss([shared | {"title": "One"}, shared | {"title": "Two"}, shared | {"title": "Two"}]), options)
    assert sorted(article.title or "" for article in result.articles) == ["One", "Two"]
    assert len({article.article_id for article in result.articles}) == 2


async def test_one_article_keeps_its_id_under_another_guid_scheme_or_feed(options: PollerOptions) -> None:
    first = await polled(rss([BRIDGE]), options)
    again = await polled(rss([BRIDGE | {"guid": "b-1#2", "link": "http://andes.example/bridge#top"}]), options, first.state)
    assert again.articles == ()
    other = feed("https://other.example/feed", page_text=False)
    world = World({other.url: found(rss([BRIDGE]), url=other.url)})
    elsewhere = await poll(other, None, fetcher=world, read=here, options=options, now=NOW)
    assert elsewhere.articles[0].article_id == first.articles[0].article_id


async def test_the_page_is_read_for_new_items_only_and_the_longer_text_wins(options: PollerOptions) -> None:
    paragraph = "A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority said in a statement. "
    page = f"<html><body><article><h1>Ferry</h1><p>{paragraph * 2}</p><p>{paragraph}</p></article></body></html>".encode()
    with_pages = dataclasses.replace(FEED, page_text=True)
    url = "https://andes.example/bridge?utm_source=rss"
    world = World({url: found(page, url=url)})
    first = await polled(rss([BRIDGE]), options, world=world, of=with_pages)
    assert first.articles[0].text_basis == "page"
    assert "Lake Kivu" in first.articles[0].text
    await polled(rss([BRIDGE, {"title": "No link"}]), options, first.state, world=world, of=with_pages)
    assert [asked for asked, _ in world.asked].count(url) == 1
    world.pages.clear()
    [without] = (await polled(rss([BRIDGE]), options, world=world, of=with_pages)).articles
    assert (without.text, without.text_basis) == ("Cars cross again.", "feed")


async def test_an_item_without_any_text_has_it_from_the_feed(options: PollerOptions) -> None:
    [article] = (await polled(rss([{"title": "Bridge reopened", "guid": "b-1"}]), options)).articles
    assert (article.text, article.text_basis) == ("", "feed")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("LIMA (Reuters) - Police said.", "Reuters"), ("LIMA, Peru (AP) — Police said.", "AP"), ("GENEVA (XNA) — Talks began.", "XNA"),
        ("Talks began.\n(Reporting by A. Ruiz in Lima; Editing by B. Cole)", "Reuters"), ("Talks began.\nSource: Xinhua", "Xinhua"),
        ("Talks began.\n© 2025 The Associated Press. All rights reserved.", "AP"), ("Talks began.\nCopyright 2025 Andes Daily.", None),
        ("Talks began on Friday. (AFP)", "AFP"), ("Talks began. — Associated Press", "AP"), ("The president (UN) spoke.", None),
        ("Talks.", None), ("The World Health Organization (WHO) said so.", None),
    ],
)  # fmt: skip
async def test_the_agency_credited_is_the_origin(options: PollerOptions, text: str, origin: str | None) -> None:
    [article] = (await polled(rss([BRIDGE | {"description": text}]), options)).articles
    assert article.origin == origin


async def test_validators_spare_the_server(options: PollerOptions) -> None:
    world = World()
    first = await polled(found(rss([BRIDGE]), etag='"1"'), options, world=world)
    second = await polled(found(rss([BRIDGE]), etag='"1"'), options, first.state, world=world)
    assert world.asked[-1] == (FEED.url, '"1"')
    assert (second.outcome, second.articles, second.state.seen) == ("not_modified", (), first.state.seen)


async def test_failures_keep_what_was_known(options: PollerOptions) -> None:
    first = await polled(rss([BRIDGE]), options)
    for trouble in (Retry("dns: no such host"), found(b"<html>Sign in</html>"), Gone()):
        after = await polled(trouble, options, first.state)
        assert after.articles == ()
        assert after.state.seen == first.state.seen
        assert after.state.last_reason
        assert (await polled(rss([BRIDGE]), options, after.state)).articles == ()


async def test_more_is_remembered_of_a_feed_with_long_documents(options: PollerOptions) -> None:
    roomy = dataclasses.replace(options, max_items=50, max_seen_items=400, min_seen_items=10, seen_documents=2)
    state = None
    for day in range(9):
        state = (await polled(rss([{"title": f"{day}-{number}"} for number in range(20)]), roomy, state)).state
    assert state is not None
    assert len(state.seen) == 40
    short = (await polled(rss([{"title": "8-19"}]), roomy, state)).state
    assert len(short.seen) == 40  # one short document makes nothing be forgotten


async def test_the_table_of_seen_items_is_bounded_and_forgets_the_longest_unseen(options: PollerOptions) -> None:
    state = None
    for day in range(5):
        state = (await polled(rss([{"title": f"{day}-{number}"} for number in range(20)]), options, state)).state
    assert state is not None
    assert len(state.seen) == options.max_seen_items
    assert (await polled(rss([{"title": f"4-{number}"} for number in range(20)]), options, state)).articles == ()


async def test_a_feed_is_asked_where_its_state_says_it_lives_now(options: PollerOptions) -> None:
    there = "https://andes.example/new/feed"
    world = World({there: found(rss([BRIDGE]), url=there)})
    state = FeedState(feed_id=FEED.feed_id, url=there, listed=FEED.url)
    result = await poll(FEED, state, fetcher=world, read=here, options=options, now=NOW)
    assert [article.title for article in result.articles] == ["Bridge reopened"]
    assert (world.asked, result.state.url, result.state.feed_id) == ([(there, None)], there, FEED.feed_id)


class KilledError(Exception):
    """The process is killed here."""


@dataclass
class Disk:
    """A store that outlives crashes. `crash_at` is the write, of the next ones, at which the process dies: before or after it."""

    state: bytes | None = None
    articles: list[Article] = field(default_factory=list)
    crash_at: tuple[int, bool] | None = None

    def _write(self, write: Callable[[], None]) -> None:
        number, after = self.crash_at or (-1, False)
        self.crash_at = (number - 1, after) if self.crash_at else None
        if number == 0 and not after:
            raise KilledError
        write()
        if number == 0:
            raise KilledError

    async def save(self, state: FeedState) -> None:
        self._write(lambda: setattr(self, "state", encode(state)))

    async def publish(self, articles: Sequence[Article]) -> None:
        for article in articles:
            self._write(lambda article=article: self.articles.append(article))  # type: ignore[misc]


ITEMS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["one", "two", "three"]), max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(ITEMS, st.one_of(st.none(), st.tuples(st.integers(0, 5), st.booleans()))),
        st.sampled_from([Retry("status: HTTP 500"), Gone("gone"), found(b"junk")]),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
@example(steps=[({"a": "one"}, None), ({"a": "two"}, (2, False)), ({"a": "one"}, None)])  # killed before the last save, then back again
def test_each_version_of_each_item_is_delivered_once_whatever_happens(steps: list[object], options: PollerOptions) -> None:
    """Contents, failures and kills in any order. Without a kill nothing comes twice; with one, what comes twice is the same."""
    asyncio.run(_live_through(steps, options))


async def _live_through(steps: list[object], options: PollerOptions) -> None:
    disk, now = Disk(), NOW
    shown: dict[str, list[str]] = {}  # by item, the texts that a whole poll saw, one after the other
    for step in [*steps]:
        now += timedelta(hours=1)
        state = decode(disk.state, FeedState) if disk.state else None
        if not isinstance(step, tuple):
            await keep(state, await polled(step, options, state, now=now), disk)  # type: ignore[arg-type]
            continue
        items, disk.crash_at = step
        body = rss([{"guid": name, "title": name, "description": text} for name, text in items.items()])
        document = found(body, etag=content_id(body.decode()))  # an honest server: "not modified" to whoever has just this
        before = len(disk.articles)
        try:
            await keep(state, await polled(document, options, state, now=now), disk)
        except KilledError:
            continue
        finally:
            disk.crash_at = None
        delivered = disk.articles[before:]
        assert len({article.article_id for article in delivered}) == len(delivered)
        for name, text in items.items():
            if shown.setdefault(name, [])[-1:] != [text]:
                shown[name].append(text)
        latest = {article.title: article.text for article in disk.articles}
        assert {name: latest[name] for name in items} == items  # nothing lost: the last delivered version is what is shown
    contents: dict[tuple[str, int], str] = {}
    for article in disk.articles:
        assert contents.setdefault((article.article_id, article.version), article.text) == article.text  # no version has two contents
    if all(not isinstance(step, tuple) or step[1] is None for step in steps):
        told = {name: [article.text for article in disk.articles if article.title == name] for name in shown}
        assert told == shown  # nobody was killed: each version exactly once, in order


PAGE_URL = "https://andes.example/bridge"
LONG = [
    f"<p>Report {number}: cars crossed the bridge again on Saturday, after engineers had tested it for a week, said the ministry.</p>"
    for number in range(9)
]


def article_page(head: str = "", body: str = "".join(LONG)) -> bytes:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode()


async def article_of(page: bytes, options: PollerOptions, item: Mapping[str, str] = BRIDGE, at: str = PAGE_URL) -> Article:
    world = World({item["link"]: found(page, url=at)})
    [article] = (await polled(rss([item]), options, world=world, of=dataclasses.replace(FEED, page_text=True))).articles
    return article


async def test_a_page_adds_what_its_feed_does_not_say(options: PollerOptions) -> None:
    head = (
        "<link rel='canonical' href='https://andes.example/2025/bridge-reopened'><meta name='author' content='AFP'>"
        "<meta property='article:published_time' content='2025-12-19T08:00:00Z'><meta property='og:title' content='Of the page'>"
    )
    bare = {"link": BRIDGE["link"], "guid": "b-1"}
    article = await article_of(article_page(head), options, bare)
    assert (article.title, article.url, article.authors) == ("Of the page", "https://andes.example/2025/bridge-reopened", ("AFP",))
    assert (article.published, article.published_basis) == (datetime(2025, 12, 19, 8, tzinfo=UTC), "stated")
    assert (article.origin, article.text_basis) == ("AFP", "page")
    named = await article_of(article_page(head), options)
    assert named.title == "Bridge reopened"


async def test_an_articles_id_is_the_same_whether_its_page_was_read_or_not(options: PollerOptions) -> None:
    read = await article_of(article_page("<link rel='canonical' href='https://andes.example/2025/bridge-reopened'>"), options)
    [unread] = (await polled(rss([BRIDGE]), options)).articles
    assert read.article_id == unread.article_id


async def test_an_address_that_several_pages_claim_is_none_of_theirs(options: PollerOptions) -> None:
    claim = article_page("<link rel='canonical' href='https://andes.example/2025/bridge-reopened'>")
    items = [{"title": name, "link": f"https://andes.example/{name}"} for name in ("one", "two")]
    world = World({item["link"]: found(claim, url=item["link"]) for item in items})
    articles = (await polled(rss(items), options, world=world, of=dataclasses.replace(FEED, page_text=True))).articles
    assert sorted(article.url or "" for article in articles) == ["https://andes.example/one", "https://andes.example/two"]


async def test_behind_a_wall_the_feeds_text_serves(options: PollerOptions) -> None:
    sent_away = await article_of(article_page(), options, at="https://consent.andes.example/?next=bridge")
    assert (sent_away.text, sent_away.text_basis, sent_away.url) == ("Cars cross again.", "feed", PAGE_URL)
    stub = await article_of(article_page(body=LONG[0] + "<p>Subscribe to continue reading.</p>"), options)
    assert (stub.text, stub.text_basis) == ("Cars cross again.", "feed")


@pytest.mark.parametrize(
    ("of_feed", "of_page", "language"), [("en", "en-GB", "en"), ("en", "de", None), (None, "de_AT", "de"), ("en", None, "en")]
)
async def test_the_language_is_what_feed_and_page_agree_on(
    options: PollerOptions, of_feed: str | None, of_page: str | None, language: str | None
) -> None:
    body = rss([BRIDGE]).replace(b"<channel>", f"<channel><language>{of_feed}</language>".encode() if of_feed else b"<channel>")
    world = World(
        {BRIDGE["link"]: found(article_page(f"<meta property='og:locale' content='{of_page}'>" if of_page else ""), url=PAGE_URL)}
    )
    [article] = (await polled(body, options, world=world, of=dataclasses.replace(FEED, page_text=True))).articles
    assert article.language == language


async def test_a_page_that_only_sends_on_is_followed_once(options: PollerOptions) -> None:
    def sends_to(url: str) -> bytes:
        return (
            f"<html><head><meta http-equiv='Refresh' content='0; URL={url}'></head><body>You are being redirected.</body></html>".encode()
        )

    world = World({BRIDGE["link"]: found(sends_to("/story"), url=PAGE_URL)})
    world.pages["https://andes.example/story"] = found(article_page(), url="https://andes.example/story")
    with_pages = dataclasses.replace(FEED, page_text=True)
    [article] = (await polled(rss([BRIDGE]), options, world=world, of=with_pages)).articles
    assert (article.text_basis, article.url) == ("page", "https://andes.example/story")
    world.pages["https://andes.example/story"] = found(sends_to(PAGE_URL), url="https://andes.example/story")
    [unread] = (await polled(rss([BRIDGE]), options, world=world, of=with_pages)).articles
    assert (unread.text_basis, unread.article_id) == ("feed", article.article_id)


async def test_a_poll_asks_for_pages_only_so_long(options: PollerOptions) -> None:
    world = World({BRIDGE["link"]: found(article_page(), url=PAGE_URL)})
    hurried = dataclasses.replace(options, pages_patience_s=0)
    [article] = (await polled(rss([BRIDGE]), hurried, world=world, of=dataclasses.replace(FEED, page_text=True))).articles
    assert (article.text, article.text_basis) == ("Cars cross again.", "feed")
