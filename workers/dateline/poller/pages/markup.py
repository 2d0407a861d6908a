"""Markup: the bytes of a page as a tree of elements, bounded in depth (by libxml2, 256) and in size."""

from __future__ import annotations

from typing import cast

import lxml.html
from lxml import etree

from dateline.poller.parsing.decoding import decode

MAX_ELEMENTS = 60_000  # the largest of 181 news pages has 1,600; more are an attack, and are not looked through


def parse_page(body: bytes, content_type: str | None = None) -> lxml.html.HtmlElement | None:
    """The page's tree without comments; None when it is empty, no HTML, or too large to be an article."""
    # Bytes, so that an XML declaration inside does not matter; NUL ends a document for libxml2
    text = decode(body, content_type).replace("\0", "").encode("utf-8", "ignore")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return tree if count_elements(tree) <= MAX_ELEMENTS else None


def count_elements(tree: lxml.html.HtmlElement) -> int:
    return int(cast(float, tree.xpath("count(//*)")))
