"""Archives: what lies in files, each record by itself, and what is broken by its name."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from dateline.archives import Broken, Found, SavedPage, UnknownArchiveError, read_archive
from dateline.records import Article

LIMIT = 10_000
PAGE = b"<html><body><p>Gunmen stormed the fish market.</p></body></html>"
SEEN = "2021-03-04T05:06:07Z"


def warc(*records: tuple[str, str, str, bytes], compressed: bool = True) -> bytes:
    """Address, status line, content type and body of each answer."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    writer.write_record(writer.create_warcinfo_record("news.warc.gz", {"software": "a crawler"}))
    for url, status, kind, body in records:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        made = writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict={"WARC-Date": SEEN}
        )
        writer.write_record(made)
    return out.getvalue()


RECORDS = [
    ("https://gazette.example/market", "200 OK", "text/html; charset=utf-8", PAGE),
    ("https://gazette.example/logo.png", "200 OK", "image/png", b"\x89PNG"),
    ("https://gazette.example/gone", "404 Not Found", "text/html", PAGE),
    ("https://gazette.example/long", "200 OK", "text/html", b"x" * (LIMIT + 1)),
    ("https://herald.example/market", "200 OK", "TEXT/HTML", PAGE),
]


@pytest.mark.parametrize("compressed", [True, False])
def test_of_a_warc_file_the_answers_that_are_pages(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / ("news.warc.gz" if compressed else "news.warc")
    path.write_bytes(warc(*RECORDS, compressed=compressed))
    first, broken, last = read_archive(path, LIMIT)
    assert isinstance(first, SavedPage)
    assert isinstance(last, SavedPage)
    assert (first.url, first.body, first.content_type) == ("https://gazette.example/market", PAGE, "text/html; charset=utf-8")
    assert first.seen == datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert last.url == "https://herald.example/market"
    assert broken == Broken(f"{path}: record 5", "longer than 10,000 bytes")


def test_a_warc_file_that_was_cut_off_gives_what_is_whole_and_says_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cut.warc"
    whole = warc(*RECORDS, compressed=False)
    path.write_bytes(whole[: whole.index(b"herald") + 3])
    found = list(read_archive(path, LIMIT))
    assert [type(part) for part in found[:2]] == [SavedPage, Broken]
    assert all(isinstance(part, Broken) for part in found[2:])


@given(st.binary(max_size=300), st.integers(0, 2_000), st.booleans())
def test_no_bytes_make_a_warc_reader_fail(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, compressed: bool) -> None:
    path = tmp_path_factory.mktemp("warc") / "news.warc.gz"
    whole = warc(*RECORDS[:2], compressed=compressed)
    path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    for found in read_archive(path, LIMIT):
        assert isinstance(found, SavedPage | Broken)


def test_a_folder_of_saved_pages_however_deep(tmp_path: Path) -> None:
    (tmp_path / "2020" / "may").mkdir(parents=True)
    (tmp_path / "2020" / "may" / "b.HTML").write_bytes(PAGE)
    (tmp_path / "a.htm").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "2020" / "logo.png").write_bytes(b"\x89PNG")
    page, broken = read_archive(tmp_path, LIMIT)
    assert page == SavedPage(str(tmp_path / "2020" / "may" / "b.HTML"), PAGE, None, None, None)
    assert broken == Broken(str(tmp_path / "a.htm"), "longer than 10,000 bytes")


LINES = b'{"id": "a", "text": "t", "published": "2020-05-01"}\nno json\n{"id": "b", "text": "u"}\n'


def ids(found: list[Found]) -> list[str]:
    return [part.article_id if isinstance(part, Article) else "broken" for part in found]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson.gz", "a.json.gz"])
def test_json_lines_plain_and_compressed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(LINES) if name.endswith("gz") else LINES)
    assert ids(list(read_archive(path, LIMIT))) == ["a", "broken", "b"]


def test_compressed_lines_that_were_cut_off_say_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(LINES * 1000)[:-30])
    assert ids(list(read_archive(path, LIMIT)))[-1] == "broken"
    (tmp_path / "none.jsonl.gz").write_bytes(b"not compressed at all")
    (broken,) = read_archive(tmp_path / "none.jsonl.gz", LIMIT)
    assert isinstance(broken, Broken)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "news.zip").write_bytes(b"PK")
    with pytest.raises(UnknownArchiveError, match=r"news\.zip"):
        read_archive(tmp_path / "news.zip", LIMIT)
