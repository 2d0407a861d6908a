"""RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, CDF: by feedparser."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from dateline.poller.parsing.feeds import Item, ParsedFeed, Unreadable
from dateline.poller.parsing.fields import MAX_SUMMARY, address, addresses, latest, line, lines
from dateline.poller.text import html_to_text

_SURROGATES = re.compile(rb"&#(?:x0*d[89a-f][0-9a-f]{2}|0*5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));", re.IGNORECASE)
"""References to half a character (U+D800 to U+DFFF): one of them makes feedparser give up the whole feed."""

_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def parse_xml(body: bytes, url: str, content_type: str | None, max_items: int, limit: int) -> ParsedFeed | Unreadable:
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
    feed = parsed.feed
    language = line(feed.get("language"))
    entries = latest([(_published(entry) or _updated(entry), entry) for entry in parsed.entries], max_items)
    return ParsedFeed(
        title=line(feed.get("title")),
        items=tuple(_item(entry, feed.get("link") or url, language, limit) for entry in entries),
        language=language,
        hubs=_links(feed, "hub", url),
        self_url=next(iter(_links(feed, "self", url)), None),
        hint_s=_hint(feed),
    )


def _links(feed: Mapping[str, Any], relation: str, base: str) -> tuple[str, ...]:
    return addresses((link.get("href") for link in feed.get("links") or () if link.get("rel") == relation), base)


def _hint(feed: Mapping[str, Any]) -> float | None:
    """Seconds from RSS's ttl (minutes), else from the syndication module's times a period."""
    minutes = _number(feed.get("ttl"))
    if minutes:
        return minutes * 60
    period = _PERIODS_S.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    times = _number(feed.get("sy_updatefrequency")) or 1
    return period / times if period else None


def _number(value: object) -> float | None:
    """A positive number of at most nine digits."""
    digits = value.strip() if isinstance(value, str) else ""
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _item(entry: Mapping[str, Any], base: str, language: str | None, limit: int) -> Item:
    contents = [part.get("value") for part in entry.get("content") or () if _is_text(part.get("type"))]
    texts = [html_to_text(value, limit) for value in (*contents, entry.get("summary")) if isinstance(value, str)]
    summary = entry.get("summary")
    return Item(
        guid=line(entry.get("id")),
        url=address(entry.get("feedburner_origlink") or entry.get("link"), base),
        title=line(entry.get("title")),
        summary=html_to_text(summary, MAX_SUMMARY) or None if isinstance(summary, str) else None,
        text=max(texts, key=len, default=""),
        published=_published(entry),
        updated=_updated(entry),
        authors=lines(author.get("name") for author in entry.get("authors") or ()),
        tags=lines(tag.get("label") or tag.get("term") for tag in entry.get("tags") or ()),
        language=line((entry.get("title_detail") or {}).get("language")) or language,
        source=line((entry.get("source") or {}).get("title")),
    )


def _is_text(content_type: object) -> bool:
    return not isinstance(content_type, str) or content_type.startswith("text/") or "html" in content_type


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
