"""Identity: which item of a document is which of those seen before, and which article it tells of.

No single thing that an item says of itself can be trusted in all feeds: there are guids that change at every fetch, stand for another
item tomorrow or are the same for all, links with session ids or to the front page, titles that return every morning. So an item is
known again by what agrees, and what counts is learnt from the document and from the items seen before: a claim that several items
make tells none of them, one that changed where all else agreed is no witness.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import attrgetter

from dateline.codec import content_id
from dateline.poller.claims import Claims, claims_of, hash_of, item_address, unpacked
from dateline.poller.feeds import SeenItem
from dateline.poller.parsing import Item

MOST_ALIKE = 4  # known items with one and the same claim that an item is compared with, the last seen ones


@dataclass(frozen=True, slots=True)
class Identified:
    """An item, the id of the article it tells of, and what is known of it from earlier documents."""

    article_id: str
    item: Item | None  # None: it is as it was, and was not read again
    item_hash: str
    claims: Claims
    mark: str
    known: SeenItem | None

    def is_told(self) -> bool:
        """Whether what the feed says of this item now has been delivered."""
        return self.known is not None and self.known.delivered and self.known.item_hash == self.item_hash

    def is_done(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.is_told() and self.known is not None and self.known.is_done()


class UnreadItemError(LookupError):
    """An item that was not read again is another than it was taken for: the document has to be read whole."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An item of this document."""

    item: Item | None
    item_hash: str
    claims: Claims
    mark: str


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and forty are made of a document
class _Pair:
    """An item and a known one that agree in something. A claim agrees only where it tells items apart."""

    told: int  # position in the document
    known: SeenItem
    exactly: bool  # it says the same of itself, word for word
    guid: bool
    url: bool
    title: bool
    date: bool
    text: bool
    other_guid: bool  # both have one, and they differ
    other_url: bool
    other_title: bool
    other_date: bool
    dated: bool  # either has a date

    @property
    def agreements(self) -> int:
        return 6 if self.exactly else self.guid + self.url + self.title + self.date + self.text

    def is_certain(self) -> bool:
        """Two things agree that do not come together by chance."""
        by_guid = self.guid and (self.url or self.title or self.date)
        by_url = self.url and (self.title or self.date or self.text)
        return self.exactly or by_guid or by_url or (self.title and self.date and self.text)

    def is_likely(self, trust: _Trust) -> bool:
        """One thing agrees, and what differs may have been edited, or differs always in this feed."""
        another_page = self.other_url and trust.url
        if self.guid and trust.guid_stands_for_one:
            return self.other_title + another_page + self.other_date <= 1
        if self.url:
            return not (self.other_guid and trust.guid)  # a page of many items, one after the other
        if self.title and (self.date or not self.dated):
            return not another_page and (self.text or not (self.other_guid and trust.guid))
        return False


@dataclass(frozen=True, slots=True)
class _Trust:
    """What this feed's claims are worth."""

    guid: bool  # an item keeps its guid
    guid_stands_for_one: bool  # no two items had the same guid
    url: bool  # an item keeps its link


def identify(feed_id: str, items: Sequence[Item | SeenItem], seen: Mapping[str, SeenItem]) -> list[Identified]:
    """Each distinct item once, in the feed's order, with what is known of it. A SeenItem stands for an item that says what it said when
    it was seen. Raises UnreadItemError.

    A new article's id is made of its address, so that two feeds give the same article one id, or of the feed and what tells the
    item from others where the address is missing or shared.
    """
    told = _distinct(items)
    pairs, guid_stands_for_one = _pairs(told, seen)
    matched = _matches(pairs, guid_stands_for_one)
    here = _Counts(one.claims for one in told)
    taken = {known.article_id for known in seen.values()}
    found = []
    for at, one in enumerate(told):
        known = matched.get(at)
        if one.item is None and not (known and known.is_done() and known.item_hash == one.item_hash):
            raise UnreadItemError(feed_id)
        new_ids = (possible for possible in _possible_ids(feed_id, one, here) if possible not in taken)
        article_id = known.article_id if known else next(new_ids)
        taken.add(article_id)
        found.append(Identified(article_id, one.item, one.item_hash, one.claims, one.mark, known))
    return found


def _distinct(items: Sequence[Item | SeenItem]) -> list[_Told]:
    """Items without their repetitions: the same in all four claims, or in everything that they say."""
    found: dict[object, _Told] = {}
    for item in items:
        if isinstance(item, SeenItem):
            one = _Told(None, item.item_hash, unpacked(item.claims), item.mark)
        else:
            one = _Told(item, hash_of(item), claims_of(item), item.mark)
        claims = one.claims
        whole = all((claims.guid, claims.url, claims.title, claims.date))
        found.setdefault(claims if whole else (claims, one.item_hash), one)
    return list(found.values())


