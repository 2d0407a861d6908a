"""One article in, what it says of events out.

    reader = open_reader(options, ...)
    mentions = reader.read(article)        # sentences → triggers → arguments → dates → places → mentions
    places = reader.geoparse(article)      # only the place names

Pure: no clock, no network, no state between articles. The stages know nothing of each other; this module introduces them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span

from dateline import __version__
from dateline.codec import content_id
from dateline.config_files import config_file
from dateline.extraction import ActorLexicon, Judge, Occurrence, Ontology, extract, load_actors, load_ontology, open_judge
from dateline.geography import Gazetteer, GeographyOptions, Toponym, Whereabouts, locate, open_gazetteer, recognise, resolve
from dateline.language import load_model, parse
from dateline.merging import block_key
from dateline.reading_options import ReadingOptions
from dateline.records import Article, Evidence, Mention, Place, Producer, Source


@dataclass(frozen=True, slots=True)
class Reader:
    """Everything that reading needs, loaded once per process."""

    nlp: Language
    ontology: Ontology
    actors: ActorLexicon
    judge: Judge
    gazetteer: Gazetteer
    options: ReadingOptions

    def read(self, article: Article) -> list[Mention]:
        """What this article says of events, in the order it says it; nothing for a language we do not read."""
        if not _is_english(article):
            return []
        title, text = self._parse(article)
        located = self._places(title, text, article)
        by_doc = {id(title): located[0], id(text): located[1]}

        def whereabouts(trigger: Span) -> Whereabouts:
            return locate(trigger, by_doc[id(trigger.doc)])

        occurrences = extract(
            title,
            text,
            ontology=self.ontology,
            actors=self.actors,
            judge=self.judge,
            published=article.published.date() if article.published else None,
            locate=whereabouts,
        )
        seen: Counter[tuple[object, ...]] = Counter()
        mentions = []
        for occurrence in occurrences:
            said = _identity(occurrence)
            seen[said] += 1
            mention_id = content_id("mention", article.article_id, *said, seen[said])
            mentions.append(_mention(mention_id, occurrence, article, {"title": title.text, "text": text.text}, self.producer))
        return mentions

    def geoparse(self, article: Article) -> list[tuple[Toponym, Place]]:
        """The place names of an article's text, resolved, in text order."""
        title, text = self._parse(article)
        return self._places(title, text, article)[1]

    @property
    def producer(self) -> Producer:
        return Producer(name="dateline", version=__version__, model=self.options.model)

    def _parse(self, article: Article) -> tuple[Doc, Doc]:
        title = (article.title or "")[: self.options.max_title_chars]
        return parse(self.nlp, title), parse(self.nlp, article.text[: self.options.max_text_chars])

    def _places(self, title: Doc, text: Doc, article: Article) -> tuple[list[tuple[Toponym, Place]], list[tuple[Toponym, Place]]]:
        """Resolve the names of title and text together, so that each helps to understand the other."""
        in_title, in_text = recognise(title, self.gazetteer), recognise(text, self.gazetteer)
        home = article.publisher.country if article.publisher else None
        places = resolve([*in_title, *in_text], self.gazetteer, home)
        found = [(toponym, place) for toponym, place in zip([*in_title, *in_text], places, strict=True)]
        cut = len(in_title)
        return _resolved(found[:cut]), _resolved(found[cut:])


def _resolved(found: list[tuple[Toponym, Place | None]]) -> list[tuple[Toponym, Place]]:
    return [(toponym, place) for toponym, place in found if place is not None]


def open_reader(options: ReadingOptions, geography: GeographyOptions) -> Reader:
    """Load the model, the ontology, the actors and the gazetteer (compiled on first use)."""
    return Reader(
        nlp=load_model(options.model),
        ontology=load_ontology(config_file("ontology.toml")),
        actors=load_actors(config_file("actors.toml")),
        judge=open_judge(),
        gazetteer=open_gazetteer(geography),
        options=options,
    )


def _is_english(article: Article) -> bool:
    return not article.language or article.language.lower().startswith("en")


def _identity(occurrence: Occurrence) -> tuple[str | int | None, ...]:
    """What an occurrence is known by within its article: what, where, when.

    Not the words, the toll or the article's version, so that an edited sentence or a corrected toll keeps its mention's id.
    """
    place, date = occurrence.place, occurrence.date
    where = (place.geonameid or place.name) if place else None
    return occurrence.event_type, occurrence.event_mode, where, date.start.isoformat() if date else None


def _mention(mention_id: str, occurrence: Occurrence, article: Article, docs: dict[str, str], producer: Producer) -> Mention:
    evidence = tuple(
        Evidence(
            article_id=article.article_id, field=span.field, start=span.start, end=span.end, text=docs[span.field][span.start : span.end]
        )
        for span in occurrence.evidence
    )
    publisher = article.publisher
    return Mention(
        mention_id=mention_id,
        block=block_key(occurrence.event_type, occurrence.place, occurrence.date),
        article_version=article.version,
        title=article.title,
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
