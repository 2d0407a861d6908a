"""The key under which mentions meet."""

from __future__ import annotations

_HARM = {"ASSAULT": "HARM", "ACCIDENT": "HARM"}
"""Types that may be one event: an explosion is an accident to one outlet and an attack to another, a gun that went off likewise."""


def block_key(event_type: str) -> str:
    """Name the merge block of a mention: two mentions of different blocks are never one event.

    The types that may be one event share a block, and nothing else is part of the key. Not the day: reports straddle any border between
    days, and some are undated. Nor the country: a fiftieth of the pairs of reports were lost where one names no place, or one of the same
    name abroad.
    """
    return _HARM.get(event_type, event_type)
