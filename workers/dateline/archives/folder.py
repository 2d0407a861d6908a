"""A folder of saved pages, as a browser or crawler leaves them, however deep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dateline.archives.found import Broken, SavedPage

PAGES = (".html", ".htm", ".xhtml", ".shtml")


def read_folder(folder: Path, max_page_bytes: int) -> Iterator[SavedPage | Broken]:
    """The pages in it by name, in order of their paths. When a file was saved is not asked: copying changes it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in PAGES or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                body = file.read(max_page_bytes + 1)
        except OSError as error:
            yield Broken(str(path), str(error))
            continue
        if len(body) > max_page_bytes:
            yield Broken(str(path), f"longer than {max_page_bytes:,} bytes")
        else:
            yield SavedPage(str(path), body, None, None, None)
