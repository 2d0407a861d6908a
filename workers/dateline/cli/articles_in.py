"""Articles from JSON lines as people have them: `id` or `article_id`, `text`, and the rest as far as known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from dateutil import parser as dateparser

from dateline.codec import UnreadableRecordError, content_id, decode
from dateline.records import Article, Publisher

MAX_LINE_BYTES = 20_000_000  # one line is one article; what is longer is no article


def read_articles(source: str) -> Iterator[Article | str]:
    """Read JSON lines from a file, or `-` for standard input; for a line that can't be read, a sentence saying which and why.

    Raises FileNotFoundError and other OSErrors of opening the file.
    """
    stream = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 — closed by the next line
    with stream:
        number = 0
        while line := stream.readline(MAX_LINE_BYTES):
            number += 1
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                yield f"line {number}: longer than {MAX_LINE_BYTES:,} bytes: the rest of the input is not read"
                return
            if line.strip():
                yield article_from(line, number)


def article_from(line: bytes, number: int) -> Article | str:
    """One line as an Article, or why not."""
    try:
        raw = orjson.loads(line)
        if not isinstance(raw, dict):
            return f"line {number}: not a JSON object"
        return decode(orjson.dumps(_as_article(raw)), Article)
    except orjson.JSONDecodeError as error:
        return f"line {number}: not JSON: {error}"
    except UnreadableRecordError as error:
        return f"line {number}: {error}"
    except (ValueError, OverflowError) as error:
        return f"line {number}: {error}"


def _as_article(raw: dict[str, Any]) -> dict[str, Any]:
    fields = {name: raw[name] for name in Article.__dataclass_fields__ if raw.get(name) is not None}
    text = raw.get("text")
    if text is None:
        fields["text"] = ""  # an article without text has a title at most: nothing is wrong with it
    given = raw.get("article_id", raw.get("id"))
    fields["article_id"] = str(given) if given is not None else content_id("article", raw.get("url"), raw.get("title"), text)
    if isinstance(raw.get("published"), str):
        fields["published"] = _moment(raw["published"])
    if "publisher" not in fields and isinstance(raw.get("domain"), str):
        fields["publisher"] = Publisher(domain=raw["domain"])
    return fields


def _moment(text: str) -> datetime | None:
    """A time in any common form; a day alone is its midnight in UTC. Raises ValueError for what is no time."""
    if not text.strip():
        return None
    try:
        moment = dateparser.parse(text, default=datetime(1, 1, 1, tzinfo=UTC))
    except dateparser.ParserError as error:
        raise ValueError(f"published {text!r} is no time") from error
    if moment.year == 1:
        raise ValueError(f"published {text!r} names no year")
    return moment
