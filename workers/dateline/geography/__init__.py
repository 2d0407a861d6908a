"""Geography: from the names in a text to places on the map, and to the place where an event happened.

    gazetteer = open_gazetteer(options)                  # compiled at first use, then mapped: shared by all processes
    toponyms = recognise(doc, gazetteer)                 # where the text names a place
    places = resolve(toponyms, gazetteer, home="US")     # which place each name means, or None
    where = locate(trigger, mentioned)                   # which of them the event happened at, and where it was launched from

    geoparse(doc, gazetteer)                             # the first two in one: what a map of the text would show

Nothing here knows of topics, agents or articles' origins. Offsets count characters of `doc.text`.
"""

from dateline.geography.gazetteer import PACKAGED, Entry, Gazetteer, Match, build_gazetteer, open_gazetteer
from dateline.geography.geonames_dump import GeoNamesDump
from dateline.geography.geoparse import geoparse
from dateline.geography.index_file import DamagedIndexError
from dateline.geography.locate import Whereabouts, locate
from dateline.geography.options import GeographyOptions
from dateline.geography.recognise import recognise
from dateline.geography.resolve import resolve
from dateline.geography.sources import GazetteerSourceError, PackagedSources, SourcePlace, Sources
from dateline.geography.toponyms import Kind, Toponym

__all__ = [
    "PACKAGED",
    "DamagedIndexError",
    "Entry",
    "Gazetteer",
    "GazetteerSourceError",
    "GeoNamesDump",
    "GeographyOptions",
    "Kind",
    "Match",
    "PackagedSources",
    "SourcePlace",
    "Sources",
    "Toponym",
    "Whereabouts",
    "build_gazetteer",
    "geoparse",
    "locate",
    "open_gazetteer",
    "recognise",
    "resolve",
]
