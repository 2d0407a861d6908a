"""What every format of feed comes to: items in plain text, and what the feed says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed as its publisher tells it, in plain text."""

    guid: str | None
    url: str | None
    title: str | None
    summary: str | None
    text: str  # the longest of what the feed tells of it
    published: datetime | None
    updated: datetime | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    language: str | None
    source: str | None  # the feed or outlet it was taken from, where told
    mark: str = ""  # of it as it stands in its document, see cutting.py; "" where it can't be known again by that

    def says_something(self) -> bool:
        return bool(self.title or self.text or self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed that could be read; perhaps without items."""

    title: str | None
    items: tuple[Item, ...]  # in the feed's order
    again: tuple[tuple[int, str], ...] = ()  # items of known marks, which were not read: their places among all, from 0, and marks
    language: str | None = None  # as the feed tags it
    hubs: tuple[str, ...] = ()  # addresses that push this feed by WebSub
    self_url: str | None = None  # the address the feed calls its own: what a hub knows it by
    hint_s: float | None = None  # how long the feed says that it stays as it is, in seconds: a wish, neither floored nor capped

    @property
    def count(self) -> int:
        return len(self.items) + len(self.again)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a web page names."""

    url: str
    title: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """These bytes could not be read; `reason` says why. A web page may name feeds that could be read instead."""

    reason: str
    feeds: tuple[FeedLink, ...] = ()
