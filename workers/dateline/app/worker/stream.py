"""What agents need of a Faust event, in one place, and typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from dateline.delivery.deadletters import Input


class Message(Protocol):
    """A record as Faust hands it on; keys and values are bytes since our topics are raw."""

    topic: str
    partition: int
    offset: int
    timestamp: float  # seconds
    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes]] | None
    generation_id: int


class FaustEvent(Protocol):
    message: Message
    app: Any

    def ack(self) -> bool: ...


def input_of(event: FaustEvent) -> Input:
    message = event.message
    return Input(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple(message.headers or ()),
    )


def is_stale(event: FaustEvent) -> bool:
    """Whether the group has been rebalanced since: the record comes again, here or elsewhere."""
    stale: bool = event.message.generation_id != event.app.consumer_generation_id
    return stale
