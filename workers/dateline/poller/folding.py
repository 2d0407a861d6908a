"""Folding: a feed's table of seen items as a few bytes while nobody polls the feed.

A poller holds every state of its feeds and looks into one at a time. As objects an item takes about 450 bytes, as JSON 230, folded 75:
what 10,000 feeds cost is in benchmarks/README.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, cast

import orjson
from cramjam import zstd

from dateline.codec import adapter, encode
from dateline.poller.feeds import FeedState, SeenItem

_LEVEL = 1  # ids are random digits: more effort finds nothing more in them


class FoldedSeen(Mapping[str, SeenItem]):
    """A table of seen items that is unfolded when somebody looks into it, and stays so until `fold_again`."""

    __slots__ = ("_count", "_folded", "_open")

    def __init__(self, seen: Mapping[str, SeenItem]) -> None:
        self._folded = bytes(zstd.compress(orjson.dumps(seen, option=orjson.OPT_UTC_Z), _LEVEL)) if seen else b""
        self._count = len(seen)
        self._open: dict[str, SeenItem] | None = None

    def __getitem__(self, key: str) -> SeenItem:
        return self._unfolded()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unfolded())

    def __len__(self) -> int:
        return self._count

    def __getstate__(self) -> tuple[bytes, int]:  # for a reading process
        return self._folded, self._count

    def __setstate__(self, state: tuple[bytes, int]) -> None:
        self._folded, self._count = state
        self._open = None

    def json(self) -> bytes:
        return bytes(zstd.decompress(self._folded)) if self._folded else b"{}"

    def fold_again(self) -> None:
        self._open = None

    def _unfolded(self) -> dict[str, SeenItem]:
        if self._open is None:
            self._open = adapter(dict[str, SeenItem]).validate_python(orjson.loads(self.json()))
        return self._open


def fold(state: FeedState) -> FeedState:
    """The same state in little memory."""
    if isinstance(state.seen, FoldedSeen):
        state.seen.fold_again()
        return state
    return dataclasses.replace(state, seen=FoldedSeen(state.seen))


def encode_state(state: FeedState) -> bytes:
    """The record of a state, folded or not; its bytes are the same."""
    if isinstance(state.seen, FoldedSeen):
        as_it_is = cast(Any, orjson.Fragment(state.seen.json()))  # no type of ours, but what orjson puts in as it stands
        return encode(dataclasses.replace(state, seen=as_it_is))
    return encode(state)
