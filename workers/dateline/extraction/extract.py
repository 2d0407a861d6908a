"""The one thing extraction does: an article's title and text in, its occurrences out."""

from __future__ import annotations

from datetime import date

from dateline.extraction.actors import ActorLexicon
from dateline.extraction.dates import StoryDates
from dateline.extraction.grammar import forms
from dateline.extraction.grouping import group
from dateline.extraction.judge import Judge
from dateline.extraction.occurrence import Locate, Occurrence
from dateline.extraction.ontology import Ontology
from dateline.extraction.parties import read_parties
from dateline.extraction.players import Players
from dateline.extraction.present import Present, present_in
from dateline.extraction.reports import Report, ReportReader
from dateline.extraction.roles import Roles
from dateline.extraction.traits import BRIEF
from dateline.language import Doc

LEAD_SENTENCES = 3  # of the text tell, with the headline, what it is about
SPORT_WORDS = 4  # different ones: then a match, not a battle, is what the article is about


def extract(
    title: Doc,
    text: Doc,
    *,
    ontology: Ontology,
    actors: ActorLexicon,
    judge: Judge,
    roles: Roles,
    published: date | None,
    locate: Locate,
) -> list[Occurrence]:
    """The events that an article reports, in the order it first tells them.

    An article that is about sport reports none. Relative dates need `published`. The same Docs give the same occurrences; the work
    grows with the length of the text.
    """
    if _is_sport(title, text, ontology):
        return []
    dates = StoryDates(published, text, ontology.cues)
    reader = ReportReader(ontology, published, dates, locate, _topic(title, text), judge)
    sentences = len(text.sents)
    brief = not len(title) and sentences <= BRIEF
    reports: list[Report] = []
    present: list[Present] = []
    in_title, in_text = read_parties(title, actors, is_title=True), read_parties(text, actors, is_title=False)
    for doc, parties in ((title, in_title), (text, in_text)):
        reports += reader.read(doc, parties)
        present += present_in(doc, parties)
    return group(reports, ontology, judge, roles, Players(in_title, in_text, present), brief=brief, sentences=sentences)


def _topic(title: Doc, text: Doc) -> frozenset[str]:
    """The lemmas of what the article begins with."""
    lead = text.sents[:LEAD_SENTENCES]
    return frozenset(form for span in (title[:], *lead) for token in span for form in forms(token))


def _is_sport(title: Doc, text: Doc, ontology: Ontology) -> bool:
    words = {token.lemma_.lower() for doc in (title, text) for token in doc}
    return len(words & ontology.cues.sport) >= SPORT_WORDS
