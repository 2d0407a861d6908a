"""How much a text speaks of each part of the world: sums over countries, subdivisions and the cells of two grids.

Sums, from which a name's own part is taken off again, are what keeps the context linear in the number of names.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, floor, radians
from typing import Generic, TypeVar

Cell = int
"""A cell of either grid: a number, since these are looked up more often than anything else."""
Peers = tuple[str, int]
"""What is of one level in one country; countries are in none."""
Key = TypeVar("Key", bound=Hashable)

# Degrees of a cell; with the eight cells around it that is some 130 and some 500 km about a place
CELLS = {"near": 0.8, "wide": 3.0}
_ROW = 1_000  # more than there are columns: from a cell to the one north of it
_FIRST = {"near": 500, "wide": 1_500}  # added to the number of a row: the grids have no cell in common
_NARROWEST = 0.1  # near the poles columns are no narrower than at 84°


@dataclass(slots=True)
class Sums:
    """How much of a text lies in each region (its position in the gazetteer), is each region, and lies in each cell."""

    inside: dict[int, float] = field(default_factory=dict)
    named: dict[int, float] = field(default_factory=dict)
    near: dict[Cell, float] = field(default_factory=dict)
    possible_inside: dict[int, float] = field(default_factory=dict)  # as `inside`, all candidates of a name alike
    possible_near: dict[Cell, float] = field(default_factory=dict)
    peers: dict[Peers, float] = field(default_factory=dict)  # asked only of the names beside one, and so not added up

    def add(self, other: Sums) -> None:
        for into, more in (
            (self.inside, other.inside),
            (self.named, other.named),
            (self.possible_inside, other.possible_inside),
        ):
            for region, weight in more.items():
                add(into, region, weight)
        for near, more_near in ((self.near, other.near), (self.possible_near, other.possible_near)):
            for cell, weight in more_near.items():
                add(near, cell, weight)


@dataclass(frozen=True, slots=True)
class Context(Generic[Key]):
    """A text's sums, and each name's part of them: shares of ambiguous names count as such."""

    own: Mapping[Key, Sums]
    total: Sums
    mass: float
    beside: Mapping[Key, tuple[Key, ...]]  # the names that stand next to each


def add(into: MutableMapping[Key, float], key: Key, weight: float) -> None:
    into[key] = into.get(key, 0.0) + weight


@lru_cache(maxsize=8192)  # news speaks of the same places again and again
def cells_about(lat: float, lon: float) -> Mapping[str, Sequence[Cell]]:
    """The cell of each grid that a place lies in, first, and the eight about it."""
    return {grid: _around(_cell_of(lat, lon, grid)) for grid in CELLS}


def _cell_of(lat: float, lon: float, grid: str) -> Cell:
    """The cell of a grid whose columns are about as wide as its rows are high."""
    degrees = CELLS[grid]
    row = floor(lat / degrees)
    column = floor(lon * max(_NARROWEST, cos(radians((row + 0.5) * degrees))) / degrees)
    return (_FIRST[grid] + row) * _ROW + column


def _around(cell: Cell) -> list[Cell]:
    return [cell, *(cell + down * _ROW + right for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right)]
