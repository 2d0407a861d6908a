"""The text of a page is its article's, whatever stands around it and however its bytes came."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller import page_text

SANK = "A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority in Goma said in a statement."
SEARCH = "Fishermen pulled twenty-two people from the water, and the search for the others went on until dark, according to the authority."
INQUIRY = "The minister of transport promised an inquiry and said that no boat would leave the harbour before it had been inspected."


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html lang='en'><head><title>Ferry sinks on lake</title>{head}</head><body>{body}</body></html>".encode()


def text_of(body: str, head: str = "") -> list[str]:
    return page_text(page(body, head), "text/html; charset=utf-8", 10_000).split("\n")


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


STORY = paragraphs(SANK, SEARCH, INQUIRY)
WHOLE = [SANK, SEARCH, INQUIRY]


@pytest.mark.parametrize(
    "body",
    [
        f"<nav>Home News Sport</nav><article><h1>Ferry sinks on lake</h1>{STORY}</article><footer>All rights reserved</footer>",
        f"<article><h1>Ferry sinks on lake</h1><h2>Dozens are missing</h2>{STORY}</article>",
        f"<article>{STORY}<p>Sign up for our newsletter</p><h3>Most read</h3><p>Comments</p></article>",
        f"<article>{paragraphs(SANK)}<p>Related: <a href='/b'>Bridge reopened after repair</a></p>{paragraphs(SEARCH, INQUIRY)}</article>",
        f"<article>{paragraphs(SANK, SEARCH)}<ul><li><a href='/b'>Bridge reopened</a></li><li><a href='/c'>Six arrested</a></li></ul>"
        f"{paragraphs(INQUIRY)}</article>",
        f"<article>{STORY}<div style='display:none'><p>You have read your last free article of this month.</p></div></article>",
        f"<article><p>{SANK}</p><p class='hidden md:block'>{SEARCH}</p><p>{INQUIRY}</p><p class='hidden'>Hide {SANK}</p></article>",
        f"<article>{STORY}<h3>More stories</h3><p>Bridge reopened</p><p>Six arrested in the harbour</p></article>",
        f"<div class='print-header'><p>This copy is for your personal use only.</p></div><article>{STORY}</article>",
        "<table><tr><td>Weather<br>Sport<br>Rates</td><td><h1>Ferry sinks on lake</h1>" + STORY + "</td></tr></table>",
    ],
    ids=["menus", "headings", "endings", "teaser", "list of teasers", "hidden", "hidden class", "last section", "print header", "layout"],
)  # fmt: skip
def test_the_text_is_the_article_alone(body: str) -> None:
    assert text_of(body) == WHOLE


def test_an_article_in_like_containers_is_read_whole() -> None:
    chunk = "<div class='chunk'><div class='grid'><div class='body-part'>{}</div></div><div class='ad'>Buy now</div></div>"
    parts = [[f"{number}. {text}" for text in (SANK, SEARCH, INQUIRY, SANK.upper())] for number in range(3)]
    lines = text_of("<article>" + "".join(chunk.format(paragraphs(*part)) for part in parts) + "</article>")
    assert [line for part in parts for line in part] == lines


def test_what_pops_up_over_a_word_is_no_part_of_its_sentence() -> None:
    popup = "<span>Jean <a href='/1'>Bridge reopened in Goma</a> <a href='/2'>Six arrested in the harbour</a></span>"
    minister = f"<p>Minister <span><a href='/m'>Jean Bisimwa</a>{popup}</span> promised an inquiry into what he called a disgrace.</p>"
    lines = text_of(f"<article>{paragraphs(SANK)}{minister}{paragraphs(SEARCH, INQUIRY)}</article>")
    assert lines[1] == "Minister Jean Bisimwa promised an inquiry into what he called a disgrace."


def test_lists_and_breaks_stay_lines() -> None:
    towns = "<ul><li>Goma: nine dead</li><li>Bukavu: four dead</li></ul>"
    body = f"<article>{paragraphs(SANK, SEARCH)}{towns}<p>One line<br>and the next: {INQUIRY}</p></article>"
    assert text_of(body)[-4:] == ["Goma: nine dead", "Bukavu: four dead", "One line", f"and the next: {INQUIRY}"]


NAMES = "Müller traf Çelik in Łódź – „früh“ am Morgen, as the café’s owner told the reporters who had come there on Saturday."


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", None, ""), ("utf-8", "text/html; charset=iso-8859-1", ""), ("utf-8-sig", None, ""), ("utf-16", None, ""),
        ("utf-16-le", None, ""), ("cp1250", "text/html; charset=windows-1250", ""), ("cp1250", None, "<meta charset=windows-1250>"),
        ("cp1250", "text/html", "<meta http-equiv=content-type content='text/html; charset=windows-1250'>"),
        ("utf-8", "text/html; charset=nonsense", "<meta charset=klingon>"), ("utf-8", "text/html; charset=base64", ""),
    ],
)  # fmt: skip
def test_an_encoding_is_found_though_it_is_missing_or_wrong(encoding: str, content_type: str | None, meta: str) -> None:
    names = NAMES if encoding.startswith("utf") else NAMES.replace("’", "'")
    body = f"<html><head>{meta}<title>Names</title></head><body><article>{paragraphs(names, SANK, SEARCH)}</article></body></html>"
    assert names in page_text(body.encode(encoding), content_type, 10_000)


def test_a_broken_character_does_not_change_the_encoding() -> None:
    body = page(f"<article>{paragraphs(NAMES, SANK, NAMES, SEARCH)}</article>").replace("Łó".encode(), b"\xc5", 1)
    assert NAMES in page_text(body, "text/html; charset=iso-8859-1", 10_000)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0" * 1_000, b"<", b"<html", b"\xff\xfe", b"<html>" + b"<div>" * 100_000 + SANK.encode(), b"<p>a" * 150_000,
        b"<p " + b"a=b " * 200_000 + b">", b"<p title='" + b"x" * 1_000_000 + b"'>", b"<ul><li>a" * 50_000, b"<table><tr><td>" * 50_000,
        b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>]><html><p>&c;</p>",
        b"word " * 200_000, b"<a href=x>word</a> " * 20_000, b"<!--" * 50_000, b"&#xD800;&#0;" * 10_000,
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_hostile_pages_are_read_or_are_none(body: bytes) -> None:
    text = page_text(body, "text/html", 1_000)
    assert len(text) <= 1_000
    text.encode()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200),
    st.integers(0, 900),
    st.sampled_from(["", "text/html", "text/html; charset=utf-16", "text/html; charset=gbk", "\ud800"]),
)
def test_no_bytes_break_the_page_reader(junk: bytes, cut: int, content_type: str) -> None:
    whole = page(f"<article><h1>Ferry sinks on lake</h1>{STORY}</article>")
    text = page_text(whole[:cut] + junk + whole[cut:], content_type, 500)
    assert len(text) <= 500
    text.encode()
