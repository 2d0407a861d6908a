"""RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, CDF: by feedparser."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from itertools import islice
from typing import Any

import feedparser

from dateline.poller.parsing.cutting import cut
from dateline.poller.parsing.dates import Dates
from dateline.poller.parsing.feeds import Item, ParsedFeed, Unreadable
from dateline.poller.parsing.fields import MAX_SUMMARY, MOST_ENTRIES, address, addresses, latest, line, lines
from dateline.poller.parsing.mending import mend
from dateline.poller.text import html_to_text

_ENTRY = re.compile(r"<(?:[\w.-]{1,30}:)?(?:item|entry)\b", re.IGNORECASE)
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def parse_xml(
    text: str, root: tuple[str, int], url: str, max_items: int, limit: int, known: Set[str] = frozenset()
) -> ParsedFeed | Unreadable:
    """`root` is what `feed_name` found in the text."""
    if next(islice(_ENTRY.finditer(text), MOST_ENTRIES, None), None):
        return Unreadable(f"parse: more than {MOST_ENTRIES} items")
    markup = mend(text, *root)
    # RSS knows no base: feedparser would make every guid an address on it
    base = url if root[0].lower().endswith("feed") else None
    pieces = cut(markup, root[0], url, limit)
    marks = pieces.marks if pieces and len(pieces.marks) <= max_items else ()
    if pieces and not known.isdisjoint(marks):
        parsed = _parse(pieces.without(known), base)
        if not isinstance(parsed, Unreadable) and _is_true_to(parsed, [mark for mark in marks if mark not in known]):
            return _read(parsed, url, max_items, limit, marks, known)
    parsed = _parse(markup, base)
    if isinstance(parsed, Unreadable):
        return parsed
    return _read(parsed, url, max_items, limit, marks if _is_true_to(parsed, marks) else ())


def _parse(markup: str, base: str | None) -> feedparser.FeedParserDict | Unreadable:
    headers = {"content-type": "application/xml; charset=utf-8"} | ({"content-location": base} if base else {})
    try:
        # As a stream: bytes would be tried as an address and as a file name first
        parsed = feedparser.parse(io.BytesIO(markup.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError, OverflowError) as error:
        return Unreadable(f"parse: feedparser gave up: {type(error).__name__}: {error}"[:300])  # seen with fuzzed bytes
    if not parsed.entries and not parsed.get("version"):
        return Unreadable(f"parse: no feed: {parsed.get('bozo_exception') or 'neither RSS, Atom nor JSON Feed'}"[:300])
    return parsed


def _is_true_to(parsed: feedparser.FeedParserDict, marks: Sequence[str]) -> bool:
    """Whether feedparser found the items that we did, in XML without a fault."""
    return not parsed.bozo and len(parsed.entries) == len(marks)


def _read(
    parsed: feedparser.FeedParserDict, url: str, max_items: int, limit: int, marks: Sequence[str], known: Set[str] = frozenset()
) -> ParsedFeed:
    """What feedparser found. `marks` are those of all items of the document, if they have any; it was shown those not `known`."""
    feed = parsed.feed
    language = line(feed.get("language"))
    dates = Dates(language)
    entries = latest([(dates.read(_stated(entry, "published", "created")), entry) for entry in parsed.entries], max_items)
    base = address(feed.get("link"), url) or url
    items = [_item(entry, published, base, language, dates, limit) for published, entry in entries]
    shown = iter(items)
    places = [(mark, None if mark in known else next(shown)) for mark in marks or [""] * len(items)]
    told = [(mark, item) for mark, item in places if item is None or item.says_something()]
    marked = not dates.misses  # else it depends on the items before one whether its date is read
    return ParsedFeed(
        title=line(feed.get("title")),
        items=tuple(dataclasses.replace(item, mark=mark) if mark and marked else item for mark, item in told if item),
        again=tuple((place, mark) for place, (mark, item) in enumerate(told) if item is None),
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


def _item(entry: Mapping[str, Any], published: datetime | None, base: str, language: str | None, dates: Dates, limit: int) -> Item:
    contents = [part.get("value") for part in entry.get("content") or () if _is_text(part.get("type"))]
    summary = entry.get("summary")
    told = [*contents, summary] if contents or summary else [entry.get("media_picture_description")]  # all that some videos tell
    texts = [html_to_text(value, limit) for value in told if isinstance(value, str)]
    return Item(
        guid=line(entry.get("id")),
        url=_link(entry, base),
        title=line(entry.get("title")),
        summary=html_to_text(summary, MAX_SUMMARY) or None if isinstance(summary, str) else None,
        text=max(texts, key=len, default=""),
        published=published,
        updated=dates.read(_stated(entry, "updated")),
        authors=lines(author.get("name") for author in entry.get("authors") or ()),
        tags=lines(tag.get("label") or tag.get("term") for tag in entry.get("tags") or ()),
        language=line((entry.get("title_detail") or {}).get("language")) or language,
        source=line((entry.get("source") or {}).get("title")),
    )


def _link(entry: Mapping[str, Any], base: str) -> str | None:
    link = entry.get("feedburner_origlink") or entry.get("link")
    if entry.get("guidislink") and link == entry.get("id") and not str(link).lower().startswith(("http://", "https://")):
        return None  # a guid that its feed forgot to call no permalink
    return address(link, base)


def _is_text(content_type: object) -> bool:
    return not isinstance(content_type, str) or content_type.startswith("text/") or "html" in content_type


def _stated(entry: Mapping[str, Any], *names: str) -> object:
    """The first of these dates as it is written. Past feedparser's own look-up, which answers with one date for another."""
    return next((value for name in names if (value := dict.get(entry, name))), None)  # type: ignore[call-overload]
