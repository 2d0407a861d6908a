"""The feed list: an OPML file, or the address of a single feed, as `Feed`s.

A feed's settings are attributes of its outline, in Dateline's namespace:

    <outline type="rss" text="BBC World" xmlUrl="https://…" dateline:country="GB" dateline:pageText="false"/>
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import SplitResult, urlsplit, urlunsplit

from lxml import etree

from dateline.codec import content_id
from dateline.poller.fetching.credentials import without_credentials

_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,32};)")  # the one mistake that is common in lists written by hand, and harmless
NAMESPACE = "https://dateline.example/ns/feeds"
_PREFIX = f"{{{NAMESPACE}}}"
MAX_BYTES = 50_000_000  # a list of 100,000 feeds is about 20 MB


class UnreadableFeedListError(ValueError):
    """This feed list can't be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed to poll. `feed_id` is made of the address, so the same feed has the same state wherever and however it is listed."""

    feed_id: str
    url: str
    name: str | None = None
    country: str | None = None  # the publisher's home, ISO 3166-1 alpha-2
    language: str | None = None
    page_text: bool = True  # fetch each item's page and read its text there, not only what the feed itself tells


@dataclass(frozen=True, slots=True)
class Refused:
    """An outline that names a feed which can't be used, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class FeedList:
    """What an OPML document lists; each address once, with the settings it has last."""

    feeds: tuple[Feed, ...]
    refused: tuple[Refused, ...]


def feed(url: str, *, name: str | None = None, country: str | None = None, language: str | None = None, page_text: bool = True) -> Feed:
    """A feed by its address. Raises ValueError when that is no http(s) address, or the country no country's code."""
    url = url.strip()
    parts = urlsplit(url)  # raises ValueError on broken IPv6 brackets
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or not url.isprintable():
        raise ValueError(f"not an http(s) address: {without_credentials(url)!r}")
    if "@" in parts.netloc:  # the list and the feed's state are read by many
        raise ValueError(f"a password in the address of {without_credentials(url)}: set DATELINE_POLLER__CREDENTIALS instead")
    url = _plain(parts)
    return Feed(
        feed_id=content_id(url), url=url, name=_line(name), country=_country(country), language=_line(language), page_text=page_text
    )


def read_feeds(source: str | Path) -> list[Feed]:
    """The feeds of an OPML file, nested outlines included, or the one feed whose address is given. Each address once.

    Raises UnreadableFeedListError naming the file and the outline that is wrong.
    """
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        try:
            return [feed(source)]
        except ValueError as error:
            raise UnreadableFeedListError(str(error)) from error
    listed = read_opml(Path(source))
    for refused in listed.refused:
        raise UnreadableFeedListError(f"{source}, line {refused.line}: {refused.reason}")
    return list(listed.feeds)


def read_opml(path: Path) -> FeedList:
    """The feeds of an OPML file, and the outlines that can't be used. Raises UnreadableFeedListError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFeedListError(f"{path}: {error.strerror}") from error
    return parse_opml(raw, str(path))


def parse_opml(raw: bytes, name: str) -> FeedList:
    """The feeds of an OPML document; `name` is what error messages call it."""
    if len(raw) > MAX_BYTES:
        raise UnreadableFeedListError(f"{name}: longer than {MAX_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", raw), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFeedListError(f"{name}: not well-formed XML: {error}") from error
    if etree.QName(root).localname.lower() != "opml":
        raise UnreadableFeedListError(f"{name}: not OPML: its root element is <{etree.QName(root).localname}>")
    feeds: dict[str, Feed] = {}
    refused: list[Refused] = []
    for outline in root.iter("outline"):
        try:
            if found := _feed_of(outline):
                feeds[found.feed_id] = found
        except ValueError as error:
            refused.append(Refused(cast(int, outline.sourceline), str(error)))
    if not feeds and not refused:
        raise UnreadableFeedListError(f"{name}: no outline has an xmlUrl")
    return FeedList(tuple(feeds.values()), tuple(refused))


def write_opml(feeds: Iterable[Feed]) -> bytes:
    """The feeds as an OPML document, from which `parse_opml` reads the same feeds."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"dateline": NAMESPACE})
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "Feeds of Dateline"
    for listed in feeds:
        outline = etree.SubElement(body, "outline", {"type": "rss", "text": listed.name or listed.url, "xmlUrl": listed.url})
        told = {
            "language": listed.language,
            f"{_PREFIX}country": listed.country,
            f"{_PREFIX}pageText": None if listed.page_text else "false",
        }
        for attribute, value in told.items():
            if value:
                outline.set(attribute, value)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _feed_of(outline: etree._Element) -> Feed | None:
    """None for a folder. Raises ValueError."""
    attributes = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
    if not (url := attributes.get("xmlurl")):
        return None
    own = {key.removeprefix(_PREFIX): value for key, value in attributes.items() if key.startswith(_PREFIX)}
    name = attributes.get("title") or attributes.get("text")
    return feed(
        url,
        name=None if name == url else name,  # OPML wants a text, so a list names a feed without a name by its address
        country=own.get("country"),
        language=attributes.get("language"),
        page_text=_flag(own.get("pagetext", "true")),
    )


def _plain(parts: SplitResult) -> str:
    """The one spelling of an address: two feeds of it would be asked twice, and each count versions of the same articles. Its path and
    query stay as they are, and so does the scheme: http and https may be two feeds."""
    scheme = parts.scheme.lower()
    host = parts.netloc.lower().removesuffix({"http": ":80", "https": ":443"}[scheme])
    return urlunsplit((scheme, host, parts.path or "/", parts.query, ""))


def _line(text: str | None) -> str | None:
    """In one line, with nothing in it that no list could hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split()) or None if text else None


def _country(value: str | None) -> str | None:
    if not value:
        return None
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise ValueError(f"country must be two letters of ISO 3166-1, not {value!r}")
    return value.upper()


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(f"pageText must be true or false, not {value!r}")
    return value.lower() == "true"
