"""Extraction: from a parsed article to the events it reports.

    ontology = load_ontology(path)      # event types and the words that tell them: config/ontology.toml
    actors = load_actors(path)          # who acts: config/actors.toml
    judge = open_judge()                # trained models: which type, and whether it is reported at all
    roles = open_roles()                # and: who of those named did it, and to whom
    occurrences = extract(title, text, ontology=ontology, actors=actors, judge=judge, roles=roles, published=day, locate=whereabouts)

`title` and `text` are spaCy Docs; `locate` tells for the words that state an event where it happened and where it was launched
from. Each Occurrence is one real-world event, with the characters of title and text that state it.

Nothing here knows of topics or gazetteers, nor of the time it is.
"""

from dateline.extraction.actors import Actor, ActorLexicon, ActorsError, load_actors
from dateline.extraction.candidates import EventWords, event_words
from dateline.extraction.evidence import EvidenceSpan
from dateline.extraction.extract import extract
from dateline.extraction.judge import Judge, open_judge
from dateline.extraction.occurrence import Occurrence, Whereabouts
from dateline.extraction.ontology import Ontology, OntologyError, load_ontology
from dateline.extraction.roles import Roles, open_roles

__all__ = [
    "Actor",
    "ActorLexicon",
    "ActorsError",
    "EventWords",
    "EvidenceSpan",
    "Judge",
    "Occurrence",
    "Ontology",
    "OntologyError",
    "Roles",
    "Whereabouts",
    "event_words",
    "extract",
    "load_actors",
    "load_ontology",
    "open_judge",
    "open_roles",
]
