"""Body: the text of the article that a page carries, without what stands around it and in between.

trafilatura finds the article; what it is given and what it gives are pruned here by rules that hold on any site. On 181 news pages
(token 4-grams): trafilatura alone F1 0.960, with favor_precision 0.964, this 0.978. Each rule's share is in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from dateline.config_files import config_file
from dateline.furniture import Furniture, load_furniture
from dateline.poller.pages.markup import count_elements
from dateline.poller.text import clean

_MAX_ELEMENTS = 15_000  # of what is left; news pages have 1,600 at most. trafilatura takes 9 s for so many in one paragraph
_NEVER_TEXT = (
    "script", "style", "template", "noscript", "iframe", "svg", "canvas", "object", "audio", "video", "nav", "aside", "footer", "dialog",
    "button", "select", "textarea", "input", "label",
)  # fmt: skip
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:hide|(?:is-)?hidden|d-none|visually-?hidden|sr-only|screen-reader(?:-text)?|no-?print|print-(?:only|header|footer))(?:\s|$)",
    re.IGNORECASE,
)
_SHOWN_CLASS = re.compile(r"(?:sm|md|lg|xl):(?!hidden)|d-(?:sm|md|lg|xl)-(?!none)")  # hidden on narrow screens only
_MOST_HIDDEN = 0.5  # of the page's text: what hides more is shown by a script, and is the article
_TEASERS = ("p", "li", "ul", "ol", "h2", "h3", "h4", "h5", "div")
_BLOCKS = frozenset(("p", "div", "ul", "ol", "table", "section", "article", "blockquote"))
_TEASER_LINK_SHARE = 0.7
_TEASER_CHARS = 250
_CHUNK_CHARS = 400  # of paragraphs, in each part of an article that a page cuts into like containers
_CELL_PARAGRAPHS = 3  # in one cell: such a table is for layout
_CELL_BREAKS = 6
_POPUP_LINKS = 2
_COMMENTS = re.compile(r"comment|reply|disqus", re.IGNORECASE)
_HEADING_CHARS = 500  # of headings before the first paragraph: title, kicker and deck; a longer row of them is the text itself
_LAST_SECTION = 0.2  # of the text: more is no list of other stories
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*\Z")
_LONG_LINE = 200  # prose, however it ends
_BREAKS = frozenset(("lb", "p", "head", "quote", "item", "row"))  # in trafilatura's own markup
_CREDIT = re.compile(r"©|copyright|contributed to this|reporting by", re.IGNORECASE)


def article_text(tree: HtmlElement, max_chars: int) -> str:
    """The article's paragraphs, a line each; "" when the page holds none. Changes the tree."""
    _prune(tree)
    if count_elements(tree) > _MAX_ELEMENTS:
        return ""
    found = bare_extraction(tree, include_comments=False)
    if not isinstance(found, Document):
        return ""
    blocks = [
        block for element in found.body for block in ((str(element.tag), _block_text(element)), ("p", _spaced(element.tail))) if block[1]
    ]
    return clean("\n".join(text for _, text in _without_furniture(blocks)), max_chars)


def _prune(tree: HtmlElement) -> None:
    """Take out what is no text of the article on any site, and put together what a page cut apart."""
    etree.strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    _drop_hidden(tree)
    _drop_popups(tree)
    _flatten_layout(tree)
    for element in list(tree.iter(*_TEASERS)):
        if element.getparent() is not None and _is_teaser(element):
            element.drop_tree()
    _join_chunks(tree)


def _drop_hidden(tree: HtmlElement) -> None:
    hidden = [element for element in tree.iter() if _is_hidden(element)]
    whole = len(_text(tree)) if hidden else 0
    for element in hidden:
        if element.getparent() is not None and element.tag != "body" and len(_text(element)) < _MOST_HIDDEN * whole:
            element.drop_tree()


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return True
    classes = element.get("class") or ""
    return element.tag != "html" and _HIDDEN_CLASS.search(classes) is not None and not _SHOWN_CLASS.search(classes)


def _drop_popups(tree: HtmlElement) -> None:
    """Lists of links that a page shows over a word of a paragraph, when a reader points at it."""
    for element in reversed(list(tree.iter("span"))):  # the inner ones first: the outer one holds the word itself
        links = list(element.iter("a"))
        if len(links) >= _POPUP_LINKS and any(above.tag == "p" for above in element.iterancestors()):
            linked = sum(len(_text(link)) for link in links)
            if linked >= _TEASER_LINK_SHARE * len(_text(element)):
                element.drop_tree()


