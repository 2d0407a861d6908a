"""Articles: an item, and its page if it was read, as the record that the rest of Dateline works on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from dateline.codec import content_id
from dateline.poller.addresses import canonical, domain, home_country
from dateline.poller.identity import Identified
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.parsing import Item
from dateline.records import Article, PublishedBasis, Publisher

# "GENEVA (XNA) —" or "LAGOS, Nigeria (Reuters) -" at the start; "(AFP)" alone at the end
_OPENING_CREDIT = re.compile(r"[^\n()]{0,80}\(([^()\n]{2,40})\)\s*[-\u2013\u2014:]")
_CLOSING_CREDIT = re.compile(r"[(\[\u2014\u2013-]\s*([^()\[\]\n\u2014\u2013]{2,40}?)\s*[)\]]?\s*\Z")
_ACRONYM = re.compile(r"[A-Z]{2,6}")


def make_article(
    found: Identified,
    feed: Feed,
    feed_title: str | None,
    page: str,
    *,
    version: int,
    first_seen: datetime,
    now: datetime,
    options: PollerOptions,
) -> Article:
    """One version of one article. Its text is the page's or the feed's own, whichever is longer; nothing in it is guessed."""
    item = found.item
    text = page if len(page) > len(item.text) else item.text
    url = canonical(item.url) if item.url else None
    published, basis = _published(item, first_seen, now, options)
    return Article(
        article_id=found.article_id,
        text=text,
        url=url,
        title=item.title,
        summary=item.summary,
        language=_language(feed.language or item.language),
        published=published,
        published_basis=basis,
        updated=item.updated,
        fetched=now,
        feed_id=feed.feed_id,
        publisher=_publisher(feed, feed_title, url),
        authors=item.authors,
        tags=item.tags,
        origin=_origin(item, text, options.agencies),
        text_basis="page" if page and text is page else "feed",
        content_hash=content_id(item.title, text),
        version=version,
    )


def _published(item: Item, first_seen: datetime, now: datetime, options: PollerOptions) -> tuple[datetime, PublishedBasis]:
    """The date the publisher states, unless it is none: in the future, or before there were feeds."""
    stated = item.published or item.updated
    if stated and stated.year >= options.earliest_year and stated <= now + timedelta(seconds=options.clock_skew_s):
        return stated, "stated"
    return first_seen, "first_seen"


def _publisher(feed: Feed, feed_title: str | None, url: str | None) -> Publisher:
    host = domain(url or feed.url)
    return Publisher(name=feed.name or feed_title, domain=host, country=feed.country or (home_country(host) if host else None))


def _language(tag: str | None) -> str | None:
    """ISO 639-1 from a BCP 47 tag: "en-GB" → "en"."""
    first = re.split("[-_]", tag or "", maxsplit=1)[0].lower()
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None


def _origin(item: Item, text: str, agencies: Mapping[str, tuple[str, ...]]) -> str | None:
    """The agency a text credits: in its dateline, at its end, as its author, or as the feed's source. By a known name, or in a
    dateline by any acronym standing where a credit stands."""
    known = {spelling.lower(): name for name, spellings in agencies.items() for spelling in (name, *spellings)}
    if opening := _OPENING_CREDIT.match(text):
        credit = opening[1].strip()
        if credit.lower() in known or _ACRONYM.fullmatch(credit):
            return known.get(credit.lower(), credit)
    closing = _CLOSING_CREDIT.search(text[-60:])
    claims = [closing[1] if closing else None, item.source, *item.authors]
    return next((known[claim.lower()] for claim in claims if claim and claim.lower() in known), None)
