"""Two gazetteers: a small world that can be read in full, and the real one (compiled once into the user's cache)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dateline.config_files import config_file
from dateline.geography import Gazetteer, GeographyOptions, Locator, SourcePlace, Whereabouts, geoparse, load_weights, open_gazetteer
from dateline.language import Parser, open_parser, parse
from dateline.records import EventType
from dateline.settings import load


@dataclass
class SmallWorld:
    """Andorra and Syria with a town or two each. Counts how often it is read."""

    edition: str = "1"
    read: int = 0
    renamed: dict[str, str] = field(default_factory=dict)

    def version(self) -> str:
        return f"small-{self.edition}"

    def places(self) -> list[SourcePlace]:
        self.read += 1
        andorra = SourcePlace(3041565, "Andorra", "PCLI", "country", adjectives=["Andorran"], code="AD", lat=42.5, lon=1.5, country=0)
        syria = SourcePlace(163843, "Syria", "PCLI", "country", adjectives=["Syrian"], code="SY", lat=35.0, lon=38.0, country=1)
        hasakah = SourcePlace(173813, "Al-Hasakah", "ADM1", "admin1", code="SY-HA", country=1, admin1=2)
        town = SourcePlace(172837, "Ash Shaddādah", "PPL", "city", names=["Shadadi"], lat=36.05756, lon=40.73478, country=1, admin1=2)
        vella = SourcePlace(3041563, "Andorra la Vella", "PPLC", "city", lat=42.50779, lon=1.52109, population=20430, country=0)
        return [replace(place, name=self.renamed.get(place.name, place.name)) for place in (andorra, syria, hasakah, town, vella)]

    def more_names(self) -> list[tuple[int, str, bool]]:
        return [(4, "Andorra Town", False)]

    def common_names(self) -> list[str]:
        return ["Port"]

    def common_words(self) -> list[str]:
        return ["Reading"]


@pytest.fixture
def options(tmp_path: Path) -> GeographyOptions:
    return GeographyOptions(cache_dir=str(tmp_path), index="", feature_classes=["A", "P"], max_candidates=40)


@pytest.fixture
def small_world() -> SmallWorld:
    return SmallWorld()


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return open_gazetteer(load().geography)


@pytest.fixture(scope="session")
def parser() -> Parser:
    return open_parser(load().reading.model)


@pytest.fixture(scope="session")
def whereabouts(parser: Parser, gazetteer: Gazetteer) -> Callable[..., Whereabouts]:
    """Where an article puts the event that one of its words states; in the text, or in the title where the text does not have it."""
    weights = load_weights(config_file("geography/locating.toml"))

    def ask(text: str, trigger: str, event_type: EventType = "ASSAULT", title: str = "") -> Whereabouts:
        docs = parse(parser, title), parse(parser, text)
        doc = docs[trigger not in title]
        start = doc.text.index(trigger)
        span = doc.char_span(start, start + len(trigger))
        assert span is not None
        in_title, in_text = (geoparse(one, gazetteer) for one in docs)
        return Locator(*docs, in_title, in_text, weights).locate(span, event_type)

    return ask
