"""Claims: what an item of a feed says that may tell it from others, each as a short mark that a state can hold."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import NamedTuple

from dateline.codec import content_id
from dateline.poller.addresses import canonical, names_an_article, without_scheme
from dateline.poller.parsing import Item

_CHARS = 8  # of one mark: 48 bits, so that among a thousand items of a feed no two are alike by chance
_NONE = "." * _CHARS
_STARTS = range(0, 4 * _CHARS, _CHARS)


class Claims(NamedTuple):
    """The marks of an item's guid, link, title and date of publication; "" where it has none that could tell."""

    guid: str
    url: str
    title: str
    date: str

    def packed(self) -> str:
        """All four in one string of 32 characters."""
        return "".join(mark or _NONE for mark in (self.guid, self.url, self.title, self.date))


def claims_of(item: Item) -> Claims:
    return Claims(
        guid=_mark(_guid(item)),
        url=_mark(item_address(item)),
        title=_mark(item.title),
        date=_mark(item.published.isoformat() if item.published else None),
    )


def unpacked(packed: str) -> Claims:
    """The claims again; none from the state of a feed that kept none."""
    return Claims(*["" if (mark := packed[start : start + _CHARS]) == _NONE else mark for start in _STARTS])


def hash_of(item: Item) -> str:
    """Of all that the feed tells of an item and an edit would change."""
    return content_id(item.title, item.summary, item.text)


def item_address(item: Item) -> str | None:
    """Where its article is, in a form that all feeds and both schemes share; None when that is a front page."""
    return without_scheme(canonical(item.url)) if item.url and names_an_article(item.url) else None


def _guid(item: Item) -> str | None:
    is_address = item.guid and item.guid.lower().startswith(("http://", "https://"))
    return without_scheme(canonical(item.guid)) if item.guid and is_address else item.guid


def _mark(claim: str | None) -> str:
    return urlsafe_b64encode(blake2b(claim.encode(), digest_size=6).digest()).decode() if claim else ""
