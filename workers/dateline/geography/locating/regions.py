"""Which places lie in which, as far as their records tell."""

from __future__ import annotations

from dateline.records import Place

Region = tuple[str | None, ...]


def own_region(place: Place) -> Region:
    """What a place covers; towns of one name in one county are one region."""
    regions = regions_around(place)
    match place.level:
        case "country":
            return (place.country,)
        case "admin1":
            return (place.country, place.admin1)
        case "admin2":
            return (place.country, place.admin1, place.admin2)
        case _:
            return (*(regions[-1] if regions else ()), "", place.name)


def regions_around(place: Place) -> tuple[Region, ...]:
    """The country, province and county that hold a place, from wide to narrow, without itself."""
    levels = (place.country, place.admin1, place.admin2)
    depth = {"country": 0, "admin1": 1, "admin2": 2}.get(place.level or "", 3)
    return tuple(levels[: size + 1] for size in range(depth) if levels[size])


def holds(wider: Place, place: Place) -> bool:
    """Whether the first is a country, province or county that the second lies in."""
    return wider.level in ("country", "admin1", "admin2") and own_region(wider) in regions_around(place)
