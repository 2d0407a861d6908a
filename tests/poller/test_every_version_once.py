"""The promise of the poller, over any history of a feed: each version of each item that a poll saw is delivered, and once.

A machine plays the publisher and the process: items appear, are edited, vanish and come back, under guids and links as unreliable as
they are found, while the server fails and the process is killed between any two writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from reading_here import here

from dateline.codec import decode, encode
from dateline.poller import FeedState, Fetched, Gone, NotModified, PollerOptions, Retry, feed, keep, poll
from dateline.poller.fetching import Outcome
from dateline.records import Article

START = datetime.fromisoformat("2025-12-20T12:00:00Z")
FEED = feed("https://andes.example/feed", page_text=False)


class Style(NamedTuple):
    """How a feed names its items."""

    guid: str  # kept, none, same (for all), position, session (another at every fetch), scheme (http today, https tomorrow)
    link: str  # kept, none, front (page), same, session
    date: str  # kept, none, same, absurd, session

    def can_be_told(self) -> bool:
        """Whether an edited item can be known again by anything at all."""
        by_guid = self.guid in ("kept", "scheme") and (self.link != "same" or self.date in ("kept", "none", "session"))
        by_date = self.date == "kept" and self.guid in ("none", "same") and self.link in ("none", "front")
        return by_guid or self.link == "kept" or by_date

    def can_be_told_under_another_title(self) -> bool:
        if self.guid in ("kept", "scheme"):
            return self.date == "kept" or self.link == "kept" or (self.date != "session" and self.link != "session")
        return self.link == "kept" and self.guid == "none"


STYLES = [
    style
    for guid in ("kept", "none", "same", "position", "session", "scheme")
    for link in ("kept", "none", "front", "same", "session")
    for date in ("kept", "none", "same", "absurd", "session")
    if (style := Style(guid, link, date)).can_be_told()
]


class KilledError(Exception):
    """The process is killed here."""


class Disk:
    """A store that outlives the process, which dies before write number `dies_before` of the next ones."""

    def __init__(self) -> None:
        self.state: bytes | None = None
        self.articles: list[Article] = []
        self.dies_before: int | None = None

    async def save(self, state: FeedState) -> None:
        self._live_on()
        self.state = encode(state)

    async def publish(self, articles: Sequence[Article]) -> None:
        for article in articles:
            self._live_on()
            self.articles.append(decode(encode(article), Article))

    def _live_on(self) -> None:
        if self.dies_before == 0:
            raise KilledError
        if self.dies_before is not None:
            self.dies_before -= 1


class Server:
    """Answers with the document it was given, or fails."""

    def __init__(self) -> None:
        self.answer: Outcome = Retry("status: HTTP 404")

    async def fetch(self, url: str, *, max_bytes: int, etag: str | None = None, last_modified: str | None = None) -> Outcome:
        unchanged = isinstance(self.answer, Fetched) and etag is not None and etag == self.answer.etag
        return NotModified() if unchanged else self.answer


class Publisher(RuleBasedStateMachine):
    options: PollerOptions

    @initialize(style=st.sampled_from(STYLES), with_etag=st.booleans())
    def open_feed(self, style: Style, with_etag: bool) -> None:
        self.style, self.with_etag = style, with_etag
        self.disk, self.server = Disk(), Server()
        self.now, self.fetches = START, 0
        self.shown: list[str] = []  # names of items in the document, the newest first
        self.texts: dict[str, str] = {}  # of every item there ever was
        self.titles: dict[str, str] = {}
        self.due: dict[str, list[str]] = {}  # by item, the versions that polls saw to their end
        self.killed = False

    @rule()
    def a_new_item(self) -> None:
        name = f"item{len(self.texts)}"
        self.texts[name] = f"{name} version 1"
        self.titles[name] = f"Title of {name}"
        self.shown.insert(0, name)

    @rule(data=st.data(), of_title_too=st.booleans())
    def an_edit(self, data: st.DataObject, of_title_too: bool) -> None:
        if self.shown:
            name = data.draw(st.sampled_from(self.shown))
            self.texts[name] = f"{name} version {int(self.texts[name].split()[-1]) + 1}"
            if of_title_too and self.style.can_be_told_under_another_title():
                self.titles[name] += ", edited"

    @rule(data=st.data())
    def an_item_vanishes(self, data: st.DataObject) -> None:
        if self.shown:
            self.shown.remove(data.draw(st.sampled_from(self.shown)))

    @rule(data=st.data())
    def an_item_comes_back(self, data: st.DataObject) -> None:
        if away := [name for name in self.texts if name not in self.shown]:
            self.shown.insert(data.draw(st.integers(0, len(self.shown))), data.draw(st.sampled_from(away)))

    @rule(answer=st.sampled_from([Retry("status: HTTP 500"), Retry("timeout", 60), Fetched(url=FEED.url, body=b"<html>Sign in"), Gone()]))
    def a_failure(self, answer: Outcome) -> None:
        self._poll(answer, None)

    @rule(dies_before=st.one_of(st.none(), st.none(), st.integers(0, 6)))
    def a_poll(self, dies_before: int | None) -> None:
        self.fetches += 1
        body = self._document()
        etag = '"' + str(hash(body)) + '"' if self.with_etag else None
        if self._poll(Fetched(url=FEED.url, body=body, etag=etag), dies_before):
            for name in self.shown:
                if self.due.setdefault(name, [])[-1:] != [self.texts[name]]:
                    self.due[name].append(self.texts[name])

    @invariant()
    def no_version_has_two_contents(self) -> None:
        contents: dict[tuple[str, int], tuple[str | None, str]] = {}
        for article in self.disk.articles if hasattr(self, "disk") else ():
            content = (article.title, article.text)
            assert contents.setdefault((article.article_id, article.version), content) == content

    @invariant()
    def every_version_was_delivered_once(self) -> None:
        if not hasattr(self, "disk"):
            return
        for name, versions in self.due.items():
            told = [article for article in self.disk.articles if article.tags == (name,)]
            assert len({article.article_id for article in told}) == 1
            once = {article.version: article.text for article in told}
            assert [text for text in once.values() if text in versions] == versions
            if not self.killed:
                assert [article.text for article in told] == versions
        names = {article.article_id: article.tags for article in self.disk.articles}
        assert all(names[article.article_id] == article.tags for article in self.disk.articles)

    def _poll(self, answer: Outcome, dies_before: int | None) -> bool:
        """Whether the poll came to its end. Each one is a new process that knows what the disk does."""
        self.now += timedelta(hours=1)
        self.server.answer = answer
        self.disk.dies_before = dies_before
        before = decode(self.disk.state, FeedState) if self.disk.state else None

        async def process() -> None:
            result = await poll(FEED, before, fetcher=self.server, read=here, options=self.options, now=self.now)
            await keep(before, result, self.disk)

        try:
            asyncio.run(process())
        except KilledError:
            self.killed = True
            return False
        return True

    def _document(self) -> bytes:
        items = "".join(self._item(name, position) for position, name in enumerate(self.shown))
        return f"<rss version='2.0'><channel><title>Andes</title><!-- {self.fetches} -->{items}</channel></rss>".encode()

    def _item(self, name: str, position: int) -> str:
        scheme = "https" if self.fetches % 2 else "http"
        guids = {
            "kept": f"id-{name}", "none": "", "same": "id", "position": str(position), "session": f"{name}-{self.fetches}",
            "scheme": f"{scheme}://andes.example/?p={name}",
        }  # fmt: skip
        links = {
            "kept": f"https://andes.example/{name}?utm_campaign={self.fetches}", "none": "", "front": "https://andes.example/",
            "same": "https://andes.example/news", "session": f"https://andes.example/x?sid={name}{self.fetches}",
        }  # fmt: skip
        moment = format_datetime(START - timedelta(minutes=list(self.texts).index(name)))
        dates = {
            "kept": moment, "none": "", "same": format_datetime(START), "absurd": "Thu, 01 Jan 2099 00:00:00 GMT",
            "session": format_datetime(self.now),
        }  # fmt: skip
        told = {
            "category": name, "title": self.titles[name], "guid": guids[self.style.guid], "link": links[self.style.link],
            "pubDate": dates[self.style.date],
            "description": self.texts[name],
        }  # fmt: skip
        return "<item>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in told.items() if text) + "</item>"


def test_each_version_of_each_item_is_delivered_once_whatever_the_feed_and_the_process_do(options: PollerOptions) -> None:
    Publisher.options = options
    run_state_machine_as_test(Publisher, settings=settings(max_examples=150, stateful_step_count=25, deadline=None))
