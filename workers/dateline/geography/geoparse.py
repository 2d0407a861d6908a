"""A text's places in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dateline.geography.gazetteer import Gazetteer
from dateline.geography.outlet import NOWHERE, Home
from dateline.geography.recognise import recognise
from dateline.geography.resolve import resolve
from dateline.geography.toponyms import Toponym
from dateline.records import Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc

# Adjectives of one country that make a text one about that country. Four keeps half of the adjectives that annotators took for place
# names, 0.94 of what it keeps is one (TR-News, LGL; of all adjectives 0.75), and a seventh of those in texts where none is (GeoVirus).
_DWELT_ON = 4


def geoparse(doc: Doc, gazetteer: Gazetteer, home: Home = NOWHERE) -> list[tuple[Toponym, Place]]:
    """The names of places in a text and what they mean, in text order; names that the gazetteer does not know are left out.

    Adjectives ("Syrian", `kind="demonym"`) are among them; `on_the_map` leaves out the passing ones.
    """
    toponyms = recognise(doc, gazetteer)
    places = resolve(toponyms, gazetteer, home)
    return [(toponym, place) for toponym, place in zip(toponyms, places, strict=True) if place is not None]


def on_the_map(found: Sequence[tuple[Toponym, Place]]) -> list[tuple[Toponym, Place]]:
    """What a map of the text shows: the names, and the adjectives of a country that the text keeps returning to.

    "Syrian" four times over speaks of Syria; one "French bulldog" does not speak of France.
    """
    adjectives = Counter(place.country for toponym, place in found if toponym.kind == "demonym" and place.level == "country")
    return [
        (toponym, place)
        for toponym, place in found
        if toponym.kind != "demonym" or (place.level == "country" and adjectives[place.country] >= _DWELT_ON)
    ]
