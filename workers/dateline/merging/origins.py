"""How many of an event's reports are independent: ten copies of one wire story are one origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from dateline.records import Mention, Source


def origins(group: Sequence[Mention]) -> list[int]:
    """For each mention the number of its origin: the first mention of the group that it is not independent of.

    Two are not independent when the same agency or outlet stands behind them, when they say it in the same words, or when the one
    article is a copy of the other.
    """
    first_with: dict[object, int] = {}
    parent = list(range(len(group)))

    def root(row: int) -> int:
        while parent[row] != row:
            row = parent[row]
        return row

    for row, mention in enumerate(group):
        for key in (_outlet(mention.source), _wording(mention), *_text(mention)):
            here, there = root(row), root(first_with.setdefault(key, row))
            parent[max(here, there)] = min(here, there)
    return [root(row) for row in range(len(group))]


def _outlet(source: Source) -> tuple[str, str]:
    """The agency a story was copied from, else its publisher, else the site it stands on, else only itself."""
    if name := source.origin or source.publisher:
        return "outlet", name.casefold()
    host = _host(source.url)
    return ("site", host) if host else ("article", source.article_id)


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:  # "http://[" and the like: URLs come from feeds
        return None


def _wording(mention: Mention) -> tuple[str, frozenset[str]]:
    return "words", frozenset(evidence.text for evidence in mention.evidence)


def _text(mention: Mention) -> Iterator[tuple[str, int, str]]:
    for band, value in enumerate(mention.fingerprint):
        yield "text", band, value
