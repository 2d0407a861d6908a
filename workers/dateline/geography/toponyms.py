"""What recognition hands to resolution: a name in a text, and what the words around it say of the place it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dateline.records import Level

Kind = Literal["name", "demonym", "nested"]
"""name: "Syria"; demonym: "Syrian"; nested: "Aleppo" in "Aleppo University", part of the name of something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toponym:
    """Characters `start` up to `end` of a text name a place. `text` is what stands there, `name` what to look up."""

    start: int
    end: int
    text: str
    name: str
    kind: Kind
    level: Level | None = None  # what the text calls it: "X province" is admin1, "X air base" a site
    container: str | None = None  # the name that the text says it lies in: "Texas" for "Paris" in "Paris, Texas"
