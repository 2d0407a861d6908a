"""Present: the police, the courts and the people by name that an article speaks of, wherever it does.

News leaves out what goes without saying: "a man was arrested" tells by whom only in the sentence that quotes the police. Who is present
can be cast in such a part (`casting`); reading who is present takes one pass over the mentions of a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dateline.extraction.coreference import has_age
from dateline.extraction.grammar import forms, noun_phrase
from dateline.extraction.parties import PartyReader
from dateline.language import Doc, Token
from dateline.records import Party

POLICE, PROSECUTION, COURT, INTRODUCED = "police", "prosecution", "court", "introduced"
_NAMING = frozenset({"identify", "name"})
_OFFICES = frozenset({"police", "justice", "state", "military"})
_YEARS_OLD = re.compile(r"\b(\d{1,3})[- ]years?[- ]old\b")
MAX_PRESENT = 60  # of one document: an article that speaks of more is a list


@dataclass(frozen=True, slots=True)
class Present:
    """A mention of a party. `sentence`: its position in the text, -1 in the title; `part`: which arm of the law, or a person introduced."""

    sentence: int
    part: str
    party: Party
    is_body: bool = False  # the police, not an officer
    age: int | None = None  # years, of a person


def present_in(doc: Doc, parties: PartyReader) -> Iterator[Present]:
    """The arms of the law that a document mentions and the people it introduces, in text order."""
    return islice(_present(doc, parties), MAX_PRESENT)


def _present(doc: Doc, parties: PartyReader) -> Iterator[Present]:
    place, ends = 0, [sentence.end for sentence in doc.sents]
    for head in parties.mentions.heads:
        while place < len(ends) - 1 and head.i >= ends[place]:
            place += 1
        sentence = -1 if parties.is_title else place
        if head.ent_type_ == "PERSON":
            age = _age(head)
            party = parties.party(head) if age or _is_introduced(head, parties) else None
            if party is not None and not _holds_office(party, parties):
                yield Present(sentence, INTRODUCED, party, age=age)
            continue
        arm = _arm(head, parties)
        if arm is not None and (party := parties.party(head)) is not None:
            body = head.ent_type_ == "ORG" or head.lemma_.lower() in parties.lexicon.bodies
            yield Present(sentence, arm, party, body)


def _age(person: Token) -> int | None:
    """ "Ian Holt, 34,", "34-year-old Ian Holt"."""
    if has_age(person):
        return int(person.nbor(2).text)
    start = min(noun_phrase(person).start, person.i)
    found = _YEARS_OLD.search(person.doc[max(start - 1, person.sent.start) : person.i].text)
    return int(found[1]) if found else None


def _is_introduced(person: Token, parties: PartyReader) -> bool:
    """Named where news says who the one is that it told of: "the driver, Ian Holt", "identified as Ian Holt"."""
    if person.dep_ == "appos" and person.head.lemma_.lower() in parties.lexicon.strangers and not person.head.ent_type_:
        return True
    verb = person.head.head
    return person.dep_ == "pobj" and person.head.lower_ == "as" and verb.lemma_.lower() in _NAMING and verb.pos_ == "VERB"


def _holds_office(party: Party, parties: PartyReader) -> bool:
    """Named with a title or a post: who speaks of what happened, not whom it befell."""
    words = (party.role or "").lower().split()
    return any(parties.lexicon.kinds.get(word) in _OFFICES for word in words)


def _arm(head: Token, parties: PartyReader) -> str | None:
    """Which arm of the law a noun phrase names: by its noun, or as a body ("the Lakeview Sheriff's Office") by any of its words."""
    lexicon = parties.lexicon
    words = {form for token in (noun_phrase(head) if head.ent_type_ == "ORG" else [head]) for form in forms(token)}
    if words & lexicon.courts:
        return COURT
    if words & lexicon.prosecution:
        return PROSECUTION
    return POLICE if any(lexicon.kinds.get(word) == "police" for word in words) else None
