"""Parsing: the bytes of a feed → its items, cleaned and bounded, and what it says of itself. A module for each kind of format.

    parsed = parse_feed(body, url, content_type, max_items, max_text_chars)     # ParsedFeed or Unreadable

Blocking and slow: run it in a `Reader` (see ../reading.py).
"""

from dateline.poller.parsing.feeds import Item, ParsedFeed, Unreadable
from dateline.poller.parsing.fields import MAX_LINE
from dateline.poller.parsing.formats import parse_feed

__all__ = ["MAX_LINE", "Item", "ParsedFeed", "Unreadable", "parse_feed"]
