"""Title, date, authors, address and language of an article, as its page tells them, when its feed does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller.pages import read_page
from dateline.poller.pages.told import Told

URL = "https://www.lake.example/news/2025/ferry-sinks-on-lake"
STORY = "<p>A ferry sank on Lake Kivu on Saturday with at least forty people on board, the port authority said in a statement.</p>" * 3


def told(head: str, body: str = "", url: str = URL, attributes: str = "") -> Told:
    html = f"<html {attributes}><head>{head}</head><body><article>{STORY}{body}</article></body></html>"
    return read_page(html.encode(), "text/html; charset=utf-8", url, 10_000).told


def linked_data(data: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ferry sinks on lake",
    "datePublished": "2025-12-20T08:00:00+02:00",
    "dateModified": "2025-12-20T09:30:00Z",
    "author": [{"@type": "Person", "name": "Ana Ruiz"}, {"@type": "Organization", "name": "AFP"}],
    "publisher": {"@type": "Organization", "name": "Lake Daily"},
    "copyrightHolder": {"name": "Agence France-Presse"},
    "isAccessibleForFree": "False",
}


@pytest.mark.parametrize("shape", [lambda it: it, lambda it: [{"@type": "WebSite"}, it], lambda it: {"@graph": [{"@type": "Person"}, it]}])
def test_schema_org_tells_everything(shape: object) -> None:
    assert callable(shape)
    told_here = told(linked_data(shape(ARTICLE)))
    assert (told_here.title, told_here.site, told_here.authors) == ("Ferry sinks on lake", "Lake Daily", ("Ana Ruiz", "AFP"))
    assert (told_here.published, told_here.updated) == (datetime(2025, 12, 20, 6, tzinfo=UTC), datetime(2025, 12, 20, 9, 30, tzinfo=UTC))
    assert (told_here.credits, told_here.free) == (("Agence France-Presse",), False)


def test_lists_of_other_articles_are_not_this_one() -> None:
    others = {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Bridge reopened"}]}
    assert told("<title>Ferry sinks</title>" + linked_data(others)).title == "Ferry sinks"


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("<meta property='og:title' content='Ferry &amp; lake'>", "title", "Ferry & lake"),
        ("<meta property='og:site_name' content='Lake Daily'>", "site", "Lake Daily"),
        ("<meta property='article:published_time' content='2025-12-20T08:00:00Z'>", "published", datetime(2025, 12, 20, 8, tzinfo=UTC)),
        ("<meta name='date' content='20 December 2025 08:00 UTC'>", "published", datetime(2025, 12, 20, 8, tzinfo=UTC)),
        ("<meta name='date' content='25/12/2025'>", "published", datetime(2025, 12, 25, tzinfo=UTC)),
        ("<meta name='date' content='11/12/2025'>", "published", None),  # November or December
        ("<meta name='date' content='December 2025'>", "published", None),
        ("<time pubdate datetime='2025-12-20T08:00:00Z'>yesterday</time>", "published", datetime(2025, 12, 20, 8, tzinfo=UTC)),
        ("<time datetime='2025-12-20T08:00:00Z'>of another story</time>", "published", None),
        ("<meta name='author' content='Ana Ruiz'>", "authors", ("Ana Ruiz",)),
        ("<meta property='article:author' content='https://facebook.example/ana'>", "authors", ()),
        ("<meta property='og:locale' content='pt_BR'>", "language", "pt_BR"),
        (linked_data({"@type": "NewsArticle", "author": "Ana Ruiz"}), "authors", ("Ana Ruiz",)),
        ("<script type='application/ld+json'>{broken</script><meta name='author' content='Ana Ruiz'>", "authors", ("Ana Ruiz",)),
        ("<script type='application/ld+json'>" + "[" * 100_000 + "</script>", "title", None),
    ],
)
def test_each_field_is_read_where_it_stands(head: str, field: str, value: object) -> None:
    assert getattr(told(head), field) == value


@pytest.mark.parametrize(
    ("claim", "found_at", "believed"),
    [
        ("https://lake.example/news/2025/ferry-sinks-on-lake?utm_source=x", URL, "https://lake.example/news/2025/ferry-sinks-on-lake"),
        ("/news/2025/ferry-sinks-on-lake", URL + "/amp", URL),
        (URL, "https://amp.lake.example/ferry", URL),
        ("https://www.lake.example/story/7", "https://www.lake.example/story/7/2", "https://www.lake.example/story/7"),
        ("https://www.lake.example/", URL, None),
        ("https://www.lake.example/news", URL, None),
        ("https://elsewhere.example/news/2025/ferry-sinks-on-lake", URL, None),
        ("https://www.lake.example/story.php", "https://www.lake.example/story.php?id=7", None),
        (
            "https://www.lake.example/story.php?id=7",
            "https://www.lake.example/story.php?id=7&sid=1",
            "https://www.lake.example/story.php?id=7",
        ),
        (URL, URL + "?from=front", URL),
        ("javascript:void(0)", URL, None),
        ("http://[", URL, None),
    ],
)
def test_a_canonical_address_is_believed_of_one_article_on_one_site(claim: str, found_at: str, believed: str | None) -> None:
    assert told(f"<link rel='canonical' href='{claim}'>", url=found_at).url == believed


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.sampled_from(["NewsArticle", "2025-12-20", "http://["])),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from(["@type", "@graph", *ARTICLE, "articleBody", "name"]), inner, max_size=6),
        ),
        max_leaves=20,
    )
)
def test_no_linked_data_breaks_the_reader(data: object) -> None:
    assert isinstance(told(linked_data(data)), Told)
