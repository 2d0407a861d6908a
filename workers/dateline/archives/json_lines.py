"""Articles from JSON lines as people have them: `id` or `article_id`, `text`, and the rest as far as known."""

from __future__ import annotations

import gzip
import logging
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import orjson
from dateutil import parser as dateparser

from dateline.codec import UnreadableRecordError, content_id, decode
from dateline.records import Article, Publisher

log = logging.getLogger(__name__)

HOUR = 3600
ZONES = {  # as American and British outlets print them; without the season (ET) the standard time
    "ET": -5 * HOUR, "EST": -5 * HOUR, "EDT": -4 * HOUR, "CT": -6 * HOUR, "CST": -6 * HOUR, "CDT": -5 * HOUR,
    "MT": -7 * HOUR, "MST": -7 * HOUR, "MDT": -6 * HOUR, "PT": -8 * HOUR, "PST": -8 * HOUR, "PDT": -7 * HOUR,
    "GMT": 0, "BST": HOUR, "CET": HOUR, "CEST": 2 * HOUR,
}  # fmt: skip
MAX_LINE_BYTES = 20_000_000  # one line is one article; what is longer is no article


def read_articles(source: str) -> Iterator[Article | str]:
    """Read JSON lines from a file (compressed where its name ends in .gz), or `-` for standard input; for a line that can't be read, a
    sentence saying which and why.

    Raises FileNotFoundError and other OSErrors of opening the file.
    """
    number = 0
    with _open(source) as stream:
        while True:
            number += 1
            try:
                line = stream.readline(MAX_LINE_BYTES)
            except (OSError, EOFError, zlib.error) as error:
                yield f"line {number}: broken here, and the rest of the input is not read: {error}"
                return
            if not line:
                return
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                yield f"line {number}: longer than {MAX_LINE_BYTES:,} bytes: the rest of the input is not read"
                return
            if line.strip():
                yield article_from(line, number)


def _open(source: str) -> IO[bytes]:
    if source == "-":
        return sys.stdin.buffer
    return cast(IO[bytes], gzip.open(source)) if source.endswith(".gz") else Path(source).open("rb")


def article_from(line: bytes, number: int) -> Article | str:
    """One line as an Article, or why not."""
    try:
        raw = orjson.loads(line)
        if not isinstance(raw, dict):
            return f"line {number}: not a JSON object"
        return decode(orjson.dumps(_as_article(raw, number)), Article)
    except orjson.JSONDecodeError as error:
        return f"line {number}: not JSON: {error}"
    except UnreadableRecordError as error:
        return f"line {number}: {error}"
    except (ValueError, OverflowError) as error:
        return f"line {number}: {error}"


def _as_article(raw: dict[str, Any], number: int) -> dict[str, Any]:
    fields = {name: raw[name] for name in Article.__dataclass_fields__ if raw.get(name) is not None}
    text = raw.get("text")
    if text is None:
        fields["text"] = ""  # an article without text has a title at most: nothing is wrong with it
    given = raw.get("article_id", raw.get("id"))
    fields["article_id"] = str(given) if given is not None else content_id("article", raw.get("url"), raw.get("title"), text)
    if isinstance(raw.get("published"), str):
        fields["published"] = _moment(raw["published"], number)
    if "publisher" not in fields and isinstance(raw.get("domain"), str):
        fields["publisher"] = Publisher(domain=raw["domain"])
    return fields


def _moment(text: str, number: int) -> datetime | None:
    """A time in any common form, a day alone as its midnight in UTC; None, and a warning, for what tells no day."""
    try:
        moment = dateparser.parse(text, default=datetime(1, 1, 1, tzinfo=UTC), tzinfos=ZONES, fuzzy=True)
    except (dateparser.ParserError, OverflowError):
        moment = None
    if moment is None or moment.year == 1:
        if text.strip():
            log.warning("line %d: published %r tells no day: taken as unknown", number, text)
        return None
    return moment.astimezone(UTC)
