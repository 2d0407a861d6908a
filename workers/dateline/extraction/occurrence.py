"""What extraction hands on: one real-world event as one article tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dateline.extraction.evidence import EvidenceSpan
from dateline.language import Span
from dateline.records import Attribution, Casualties, Codes, DateSpan, EventType, Party, Place, Status


class Whereabouts(Protocol):
    """Where an event happened and where it was launched from, as whoever reads places tells it."""

    @property
    def place(self) -> Place | None: ...

    @property
    def origin(self) -> Place | None: ...

    @property
    def told(self) -> float | None:
        """Log odds that the words tell where it was, above those asked for; None where no place is named that it may be."""


Locate = Callable[[Span, EventType | None, str | None], Whereabouts]
"""Tells, for the words that state an event of a type and mode, where it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One event of an article: every field of a mention that reading the article can know."""

    event_type: EventType
    event_mode: str | None
    contexts: tuple[str, ...]
    status: Status
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    place: Place | None
    origin: Place | None
    date: DateSpan | None
    casualties: Casualties
    evidence: tuple[EvidenceSpan, ...]
    attribution: tuple[Attribution, ...]
    central: bool
    codes: Codes
    confidence: float  # 0..1: of those at 0.8, about 80 % are right
    because: tuple[str, ...] = ()  # the rules and weights behind the fields, for a reader; no part of any record
