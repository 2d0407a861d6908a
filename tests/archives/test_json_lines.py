"""Articles as people hand them over: JSON lines, half filled in, and sometimes broken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.archives.json_lines import article_from, read_articles
from dateline.records import Article


def read(line: str) -> Article | str:
    return article_from(line.encode(), 7)


def test_id_and_text_are_enough() -> None:
    assert read('{"id": "x", "text": "A blast."}') == Article(article_id="x", text="A blast.")
    assert read('{"article_id": "x", "text": "A blast."}') == Article(article_id="x", text="A blast.")


def test_a_number_is_an_id_too() -> None:
    article = read('{"id": 12, "text": ""}')
    assert isinstance(article, Article)
    assert article.article_id == "12"


def test_without_an_id_the_content_makes_one() -> None:
    one, same, other = read('{"text": "A"}'), read('{"text": "A"}'), read('{"text": "B"}')
    assert isinstance(one, Article)
    assert isinstance(other, Article)
    assert one == same
    assert one.article_id != other.article_id


@pytest.mark.parametrize(
    ("published", "moment"),
    [
        ("2025-12-20", datetime(2025, 12, 20, tzinfo=UTC)),
        ("2025-12-20T10:30:00+02:00", datetime(2025, 12, 20, 8, 30, tzinfo=UTC)),
        ("Sat, 20 Dec 2025 10:30:00 GMT", datetime(2025, 12, 20, 10, 30, tzinfo=UTC)),
        ("Sat Dec 20, 2025 | 4:58pm EST", datetime(2025, 12, 20, 21, 58, tzinfo=UTC)),
        ("8:15 AM ET, Sat December 20, 2025", datetime(2025, 12, 20, 13, 15, tzinfo=UTC)),
        ("when?", None),
        ("at 10:30", None),
        ("", None),
    ],
)
def test_published_in_any_common_form(published: str, moment: datetime | None) -> None:
    article = read(f'{{"id": "x", "text": "", "published": "{published}"}}')
    assert isinstance(article, Article)
    assert article.published == moment


def test_a_missing_text_is_an_empty_one() -> None:
    assert read('{"id": "x", "text": null, "title": "A blast"}') == Article(article_id="x", text="", title="A blast")


@pytest.mark.parametrize("line", ["", "{", "[]", "7", '{"id": "x", "text": 7}', '{"text": "\\ud800"}'])
def test_what_cannot_be_read_says_which_line(line: str) -> None:
    problem = read(line)
    assert isinstance(problem, str)
    assert "line 7" in problem


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(line: bytes) -> None:
    assert isinstance(article_from(line, 1), Article | str)


def test_a_file_is_read_line_by_line_past_the_bad_ones(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"id": "a", "text": "x"}\n\nnonsense\n{"id": "b", "text": "y"}')
    first, bad, last = read_articles(str(path))
    assert isinstance(first, Article)
    assert isinstance(bad, str)
    assert "line 3" in bad
    assert isinstance(last, Article)
    assert last.article_id == "b"
