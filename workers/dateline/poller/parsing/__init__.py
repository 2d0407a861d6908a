"""Parsing: the bytes of a feed → its items, cleaned and bounded, and what it says of itself. A module for each kind of format.

    parsed = parse_feed(body, url, content_type, max_items, max_text_chars)     # ParsedFeed or Unreadable

What is a web page instead is unreadable, and names the feeds that its head does.

Blocking and slow: run it in a `Reader` (see ../reading.py).
"""

from dateline.poller.parsing.discovery import discover
from dateline.poller.parsing.feeds import FeedLink, Item, ParsedFeed, Unreadable
from dateline.poller.parsing.fields import MAX_LINE
from dateline.poller.parsing.formats import parse_feed

__all__ = ["MAX_LINE", "FeedLink", "Item", "ParsedFeed", "Unreadable", "discover", "parse_feed"]
