"""Feeds that are cut, garbled or written to hurt: items or a named reason, and never more than the bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller import ParsedFeed, Unreadable, parse_feed

URL = "https://andes.example/feed"
HEAD, END = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Andes</title>", b"</channel></rss>"
ATOM_HEAD, ATOM_END = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Andes</title>", b"</feed>"
JSON_HEAD, JSON_END = b'{"version": "https://jsonfeed.org/version/1.1", "title": "Andes", "items": [', b"]}"
TEXTS = b"<description><![CDATA[<p>Text &amp; more</p>]]></description>", b"<content type='html'>&lt;p&gt;Text&lt;/p&gt;</content>"
ITEMS = [b"<item><title>Item %d</title><guid>%d</guid>%s</item>" % (number, number, TEXTS[0]) for number in range(9)]
ENTRIES = [b"<entry><title>Item %d</title><id>%d</id>%s</entry>" % (number, number, TEXTS[1]) for number in range(9)]
ONE_OF_JSON = JSON_HEAD + b'{"id": 1, "url": "/1"}' + JSON_END
MANY = 1_000_000
BOMB = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))


def read(body: bytes) -> ParsedFeed | Unreadable:
    return parse_feed(body, URL, None, 50, 1_000)


def bounded(result: ParsedFeed | Unreadable) -> bool:
    return len(repr(result)) < (400 if isinstance(result, Unreadable) else 500_000)


@settings(max_examples=120, deadline=None)
@given(cut=st.integers(0, 1_100), kind=st.sampled_from([(HEAD, ITEMS, END), (ATOM_HEAD, ENTRIES, ATOM_END)]))
def test_a_document_that_was_cut_gives_its_whole_items(cut: int, kind: tuple[bytes, list[bytes], bytes]) -> None:
    head, items, end = kind
    body = (head + b"".join(items) + end)[:cut]
    whole, length = 0, len(head)
    while whole < len(items) and length + len(items[whole]) <= cut:
        length += len(items[whole])
        whole += 1
    result = read(body)
    found = [item.title for item in result.items] if isinstance(result, ParsedFeed) else []
    assert found[:whole] == [f"Item {number}" for number in range(whole)]
    assert len(found) <= whole + 1


@settings(max_examples=150, deadline=None)
@given(
    whole=st.sampled_from([HEAD + ITEMS[0] + ITEMS[1] + END, ATOM_HEAD + ENTRIES[0] + ATOM_END, ONE_OF_JSON]),
    changes=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=4)), max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-32", "cp037"]),
)
def test_no_garbling_breaks_it(whole: bytes, changes: list[tuple[int, bytes]], encoding: str) -> None:
    body = whole.decode().encode(encoding)
    for at, garbage in changes:
        body = body[:at] + garbage + body[at + len(garbage) :]
    assert bounded(read(body))


@pytest.mark.parametrize("body", [
    HEAD + b"<item/>" * MANY + END, ATOM_HEAD + b"<entry/>" * MANY, JSON_HEAD + b"{}," * MANY + b"{}" + JSON_END,
    b"[" * MANY, b'{"a":' * MANY,
    b"<html>" + b"<p>" * MANY, b"\0" * MANY, b" " * MANY, b"<" * MANY,
])  # fmt: skip
def test_a_million_of_anything_is_no_feed(body: bytes) -> None:
    result = read(body)
    assert isinstance(result, Unreadable)
    assert bounded(result)


@pytest.mark.parametrize("inside", [
    b"<description>" + b"word " * 10 * MANY + b"</description>", b"<description>" + b"&#0;" * 100_000 + b"</description>",
    b"<description><![CDATA[" + b"<div>" * MANY + b"]]></description>", b"<description>" + b"<![CDATA[" * 100_000, b"<a>" * 20_000,
    b"<guid>" + b"9" * MANY + b"</guid>", b"<pubDate>" + b"1 " * MANY + b"</pubDate>", b"<link>https://" + b"a" * MANY + b"</link>",
    b"<category>" + b"&lt;" * 100_000 + b"</category>", b"\0" * MANY, b"<x " + b"a='b' " * 10_000 + b"/>",
])  # fmt: skip
def test_whatever_is_in_one_item_the_others_come_through_and_bounds_hold(inside: bytes) -> None:
    result = read(HEAD + b"<item><title>First</title></item><item><title>Hostile</title>" + inside + b"</item>" + END)
    assert isinstance(result, ParsedFeed)
    assert result.items[0].title == "First"
    assert bounded(result)


@pytest.mark.parametrize("doctype", [
    b"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>" + BOMB + b"]>", b"<!DOCTYPE rss [<!ENTITY j SYSTEM 'file:///etc/passwd'>]>",
    b"<!DOCTYPE rss [<!ENTITY j '" + b"a" * MANY + b"'>]>", b"<!DOCTYPE rss SYSTEM 'https://andes.example/rss.dtd'>",
    b"<!DOCTYPE rss [" + b"<!ENTITY j 'b'>" * 10_000 + b"]>",
])  # fmt: skip
def test_declarations_are_not_heeded(doctype: bytes) -> None:
    result = read(doctype + b"<rss version='2.0'><channel><item><title>Bridge &j;</title></item>" + END)
    assert isinstance(result, ParsedFeed)
    assert [item.title for item in result.items] == ["Bridge &j;"]
