"""Articles: an item, and its page if it was read, as the record that the rest of Dateline works on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dateline.codec import content_id
from dateline.poller.addresses import canonical, domain, home_country
from dateline.poller.identity import Identified
from dateline.poller.opml import Feed
from dateline.poller.options import PollerOptions
from dateline.poller.pages import Page, better_text
from dateline.poller.pages.told import Told
from dateline.poller.parsing import Item
from dateline.records import Article, PublishedBasis, Publisher

# "GENEVA (XNA) —" or "LAGOS, Nigeria (Reuters) -" at the start; "(AFP)" alone at the end
_OPENING_CREDIT = re.compile(r"[^\n()]{0,80}\(([^()\n]{2,40})\)\s*[-\u2013\u2014:]")
_CLOSING_CREDIT = re.compile(r"[(\[\u2014\u2013-]\s*([^()\[\]\n\u2014\u2013]{2,40}?)\s*[)\]]?\s*\Z")
_ENDING_CHARS = 600  # a copyright line and a few of contacts
_OWNER = re.compile(r"(?:©|\(c\)|\bcopyright)[\s©]*(?:\d{4})?,?\s*(?:by\s+)?([^.,\n|©]{2,40}?)\s*(?=[.,\n|]|all rights|\Z)", re.IGNORECASE)
_SOURCE = re.compile(r"^\W*(?:source|agency|quelle|fuente|fonte)s?\s*:\s*([^.,;\n]{2,40}?)\W*$", re.IGNORECASE | re.MULTILINE)
_REUTERS = re.compile(r"\(Reporting by [^()]{3,300}?;? (?:[Ww]riting|[Ee]diting) by [^()]{3,200}\)")  # how its stories end, and no other's
_ACRONYM = re.compile(r"[A-Z]{2,6}")


def make_article(
    found: Identified,
    feed: Feed,
    feed_title: str | None,
    page: Page,
    *,
    version: int,
    first_seen: datetime,
    now: datetime,
    options: PollerOptions,
) -> Article:
    """One version of one article: what its feed says of it, and what its page adds. Nothing in it is guessed."""
    assert found.item
    item, told = found.item, page.told
    text, text_basis = better_text(page.text, item.text, paywall=page.wall == "paywall")
    address = told.url or page.found_at or item.url
    url = canonical(address) if address else None
    published, basis = _published((item.published, told.published, item.updated), first_seen, now, options)
    return Article(
        article_id=found.article_id,
        text=text,
        url=url,
        title=item.title or told.title,
        summary=item.summary or told.summary,
        language=_language(feed, item, told),
        published=published,
        published_basis=basis,
        updated=item.updated or told.updated,
        fetched=now,
        feed_id=feed.feed_id,
        publisher=_publisher(feed, feed_title or told.site, url),
        authors=item.authors or told.authors,
        tags=item.tags,
        origin=_origin((item.source, *item.authors, *told.authors, *told.credits), text, options.agencies),
        text_basis=text_basis,
        content_hash=content_id(item.title or told.title, text),
        version=version,
    )


def _published(
    claims: Sequence[datetime | None], first_seen: datetime, now: datetime, options: PollerOptions
) -> tuple[datetime, PublishedBasis]:
    """The date the publisher states, unless it is none: in the future, or before there were feeds."""
    for stated in claims:
        if stated and stated.year >= options.earliest_year and stated <= now + timedelta(seconds=options.clock_skew_s):
            return stated, "stated"
    return first_seen, "first_seen"


def _publisher(feed: Feed, name: str | None, url: str | None) -> Publisher:
    host = domain(url or feed.url)
    return Publisher(name=feed.name or name, domain=host, country=feed.country or (home_country(host) if host else None))


def _language(feed: Feed, item: Item, told: Told) -> str | None:
    """ISO 639-1, as it was set for the feed, else as feed and page tell it; where they contradict each other, one is a template's
    and neither is believed."""
    if feed.language:
        return _short(feed.language)
    claims = {claim for tag in (item.language, told.language) if (claim := _short(tag))}
    return claims.pop() if len(claims) == 1 else None


def _short(tag: str | None) -> str | None:
    """ISO 639-1 from a BCP 47 tag: "en-GB" → "en"."""
    first = re.split("[-_]", tag or "", maxsplit=1)[0].lower()
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None


def _origin(claims: Sequence[str | None], text: str, agencies: Mapping[str, tuple[str, ...]]) -> str | None:
    """The agency a text credits: in its dateline, at its end, or among those named as author, source or owner. By a known name, or in
    a dateline by any acronym standing where a credit stands."""
    known = {spelling.lower(): name for name, spellings in agencies.items() for spelling in (name, *spellings)}
    if opening := _OPENING_CREDIT.match(text):
        credit = opening[1].strip()
        if credit.lower() in known or _ACRONYM.fullmatch(credit):
            return known.get(credit.lower(), credit)
    ending = text[-_ENDING_CHARS:]
    endings = [*_CLOSING_CREDIT.findall(text[-60:]), *_OWNER.findall(ending), *_SOURCE.findall(ending)]
    named = (known[claim.strip().lower()] for claim in (*endings, *claims) if claim and claim.strip().lower() in known)
    return next(named, "Reuters" if _REUTERS.search(ending) else None)
