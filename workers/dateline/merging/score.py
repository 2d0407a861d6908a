"""How likely two mentions are one event: what rules it out, and what speaks for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dateline.merging.features import COUNTRY, FINE, NONE, Columns, Floats, Ints
from dateline.merging.options import MergingOptions

# Points, roughly natural logarithms of likelihood ratios: three points make it twenty times likelier. They were set by hand on the
# order of what each piece of evidence is worth; `min_score` (config) is where they are cut.
_SAME_SPOT = 2.5  # the same city or site
_NEAR = 1.5  # two places within reach of each other: a suburb, or one of them located a little off
_WITHIN = 0.5  # a city and its province, or both only the province
_SAME_DAY = 1.5  # both texts tell the same day
_NEXT_DAY = 0.5  # both tell a day, one apart: midnight, time zones
_SAME_TOLL = 1.0  # the same number of killed or of injured
_RARE_TOLL = 1.0  # more where that number is not one of the common ones
_COMMON_TOLL = 2  # most reports with a toll tell of so many or fewer
_OTHER_TOLL = -1.5  # numbers that contradict each other: tolls are corrected, so this doesn't rule it out
_NAME = 1.25  # each word of a name in common
_MOST_NAMES = 3
_OTHER_NAMES = -0.5  # both tell names, none in common
_SAME_WORDS = 7.0  # title and evidence word for word the same; in proportion below that
_EARTH_KM = 6371.0


def links(table: Columns, row: int, options: MergingOptions) -> tuple[Ints, Floats]:
    """The later mentions that this one may be one event with, best first, with their scores; at most `max_links` of them."""
    stop = int(np.searchsorted(table.first_day, table.last_day[row] + options.date_slack_days, side="right"))
    others = np.arange(row + 1, stop)
    place = place_points(table, row, others, options)
    allowed = np.isfinite(place) & _may_be_same(table, row, others, options)
    if not allowed.any():
        return np.empty(0, dtype=np.int64), np.empty(0)
    kept = others[allowed]
    score = place[allowed] + _date_points(table, row, kept) + _toll_points(table.killed, row, kept) + _toll_points(table.injured, row, kept)
    score += _name_points(table, row, stop)[allowed] + _word_points(table, row, stop)[allowed]
    score = score.round(6)  # so that no last bit decides
    enough = score >= options.min_score
    kept, score = kept[enough], score[enough]
    best = np.argsort(-score, kind="stable")[: options.max_links]
    return kept[best], score[best]


def place_points(table: Columns, row: int, others: Ints, options: MergingOptions) -> Floats:
    """What the places say, each taken at its own scale; minus infinity where they can't be one place.

    A coarser place holds a finer one when nothing known of the two differs.
    """
    unknown = (table.scale[others] == NONE) | (table.scale[row] == NONE)
    coarser = np.minimum(table.scale[others], table.scale[row])
    provinces = table.province[others], table.province[row]
    other_province = (provinces[0] != provinces[1]) & (provinces[0] != NONE) & (provinces[1] != NONE) & (coarser > COUNTRY)
    reach = options.city_km + np.maximum(table.radius_km[others], table.radius_km[row])
    both_fine = coarser == FINE
    far = both_fine & (_km(table, row, others) > reach)
    same = both_fine & (table.spot[others] == table.spot[row])
    points = np.select([unknown, same, both_fine, coarser == COUNTRY], [0.0, _SAME_SPOT, _NEAR, 0.0], default=_WITHIN)
    points[~unknown & (other_province | far)] = -np.inf
    return points


def _may_be_same(table: Columns, row: int, others: Ints, options: MergingOptions) -> NDArray[np.bool_]:
    mode = table.mode[others]
    modes_agree = (mode == table.mode[row]) | (mode == NONE) | (table.mode[row] == NONE)
    told_together = np.abs(table.reported[others] - table.reported[row]) <= options.gap_days
    agree: NDArray[np.bool_] = (
        modes_agree & told_together & (table.kind[others] == table.kind[row]) & (table.article[others] != table.article[row])
    )
    return agree


def _km(table: Columns, row: int, others: Ints) -> Floats:
    """Great-circle distance; not a number where a place is unknown."""
    lat, lon = np.radians(table.lat[others]), np.radians(table.lon[others])
    here_lat, here_lon = np.radians(table.lat[row]), np.radians(table.lon[row])
    half = np.sin((lat - here_lat) / 2) ** 2 + np.cos(lat) * np.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
    distance: Floats = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def _date_points(table: Columns, row: int, others: Ints) -> Floats:
    """Days count for something only where both texts tell one; a week, a month or a guess from the publication is no coincidence."""
    exact = table.told[others] & table.told[row] & (table.first_day[others] == table.last_day[others])
    if table.first_day[row] != table.last_day[row]:
        return np.zeros(len(others))
    same = table.first_day[others] == table.first_day[row]
    return np.select([exact & same, exact], [_SAME_DAY, _NEXT_DAY], default=0.0)


def _toll_points(toll: Ints, row: int, others: Ints) -> Floats:
    low, high = toll[others, 0], toll[others, 1]
    if toll[row, 0] == NONE:
        return np.zeros(len(others))
    agree = (low <= toll[row, 1]) & (high >= toll[row, 0])
    rare = np.maximum(low, toll[row, 0]) > _COMMON_TOLL
    return np.select([low == NONE, agree & rare, agree], [0.0, _SAME_TOLL + _RARE_TOLL, _SAME_TOLL], default=_OTHER_TOLL)


def _name_points(table: Columns, row: int, stop: int) -> Floats:
    if not table.named.words[row]:
        return np.zeros(stop - row - 1)
    common = table.named.counts(row, stop)
    told = table.named.sizes[row + 1 : stop] > 0
    return np.where(common > 0, _NAME * np.minimum(common, _MOST_NAMES), np.where(told, _OTHER_NAMES, 0.0))


def _word_points(table: Columns, row: int, stop: int) -> Floats:
    """Cosine of the two sets of words."""
    size = table.said.sizes[row] * table.said.sizes[row + 1 : stop]
    cosine: Floats = table.said.counts(row, stop) / np.sqrt(np.maximum(size, 1.0))
    return _SAME_WORDS * cosine
