"""Parsing: the bytes of a feed → its items, cleaned and bounded. RSS, Atom and RDF by feedparser, JSON Feed 1.x here.

Blocking and slow: run it in a `Reader` (see reading.py).
"""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
import orjson

from dateline.poller.text import clean_line, html_to_text

MAX_LINE = 1_000  # titles, names, ids: longer ones are mistakes or attacks
MAX_SUMMARY = 2_000  # a paragraph or two; the text is its own field
MAX_URL = 4_000
MAX_NAMES = 20  # authors and tags of one item


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str | None
    items: tuple[Item, ...]  # in the feed's order


@dataclass(frozen=True, slots=True)
class Unreadable:
    """These bytes could not be read; `reason` says why."""

    reason: str


def parse_feed(body: bytes, url: str, content_type: str | None, max_items: int, max_text_chars: int) -> ParsedFeed | Unreadable:
    """The items of a feed: at most `max_items`, the latest when there are more, each text at most `max_text_chars`."""
    if body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        parsed = _parse_json(body, url, max_items, max_text_chars)
    else:
        parsed = _parse_xml(body, url, content_type, max_items, max_text_chars)
    if isinstance(parsed, Unreadable):
        return parsed
    items = tuple(item for item in parsed.items if item.title or item.text or item.url)
    return ParsedFeed(title=parsed.title, items=items)


_SURROGATES = re.compile(rb"&#(?:x0*d[89a-f][0-9a-f]{2}|0*5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));", re.IGNORECASE)
"""References to half a character (U+D800 to U+DFFF): one of them makes feedparser give up the whole feed."""


def _parse_xml(body: bytes, url: str, content_type: str | None, max_items: int, limit: int) -> ParsedFeed | Unreadable:
    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    try:
        # As a stream: bytes would be tried as an address and as a file name first
        parsed = feedparser.parse(
            io.BytesIO(_SURROGATES.sub(b"", body)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, OverflowError) as error:
        return Unreadable(f"parse: feedparser gave up: {type(error).__name__}: {error}"[:300])  # seen with fuzzed bytes
    if not parsed.entries and not parsed.get("version"):
        return Unreadable(f"parse: no feed: {parsed.get('bozo_exception') or 'neither RSS, Atom nor JSON Feed'}"[:300])
    language = _line(parsed.feed.get("language"))
    entries = _latest([(_published(entry) or _updated(entry), entry) for entry in parsed.entries], max_items)
    return ParsedFeed(
        title=_line(parsed.feed.get("title")),
        items=tuple(_entry_item(entry, parsed.feed.get("link") or url, language, limit) for entry in entries),
    )


def _entry_item(entry: Mapping[str, Any], base: str, language: str | None, limit: int) -> Item:
    contents = [part.get("value") for part in entry.get("content") or () if _is_text(part.get("type"))]
    texts = [html_to_text(value, limit) for value in (*contents, entry.get("summary")) if isinstance(value, str)]
    summary = entry.get("summary")
    return Item(
        guid=_line(entry.get("id")),
        url=_url(entry.get("feedburner_origlink") or entry.get("link"), base),
        title=_line(entry.get("title")),
        summary=html_to_text(summary, MAX_SUMMARY) or None if isinstance(summary, str) else None,
        text=max(texts, key=len, default=""),
        published=_published(entry),
        updated=_updated(entry),
        authors=_lines(author.get("name") for author in entry.get("authors") or ()),
        tags=_lines(tag.get("label") or tag.get("term") for tag in entry.get("tags") or ()),
        language=_line((entry.get("title_detail") or {}).get("language")) or language,
        source=_line((entry.get("source") or {}).get("title")),
    )


def _parse_json(body: bytes, url: str, max_items: int, limit: int) -> ParsedFeed | Unreadable:
    try:
        feed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Unreadable(f"parse: not JSON: {error}"[:300])
    if not isinstance(feed, dict) or not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/"):
        return Unreadable("parse: JSON, but no JSON Feed: its version is not one of jsonfeed.org")
    raw = feed.get("items")
    dated = [(_instant(item.get("date_published")), item) for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
    language = _line(feed.get("language"))
    return ParsedFeed(
        title=_line(feed.get("title")), items=tuple(_json_item(item, url, language, limit) for item in _latest(dated, max_items))
    )


def _json_item(item: Mapping[str, Any], base: str, language: str | None, limit: int) -> Item:
    told = [item.get("content_html"), item.get("content_text"), item.get("summary")]
    texts = [html_to_text(value, limit) for value in told if isinstance(value, str)]
    authors = item.get("authors")
    single = item.get("author")  # JSON Feed 1.0
    names = [author.get("name") for author in (*(authors if isinstance(authors, list) else ()), single) if isinstance(author, dict)]
    tags = item.get("tags")
    guid, summary = item.get("id"), item.get("summary")
    return Item(
        guid=_line(str(guid)) if isinstance(guid, str | int) else None,
        url=_url(item.get("url") or item.get("external_url"), base),
        title=_line(item.get("title")),
        summary=html_to_text(summary, MAX_SUMMARY) or None if isinstance(summary, str) else None,
        text=max(texts, key=len, default=""),
        published=_instant(item.get("date_published")),
        updated=_instant(item.get("date_modified")),
        authors=_lines(names),
        tags=_lines(tags if isinstance(tags, list) else ()),
        language=_line(item.get("language")) or language,
        source=None,
    )


def _latest(dated: list[tuple[datetime | None, Any]], count: int) -> list[Any]:
    """The `count` latest entries in the feed's order; undated ones count as latest, for they may be new."""
    if len(dated) > count:
        by_date = sorted(range(len(dated)), key=lambda i: dated[i][0] or datetime.max.replace(tzinfo=UTC), reverse=True)
        kept = sorted(by_date[:count])
        return [dated[i][1] for i in kept]
    return [entry for _, entry in dated]


def _is_text(content_type: object) -> bool:
    return not isinstance(content_type, str) or content_type.startswith("text/") or "html" in content_type


def _line(value: object) -> str | None:
    return clean_line(html_to_text(value, MAX_LINE), MAX_LINE) or None if isinstance(value, str) else None


def _lines(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for value in values if (line := _line(value))))[:MAX_NAMES]


def _url(value: object, base: str) -> str | None:
    """An absolute http(s) address, or None."""
    if not isinstance(value, str) or len(value) > MAX_URL:
        return None
    try:
        url = urljoin(base, clean_line(value, MAX_URL))
    except ValueError:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None


def _published(entry: Mapping[str, Any]) -> datetime | None:
    return _moment(entry.get("published_parsed"))


def _updated(entry: Mapping[str, Any]) -> datetime | None:
    # feedparser answers with the publication date where there is no other
    return _moment(entry.get("updated_parsed")) if "updated_parsed" in entry else None


def _moment(parsed: object) -> datetime | None:
    """feedparser's dates: nine numbers in UTC."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _instant(value: object) -> datetime | None:
    """JSON Feed's dates: RFC 3339."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
