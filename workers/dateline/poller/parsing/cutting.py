"""Cutting: the items of a feed as they stand in its document, so that those read before need not be read again.

A feed that brings an item shows the other forty once more, letter by letter. Each gets a mark, of its letters and of all outside it
that its reading depends on; the items of known marks are taken out before feedparser sees the document. Where anything is unusual no
item is marked and nothing is taken out.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

_PIECE = re.compile(r"<(?:item|entry)(?=[\s>])|</(?:item|entry)\s*>|<!\[CDATA\[|\]\]>|<[!?]")
_DATE = re.compile(r"<(lastBuildDate|pubDate|updated|dc:date)>[^<]{0,100}</\1>")  # of the whole feed: another with each item
_ITEMS = {"rss": "item", "feed": "entry"}


@dataclass(frozen=True, slots=True)
class Cut:
    """A document in pieces; `marks` are those of its items."""

    head: str
    items: tuple[str, ...]
    tail: str
    marks: tuple[str, ...]

    def without(self, known: Collection[str]) -> str:
        """The document as if the items of these marks were not in it."""
        return "".join((self.head, *(item for item, mark in zip(self.items, self.marks, strict=True) if mark not in known), self.tail))


def cut(markup: str, root: str, *context: object) -> Cut | None:
    """The pieces of a document whose outermost element is `root`; None where they may mean something else apart than together.

    `context` is what else decides how an item is read.
    """
    spans = _spans(markup, _ITEMS[root]) if root in _ITEMS else None
    if not spans or any(markup[end:start].strip() for (_, end), (start, _) in pairwise(spans)):
        return None
    items = tuple(markup[start:end] for start, end in spans)
    if any("xmlns" in item for item in items):  # for feedparser such a declaration holds in all that follows
        return None
    head, tail = markup[: spans[0][0]], markup[spans[-1][1] :]
    around = "\0".join((_DATE.sub("", head), _DATE.sub("", tail), *map(repr, context)))
    key = blake2b(around.encode(), digest_size=32).digest()
    return Cut(head, items, tail, tuple(_mark(item, key) for item in items))


def _spans(markup: str, name: str) -> list[tuple[int, int]] | None:
    """Where each item begins and ends. None where items, or sections of plain characters, are not one after the other; and of a
    document with comments or instructions, which may hold anything."""
    spans: list[tuple[int, int]] = []
    start, in_section = -1, False
    for found in _PIECE.finditer(markup):
        piece = found[0]
        if in_section:
            in_section = piece != "]]>"
        elif piece == "<![CDATA[":
            in_section = True
        elif piece == f"<{name}" and start < 0:
            start = found.start()
        elif piece.startswith(f"</{name}") and start >= 0:
            spans.append((start, found.end()))
            start = -1
        else:
            return None
    return spans if start < 0 and not in_section else None


def _mark(item: str, key: bytes) -> str:
    return urlsafe_b64encode(blake2b(item.encode(), digest_size=6, key=key).digest()).decode()
