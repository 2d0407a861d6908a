"""Times as people read them on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime


def when(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "–"


def span(seconds: float) -> str:
    """In the unit that tells it in two digits or three."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
