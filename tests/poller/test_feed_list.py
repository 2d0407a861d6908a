from __future__ import annotations

from pathlib import Path

import pytest

from dateline.config_files import config_file
from dateline.poller import UnreadableFeedListError, read_feeds

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
