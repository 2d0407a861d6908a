from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.config_files import config_file
from dateline.poller import Feed, UnreadableFeedListError, feed, parse_opml, read_feeds, write_opml

NESTED = """<opml version="2.0" xmlns:dateline="https://dateline.example/ns/feeds"><body>
  <outline text="A folder"><outline text="A folder in it">
    <outline type="rss" text="Andes Daily" xmlUrl="https://andes.example/rss?a=1&b=2" dateline:country="pe" dateline:pageText="false"/>
  </outline></outline>
  <outline type="rss" text="Baltic Post" title="The Baltic Post" xmlUrl="http://baltic.example/feed" language="en"/>
  <outline type="rss" text="The same again" xmlUrl="http://baltic.example/feed"/>
</body></opml>"""


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.opml"
    path.write_text(text)
    return path


def test_nested_outlines_and_their_settings(tmp_path: Path) -> None:
    andes, baltic = read_feeds(listed(tmp_path, NESTED))
    assert (andes.url, andes.name, andes.country, andes.page_text) == ("https://andes.example/rss?a=1&b=2", "Andes Daily", "PE", False)
    assert (baltic.name, baltic.country, baltic.language, baltic.page_text) == ("The same again", None, None, True)


def test_a_feed_has_one_id_wherever_it_is_listed(tmp_path: Path) -> None:
    listed_feed = read_feeds(listed(tmp_path, NESTED))[1]
    [alone] = read_feeds("http://baltic.example/feed")
    assert listed_feed.feed_id == alone.feed_id


@pytest.mark.parametrize(
    "url",
    ["HTTP://Baltic.example/feed", "http://baltic.example:80/feed", "http://baltic.example/feed#latest", " http://baltic.example/feed "],
)
def test_a_feed_has_one_id_however_its_address_is_spelt(url: str) -> None:
    assert feed(url) == feed("http://baltic.example/feed")


@pytest.mark.parametrize("url", ["https://baltic.example/feed", "http://baltic.example/Feed", "http://baltic.example:8080/feed"])
def test_addresses_that_may_be_two_feeds_are_two(url: str) -> None:
    assert feed(url).feed_id != feed("http://baltic.example/feed").feed_id


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not xml", "not well-formed XML"),
        ("<rss/>", "not OPML"),
        ("<opml><body/></opml>", "no outline has an xmlUrl"),
        ('<opml><body>\n<outline xmlUrl="file:///etc/passwd"/></body></opml>', "line 2: not an http"),
        (NESTED.replace('"pe"', '"Peru"'), "country must be two letters"),
        (NESTED.replace('pageText="false"', 'pageText="no"'), "pageText must be true or false"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><body><outline xmlUrl="http://x/&e;"/></body></opml>', "mine.opml"),
    ],
)
def test_a_bad_list_is_named_with_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UnreadableFeedListError, match=complaint) as caught:
        read_feeds(listed(tmp_path, text))
    assert "mine.opml" in str(caught.value)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFeedListError, match=r"nowhere\.opml: No such file"):
        read_feeds(tmp_path / "nowhere.opml")


def test_the_shipped_list_is_readable() -> None:
    feeds = read_feeds(config_file("feeds.opml"))
    assert len(feeds) >= 20
    assert all(feed.name and feed.url.startswith("https://") for feed in feeds)


NAMES = st.none() | st.text(max_size=30)
PATHS = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")))
LISTED = st.builds(
    feed,
    st.builds("https://{}.example/{}".format, st.sampled_from("abcdef"), PATHS),
    name=NAMES,
    country=st.sampled_from([None, "PE", "gb"]),
    language=NAMES,
    page_text=st.booleans(),
)


@given(st.lists(LISTED, unique_by=lambda made: made.feed_id, min_size=1))
def test_an_exported_list_is_read_back_the_same(feeds: list[Feed]) -> None:
    listed = parse_opml(write_opml(feeds), "exported")
    assert (list(listed.feeds), listed.refused) == (feeds, ())


def test_what_can_not_be_used_is_refused_by_line_and_the_rest_is_taken() -> None:
    bad = '<outline text="Bad" xmlUrl="ftp://bad.example/"/>\n  <outline type="rss" text="Baltic Post"'
    listed = parse_opml(NESTED.replace('<outline type="rss" text="Baltic Post"', bad).replace('"pe"', '"Peru"').encode(), "mine")
    assert [one.url for one in listed.feeds] == ["http://baltic.example/feed"]
    assert [(refused.line, refused.reason.split(":")[0]) for refused in listed.refused] == [
        (3, "country must be two letters of ISO 3166-1, not 'Peru'"),
        (5, "not an http(s) address"),
    ]
