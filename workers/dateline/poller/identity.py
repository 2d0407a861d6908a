"""Identity: which item of a feed is which, from one poll to the next, and which article it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.codec import content_id
from dateline.poller.addresses import canonical, names_an_article, without_scheme
from dateline.poller.parsing import Item


@dataclass(frozen=True, slots=True)
class Identified:
    """An item, its key within its feed, and the id of the article it tells of."""

    key: str
    article_id: str
    item: Item


def identify(feed_id: str, items: Sequence[Item]) -> list[Identified]:
    """Each distinct item once, in the feed's order.

    An item's key is its guid, else its link, else its title and date: the first of these that no other item of this document
    has, since some feeds give every item one guid or one link. An article's id is made of its canonical address, so that two
    feeds give the same article one id, or of feed and key where the address is missing or shared.
    """
    claims = [_claims(item) for item in items]
    taken = Counter(claim for made in claims for claim in set(made))
    found: dict[str, Identified] = {}
    for item, made in zip(items, claims, strict=True):
        claim = next((claim for claim in made if taken[claim] == 1), ("all", *made, item.text))
        key = content_id(*claim)
        address = _address(item)
        by_address = address is not None and taken["url", address] == 1
        article_id = content_id("article", address) if by_address else content_id("article", feed_id, key)
        found.setdefault(key, Identified(key, article_id, item))
    return list(found.values())


def _claims(item: Item) -> list[tuple[str, ...]]:
    claims: list[tuple[str, ...]] = []
    if item.guid:
        is_address = item.guid.lower().startswith(("http://", "https://"))
        claims.append(("guid", without_scheme(canonical(item.guid)) if is_address else item.guid))
    if address := _address(item):
        claims.append(("url", address))
    if item.title:
        claims.append(("title", item.title, item.published.isoformat() if item.published else ""))
    return claims


def _address(item: Item) -> str | None:
    return without_scheme(canonical(item.url)) if item.url and names_an_article(item.url) else None
