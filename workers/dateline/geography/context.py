"""How much a text speaks of each part of the world: sums over countries, subdivisions and the cells of two grids.

Sums, from which a name's own part is taken off again, are what keeps the context linear in the number of names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from math import cos, floor, radians
from typing import Generic, TypeVar

Cell = tuple[str, int, int]
Key = TypeVar("Key", bound=Hashable)

# Degrees of a cell; with the eight cells around it that is some 130 and some 500 km about a place
CELLS = {"near": 0.8, "wide": 3.0}
_NARROWEST = 0.1  # near the poles columns are no narrower than at 84°


@dataclass(slots=True)
class Sums:
    """How much of a text lies in each region (its position in the gazetteer), is each region, and lies in each cell."""

    inside: Counter[int] = field(default_factory=Counter)
    named: Counter[int] = field(default_factory=Counter)
    near: Counter[Cell] = field(default_factory=Counter)
    possible_inside: Counter[int] = field(default_factory=Counter)  # as `inside`, all candidates of a name alike
    possible_near: Counter[Cell] = field(default_factory=Counter)

    def add(self, other: Sums) -> None:
        self.inside.update(other.inside)
        self.named.update(other.named)
        self.near.update(other.near)
        self.possible_inside.update(other.possible_inside)
        self.possible_near.update(other.possible_near)


@dataclass(frozen=True, slots=True)
class Context(Generic[Key]):
    """A text's sums, and each name's part of them: shares of ambiguous names count as such."""

    own: Mapping[Key, Sums]
    total: Sums
    mass: float
    beside: Mapping[Key, tuple[Key, ...]]  # the names that stand next to each


def cell_of(lat: float, lon: float, grid: str) -> Cell:
    """The cell of a grid whose columns are about as wide as its rows are high."""
    degrees = CELLS[grid]
    row = floor(lat / degrees)
    return grid, row, floor(lon * max(_NARROWEST, cos(radians((row + 0.5) * degrees))) / degrees)


def around(cell: Cell) -> list[Cell]:
    """A cell and the eight about it."""
    grid, row, column = cell
    return [(grid, row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
