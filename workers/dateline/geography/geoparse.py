"""A text's places in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateline.geography.gazetteer import Gazetteer
from dateline.geography.outlet import NOWHERE, Home
from dateline.geography.recognise import recognise
from dateline.geography.resolve import resolve
from dateline.geography.toponyms import Toponym
from dateline.records import Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from spacy.tokens import Doc


def geoparse(doc: Doc, gazetteer: Gazetteer, home: Home = NOWHERE) -> list[tuple[Toponym, Place]]:
    """The names of places in a text and what they mean, in text order; names that the gazetteer does not know are left out.

    Adjectives ("Syrian", `kind="demonym"`) are among them: annotators of news count them as place names, and they are a
    tenth of all. Whoever wants places only leaves them out by their kind.
    """
    toponyms = recognise(doc, gazetteer)
    places = resolve(toponyms, gazetteer, home)
    return [(toponym, place) for toponym, place in zip(toponyms, places, strict=True) if place is not None]
