"""The picture of `dateline geoparse --map`: the places found, over the towns of the gazetteer as the base map.

Needs matplotlib, which is an optional dependency, and neither network nor map data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from math import cos, radians
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dateline.geography import Gazetteer
    from dateline.records import Place

_KM_PER_DEGREE = 111.2
_MIN_SPAN = 3.0  # degrees: less shows no neighbouring towns
_MARGIN = 0.15  # of the span, on each side
_SHAPE = 4 / 3  # width to height
_MOST_LABELS = 80
_BASE_LABELS = 14  # of the largest towns in view
_COUNTRY_TOWNS, _COUNTRY_LABELS = 6, 30  # a country with fewer towns in view is not named, nor more of them
_FORMATS = (".png", ".pdf", ".svg")
_WIDTH = 9.0  # inches
_LAND, _GREY, _COUNTRY = "#c4c4c4", "#8c8c8c", "#6a6a6a"
# From narrow to wide: what is drawn later, and labelled first, stands first
_STYLES: dict[str | None, tuple[str, str, str, float]] = {
    "site": ("site", "#b2182b", "^", 46),
    "city": ("town", "#d6604d", "o", 34),
    "admin2": ("district", "#8073ac", "D", 30),
    "admin1": ("province", "#2166ac", "s", 34),
    "country": ("country", "#1b7837", "*", 90),
    None: ("region, water", "#35978f", "P", 50),
}


class PlaceMap:
    """Collects places and draws them once. Memory grows with the number of different places, not with the input."""

    def __init__(self, path: Path) -> None:
        """Raises click.ClickException when it could not be drawn: better before the work than after."""
        if path.suffix not in _FORMATS:
            raise click.ClickException(f"a map is written as one of {', '.join(_FORMATS)}, not as {path.name!r}")
        try:
            import matplotlib
        except ModuleNotFoundError as error:
            raise click.ClickException("a map needs matplotlib: pip install 'dateline[map]', or pip install matplotlib") from error
        matplotlib.use("Agg")  # a file, no window
        self._path = path
        self._counts: Counter[Place] = Counter()

    def add(self, places: Sequence[Place]) -> None:
        self._counts.update(place for place in (_as_drawn(place) for place in places))

    def draw(self, gazetteer: Gazetteer) -> None:
        """Write the picture. Raises click.ClickException when the input named no place."""
        from matplotlib import pyplot

        places = sorted(self._counts, key=lambda place: (list(_STYLES).index(place.level), -self._counts[place], place.name))
        if not places:
            raise click.ClickException(f"no place to draw: {self._path} is not written")
        west, east, south, north = _extent([place for place in places if place.level not in ("country", None)] or places)
        figure, axes = pyplot.subplots(figsize=(_WIDTH, _WIDTH / _SHAPE), layout="constrained")
        axes.set(xlim=(west, east), ylim=(south, north), aspect="auto", xticks=[], yticks=[])
        towns = gazetteer.towns_within(west, east, south, north)
        _draw_base(axes, gazetteer, towns)
        inside = [place for place in places if west <= place.lon <= east and south <= place.lat <= north]
        for place in reversed(inside):
            _draw_place(axes, place, self._counts[place])
        figure.canvas.draw()  # labels are laid out in pixels, which are known only now
        wanted = [_Label(place.name, place.lon, place.lat, "black") for place in inside[:_MOST_LABELS]]
        known = {place.geonameid for place in inside}
        wanted += _country_labels(gazetteer, towns, known)
        base = [entry for entry in map(gazetteer.entry, towns[: 2 * _BASE_LABELS]) if entry.geonameid not in known][:_BASE_LABELS]
        wanted += [_Label(town.name, town.lon, town.lat, _GREY) for town in base]
        _draw_labels(axes, wanted)
        axes.legend(handles=_legend(inside), loc="best", fontsize=8, framealpha=0.9)
        figure.savefig(self._path, dpi=110)
        pyplot.close(figure)


def _as_drawn(place: Place) -> Place:
    """The place alone, without the words and the evidence that led to it: what is drawn once."""
    return replace(place, text=place.name, score=1.0, basis="")


def _extent(places: Sequence[Place]) -> tuple[float, float, float, float]:
    """West, east, south, north in degrees: the places with what they cover, room around, in the shape of the picture."""
    covered = [place.radius_km / _KM_PER_DEGREE for place in places]
    souths, norths = [[place.lat + sign * km for place, km in zip(places, covered, strict=True)] for sign in (-1, 1)]
    lat, lon = (min(souths) + max(norths)) / 2, (min(place.lon for place in places) + max(place.lon for place in places)) / 2
    narrowing = max(0.2, cos(radians(lat)))
    high = max(_MIN_SPAN, max(norths) - min(souths))
    wide = max(abs(place.lon - lon) * 2 * narrowing + 2 * size for place, size in zip(places, covered, strict=True))
    high = max(high, wide / _SHAPE) * (1 + 2 * _MARGIN) / 2
    wide = high * _SHAPE / narrowing
    return max(-180, lon - wide), min(180, lon + wide), max(-85, lat - high), min(85, lat + high)


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    lon: float
    lat: float
    colour: str


def _draw_base(axes: Any, gazetteer: Gazetteer, towns: Sequence[int]) -> None:
    sizes = [0.8 + gazetteer.population[town] ** 0.5 / 60 for town in towns]
    lons, lats = [gazetteer.lon[town] for town in towns], [gazetteer.lat[town] for town in towns]
    axes.scatter(lons, lats, s=sizes, color=_LAND, linewidths=0, zorder=1)


def _country_labels(gazetteer: Gazetteer, towns: Sequence[int], known: Container[int | None]) -> list[_Label]:
    """The countries with the most towns in view, each amid these; `known` ones have their own label."""
    of_country: dict[int, list[int]] = {}
    for town in towns:
        of_country.setdefault(gazetteer.country[town], []).append(town)
    return [
        _Label(
            gazetteer.entry(country).name.upper(),
            median(gazetteer.lon[town] for town in its),
            median(gazetteer.lat[town] for town in its),
            _COUNTRY,
        )
        for country, its in sorted(of_country.items(), key=lambda item: -len(item[1]))[:_COUNTRY_LABELS]
        if len(its) >= _COUNTRY_TOWNS and gazetteer.entry(country).geonameid not in known
    ]


def _draw_place(axes: Any, place: Place, count: int) -> None:
    from matplotlib.patches import Ellipse

    _, colour, marker, size = _STYLES[place.level]
    high = 2 * place.radius_km / _KM_PER_DEGREE
    wide = high / max(0.1, cos(radians(place.lat)))
    if place.level not in ("country", None):  # theirs would cover the picture
        axes.add_patch(Ellipse((place.lon, place.lat), wide, high, facecolor=colour, edgecolor=colour, alpha=0.13, zorder=3))
    size *= 1 + min(count, 20) / 10
    axes.scatter([place.lon], [place.lat], s=size, color=colour, marker=marker, edgecolors="white", linewidths=0.7, zorder=4)


def _draw_labels(axes: Any, labels: Sequence[_Label]) -> None:
    """Each name beside its point, on the first side that has room; a name without room is left out."""
    taken: list[Any] = []
    renderer, frame = axes.figure.canvas.get_renderer(), axes.get_window_extent()
    for label in labels:
        for dx, dy, ha, va in ((7, 0, "left", "center"), (-7, 0, "right", "center"), (0, 7, "center", "bottom"), (0, -7, "center", "top")):
            text = axes.annotate(
                label.text,
                (label.lon, label.lat),
                (dx, dy),
                textcoords="offset points",
                ha=ha,
                va=va,
                fontsize=9 if label.colour == "black" else 7.5,
                color=label.colour,
                zorder=5,
            )
            box = text.get_window_extent(renderer)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _legend(places: Sequence[Place]) -> list[Any]:
    from matplotlib.lines import Line2D

    levels = {place.level for place in places}
    return [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=name)
        for level, (name, colour, marker, _) in _STYLES.items()
        if level in levels
    ]
