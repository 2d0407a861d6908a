"""WARC files, as Common Crawl keeps its news: of their records the answers that are web pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from dateline.archives.found import Broken, SavedPage

HTML = ("text/html", "application/xhtml+xml")


def read_warc(path: Path, max_page_bytes: int) -> Iterator[SavedPage | Broken]:
    """The pages in it, each with the address and the time it was fetched at. Other records (images, robots.txt, errors) are passed over.

    What follows a record that breaks the file's own form can't be found: it is said, and the file ends there.
    """
    number = 0
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                number += 1
                if record.rec_type == "response" and _is_page(record):
                    yield _page(record, f"{path}: record {number}", max_page_bytes)
        except Exception as error:  # noqa: BLE001 — the library raises whatever a broken file makes it
            yield Broken(
                f"{path}: record {number + 1}",
                f"the file is broken here, and its rest is not read: {type(error).__name__}: {' '.join(str(error).split())}",
            )


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    return (
        headers is not None
        and headers.get_statuscode() == "200"
        and (headers.get_header("Content-Type") or "").split(";")[0].strip().lower() in HTML
    )


def _page(record: Any, where: str, max_page_bytes: int) -> SavedPage | Broken:
    try:
        body = record.content_stream().read(max_page_bytes + 1)
    except Exception as error:  # noqa: BLE001 — whatever a codec does to a hostile body, the next record is another one
        return Broken(where, f"its body can't be decoded: {error}")
    if len(body) > max_page_bytes:
        return Broken(where, f"longer than {max_page_bytes:,} bytes")
    headers = record.rec_headers
    return SavedPage(
        where, body, record.http_headers.get_header("Content-Type"), _address(headers), _moment(headers.get_header("WARC-Date"))
    )


def _address(headers: Any) -> str | None:
    stated = (headers.get_header("WARC-Target-URI") or "").strip("<> ")  # WARC 1.0's own example has it in angle brackets
    return stated if stated.startswith(("http://", "https://")) else None


def _moment(stated: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stated or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
