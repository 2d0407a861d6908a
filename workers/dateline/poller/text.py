"""Text as it leaves the poller: what HTML says, cleaned once, so that no later stage changes it."""

from __future__ import annotations

import re
import unicodedata

import lxml.html
from lxml import etree

# Control characters, lone surrogates and what is written only to steer display: NULs break consumers, zero-width
# characters split names. Tab and newline stay.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n ?(?:\n ?)+")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_UNREAD = ("script", "style", "template", "noscript", "iframe", "svg", "form", "head")
_BLOCKS = (
    "p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "figure", "figcaption", "section", "article", "header",
    "footer", "aside", "hr", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
)  # fmt: skip


def clean(text: str, limit: int) -> str:
    """At most `limit` characters of `text`: NFC, no control characters or lone surrogates, single spaces, at most one empty line."""
    text = text[: 4 * limit]  # bounds the work; what is dropped below is rarely three quarters of a text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    text = _BREAKS.sub("\n\n", _SPACES.sub(" ", text))
    return text.replace(" \n", "\n").replace("\n ", "\n").strip()[:limit].rstrip()


def clean_line(text: str, limit: int) -> str:
    """The same on one line."""
    return " ".join(clean(text, limit).split())


def html_to_text(html: str, limit: int) -> str:
    """What a piece of HTML says, a line for each block; text without markup passes through. Never raises on bad HTML."""
    html = _UNWANTED.sub("", html[: 20 * limit])
    if not _MARKUP.search(html):
        return clean(html, limit)
    try:
        root = lxml.html.fragment_fromstring(html, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return ""
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    for element in root.iter(*_BLOCKS):
        ending = "\n" if element.tag in ("br", "li", "tr", "dt", "dd") else "\n\n"
        element.tail = ending + (element.tail or "")
        if element.tag != "br":
            element.text = ("\n" if ending == "\n" else "\n\n") + (element.text or "")
    return clean(str(root.xpath("string()")), limit)
