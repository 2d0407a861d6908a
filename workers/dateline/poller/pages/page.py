"""A page, read: its text, or what stands in the text's place, and what it says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from dateline.poller.pages.body import article_text
from dateline.poller.pages.markup import parse_page
from dateline.poller.pages.told import Told, told_by
from dateline.poller.pages.walls import Wall, walls
from dateline.poller.parsing.fields import address
from dateline.poller.text import clean_line

_REFRESH = re.compile(
    r"\s*[0-5](?:\.\d+)?\s*[;,]\s*url\s*=\s*[\"']?([^\"'>]+)", re.IGNORECASE
)  # a later one is of a page that is read first
_REFRESHED_CHARS = 300  # of text: "You are being redirected …"
_WHOLE_CHARS = 4_000  # of all that a page says, for telling what is no article
_MUCH_MORE = 2  # times: an articleBody so much longer than what was found on the page is the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article's page. `text` has a paragraph a line; a paywall leaves its beginning, any other wall nothing."""

    text: str = ""
    wall: Wall | None = None
    found_at: str | None = None  # after redirects; None when that is where we were sent in place of the article
    moved: str | None = None  # where the page sends its readers on to, having nothing to read itself
    told: Told = field(default_factory=Told)


def read_page(body: bytes, content_type: str | None, url: str, max_chars: int) -> Page:
    """Read the page that was found at `url`. Never raises for anything that the page holds."""
    tree = parse_page(body, content_type)
    if tree is None:
        return Page(found_at=url)
    told = told_by(tree, url, max_chars)
    moved, whole = _refresh(tree, url), _visible(tree)
    text = article_text(tree, max_chars)
    if len(told.body) > _MUCH_MORE * len(text):
        text = told.body
    if moved and len(text) < _REFRESHED_CHARS:
        return Page(moved=moved)
    wall = walls().on(url=url, title=told.title, text=text, whole=whole, free=told.free)
    return Page(text=text, wall=wall, found_at=url, told=told) if wall in (None, "paywall") else Page(wall=wall)


def page_text(body: bytes, content_type: str | None, max_chars: int) -> str:
    """The article's text alone, whatever else the page says; "" when it holds none."""
    tree = parse_page(body, content_type)
    return article_text(tree, max_chars) if tree is not None else ""


def _refresh(tree: HtmlElement, url: str) -> str | None:
    for meta in tree.iter("meta"):
        found = _REFRESH.match(meta.get("content") or "") if (meta.get("http-equiv") or "").lower() == "refresh" else None
        if found and (target := address(found[1].strip(), url)) and target != url:
            return target
    return None


def _visible(tree: HtmlElement) -> str:
    """The beginning of what the page shows or, to readers without scripts, would show."""
    parts: list[str] = []
    length = 0
    for element in tree.iter():
        for part in (element.text if element.tag not in ("script", "style", "template", "title") else None, element.tail):
            if part and not part.isspace():
                parts.append(part)
                length += len(part)
        if length > _WHOLE_CHARS:
            break
    return clean_line(" ".join(parts), _WHOLE_CHARS)
