"""Told: what a page says of itself in its head: schema.org (JSON-LD), Open Graph, and the older meta names.

Everything is the publisher's own word, cleaned and bounded; nothing is guessed from the text or the address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from dateline.poller.pages.canonical import canonical_address
from dateline.poller.parsing.dates import Dates
from dateline.poller.parsing.fields import MAX_NAMES, address, line, lines
from dateline.poller.text import html_to_text

_MAX_JSON_CHARS = 1_000_000  # of one script: the longest of 181 news pages has 60,000, with the article in it
_MAX_NODES = 2_000  # of schema.org data looked through on a page
_ARTICLE_TYPES = ("Article", "Posting", "Report")  # endings: NewsArticle, LiveBlogPosting, Report
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")  # where an article may lie in other data; not in lists of other articles

_TITLE = ("og:title", "twitter:title", "dc.title", "title")
_SUMMARY = ("og:description", "description", "twitter:description", "dc.description")
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "pubdate", "publishdate", "publish-date", "dc.date",
    "dc.date.issued", "dcterms.date", "dcterms.created", "parsely-pub-date", "sailthru.date", "article.published",
)  # fmt: skip
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "article.updated")
_AUTHORS = ("author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "byl")
_SITE = ("og:site_name", "application-name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of itself; None and () where it says nothing."""

    url: str | None = None  # its own address: canonical, on the same site, and that of one article
    title: str | None = None
    summary: str | None = None
    language: str | None = None  # BCP 47
    site: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()  # whom it names as the owner or source of the text
    free: bool | None = None  # schema.org's isAccessibleForFree
    body: str = ""  # schema.org's articleBody in plain text


@dataclass(frozen=True, slots=True)
class _Head:
    """The parts of a page that are asked below."""

    metas: Mapping[str, Sequence[str]]
    article: Mapping[str, Any] = field(default_factory=dict)

    def first(self, names: Sequence[str]) -> str | None:
        return next((found for name in names for value in self.metas.get(name, ()) if (found := line(value))), None)


def told_by(tree: HtmlElement, url: str, max_chars: int) -> Told:
    """Read the head of a page that was found at `url`."""
    head = _Head(_metas(tree), _article(tree))
    article = head.article
    language = (
        line(tree.get("lang") or tree.get("xml:lang")) or head.first(("content-language", "og:locale")) or line(article.get("inLanguage"))
    )
    dates = Dates(language)
    links = [link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    claimed = [address(claim, url) for claim in (*links, *head.metas.get("og:url", ()))]
    return Told(
        url=next((own for claim in claimed if claim and (own := canonical_address(claim, url))), None),
        title=line(article.get("headline")) or head.first(_TITLE) or next(map(_plain, tree.iter("h1", "title")), None),
        summary=head.first(_SUMMARY) or line(article.get("description")),
        language=language,
        site=head.first(_SITE) or next(_names(article.get("publisher")), None),
        published=_moment(head, "datePublished", _PUBLISHED, dates) or _time(tree, dates),
        updated=_moment(head, "dateModified", _UPDATED, dates),
        authors=_authors(head),
        credits=lines(name for key in ("copyrightHolder", "sourceOrganization", "creditText") for name in _names(article.get(key))),
        free=_free(article),
        body=html_to_text(article["articleBody"], max_chars) if isinstance(article.get("articleBody"), str) else "",
    )


def _metas(tree: HtmlElement) -> Mapping[str, Sequence[str]]:
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        if name and (content := meta.get("content")):
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _article(tree: HtmlElement) -> Mapping[str, Any]:
    """The schema.org node that describes this page's article."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text and len(script.text) <= _MAX_JSON_CHARS:
            try:
                data = json.loads(script.text.strip().rstrip(";"), strict=False)  # line breaks inside strings are common
            except (ValueError, RecursionError):
                continue
            if found := next(filter(_is_article, _nodes(data)), None):
                return found
    return {}


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    waiting, left = [data], _MAX_NODES
    while waiting and left:
        node, left = waiting.pop(0), left - 1
        if isinstance(node, list):
            waiting += node[:left]
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in _INSIDE if key in node]


def _is_article(node: Mapping[str, Any]) -> bool:
    types = node.get("@type")
    return any(isinstance(kind, str) and kind.endswith(_ARTICLE_TYPES) for kind in (types if isinstance(types, list) else [types]))


def _names(value: object) -> Iterator[str]:
    """Names of persons or organisations, given as text, as a node or as several of either."""
    for one in value[:MAX_NAMES] if isinstance(value, list) else [value]:
        if found := line(one.get("name") if isinstance(one, dict) else one):
            yield found


def _authors(head: _Head) -> tuple[str, ...]:
    names = list(_names(head.article.get("author")))
    if not names:
        names = [name for key in _AUTHORS for value in head.metas.get(key, ()) if (name := line(value))][:MAX_NAMES]
    return tuple(dict.fromkeys(name for name in names if not name.lower().startswith(("http://", "https://", "www.", "@"))))


def _free(article: Mapping[str, Any]) -> bool | None:
    told = article.get("isAccessibleForFree")
    if isinstance(told, bool):
        return told
    return {"true": True, "false": False}.get(told.strip().lower()) if isinstance(told, str) else None


def _moment(head: _Head, key: str, names: Sequence[str], dates: Dates) -> datetime | None:
    claims = (head.article.get(key), *(value for name in names for value in head.metas.get(name, ())))
    return next((moment for claim in claims if (moment := dates.read(claim))), None)


def _time(tree: HtmlElement, dates: Dates) -> datetime | None:
    """An element marked as the time of publication, as HTML itself or microdata do."""
    for element in tree.iter("time", "span", "abbr"):
        marked = element.get("pubdate") is not None or "datePublished" in (element.get("itemprop") or "").split()
        if marked and (moment := dates.read(element.get("datetime") or element.get("content") or element.get("title"))):
            return moment
    return None


def _plain(element: HtmlElement) -> str | None:
    return line(" ".join(map(str, element.itertext())))
