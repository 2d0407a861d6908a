"""What an answer's headers say: when to come back, how long what came stays fresh, who pushes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

_LONGEST_KEPT = 2_000  # characters: entity tags and content types are a line, addresses seldom more
_LONGEST_NUMBER = 12  # digits: what is longer is nonsense, and would be slow to read


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from either form of Retry-After, not capped; None when it is missing or nonsense."""
    if not value:
        return None
    seconds = _seconds(value)
    if seconds is None and (moment := _moment(value)):
        seconds = max(0.0, (moment - now).total_seconds())
    return seconds


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the answer may be kept without asking again; None when the headers do not say, or say not to keep it.

    `no-cache` and `no-store` win over any age beside them. The age that a cache on the way tells is taken off. Not capped.
    """
    directives = _directives(headers.get("Cache-Control", ""))
    if {"no-cache", "no-store"} & directives.keys() or "no-cache" in headers.get("Pragma", "").lower():
        return None
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"])
    elif expires := _moment(headers.get("Expires", "")):
        lifetime = (expires - (_moment(headers.get("Date", "")) or now)).total_seconds()
    else:
        return None
    left = (lifetime or 0.0) - (_seconds(headers.get("Age", "")) or 0.0)
    return left if left > 0 else None


def printable(header: str | None) -> str | None:
    """A header as HTTP allows it and short enough to keep, else none: aiohttp hands other bytes on as surrogates, which no record can
    hold."""
    return header if header and header.isascii() and header.isprintable() and len(header) <= _LONGEST_KEPT else None


def linked(response: aiohttp.ClientResponse, relation: str) -> Iterator[str]:
    """The addresses to which the Link header gives this relation, absolute."""
    try:
        links = response.links
    except ValueError:
        return
    for relations, link in links.items():
        if relation in relations.lower().split() and (url := printable(str(link["url"]))):
            yield url


def _directives(value: str) -> dict[str, str]:
    """Cache-Control as a mapping; of a directive that stands twice, the first counts."""
    found: dict[str, str] = {}
    for part in value.lower().split(","):
        name, _, told = part.partition("=")
        found.setdefault(name.strip(), told.strip().strip('"'))
    return found


def _seconds(value: str) -> float | None:
    value = value.strip()
    return float(value[:_LONGEST_NUMBER]) if value.isascii() and value.isdigit() else None


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
