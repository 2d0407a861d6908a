"""The key under which mentions meet."""

from __future__ import annotations

UNKNOWN = "-"
"""Stands for the country of a mention that names none."""

HAPPENINGS = frozenset({"ASSAULT", "COERCE", "PROTEST", "DISASTER", "ACCIDENT"})
"""Types of events that happen at a place. The others are words and deeds between parties, told from many capitals or from nowhere."""

_HARM = {"ASSAULT": "HARM", "ACCIDENT": "HARM"}
"""Types that may be one event: an explosion is an accident to one outlet and an attack to another, a gun that went off likewise."""


def block_key(event_type: str, country: str | None) -> str:
    """Name the merge block of a mention: two mentions of different blocks are never one event.

    `country` (ISO 3166) is that of the event's place, else the one that its article speaks of most. What does not happen at a place meets
    whatever its country. Days are no part of the key: reports of one event straddle any border between days, and some are undated.
    """
    family = family_of(event_type)
    return f"{family}:{country or UNKNOWN}" if event_type in HAPPENINGS else family


def family_of(event_type: str) -> str:
    """The types that may be one event have one family."""
    return _HARM.get(event_type, event_type)
