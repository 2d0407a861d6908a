"""What speaks for and against two mentions being one event: each piece measured, then weighed together.

The weights are logarithms of odds, fitted on reports of known incidents (benchmarks/train_merging.py). Some things rule it out whatever
the words: then the score is `NEVER`.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from dateline.merging.options import MergingOptions, PairWeights
from dateline.merging.table import COUNTRY, FINE, NONE, Floats, Ints, Rows, Table

NEVER = -1_000_000
"""A score below any other: the two are not one event."""

_EARTH_KM = 6371.0
_RARE_NAMES = 500.0  # shared weight of names (see words.py) that counts as one: five names of one article in a hundred and fifty
_MOST_RARE = 3.0
_GAP_DAYS = 7.0
_NEAR_DAYS = 3
_WEEK = 7

Pieces = dict[str, Floats]


def candidates(table: Table, row: int, options: MergingOptions) -> tuple[Rows, Floats]:
    """The rows that may be the same event as far as block, status, article and time go, and share words; with how alike their words are."""
    alike = _cosine(table, "words", row)
    near = np.abs(table["reported"] - table["reported"][row]) <= options.gap_days
    fits = table["alive"] & table["timed"] & near & (table["kind"] == table["kind"][row]) & (table["article"] != table["article"][row])
    rows = np.flatnonzero(fits & (alike >= options.min_words))
    return rows, alike[rows]


def scores(table: Table, row: int, rows: Rows, alike: Floats, options: MergingOptions) -> tuple[Ints, Ints]:
    """Thousandths of the logarithm of the odds that `row` and each of `rows` are one event; and the same where nothing rules it out."""
    pieces = measure(table, row, rows, alike, options)
    weights = asdict(options.weights)
    total = np.full(len(rows), weights["base"])
    for name, piece in pieces.items():  # one after the other, so that the sum does not depend on how many rows there are
        total += weights[name] * piece
    soft = np.rint(total * 1000).astype(np.int64)
    return np.where(_ruled_out(table, row, rows, pieces, options), NEVER, soft), soft


def measure(table: Table, row: int, rows: Rows, alike: Floats, options: MergingOptions) -> Pieces:
    """Every piece of evidence but the base, by the name of its weight. Each is the same whichever of two mentions is `row`."""
    names = _cosine(table, "names", row, rows)
    ages = _cosine(table, "ages", row, rows)
    both_ages = (table["ages_size"][rows] > 0) & (table["ages_size"][row] > 0)
    central = table["central"][rows].astype(np.int64) + int(table["central"][row])
    return {
        "words": alike,
        "words_squared": alike * alike,
        "names": names,
        "rare_names": np.minimum(_shared(table, "names", row, rows) / _RARE_NAMES / 10, _MOST_RARE),
        "said": _cosine(table, "said", row, rows),
        "parties": _cosine(table, "parties", row, rows),
        "other_age": (both_ages & (ages == 0)).astype(np.float64),
        "gap": np.abs(table["reported"][rows] - table["reported"][row]) / _GAP_DAYS,
        "both_central": (central == 2).astype(np.float64),
        "one_central": (central == 1).astype(np.float64),
        **_places(table, row, rows, options),
        **_days(table, row, rows),
        **_toll(table, "killed", row, rows),
        **_toll(table, "injured", row, rows),
        "other_type": (table["type"][rows] != table["type"][row]).astype(np.float64),
        "same_mode": ((table["mode"][rows] == table["mode"][row]) & (table["mode"][rows] != NONE)).astype(np.float64),
    }


def _ruled_out(table: Table, row: int, rows: Rows, pieces: Pieces, options: MergingOptions) -> NDArray[np.bool_]:
    """Different modes of one type; places that the words of both events name and that lie apart; days that are far apart."""
    other_mode = _differ(table["mode"][rows], int(table["mode"][row])) & (table["type"][rows] == table["type"][row])
    elsewhere = (pieces["elsewhere"] > 0) & table["tied"][rows] & bool(table["tied"][row])
    between = np.maximum(table["first_day"][rows], table["first_day"][row]) - np.minimum(table["last_day"][rows], table["last_day"][row])
    ruled_out: NDArray[np.bool_] = other_mode | elsewhere | (between > options.most_days_apart)
    return ruled_out


def _shared(table: Table, kind: str, row: int, rows: Rows) -> Floats:
    return table.index[kind].shared(getattr(table.words[row], kind), len(table))[rows]


def _cosine(table: Table, kind: str, row: int, rows: Rows | None = None) -> Floats:
    """Of the words of that kind, for all rows or for these; 0 where either has none."""
    shared = table.index[kind].shared(getattr(table.words[row], kind), len(table))
    sizes = table[f"{kind}_size"]
    if rows is not None:
        shared, sizes = shared[rows], sizes[rows]
    cosine: Floats = shared / np.sqrt(np.maximum(sizes * table[f"{kind}_size"][row], 1.0))
    return cosine


def _places(table: Table, row: int, rows: Rows, options: MergingOptions) -> Pieces:
    """Each place is taken at its own scale: a coarser one holds a finer one when nothing known of the two differs."""
    scale, own = table["scale"][rows], int(table["scale"][row])
    known = (scale != NONE) & (own != NONE)
    coarser = np.minimum(scale, own)
    differ = {name: _differ(table[name][rows], int(table[name][row])) for name in ("country", "province")}
    reach = options.city_km + np.maximum(table["radius_km"][rows], table["radius_km"][row])
    both_fine = known & (coarser == FINE)
    close = _km(table, row, rows) <= reach
    same_spot = both_fine & (table["spot"][rows] == table["spot"][row])
    near = both_fine & ~same_spot & close & ~differ["country"] & ~differ["province"]
    other = known & (differ["country"] | ((coarser != COUNTRY) & differ["province"]) | (both_fine & ~close)) & ~same_spot
    province = known & ~other & ~both_fine & (scale != COUNTRY) & (own != COUNTRY)
    within = known & ~other & ~both_fine & ~province
    found = {
        "same_spot": same_spot,
        "near": near,
        "same_province": province,
        "within": within,
        "elsewhere": other,
        "unplaced": ~known,
    }
    return {name: piece.astype(np.float64) for name, piece in found.items()}


def _differ(values: Ints, own: int) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] = (values != own) & (values != NONE) & (own != NONE)
    return differ


def _km(table: Table, row: int, rows: Rows) -> Floats:
    """Great-circle distance, to the metre."""
    lat, lon = np.radians(table["lat"][rows]), np.radians(table["lon"][rows])
    here_lat, here_lon = np.radians(table["lat"][row]), np.radians(table["lon"][row])
    half = np.sin((lat - here_lat) / 2) ** 2 + np.cos(lat) * np.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
    distance: Floats = (2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))).round(3)
    return distance


def _days(table: Table, row: int, rows: Rows) -> Pieces:
    """How far apart the days are: as told where both texts tell one, else only whether the spans of days lie apart."""
    exact = table["exact"][rows] & bool(table["exact"][row])
    between = np.maximum(table["first_day"][rows], table["first_day"][row]) - np.minimum(table["last_day"][rows], table["last_day"][row])
    found = {
        "same_day": exact & (between == 0),
        "next_day": exact & (between == 1),
        "near_day": exact & (between > 1) & (between <= _NEAR_DAYS),
        "far_day": exact & (between > _NEAR_DAYS) & (between <= _WEEK),
        "other_week": exact & (between > _WEEK),
        "apart": ~exact & (between > 1),
    }
    return {name: piece.astype(np.float64) for name, piece in found.items()}


def _toll(table: Table, harm: str, row: int, rows: Rows) -> Pieces:
    low, high = table[f"{harm}_low"][rows], table[f"{harm}_high"][rows]
    own_low, own_high = int(table[f"{harm}_low"][row]), int(table[f"{harm}_high"][row])
    told = (low != NONE) & (own_low != NONE)
    agree = (low <= own_high) & (high >= own_low)
    return {f"same_{harm}": (told & agree).astype(np.float64), f"other_{harm}": (told & ~agree).astype(np.float64)}


def weight_names() -> tuple[str, ...]:
    """The names of the weights, the base first."""
    return tuple(PairWeights.__dataclass_fields__)
