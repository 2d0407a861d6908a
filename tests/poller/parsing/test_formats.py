"""Every format that feeds come in gives the same item, whatever is slightly wrong around it."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from dateline.poller import Item, ParsedFeed, parse_feed

URL = "https://andes.example/news/feed"
ITEM = "<title>Bridge reopened</title><link>https://andes.example/bridge</link>"
RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns="
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'>"
ONE = f"<item>{ITEM}<description>Cars cross.</description></item>"
JSON = '"title": "Andes", "items": [{"id": "b", "url": "https://andes.example/bridge", "title": "Bridge reopened", '
FORMATS = {
    "RSS 0.91": f"<rss version='0.91'><channel><title>Andes</title>{ONE}</channel></rss>",
    "RSS 0.90": f"{RDF}'http://my.netscape.com/rdf/simple/0.9/'><channel><title>Andes</title></channel>{ONE}</rdf:RDF>",
    "RSS 1.0": f"{RDF}'http://purl.org/rss/1.0/' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Andes</title></channel>"
    f"<item rdf:about='x'>{ITEM}<content:encoded>Cars cross.</content:encoded></item></rdf:RDF>",
    "RSS 2.0": f"<rss version='2.0'><channel><title>Andes</title>{ONE}</channel></rss>",
    "RSS without a version": f"<rss><channel><title>Andes</title>{ONE}</channel></rss>",
    "Atom 0.3": "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>Andes</title><entry><title>Bridge reopened</title>"
    "<link rel='alternate' type='text/html' href='https://andes.example/bridge'/><content type='text/plain'>Cars cross.</content></entry>"
    "</feed>",
    "Atom 1.0": f"{ATOM}<title>Andes</title><entry><title>Bridge reopened</title><link href='https://andes.example/bridge'/>"
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Cars cross.</div></content></entry></feed>",
    "Atom with a prefix": "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>Andes</a:title><a:entry>"
    "<a:title>Bridge reopened</a:title><a:link href='https://andes.example/bridge'/><a:summary>Cars cross.</a:summary></a:entry></a:feed>",
    "CDF": "<CHANNEL HREF='https://andes.example/'><TITLE>Andes</TITLE><ITEM HREF='https://andes.example/bridge'>"
    "<TITLE>Bridge reopened</TITLE><ABSTRACT>Cars cross.</ABSTRACT></ITEM></CHANNEL>",
    "JSON Feed 1.0": '{"version": "https://jsonfeed.org/version/1", ' + JSON + '"content_text": "Cars cross."}]}',
    "JSON Feed 1.1": '{"version": "https://jsonfeed.org/version/1.1", ' + JSON + '"content_html": "<p>Cars cross.</p>"}]}',
}  # fmt: skip


def parsed(body: bytes | str, content_type: str | None = None, url: str = URL) -> ParsedFeed:
    result = parse_feed(body.encode() if isinstance(body, str) else body, url, content_type, 50, 1_000)
    assert isinstance(result, ParsedFeed), result
    return result


def only_item(body: bytes | str, content_type: str | None = None, url: str = URL) -> Item:
    [item] = parsed(body, content_type, url).items
    return item


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("content_type", [None, "text/html; charset=iso-8859-1", "application/octet-stream", "text/plain; charset=?"])
def test_every_format_under_any_content_type_and_after_any_junk(name: str, content_type: str | None) -> None:
    warning = "<br />\n<b>Warning</b>: mysql_connect() in <b>/srv/index.php</b> on line 3<br />\n"
    for before in ("", "\ufeff", "\n \t", "" if "JSON" in name else warning):
        feed = parsed(before + FORMATS[name], content_type)
        [item] = feed.items
        assert feed.title == "Andes"
        assert (item.title, item.url, item.text) == ("Bridge reopened", "https://andes.example/bridge", "Cars cross.")


TITLES = {
    "utf-8": "Пожар в порту — 3 погибших", "utf-16": "Пожар в порту", "utf-16-be": "Пожар", "utf-32": "Пожар",
    "windows-1251": "Пожар в порту", "koi8-r": "Пожар в порту", "iso-8859-1": "Fête à Orléans", "iso-8859-15": "100 € pour l'été",
    "windows-1252": "L’été – “fini”",
    "gb2312": "地震造成三人死亡", "gbk": "地震造成三人死亡", "big5": "地震造成三人死亡", "shift_jis": "地震で三人が死亡",
    "euc-jp": "地震で三人が死亡",
    "iso-2022-jp": "地震で三人が死亡", "euc-kr": "지진으로 세 명 사망", "windows-1256": "زلزال يقتل ثلاثة", "tis-620": "แผ่นดินไหว",
}  # fmt: skip
DOCUMENT = "<?xml version='1.0' encoding='{}'?>\n<rss version='2.0'><channel><item><title>{}</title></item></channel></rss>"


@pytest.mark.parametrize("encoding", TITLES)
def test_a_declared_encoding_is_read_whatever_the_server_says(encoding: str) -> None:
    title = TITLES[encoding]
    in_document = DOCUMENT.format(encoding, title).encode(encoding)
    for content_type in (None, "text/xml", "text/xml; charset=utf-8", "text/html; charset=ISO-8859-1", f"text/xml; charset={encoding}"):
        assert only_item(in_document, content_type).title == title
    undeclared = DOCUMENT.replace(" encoding='{}'", "").format(title).encode(encoding)
    assert only_item(undeclared, f'application/rss+xml; charset="{encoding}"').title == title


@pytest.mark.parametrize("declared", ["utf-16", "us-ascii", "iso-8859-1", "windows-1251", "zlib", "idna", "nonsense"])
def test_utf_8_under_another_name_is_utf_8(declared: str) -> None:
    assert only_item(DOCUMENT.format(declared, "L’été à Łódź").encode(), f"text/xml; charset={declared}").title == "L’été à Łódź"


def test_a_broken_character_costs_that_character_only() -> None:
    title = "Пожар в порту Одессы: трое погибших, пятеро ранены".encode()
    assert only_item(DOCUMENT.encode().replace(b"{}", b"utf-8", 1).replace(b"{}", title + b"\xd0")).title == title.decode() + "\ufffd"


def test_an_undeclared_encoding_is_found_from_the_text() -> None:
    text = "В результате пожара в порту Одессы погибли трое, ещё пятеро ранены, сообщили в городской администрации в пятницу."
    body = f"<rss version='2.0'><channel><item><title>{text}</title></item></channel></rss>".encode("windows-1251")
    assert only_item(body).title == text
    assert only_item("<rss version='2.0'><channel><item><title>L’été</title></item></channel></rss>".encode("cp1252")).title == "L’été"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tom & Jerry", "Tom & Jerry"), ("AT&T &copy; 2025 &mdash; Q&A", "AT&T © 2025 — Q&A"), ("a &nbsp; b", "a b"),
        ("It&#146;s &#150; &#x2019;", "It’s – ’"), ("&#0;NUL &#xD800;&#11;x", "NUL x"),
        ("raw \x00\x0b NUL", "raw NUL"),
        ("1 &lt; 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"), ("&unknown; &amp", "&unknown; &"),
        ("<![CDATA[Q&A <b>bold</b>]]> & more", "Q&A bold & more"),
        ("open <![CDATA[never closed", "open never closed"),
    ],
)  # fmt: skip
def test_characters_and_entities_that_xml_forbids(written: str, read: str) -> None:
    assert only_item(f"<rss version='2.0'><channel><item><title>{written}</title></item></channel></rss>").title == read


def test_what_stands_after_a_feed_or_in_a_comment_before_it_does_not_matter() -> None:
    feed = FORMATS["RSS 2.0"]
    assert only_item(f"<!-- <rss> is what follows --> <!DOCTYPE rss [<!ENTITY a 'b'>]>{feed}<script>track()</script><p>&").title
    assert only_item(feed.replace("</channel></rss>", "")).title == "Bridge reopened"  # cut short


def test_texts_and_people_from_the_usual_namespaces() -> None:
    spaces = (
        "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:media='http://search.yahoo.com/mrss/'"
    )
    inside = (
        "<description>Short.</description><content:encoded><![CDATA[<p>Long text.</p><p>More.</p>]]></content:encoded>"
        "<dc:creator>Ana Rojas</dc:creator><dc:date>2025-12-20T08:00:00Z</dc:date><media:description>Photo</media:description>"
    )
    for declared in (spaces, ""):  # undeclared prefixes mean what they usually mean
        item = only_item(f"<rss version='2.0' {declared}><channel><item>{ITEM}{inside}</item></channel></rss>")
        assert (item.summary, item.text, item.authors) == ("Short.", "Long text.\n\nMore.", ("Ana Rojas",))
        assert (item.published or item.updated) == datetime(2025, 12, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "link", "address"),
    [
        ("<link>https://site.example/s/</link>", "a?b=1&amp;c=2", "https://site.example/s/a?b=1&c=2"),
        ("", "a", "https://andes.example/news/a"),
        ("<link>/s/</link>", "a", "https://andes.example/s/a"), ("", "//cdn.example/a", "https://cdn.example/a"),
        ("", "javascript:a()", None),
        ("<link>https://site.example</link>", " https://site.example/a\n", "https://site.example/a"), ("", "http://[::1", None),
    ],
)  # fmt: skip
def test_links_of_rss_are_resolved_against_the_site(channel: str, link: str, address: str | None) -> None:
    body = f"<rss version='2.0'><channel>{channel}<item><link>{link}</link><title>t</title></item></channel></rss>"
    assert only_item(body).url == address


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("<entry xml:base='c/'><link href='a'/>", "https://andes.example/b/c/a"), ("<entry><link href='/a'/>", "https://andes.example/a"),
        ("<entry><link rel='enclosure' href='/x.mp3'/><link href='a'/>", "https://andes.example/b/a"),
    ],
)  # fmt: skip
def test_links_of_atom_are_resolved_against_their_base(entry: str, address: str) -> None:
    body = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/b/'><link href='https://site.example/'/>{entry}<title>t</title></entry></feed>"
    assert only_item(body).url == address


@pytest.mark.parametrize(("guid", "address"), [("https://a.example/a", "https://a.example/a"), ("12345", None), ("tag:a,2025:1", None)])
def test_a_guid_is_a_link_only_if_it_is_an_address(guid: str, address: str | None) -> None:
    assert only_item(f"<rss version='2.0'><channel><item><guid>{guid}</guid><title>t</title></item></channel></rss>").url == address


def test_a_guid_is_what_the_feed_wrote_wherever_it_was_fetched() -> None:
    body = "<rss version='2.0'><channel><item><guid isPermaLink='false'>12345</guid><title>t</title></item></channel></rss>"
    assert only_item(body).guid == only_item(body, url="http://elsewhere.example/feed").guid == "12345"


def test_items_of_json_feeds_hold_what_their_writers_forgot() -> None:
    items = [
        {"id": 7, "title": "One", "date_published": 1766221200},
        {"url": "/2", "tags": "none"},
        {"content_text": 3},
        None,
        {"title": ["x"]},
    ]
    feed = parsed(orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, "hubs": 3, "language": 7}))
    assert [(item.guid, item.title, item.url) for item in feed.items] == [("7", "One", None), (None, None, "https://andes.example/2")]
    assert feed.items[0].published == datetime(2025, 12, 20, 9, tzinfo=UTC)
