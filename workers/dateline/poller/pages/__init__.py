"""Pages: the bytes of an article's web page → its text.

    text = page_text(body, content_type, max_chars)      # blocking and slow: run it in a `Reader` (see ../reading.py)

Inside: markup (bytes as a tree) → body (the article's text in it).
"""

from __future__ import annotations

from datetime import UTC, datetime

import trafilatura

from dateline.poller.pages.body import article_text
from dateline.poller.pages.markup import parse_page
from dateline.poller.parsing import MAX_LINE, Item
from dateline.poller.text import clean_line


def page_text(body: bytes, content_type: str | None, max_chars: int) -> str:
    """The article's own text, a paragraph a line; "" when the page holds none."""
    tree = parse_page(body, content_type)
    return article_text(tree, max_chars) if tree is not None else ""


def page_item(body: bytes, content_type: str | None, url: str, max_chars: int) -> Item:
    """What a page says of itself, for a page that no feed told of."""
    told = trafilatura.extract_metadata(body, default_url=url)
    return Item(
        guid=None,
        url=url,
        title=clean_line(told.title or "", MAX_LINE) or None if told else None,
        summary=clean_line(told.description or "", MAX_LINE) or None if told else None,
        text=page_text(body, content_type, max_chars),
        published=datetime.fromisoformat(told.date).replace(tzinfo=UTC) if told and told.date else None,
        updated=None,
        authors=tuple(name.strip() for name in told.author.split(";")) if told and told.author else (),
        tags=(),
        language=told.language if told else None,
        source=clean_line(told.sitename or "", MAX_LINE) or None if told else None,
    )