def _flatten_layout(tree: HtmlElement) -> None:
    """Tables that hold a page's columns become plain containers; in a table of data paragraphs would be lost."""
    for table in list(tree.iter("table")):
        for cell in table.iter("td"):
            if sum(1 for _ in cell.iter("p")) >= _CELL_PARAGRAPHS or sum(1 for _ in cell.iter("br")) >= _CELL_BREAKS:
                for part in list(table.iter("table", "thead", "tbody", "tfoot", "tr", "th", "td")):
                    part.tag = "div"
                break


def _is_teaser(element: HtmlElement) -> bool:
    """Whether this is a line that leads elsewhere: "Related: …", "Read more: …", a list of other stories."""
    if element.tag == "div" and any(child.tag in _BLOCKS for child in element):
        return False
    linked = sum(len(_text(link)) for link in element.iter("a"))
    return bool(linked) and len(text := _text(element)) < _TEASER_CHARS and linked >= _TEASER_LINK_SHARE * len(text)


def _join_chunks(tree: HtmlElement) -> None:
    """Some pages put advertisements between containers of a few paragraphs each, and trafilatura would read only the first."""
    groups: dict[tuple[str, str, int], dict[HtmlElement, int]] = {}
    for paragraph in tree.iter("p"):
        container = paragraph.getparent()
        name = container.get("class") if container is not None and container.tag in ("div", "section") else None
        if name and not _COMMENTS.search(name):
            group = groups.setdefault((container.tag, name, sum(1 for _ in container.iterancestors())), {})
            group[container] = group.get(container, 0) + len(_text(paragraph))
    for group in groups.values():
        first, *others = [container for container, chars in group.items() if chars > _CHUNK_CHARS] or [None]
        for other in others:
            first.extend(list(other))
            other.drop_tree()


def _without_furniture(blocks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The blocks from the first paragraph to the last: no title and deck before it, no headings and furniture after it."""
    headings = next((place for place, (tag, _) in enumerate(blocks) if tag != "head"), 0)
    if sum(len(text) for _, text in blocks[:headings]) <= _HEADING_CHARS:
        blocks = blocks[headings:]
    while blocks and _is_ending(*blocks[-1]):
        blocks = blocks[:-1]
    return _without_last_section(blocks)


def _without_last_section(blocks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without a heading and what has no sentences behind it: "More stories" and their titles."""
    after = len(blocks)
    while after and not _is_prose(*blocks[after - 1]):
        after -= 1
    section = next((place for place in range(after, len(blocks)) if blocks[place][0] == "head"), None)
    if not after or section is None:
        return blocks
    sizes = [len(text) for _, text in blocks]
    return blocks[:section] if sum(sizes[section:]) <= _LAST_SECTION * sum(sizes) else blocks


def _is_prose(tag: str, text: str) -> bool:
    return tag != "head" and (_SENTENCE_END.search(text) is not None or (tag == "p" and len(text) > _LONG_LINE))


def _is_ending(tag: str, text: str) -> bool:
    if tag == "head":
        return True
    return tag == "p" and not _CREDIT.search(text) and not _furniture().without(text).strip()


@cache
def _furniture() -> Furniture:
    return load_furniture(config_file("boilerplate.toml"))


def _block_text(element: etree._Element) -> str:
    """A block that trafilatura found: a list's items and a table's rows a line each."""
    if element.tag == "table":
        rows = (" | ".join(cell for part in row.iter("cell") if (cell := _text(part))) for row in element.iter("row"))
        return "\n".join(row for row in rows if row)
    if element.tag == "list":
        return "\n".join(item for part in element.iter("item") if (item := _text(part)))
    return "\n".join(line for part in _lines(element) if (line := _spaced(part)))


def _lines(element: etree._Element) -> Iterator[str]:
    """The text between line breaks and inner blocks."""
    parts: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if inner is not element and inner.tag in _BREAKS:
            yield "".join(parts)
            parts = []
        if event == "start":
            parts.append(inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
    yield "".join(parts)


def _text(element: etree._Element) -> str:
    return _spaced("".join(map(str, element.itertext())))


def _spaced(text: str | None) -> str:
    return " ".join((text or "").split())
