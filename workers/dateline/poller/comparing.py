"""Comparing: a feed's document against what is known of the feed, so that only what differs is handed on.

Blocking: run it in a `Reader` (see reading.py). Nine in ten items stand in a document as they did, and the polling process, which
decides how many feeds are polled in a second, has nothing to do with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from dateline.poller.feeds import SeenItem
from dateline.poller.identity import Identified, UnreadItemError, identify
from dateline.poller.parsing import ParsedFeed, Unreadable, parse_feed


@dataclass(frozen=True, slots=True)
class Document:
    """What a document says of its feed, and its items, each once, as far as they differ from what is known."""

    feed: ParsedFeed  # without its items
    count: int  # of items in it, repeated ones included
    ids: tuple[str, ...]  # of the articles that they tell of, in the feed's order
    fresh: Mapping[str, Identified]  # by article, in that order: items that are new or edited, or whose page or delivery is still to come
    restated: Mapping[str, SeenItem]  # by article: what is known of items that say the same in other letters or with other claims


def compare(
    feed_id: str,
    seen: Mapping[str, SeenItem],
    body: bytes,
    url: str,
    content_type: str | None,
    max_items: int,
    max_text_chars: int,
) -> Document | Unreadable:
    """Read a document and tell what in it is not as it was `seen`. Items that stand in it as they did are not read again."""
    known = {item.mark: item for item in seen.values() if item.mark and item.claims and item.is_done()}
    for marks in (frozenset(known), frozenset[str]()):
        parsed = parse_feed(body, url, content_type, max_items, max_text_chars, marks)
        if isinstance(parsed, Unreadable):
            return parsed
        shown, again = iter(parsed.items), dict(parsed.again)
        items = [known[again[place]] if place in again else next(shown) for place in range(parsed.count)]
        with suppress(UnreadItemError):
            return _document(parsed, identify(feed_id, items, seen))
    raise AssertionError("an item that was read is said not to be")


def _document(parsed: ParsedFeed, found: list[Identified]) -> Document:
    restated = {}
    for it in found:
        if it.known and it.is_done():
            claims = it.claims.packed()
            if (it.known.claims, it.known.mark) != (claims, it.mark):
                restated[it.article_id] = dataclasses.replace(it.known, claims=claims, mark=it.mark)
    return Document(
        feed=dataclasses.replace(parsed, items=(), again=()),
        count=parsed.count,
        ids=tuple(it.article_id for it in found),
        fresh={it.article_id: it for it in found if not it.is_done()},
        restated=restated,
    )
