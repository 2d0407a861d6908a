"""Records to bytes and back: one form, no loss, and a clear word for what is no record."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.codec import UnreadableRecordError, content_id, decode, encode
from dateline.records import Article, Publisher

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
ARTICLES = st.builds(
    Article,
    article_id=TEXT,
    text=TEXT,
    title=st.none() | TEXT,
    published=st.none() | st.datetimes(timezones=st.just(UTC)),
    publisher=st.none() | st.builds(Publisher, name=st.none() | TEXT),
    tags=st.lists(TEXT, max_size=3).map(tuple),
)


@given(ARTICLES)
def test_what_is_written_is_read_again(article: Article) -> None:
    assert decode(encode(article), Article) == article
    assert encode(decode(encode(article), Article)) == encode(article)


def test_no_field_is_missing_and_times_are_utc() -> None:
    noon_in_cairo = datetime(2025, 12, 20, 12, tzinfo=timezone(timedelta(hours=2)))
    written = orjson.loads(encode(decode(encode(Article(article_id="a", text="", published=noon_in_cairo)), Article)))
    assert written["published"] == "2025-12-20T10:00:00Z"
    assert set(written) == set(Article.__dataclass_fields__)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "not a valid Article: record"),
        (b'{"article_id": "a"}', "text"),
        (b'{"article_id": "a", "text": 7}', "text"),
        (b'{"article_id": "a", "text": "", "published": "soon"}', "published"),
    ],
)
def test_what_is_no_record_says_why(raw: bytes, says: str) -> None:
    with pytest.raises(UnreadableRecordError, match=says):
        decode(raw, Article)


def test_unknown_fields_are_passed_over() -> None:
    assert decode(b'{"article_id": "a", "text": "t", "mood": "good"}', Article) == Article(article_id="a", text="t")


def test_ids_are_made_of_content_alone() -> None:
    assert content_id("mention", "a", 1) == content_id("mention", "a", 1)
    assert content_id("mention", "a", 1) != content_id("mention", "a1")
    assert len(content_id("x")) == 24
