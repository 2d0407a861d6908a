"""The key under which mentions meet."""

from __future__ import annotations

from dateline.records import DateSpan, Place

UNKNOWN = "-"
"""Stands for the country of a mention that names none."""


def block_key(event_type: str, place: Place | None, date: DateSpan | None) -> str:  # noqa: ARG001 — see below
    """Name the merge block of a mention, from nothing but the mention: two mentions of different blocks are never one event.

    So it must not be finer than what merging tells apart. Type and country are: merging joins neither two types nor two countries.
    A province is not (a report that names only the country may mean the same event), nor is a day or a week (reports of one event
    straddle any border, and some are undated). The date is asked for so that callers need not change on the day that finer blocks,
    with one mention in several of them, prove worth their trouble.
    """
    return f"{event_type}:{(place.country if place else None) or UNKNOWN}"