def _pairs(told: Sequence[_Told], seen: Mapping[str, SeenItem]) -> tuple[list[_Pair], bool]:
    """Items and known ones that share a claim; and whether no guid stood for two items."""
    known = [(unpacked(item.claims), item) for item in seen.values()]
    here, before = _Counts(one.claims for one in told), _Counts(claims for claims, _ in known)
    hashes = Counter(one.item_hash for one in told)
    by_claim: dict[str, list[tuple[Claims, SeenItem]]] = defaultdict(list)
    for claims, item in known:
        for mark in (f"g{claims.guid}", f"u{claims.url}", f"t{claims.title}", f"h{item.item_hash}"):
            by_claim[mark].append((claims, item))
    pairs = []
    for at, one in enumerate(told):
        mine = one.claims
        marks = [f"g{mine.guid}"] * bool(mine.guid) + [f"u{mine.url}"] * bool(mine.url) + [f"t{mine.title}"] * bool(mine.title)
        alike = {id(item): (claims, item) for mark in (*marks, f"h{one.item_hash}") for claims, item in by_claim[mark][-MOST_ALIKE:]}
        for theirs, item in alike.values():
            same_text = item.item_hash == one.item_hash
            title_tells = bool(mine.title) and here.title[mine.title] == 1
            pair = _Pair(
                told=at,
                known=item,
                exactly=same_text and mine == theirs,
                guid=bool(mine.guid) and mine.guid == theirs.guid and here.guid[mine.guid] == 1 and before.guid[mine.guid] == 1,
                url=bool(mine.url) and mine.url == theirs.url and here.url[mine.url] == 1 and before.url[mine.url] == 1,
                title=mine.title == theirs.title if title_tells else same_text and hashes[one.item_hash] == 1,
                date=bool(mine.date) and mine.date == theirs.date and here.date[mine.date] == 1,
                text=same_text,
                other_guid=bool(mine.guid and theirs.guid) and mine.guid != theirs.guid,
                other_url=bool(mine.url and theirs.url) and mine.url != theirs.url,
                other_title=bool(mine.title and theirs.title) and mine.title != theirs.title,
                other_date=bool(mine.date and theirs.date) and mine.date != theirs.date,
                dated=bool(mine.date or theirs.date),
            )
            pairs.append(pair)
    return pairs, all(count == 1 for counts in (here.guid, before.guid) for mark, count in counts.items() if mark)


class _Counts:
    """How many items make each claim."""

    def __init__(self, claims: Iterable[Claims]) -> None:
        made = list(claims)
        self.guid = Counter(one.guid for one in made)
        self.url = Counter(one.url for one in made)
        self.title = Counter(one.title for one in made)
        self.date = Counter(one.date for one in made)


def _matches(pairs: Sequence[_Pair], guid_stands_for_one: bool) -> dict[int, SeenItem]:
    """Which known item each item is, by position: those that agree most first, and no known item twice."""
    matched: dict[int, SeenItem] = {}
    used: set[str] = set()

    def accept(accepted: Iterable[_Pair]) -> Iterator[_Pair]:
        for pair in accepted:
            if pair.told not in matched and pair.known.article_id not in used:
                matched[pair.told] = pair.known
                used.add(pair.known.article_id)
                yield pair

    ranked = sorted(pairs, key=attrgetter("agreements"), reverse=True)
    certain = list(accept(pair for pair in ranked if pair.is_certain()))
    same = [*certain, *(pair for pair in ranked if pair.title and pair.text and not pair.dated and pair.told not in matched)]
    known_again = {pair.told: pair.known for pair in reversed(same)}
    contradicted = any(pair.guid and known_again.get(pair.told, pair.known) is not pair.known for pair in ranked)
    trust = _Trust(
        guid=2 * sum(pair.other_guid for pair in same) <= len(same),
        guid_stands_for_one=guid_stands_for_one and not contradicted,
        url=2 * sum(pair.other_url for pair in same) <= len(same) or (len(same) == 1 and not certain),
    )
    list(accept(pair for pair in ranked if pair.is_likely(trust)))
    return matched


def _possible_ids(feed_id: str, one: _Told, here: _Counts) -> Iterator[str]:
    """What the id of a new article may be made of, the best first; the last ones stand for exactly this item, so they are free."""
    claims = one.claims
    if one.item and claims.url and here.url[claims.url] == 1:
        yield content_id("article", item_address(one.item))
    if claims.guid and here.guid[claims.guid] == 1:
        yield content_id("article", feed_id, claims.guid)
    if claims.title and here.title[claims.title] == 1:
        yield content_id("article", feed_id, claims.title, claims.date)
    for repetition in count():
        yield content_id("article", feed_id, claims.packed(), one.item_hash, repetition)
