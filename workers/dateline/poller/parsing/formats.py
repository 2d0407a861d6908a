"""Which format a document is in. Its own first characters tell: servers' content types do not."""

from __future__ import annotations

from collections.abc import Set

from dateline.poller.parsing.decoding import decode
from dateline.poller.parsing.discovery import discover
from dateline.poller.parsing.feeds import ParsedFeed, Unreadable
from dateline.poller.parsing.json_feed import parse_json
from dateline.poller.parsing.mending import feed_name
from dateline.poller.parsing.xml_feed import parse_xml


def parse_feed(
    body: bytes, url: str, content_type: str | None, max_items: int, max_text_chars: int, known: Set[str] = frozenset()
) -> ParsedFeed | Unreadable:
    """The items of a feed: at most `max_items`, the latest when there are more, each text at most `max_text_chars`.

    Of those whose marks are `known` it may be told only that they are there.
    """
    text = decode(body, content_type)
    if text[:4_096].lstrip("\ufeff\0 \t\r\n").startswith("{"):
        return parse_json(text, url, max_items, max_text_chars)
    if root := feed_name(text):
        return parse_xml(text, root, url, max_items, max_text_chars, known)
    return _no_feed(text, url)


def _no_feed(text: str, url: str) -> Unreadable:
    if feeds := discover(text, url):
        return Unreadable(f"parse: no feed, but a web page that names {len(feeds)}, first {feeds[0].url}"[:300], feeds)
    return Unreadable(f"parse: no feed: neither RSS, Atom nor JSON Feed, it begins with {text[:60].strip()!r}")
