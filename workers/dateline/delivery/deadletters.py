"""Dead letters: input that could not be read, kept as it came, with headers that say why, where and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dateline.delivery.producing import Headers, Outgoing

PREFIX = "dateline-error-"
MAX_MESSAGE_CHARS = 2_000  # an error may quote the whole input; the reason stands at its beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A record as the broker gave it to us."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def dead_letter(topic: str, source: Input, error: BaseException, *, stage: str, max_bytes: int, attempts: int = 1) -> Outgoing:
    """The letter for an input that failed for good. Its own headers stay, so that it can be sent again as it was.

    An input that was compressed on its way here may be longer than we can send: it is cut to `max_bytes`, and a header says from what.
    """
    reasons = {
        "class": type(error).__name__,
        "message": str(error)[:MAX_MESSAGE_CHARS],
        "stage": stage,
        "topic": source.topic,
        "partition": str(source.partition),
        "offset": str(source.offset),
        "attempts": str(attempts),
        "time": datetime.now(UTC).isoformat(),
    }
    value = source.value
    if value is None and source.key is None:
        value, reasons["null"] = b"", "key and value"  # the protocol's client refuses a record with neither
    if value is not None and len(value) > max_bytes:
        reasons["cut"] = f"from {len(value)} bytes; the whole is at the topic, partition and offset told here"
        value = value[:max_bytes]
    own = tuple((name, given) for name, given in source.headers if not name.startswith(PREFIX))
    told = tuple((PREFIX + name, text.encode()) for name, text in reasons.items())
    return Outgoing(topic=topic, key=source.key, value=value, headers=own + told)
