from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller import ParsedFeed, Unreadable, parse_feed
from dateline.poller.text import clean, html_to_text

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Andes Daily</title><link>https://andes.example/</link><language>en-GB</language>
<item><title>Bridge &amp;amp; road reopened</title><link>/2025/bridge</link><guid isPermaLink="false">b-1</guid>
  <pubDate>Sat, 20 Dec 2025 08:00:00 -0500</pubDate><dc:creator>Ana Rojas</dc:creator><category>Peru</category>
  <description>Short.</description>
  <content:encoded><![CDATA[
  <p>The bridge at Ollantaytambo <b>reopened</b>.</p><script>evil()</script>
  <p>Cars cross again.</p>]]></content:encoded></item>
<item><title>Undated</title><guid>https://andes.example/undated</guid></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>A</title><entry><id>tag:a</id><title>T</title>
<link href="https://a.example/1"/><updated>2025-12-20T10:00:00+01:00</updated>
<content type="html">&lt;p&gt;Un.&lt;/p&gt;</content></entry></feed>"""
JSON = orjson.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "de",
    "items": [
        {"id": 7, "url": "https://j.example/7", "title": "T", "content_html": "<p>Eins</p><p>Zwei</p>", "summary": "Eins",
         "date_published": "2025-12-20T09:00:00Z", "authors": [{"name": "B"}, "junk"], "tags": ["x", 3]},
        "junk",
    ],
})  # fmt: skip


def parsed(body: bytes, max_items: int = 50) -> ParsedFeed:
    result = parse_feed(body, "https://andes.example/feed", "application/xml", max_items, 1_000)
    assert isinstance(result, ParsedFeed), result
    return result


def test_an_rss_item_in_plain_text() -> None:
    feed = parsed(RSS)
    bridge, undated = feed.items
    assert feed.title == "Andes Daily"
    assert (bridge.guid, bridge.url, bridge.title) == ("b-1", "https://andes.example/2025/bridge", "Bridge & road reopened")
    assert bridge.text == "The bridge at Ollantaytambo reopened.\n\nCars cross again."
    assert (bridge.summary, bridge.authors, bridge.tags, bridge.language) == ("Short.", ("Ana Rojas",), ("Peru",), "en-GB")
    assert bridge.published == datetime(2025, 12, 20, 13, tzinfo=UTC)
    assert (undated.url, undated.published) == ("https://andes.example/undated", None)


def test_atom_and_json_feed() -> None:
    [entry] = parsed(ATOM).items
    assert (entry.guid, entry.text, entry.updated) == ("tag:a", "Un.", datetime(2025, 12, 20, 9, tzinfo=UTC))
    [item] = parsed(JSON).items
    assert (item.guid, item.text, item.summary, item.authors, item.tags) == ("7", "Eins\n\nZwei", "Eins", ("B",), ("x",))
    assert (item.language, item.published) == ("de", datetime(2025, 12, 20, 9, tzinfo=UTC))


def test_of_too_many_items_the_latest_are_kept_wherever_they_stand() -> None:
    entries = b"".join(
        b"<item><title>%d</title><pubDate>Sat, %02d Dec 2025 00:00:00 GMT</pubDate></item>" % (day, day) for day in range(1, 21)
    )
    feed = parsed(b"<rss version='2.0'><channel><title>t</title>" + entries + b"</channel></rss>", max_items=3)
    assert [item.title for item in feed.items] == ["18", "19", "20"]


@pytest.mark.parametrize("body", [b"", b"\0\0", b"<html><body>Sign in</body></html>", b'{"error": 1}', b"{", b"[1]", b"plain words"])
def test_what_is_no_feed_is_named_so(body: bytes) -> None:
    result = parse_feed(body, "https://x.example/", None, 50, 1_000)
    assert isinstance(result, Unreadable)
    assert result.reason.startswith("parse:")


def test_an_entity_bomb_and_an_outside_entity_give_nothing() -> None:
    layers = b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    entities = b'<!ENTITY a "aaaaaaaaaa">' + layers + b'<!ENTITY z SYSTEM "file:///etc/passwd">'
    item = b"<channel><title>t</title><item><title>&j;&z;</title></item></channel>"
    bomb = b"<!DOCTYPE r [" + entities + b']><rss version="2.0">' + item + b"</rss>"
    result = parse_feed(bomb, "https://x.example/", None, 50, 1_000)
    assert "root:" not in repr(result)
    assert len(repr(result)) < 5_000


@pytest.mark.parametrize("half", [b"&#xD800;", b"&#xdfff;", b"&#55296;", b"&#057343;"])
def test_half_a_character_does_not_cost_the_feed(half: bytes) -> None:
    item = b"<item><title>Bridge " + half + b"reopened &#x1F309;</title></item>"
    result = parse_feed(b"<rss version='2.0'><channel>" + item + b"</channel></rss>", "https://x.example/", None, 50, 1_000)
    assert isinstance(result, ParsedFeed)
    assert [found.title for found in result.items] == ["Bridge reopened \U0001f309"]


# A feed's own words in any order and any bytes between them: deeper than random bytes alone would come
PIECES = st.sampled_from([
    RSS, ATOM, JSON, b"<rss>", b"<channel>", b"<item>", b"</item>", b"<title>", b"<![CDATA[", b"&#0;", b"\xef\xbb\xbf", b"<pubDate>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<content type='xhtml'>", b"{", b'"items":[',
])  # fmt: skip
TAGS = st.sampled_from(["<p>", "</div>", "<br", "<!--", "&#x0;", "\ud800", "<script>", "text", "<?"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=60)), max_size=6), st.integers(0, 1_000))
def test_no_bytes_break_the_parser(pieces: list[bytes], cut: int) -> None:
    result = parse_feed(b"".join(pieces)[cut:], "https://x.example/", None, 5, 200)
    if isinstance(result, ParsedFeed):
        assert len(result.items) <= 5
        assert all(len(item.text) <= 200 and "\0" not in item.text for item in result.items)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.sampled_from(["<p>", "</div>", "<br", "<!--", "&#x0;", "\ud800", "<script>", "text", "<?"])).map("".join),
    )
)
def test_any_html_becomes_clean_text(html: str) -> None:
    text = html_to_text(html, 100)
    assert len(text) <= 100
    assert clean(text, 100) == text
    text.encode()  # no lone surrogates
