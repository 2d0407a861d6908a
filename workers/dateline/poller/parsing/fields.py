"""Fields of feeds as they come, made plain text, addresses and moments, each bounded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urljoin

from dateline.poller.text import clean_line, html_to_text

T = TypeVar("T")

MAX_LINE = 1_000  # titles, names, ids: longer ones are mistakes or attacks
MAX_SUMMARY = 2_000  # a paragraph or two; the text is its own field
MAX_URL = 4_000
MOST_ENTRIES = 20_000  # no feed has as many; a million of seven bytes each would take a minute and 400 MB
MAX_NAMES = 20  # authors and tags of one item


def line(value: object) -> str | None:
    return clean_line(html_to_text(value, MAX_LINE), MAX_LINE) or None if isinstance(value, str) else None


def lines(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for value in values if (found := line(value))))[:MAX_NAMES]


def address(value: object, base: str) -> str | None:
    """An absolute http(s) address, or None."""
    if not isinstance(value, str) or len(value) > MAX_URL:
        return None
    try:
        url = urljoin(base, clean_line(value, MAX_URL))
    except ValueError:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None


def addresses(values: Iterable[object], base: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for value in values if (found := address(value, base))))[:MAX_NAMES]


def latest(dated: list[tuple[datetime | None, T]], count: int) -> list[tuple[datetime | None, T]]:
    """The `count` latest entries in the feed's order; undated ones count as latest, for they may be new."""
    if len(dated) <= count:
        return dated
    by_date = sorted(range(len(dated)), key=lambda i: dated[i][0] or datetime.max.replace(tzinfo=UTC), reverse=True)
    return [dated[i] for i in sorted(by_date[:count])]
