"""Geography: from the names in a text to places on the map, and to the place where an event happened.

    gazetteer = open_gazetteer(options)                  # compiled at first use, then mapped: shared by all processes
    toponyms = recognise(doc, gazetteer)                 # where the text names a place
    places = resolve(toponyms, gazetteer, home)          # which place each name means, or None
    locator = Locator(title, text, in_title, in_text, weights)
    where = locator.locate(trigger, event_type)          # which of them the event happened at, and where it was launched from

    geoparse(doc, gazetteer)                             # the first two in one: what a map of the text would show

Nothing here knows of topics, agents or articles' origins. Offsets count characters of `doc.text`.
"""

from dateline.geography.gazetteer import PACKAGED, Entry, Gazetteer, Match, build_gazetteer, open_gazetteer
from dateline.geography.geonames_dump import GeoNamesDump
from dateline.geography.geoparse import geoparse, on_the_map
from dateline.geography.index_file import DamagedIndexError
from dateline.geography.locate import Locator, Whereabouts
from dateline.geography.locating.weighing import Weights, load_weights
from dateline.geography.options import GeographyOptions
from dateline.geography.outlet import Home
from dateline.geography.recognise import recognise
from dateline.geography.resolve import Candidate, Resolution, explain, resolve
from dateline.geography.sources import GazetteerSourceError, PackagedSources, SourcePlace, Sources
from dateline.geography.toponyms import Kind, Toponym

__all__ = [
    "PACKAGED",
    "Candidate",
    "DamagedIndexError",
    "Entry",
    "Gazetteer",
    "GazetteerSourceError",
    "GeoNamesDump",
    "GeographyOptions",
    "Home",
    "Kind",
    "Locator",
    "Match",
    "PackagedSources",
    "Resolution",
    "SourcePlace",
    "Sources",
    "Toponym",
    "Weights",
    "Whereabouts",
    "build_gazetteer",
    "explain",
    "geoparse",
    "load_weights",
    "on_the_map",
    "open_gazetteer",
    "recognise",
    "resolve",
]
