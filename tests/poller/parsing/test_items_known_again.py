"""Items that were read before and stand in the next document as they did are not read again, and nothing else comes of it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dateline.poller import Item, ParsedFeed, parse_feed

URL = "https://andes.example/feed"
MOST = 12

RSS_HEADS = [
    "<rss version='2.0'><channel><title>Andes</title><link>https://andes.example/</link>",
    "<rss version='2.0'><channel><title>Andes</title><link>https://andes.example/</link><pubDate>Fri, 19 Dec 2025 08:00:00 GMT</pubDate>",
    "<rss version='2.0'><channel><title>Andes</title><link>https://andes.example/</link><pubDate>Fri, 19 Dec 2025 09:00:00 GMT</pubDate>",
    "<rss version='2.0'><channel><title>Andes</title><link>https://other.example/</link><language>es</language>",
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' xml:lang='de'><channel>"
    "<title>Andes</title><image><title>Logo</title><url>x</url></image>",
    "<rss version='2.0' xml:base='https://base.example/'><!-- by hand --><channel><title>Andes</title>",
]
RSS_ITEMS = [
    "<item><guid>1</guid><title>One</title><link>/1</link><pubDate>Fri, 19 Dec 2025 08:00:00 GMT</pubDate></item>",
    "<item><guid>2</guid><title>Two</title><link>https://x.example/2</link><description>&lt;p&gt;Text &amp;amp; more</description></item>",
    "<item><guid isPermaLink='false'>3</guid><title><![CDATA[Three </item><item>]]></title></item>",
    "<item><guid>4</guid><title>Vier</title><dc:creator>Ana</dc:creator><media:title>Picture</media:title></item>",
    "<item xml:lang='fr'><title>Cinq</title><source url='https://s.example/'>S</source><category>a</category></item>",
    "<item><title>Six</title><x:y xmlns:x='http://purl.org/dc/elements/1.1/'>z</x:y></item>",
    "<item><title>Seven<!-- </item> --></title></item>", "<item></item>", "<item />", "<item><title>Broken</item>",
    "<ITEM><title>Shouted</title></ITEM>", "<item><title>Nested</title><item><title>Inner</title></item></item>",
    *(f"<item><title>Dated {number}</title><pubDate>the {number}th of Thermidor</pubDate></item>" for number in range(8)),
    "<item><title>Late</title><pubDate>19. Dezember 2025 10:00</pubDate></item>", "<entry><title>Stray</title></entry>",
]  # fmt: skip
RSS_TAILS = ["</channel></rss>", "<link>https://tail.example/</link></channel></rss>", "</channel>", "<pubDate>x</pubDate></channel></rss>"]
ATOM_HEADS = [
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Andes</title><updated>2025-12-19T08:00:00Z</updated><link href='/home'/>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Andes</title><updated>2025-12-19T09:00:00Z</updated><link href='/home'/>",
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='es' xml:base='https://base.example/'><author><name>Ana</name></author>",
    "<feed><title>Nameless</title>",
]
ATOM_ITEMS = [
    "<entry><id>tag:1</id><title>One</title><link href='1'/><updated>2025-12-19T08:00:00Z</updated></entry>",
    "<entry><id>tag:2</id><title type='html'>&lt;b&gt;Two</title><published>2025-12-19</published><content>Text</content></entry>",
    "<entry xml:base='/deep/'><id>3</id><link rel='alternate' href='three'/><source><title>Elsewhere</title></source></entry>",
    "<entry><id>4</id><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Four</div></content></entry>",
    "<entry><id>5</id><title>Five</title><author><name>Berta</name></author></entry>", "<entry/>",
]  # fmt: skip
GAPS = ["", "", "", "\n  ", "stray words", "<textInput><title>Search</title></textInput>", "]]>"]


def document(kind: str) -> st.SearchStrategy[str]:
    heads, items, tails = (RSS_HEADS, RSS_ITEMS, RSS_TAILS) if kind == "rss" else (ATOM_HEADS, ATOM_ITEMS, ["</feed>", ""])
    body = st.lists(st.tuples(st.sampled_from(items), st.sampled_from(GAPS)).map("".join), max_size=14).map("".join)
    return st.tuples(st.sampled_from(heads), body, st.sampled_from(tails)).map("".join)


def read(document: str, known: frozenset[str] = frozenset()) -> ParsedFeed | None:
    parsed = parse_feed(document.encode(), URL, None, MOST, 1_000, known)
    return parsed if isinstance(parsed, ParsedFeed) else None


def unmarked(items: list[Item]) -> list[Item]:
    return [dataclasses.replace(item, mark="") for item in items]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["rss", "atom"]).flatmap(lambda kind: st.tuples(document(kind), document(kind))))
@example((RSS_HEADS[1] + RSS_ITEMS[1] + RSS_TAILS[0], RSS_HEADS[2] + RSS_ITEMS[0] + RSS_ITEMS[1] + RSS_TAILS[0]))
def test_a_document_comes_to_the_same_whatever_is_known_of_its_items(documents: tuple[str, str]) -> None:
    before, whole = map(read, documents)
    known = {item.mark: item for item in (before.items if before else ()) if item.mark}
    again = read(documents[1], frozenset(known))
    if whole is None or again is None:
        assert whole is again
        return
    rest, places = iter(again.items), dict(again.again)
    together = [known[places[place]] if place in places else next(rest) for place in range(again.count)]
    assert unmarked(together) == unmarked(list(whole.items))
    assert dataclasses.replace(again, items=(), again=()) == dataclasses.replace(whole, items=())


def feed_of(*items: str, head: str = RSS_HEADS[1], tail: str = RSS_TAILS[0]) -> str:
    return head + "".join(items) + tail


def unread(before: str, now: str) -> int:
    """How many items of a document are not read again after another one."""
    first = read(before)
    assert first
    second = read(now, frozenset(item.mark for item in first.items if item.mark))
    assert second
    return len(second.again)


ONE, TWO, THREE = RSS_ITEMS[:3]


def test_only_the_new_item_is_read() -> None:
    assert unread(feed_of(ONE, TWO), feed_of(THREE, ONE, TWO, head=RSS_HEADS[2])) == 2
    before, now = ("".join((head, *items, "</feed>")) for head, items in zip(ATOM_HEADS, (ATOM_ITEMS[:2], ATOM_ITEMS[:3]), strict=False))
    assert unread(before, now) == 2


def test_all_are_read_where_the_rest_of_the_feed_says_something_else() -> None:
    assert unread(feed_of(ONE, TWO), feed_of(ONE, TWO, head=RSS_HEADS[3])) == 0
    assert unread(feed_of(ONE, TWO), feed_of(ONE, TWO, tail=RSS_TAILS[1])) == 0


def test_an_edited_item_is_read() -> None:
    assert unread(feed_of(ONE, TWO), feed_of(ONE, TWO.replace("Text", "Corrected text"))) == 1


@pytest.mark.parametrize(
    "item", [item for item in RSS_ITEMS if "xmlns" in item or "<!--" in item or "Thermidor" in item or "Nested" in item]
)
def test_in_a_document_with_something_unusual_no_item_is_known_again(item: str) -> None:
    assert unread(feed_of(ONE, item), feed_of(ONE, item)) == 0
