"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from dateline.poller.parsing.dates import Dates
from dateline.poller.parsing.feeds import Item, ParsedFeed, Unreadable
from dateline.poller.parsing.fields import MAX_SUMMARY, MOST_ENTRIES, address, addresses, latest, line, lines
from dateline.poller.text import html_to_text


def parse_json(text: str, url: str, max_items: int, limit: int) -> ParsedFeed | Unreadable:
    try:
        feed = orjson.loads(text.lstrip("\ufeff").rstrip("\0"))
    except orjson.JSONDecodeError as error:
        return Unreadable(f"parse: not JSON: {error}"[:300])
    if not isinstance(feed, dict) or not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/"):
        return Unreadable("parse: JSON, but no JSON Feed: its version is not one of jsonfeed.org")
    raw, hubs = feed.get("items"), feed.get("hubs")
    if isinstance(raw, list) and len(raw) > MOST_ENTRIES:
        return Unreadable(f"parse: more than {MOST_ENTRIES} items")
    language = line(feed.get("language"))
    dates = Dates(language)
    told = [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
    kept = latest([(dates.read(item.get("date_published")), item) for item in told], max_items)
    items = (_item(item, published, url, language, dates, limit) for published, item in kept)
    return ParsedFeed(
        title=line(feed.get("title")),
        items=tuple(item for item in items if item.says_something()),
        language=language,
        hubs=addresses((hub.get("url") for hub in hubs if isinstance(hub, dict)), url) if isinstance(hubs, list) else (),
        self_url=address(feed.get("feed_url"), url),
    )


def _item(item: Mapping[str, Any], published: datetime | None, base: str, language: str | None, dates: Dates, limit: int) -> Item:
    told = [item.get("content_html"), item.get("content_text"), item.get("summary")]
    texts = [html_to_text(value, limit) for value in told if isinstance(value, str)]
    authors = item.get("authors")
    single = item.get("author")  # JSON Feed 1.0
    names = [author.get("name") for author in (*(authors if isinstance(authors, list) else ()), single) if isinstance(author, dict)]
    tags = item.get("tags")
    guid, summary = item.get("id"), item.get("summary")
    return Item(
        guid=line(str(guid)) if isinstance(guid, str | int) else None,
        url=address(item.get("url") or item.get("external_url"), base),
        title=line(item.get("title")),
        summary=html_to_text(summary, MAX_SUMMARY) or None if isinstance(summary, str) else None,
        text=max(texts, key=len, default=""),
        published=published,
        updated=dates.read(item.get("date_modified")),
        authors=lines(names),
        tags=lines(tags if isinstance(tags, list) else ()),
        language=line(item.get("language")) or language,
        source=None,
    )
