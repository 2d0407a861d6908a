"""One article in, what it says of events out.

    reader = open_reader(options, ...)
    mentions = reader.read(article)        # sentences → triggers → arguments → dates → places → mentions
    places = reader.geoparse(article)      # only the place names

Pure: no clock, no network, no state between articles. The stages know nothing of each other; this module introduces them.
"""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import urlsplit

from dateline import __version__
from dateline.codec import content_id
from dateline.config_files import config_file
from dateline.english import English, load_english
from dateline.extraction import (
    ActorLexicon,
    Judge,
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
from dateline.furniture import Furniture, load_furniture
from dateline.geography import (
    Gazetteer,
    GeographyOptions,
    Home,
    Locator,
    Resolution,
    Toponym,
    Weights,
    explain,
    load_weights,
    on_the_map,
    open_gazetteer,
    recognise,
    resolve,
)
from dateline.language import Doc, Parser, find_names, open_parser, parse, whole_characters
from dateline.merging import block_key, fingerprint, keywords
from dateline.reading_options import ReadingOptions
from dateline.records import Article, Evidence, Mention, Place, Producer, Source

Explained = tuple[Mention, tuple[str, ...]]
"""A mention, and the rules and weights behind its fields, a line each."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that reading needs, loaded once per process."""

    parser: Parser
    ontology: Ontology
    actors: ActorLexicon
    judge: Judge
    roles: Roles
    gazetteer: Gazetteer
    english: English
    furniture: Furniture
    weights: Weights
    options: ReadingOptions

    def read(self, article: Article) -> list[Mention]:
        """What this article says of events, in the order it says it. Raise OtherLanguageError for a language that we do not read."""
        return [mention for mention, _ in self.read_explained(article)]

    def read_explained(self, article: Article) -> list[Explained]:
        """As `read`, each mention with the reasons for its fields."""
        self.english.check(article.language, f"{article.title or ''}\n{article.text}")
        stored = dict(zip(("title", "text"), self._parts(article), strict=True))
        title, text = (parse(self.parser, self.furniture.without(part)) for part in stored.values())
        # Looked for only where an event is told: many articles tell none
        places = cache(lambda: self._places(title, text, article))
        locator = cache(lambda: Locator(title, text, *places(), self.weights))
        occurrences = extract(
            title,
            text,
            ontology=self.ontology,
            actors=self.actors,
            judge=self.judge,
            roles=self.roles,
            published=article.published.date() if article.published else None,
            locate=lambda *words: locator().locate(*words),
        )
        if not occurrences:
            return []
        about, copies = keywords(article.title, article.text), fingerprint(article.text)
        seen: Counter[tuple[object, ...]] = Counter()
        found = []
        for occurrence in occurrences:
            said = _identity(occurrence)
            seen[said] += 1
            mention_id = content_id("mention", article.article_id, *said, seen[said])
            mention = _mention(mention_id, occurrence, article, stored, self.producer)
            mention = replace(mention, block=block_key(occurrence.event_type), keywords=about, fingerprint=copies)
            found.append((mention, occurrence.because))
        return found

    def names(self, article: Article) -> tuple[Doc, Doc, list[tuple[Toponym, Place]], list[tuple[Toponym, Place]]]:
        """Title and text as `read` parses them, and the places that each of them names, resolved."""
        title, text = (parse(self.parser, self.furniture.without(part)) for part in self._parts(article))
        return title, text, *self._places(title, text, article)

    def geoparse(self, article: Article) -> list[tuple[Toponym, Place]]:
        """The place names of an article's text, resolved, in text order."""
        title, text = (find_names(self.parser, part) for part in self._parts(article))
        return on_the_map(self._places(title, text, article)[1])

    def explain(self, article: Article) -> list[tuple[Toponym, Resolution]]:
        """As `geoparse`, with the likeliest candidates of each name and what spoke for them."""
        title, text = (find_names(self.parser, part) for part in self._parts(article))
        in_title, in_text = recognise(title, self.gazetteer), recognise(text, self.gazetteer)
        resolutions = explain([*in_title, *in_text], self.gazetteer, _home(article))[len(in_title) :]
        resolved = [(toponym, resolution) for toponym, resolution in zip(in_text, resolutions, strict=True) if resolution is not None]
        shown = {toponym.start for toponym, _ in on_the_map([(toponym, resolution.place) for toponym, resolution in resolved])}
        return [(toponym, resolution) for toponym, resolution in resolved if toponym.start in shown]

    @property
    def producer(self) -> Producer:
        return Producer(name="dateline", version=__version__, model=self.options.model)

    def _parts(self, article: Article) -> tuple[str, str]:
        title, text = (article.title or "")[: self.options.max_title_chars], article.text[: self.options.max_text_chars]
        return whole_characters(title), whole_characters(text)

    def _places(self, title: Doc, text: Doc, article: Article) -> tuple[list[tuple[Toponym, Place]], list[tuple[Toponym, Place]]]:
        """Resolve the names of title and text together, so that each helps to understand the other."""
        in_title, in_text = recognise(title, self.gazetteer), recognise(text, self.gazetteer)
        places = resolve([*in_title, *in_text], self.gazetteer, _home(article))
        found = [(toponym, place) for toponym, place in zip([*in_title, *in_text], places, strict=True)]
        cut = len(in_title)
        return _resolved(found[:cut]), _resolved(found[cut:])


def _resolved(found: list[tuple[Toponym, Place | None]]) -> list[tuple[Toponym, Place]]:
    return [(toponym, place) for toponym, place in found if place is not None]


def _home(article: Article) -> Home:
    """Where an article comes from: its publisher's country, and the address that it stands at."""
    publisher = article.publisher
    domain = publisher.domain if publisher else None
    try:
        domain = domain or urlsplit(article.url or "").hostname
    except ValueError:  # an address that is none
        domain = None
    return Home(country=publisher.country if publisher else None, domain=domain)


def open_reader(options: ReadingOptions, geography: GeographyOptions) -> Reader:
    """Load the model, the ontology, the actors and the gazetteer (compiled on first use)."""
    ontology = load_ontology(config_file("ontology.toml"))
    reader = Reader(
        parser=open_parser(options.model, lambda words: event_words(ontology, words.lemmas).may_tell),
        ontology=ontology,
        actors=load_actors(config_file("actors.toml")),
        judge=open_judge(),
        roles=open_roles(),
        gazetteer=open_gazetteer(geography),
        english=load_english(config_file("english.toml")),
        furniture=load_furniture(config_file("boilerplate.toml")),
        weights=load_weights(config_file("geography/locating.toml")),
        options=options,
    )
    gc.freeze()  # what was loaded stays: going through it again and again took 5 % of the time
    return reader


def _identity(occurrence: Occurrence) -> tuple[str | int | None, ...]:
    """What an occurrence is known by within its article: what, where, when.

    Not the words, the toll or the article's version, so that an edited sentence or a corrected toll keeps its mention's id.
    """
    place, date = occurrence.place, occurrence.date
    where = (place.geonameid or place.name) if place else None
    return occurrence.event_type, occurrence.event_mode, where, date.start.isoformat() if date else None


def _mention(mention_id: str, occurrence: Occurrence, article: Article, stored: dict[str, str], producer: Producer) -> Mention:
    evidence = tuple(
        Evidence(
            article_id=article.article_id, field=span.field, start=span.start, end=span.end, text=stored[span.field][span.start : span.end]
        )
        for span in occurrence.evidence
    )
    publisher = article.publisher
    return Mention(
        mention_id=mention_id,
        block="",
        article_version=article.version,
        title=whole_characters(article.title) if article.title else None,
        event_type=occurrence.event_type,
        event_mode=occurrence.event_mode,
        contexts=occurrence.contexts,
        status=occurrence.status,
        actors=occurrence.actors,
        recipients=occurrence.recipients,
        place=occurrence.place,
        origin=occurrence.origin,
        date=occurrence.date,
        casualties=occurrence.casualties,
        evidence=evidence,
        source=Source(
            article_id=article.article_id,
            url=article.url,
            publisher=(publisher.name or publisher.domain) if publisher else None,
            published=article.published,
            origin=article.origin,
        ),
        attribution=occurrence.attribution,
        central=occurrence.central,
        codes=occurrence.codes,
        confidence=occurrence.confidence,
        producer=producer,
    )
