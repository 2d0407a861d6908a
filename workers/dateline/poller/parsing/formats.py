"""Which format these bytes are in. Their own first characters tell: servers' content types do not."""

from __future__ import annotations

import dataclasses

from dateline.poller.parsing.feeds import ParsedFeed, Unreadable
from dateline.poller.parsing.json_feed import parse_json
from dateline.poller.parsing.xml_feed import parse_xml


def parse_feed(body: bytes, url: str, content_type: str | None, max_items: int, max_text_chars: int) -> ParsedFeed | Unreadable:
    """The items of a feed: at most `max_items`, the latest when there are more, each text at most `max_text_chars`."""
    if body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        parsed = parse_json(body, url, max_items, max_text_chars)
    else:
        parsed = parse_xml(body, url, content_type, max_items, max_text_chars)
    if isinstance(parsed, Unreadable):
        return parsed
    return dataclasses.replace(parsed, items=tuple(item for item in parsed.items if item.title or item.text or item.url))
