"""Which kind of archive a path is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dateline.archives.folder import read_folder
from dateline.archives.found import Broken, Found
from dateline.archives.json_lines import read_articles
from dateline.archives.warc import read_warc

WARC = (".warc", ".warc.gz")
LINES = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")


class UnknownArchiveError(ValueError):
    """A path that is no kind of archive we read."""


def read_archive(path: Path, max_page_bytes: int) -> Iterator[Found]:
    """What the archive holds, in its own order, the same each time. Pages longer than that are Broken.

    Raises UnknownArchiveError, and OSErrors of opening it.
    """
    name = path.name.lower()
    if path.is_dir():
        return read_folder(path, max_page_bytes)
    if name.endswith(WARC):
        return read_warc(path, max_page_bytes)
    if name.endswith(LINES):
        return (Broken(str(path), found) if isinstance(found, str) else found for found in read_articles(str(path)))
    raise UnknownArchiveError(f"{path}: neither a folder, nor a WARC file (.warc, .warc.gz), nor JSON lines (.jsonl, .jsonl.gz)")
