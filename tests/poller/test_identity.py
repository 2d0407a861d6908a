"""Which item is which, in feeds whose guids, links, titles or dates can't be trusted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from dateline.poller import Item, SeenItem
from dateline.poller.identity import Identified, UnreadItemError, identify

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FEED = "0123456789abcdef"
SITE = "https://andes.example"


def item(name: str, **told: object) -> Item:
    """An item of which everything tells it from others."""
    number = sum(map(ord, name))
    whole = Item(
        guid=f"guid-{name}", url=f"{SITE}/{name}", title=f"Title {name}", summary=None, text=f"Text {name}.",
        published=NOW - timedelta(minutes=number), updated=None, authors=(), tags=(), language=None, source=None,
    )  # fmt: skip
    return dataclasses.replace(whole, **told)  # type: ignore[arg-type]


def remembered(found: Sequence[Identified], earlier: Mapping[str, SeenItem] | None = None) -> dict[str, SeenItem]:
    return dict(earlier or {}) | {
        it.article_id: SeenItem(
            article_id=it.article_id, item_hash=it.item_hash, content_hash="", version=1, first_seen=NOW, claims=it.claims.packed()
        )
        for it in found
    }


def after(before: Sequence[Item], now: Sequence[Item], *more: Sequence[Item]) -> list[str]:
    """For each item of the last document, the text of the first item that it was taken for; "new" if for none."""
    seen: dict[str, SeenItem] = {}
    texts: dict[str, str] = {}
    documents = (before, now, *more)
    for document in documents[:-1]:
        found = identify(FEED, document, seen)
        seen = remembered(found, seen)
        texts |= {it.article_id: it.item.text for it in found if it.known is None}
    last = identify(FEED, documents[-1], seen)
    assert len({it.article_id for it in last}) == len(last)
    return [texts[it.known.article_id] if it.known else "new" for it in last]


A, B, C, D = (item(name) for name in "abcd")
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "edit",
    [
        {"text": "Edited."}, {"title": "Edited"}, {"title": "Edited", "text": "Edited."}, {"published": LATER, "text": "Edited."},
        {"guid": "other"}, {"url": f"{SITE}/other"}, {"guid": "other", "text": "Edited."}, {"url": f"{SITE}/other", "text": "Edited."},
        {"guid": None}, {"url": None}, {"published": None}, {"title": None, "text": "Edited."}, {"url": f"{SITE}/"},
        {"guid": "other", "url": f"{SITE}/other"},  # same title, moment and text
        {"title": "Edited", "url": f"{SITE}/edited", "text": "Edited."},  # a link made of the title; guid and date stayed
        {"title": "Edited", "published": LATER, "text": "Edited."}, {"guid": None, "title": "Edited", "published": LATER, "text": "E."},
        {"url": "http://andes.example/a?utm_source=rss#top"},
    ],
)  # fmt: skip
def test_an_item_that_changed_in_part_is_the_same(edit: dict[str, object]) -> None:
    assert after([A, B, C], [D, dataclasses.replace(A, **edit), B, C]) == ["new", "Text a.", "Text b.", "Text c."]  # type: ignore[arg-type]


@pytest.mark.parametrize("shared", [
    {"guid": "same"}, {"guid": "same", "url": f"{SITE}/"}, {"guid": None, "url": f"{SITE}/news"}, {"published": NOW}, {"published": None},
    {"guid": "same", "url": None, "published": None}, {"title": None, "url": None}, {"guid": None, "title": None, "published": None},
    {"title": "News", "guid": "same"}, {"guid": "same", "url": f"{SITE}/", "title": None, "published": None},
    {"guid": "same", "url": f"{SITE}/", "title": "News", "published": NOW},
])  # fmt: skip
def test_what_items_share_tells_none_of_them(shared: dict[str, object]) -> None:
    a, b, c, d = (dataclasses.replace(one, **shared) for one in (A, B, C, D))  # type: ignore[arg-type]
    assert after([a, b], [d, c, a, b]) == ["new", "new", "Text a.", "Text b."]
    assert after([a, b, c], [b], [c, b, a]) == ["Text c.", "Text b.", "Text a."]


def test_guids_that_are_positions_are_learnt_to_tell_nothing() -> None:
    def numbered(*items: Item) -> list[Item]:
        return [dataclasses.replace(one, guid=str(number)) for number, one in enumerate(items)]

    assert after(numbered(A, B), numbered(C, A, B), numbered(D, C, A)) == ["new", "Text c.", "Text a."]
    without_links = [dataclasses.replace(one, url=None) for one in (A, B, C, D)]
    a, b, c, d = without_links
    assert after(numbered(a, b), numbered(c, a, b), numbered(d, c, a)) == ["new", "Text c.", "Text a."]


@pytest.mark.parametrize("lacking", [{}, {"published": None}, {"url": None}, {"url": None, "published": None}])
def test_guids_and_links_that_change_at_every_fetch_are_learnt_to_tell_nothing(lacking: dict[str, object]) -> None:
    def session(number: int, *items: Item) -> list[Item]:
        return [
            dataclasses.replace(one, **({"guid": f"{number}-{one.guid}", "url": f"{SITE}/x?s={number}{one.guid}"} | lacking))  # type: ignore[arg-type]
            for one in items
        ]

    edited = dataclasses.replace(B, text="Edited.")
    assert after(session(1, A, B, C), session(2, D, A, B, C)) == ["new", "Text a.", "Text b.", "Text c."]
    assert after(session(1, A, B, C), session(2, A, B, C), session(3, D, A, edited, C)) == ["new", "Text a.", "Text b.", "Text c."]


def test_a_guid_that_comes_to_stand_for_another_item_does_not_hide_it() -> None:
    assert after([A, B], [dataclasses.replace(C, guid=A.guid), B]) == ["new", "Text b."]
    assert after([A], [dataclasses.replace(C, guid=A.guid)]) == ["new"]


@pytest.mark.parametrize(
    "shared", [{"guid": "same"}, {"guid": "same", "url": f"{SITE}/"}, {"published": NOW}, {"guid": None}, {"url": None}]
)
def test_a_feed_that_shows_one_item_at_a_time(shared: dict[str, object]) -> None:
    a, b, c = (dataclasses.replace(one, **shared) for one in (A, B, C))  # type: ignore[arg-type]
    assert after([a], [b], [c, a]) == ["new", "Text a."]


def test_a_headline_that_returns_is_another_item() -> None:
    morning = item("a", title="Morning briefing")
    assert after([morning], [item("b", title="Morning briefing"), morning]) == ["new", "Text a."]
    assert after([morning], [item("b", title="Morning briefing")]) == ["new"]


def test_an_address_is_one_article_in_all_feeds_unless_items_share_it() -> None:
    assert identify(FEED, [A], {})[0].article_id == identify("other feed", [dataclasses.replace(A, guid="x")], {})[0].article_id
    shared = [dataclasses.replace(one, url=f"{SITE}/live") for one in (A, B)]
    assert len({it.article_id for feed in (FEED, "other") for it in identify(feed, shared, {})}) == 4


def test_the_same_item_told_twice_is_one() -> None:
    assert len(identify(FEED, [A, A, dataclasses.replace(A, text="A word more.")], {})) == 1
    assert len(identify(FEED, [dataclasses.replace(A, guid=None, text=text) for text in ("x", "y")], {})) == 2


def test_what_was_not_read_again_stands_for_itself_and_is_asked_for_where_it_can_not() -> None:
    seen = remembered(identify(FEED, [A, B], {}))
    stand_ins = list(seen.values())
    assert [it.known for it in identify(FEED, [stand_ins[0], C, stand_ins[1]], seen)] == [stand_ins[0], None, stand_ins[1]]
    undelivered = {key: dataclasses.replace(known, delivered=False) for key, known in seen.items()}
    for others in ({}, undelivered):
        with pytest.raises(UnreadItemError):
            identify(FEED, stand_ins, others)
