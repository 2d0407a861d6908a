"""Discovery: the feeds that a web page names, where a site's address was given for a feed's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from dateline.poller.parsing.feeds import FeedLink
from dateline.poller.parsing.fields import MAX_NAMES, address, line

_HEAD_CHARS = 300_000  # the links stand in a page's head, which scripts may make long
_TYPES = frozenset([
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/xml", "text/xml",
    "application/x-rss+xml", "application/rss", "application/atom", "text/rss+xml",
])  # fmt: skip
"""Not application/json: WordPress names its interface for programs so."""
_OF_COMMENTS = re.compile(r"comment|kommentar|comentario|comentári|commenti|reacties|komentar|комментари", re.IGNORECASE)


def discover(page: str, url: str) -> tuple[FeedLink, ...]:
    """The feeds that a page names in its head, the likeliest first: as it orders them, but those of comments last."""
    try:
        root = lxml.html.document_fromstring(page[:_HEAD_CHARS])
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return ()
    found: dict[str, FeedLink] = {}
    for link in _links(root, url):
        found.setdefault(link.url, link)
    return tuple(sorted(found.values(), key=_is_of_comments))[:MAX_NAMES]


def _links(root: lxml.html.HtmlElement, url: str) -> Iterator[FeedLink]:
    base = url
    if (told := next(root.iter("base"), None)) is not None:
        base = urljoin(url, address(told.get("href"), url) or "")
    for element in root.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        media_type = (element.get("type") or "").partition(";")[0].strip().lower()
        is_feed = ("alternate" in relations and media_type in _TYPES) or ("feed" in relations and media_type in ("", *_TYPES))
        if is_feed and (target := address(element.get("href"), base)) and target != url:
            yield FeedLink(target, line(element.get("title")), media_type or None)


def _is_of_comments(link: FeedLink) -> bool:
    return bool(_OF_COMMENTS.search(f"{link.title} {link.url}"))
