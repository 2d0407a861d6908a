"""From the characters of a feed to XML that a strict parser takes, where only little is wrong.

A strict parse is faster and truer than feedparser's loose one, so what stands in its way most often is put right first: what
surrounds the feed, characters that XML forbids, entities of HTML, bare ampersands. Declarations of entities go altogether: nothing
can then be expanded or fetched.
"""

from __future__ import annotations

import html
import re

_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]{0,30}:)?(?:rss|feed|rdf|channel))(?=[\s>/])", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&(#[xX][0-9a-fA-F]{1,8};|#[0-9]{1,8};|[A-Za-z][A-Za-z0-9]{1,31};)?")
_OF_XML = frozenset(["amp;", "lt;", "gt;", "quot;", "apos;"])
_OF_PICTURES = re.compile(r"<(/?)media:(description|title)\b[^<>]{0,200}>")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def feed_name(text: str) -> tuple[str, int] | None:
    """The name of the outermost element if it is a feed's, and where it starts; whatever stands before it."""
    start = 0
    while found := _ROOT.search(text, start):
        comment = text.rfind("<!--", start, found.start())
        end = text.find("-->", comment) if comment >= 0 else -1
        if comment < 0 or end < found.start():
            return found[1], found.start()
        start = end
    return None


def mend(text: str, name: str, start: int) -> str:
    """The feed alone, from its outermost element on."""
    end = text.rfind(f"</{name}")
    close = text.find(">", end) if end > start else -1
    body = _FORBIDDEN.sub("", text[start : close + 1] if close > 0 else text[start:])
    body = _OF_PICTURES.sub(r"<\1media:picture_\2>", body)  # feedparser takes them for the item's own
    plain, *sections = body.split("<![CDATA[")
    mended = [_with_references(plain)]
    for section in sections:
        inside, end_mark, outside = section.partition("]]>")
        if end_mark or close < 0:  # the last one of a document that was cut short is never closed
            mended.append(f"<![CDATA[{inside}]]>{_with_references(outside)}")
        else:
            mended.append(_with_references(section))
    return "".join(mended)


def _with_references(markup: str) -> str:
    return _REFERENCE.sub(_mended_reference, markup) if "&" in markup else markup


def _mended_reference(found: re.Match[str]) -> str:
    reference = found[1]
    if reference is None:
        return "&amp;"
    if reference in _OF_XML:
        return found[0]
    character = html.unescape(found[0])  # knows HTML's names, and what numbers mean that XML forbids (&#150; is a dash)
    if character == found[0]:
        return f"&amp;{reference}"
    if character == "\ufffd" or (len(character) == 1 and _FORBIDDEN.match(character)):  # &#0; and halves of characters
        return ""
    return _ESCAPED.get(character, character)
