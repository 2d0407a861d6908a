"""Versions of the records' shape: what an earlier Dateline wrote is read for ever, what a later one wrote is said to be that.

Additive changes (a new field with a default) raise no version. A breaking one raises `records.VERSION`, and adds here a step that
makes a record of the version before into the new shape; steps follow each other, so every version ever written can be read.

Fields that a newer program of the same version added are passed over where a record is only read. They are kept where its bytes pass
through (the merge state, dead letters sent again, an event that a replay finds unchanged), and in a feed's state, which is read, changed
and written again (`codec.UNKNOWN`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dateline.records import VERSION

Raw = dict[str, Any]
"""A record as JSON tells it."""

Step = Callable[[Raw], Raw]


FIRST = 1

VERSION_FIELD = {"Article": "schema_version"}
"""Where a record says its version, if not in `version`: an article's `version` counts its publisher's edits."""

STEPS: Mapping[tuple[str, int], Step] = {}
"""By record type and the version it leads from."""


def version_of(raw: Raw, record_type: str) -> Any:
    """What the record says; one that says none is of the first version."""
    return raw.get(VERSION_FIELD.get(record_type, "version"), FIRST)


def upcast(raw: Raw, record_type: str, *, newest: int = VERSION, steps: Mapping[tuple[str, int], Step] = STEPS) -> Raw:
    """A record of a version from FIRST to `newest` in the newest shape. A type that a version did not change has no step there."""
    for number in range(version_of(raw, record_type), newest):
        step = steps.get((record_type, number))
        raw = {**(step(raw) if step else raw), VERSION_FIELD.get(record_type, "version"): number + 1}
    return raw
