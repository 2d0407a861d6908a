"""Present: the police, the courts and the people by name that an article speaks of, wherever it does.

News leaves out what goes without saying: "a man was arrested" tells by whom only in the sentence that quotes the police. Who is present
can be cast in such a part (`casting`); reading who is present takes one pass over the mentions of a document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from dateline.extraction.grammar import forms, noun_phrase
from dateline.extraction.parties import PartyReader
from dateline.language import Doc, Token
from dateline.records import Party

POLICE, PROSECUTION, COURT = "police", "prosecution", "court"
MAX_PRESENT = 60  # of one document: an article that speaks of more is a list


@dataclass(frozen=True, slots=True)
class Present:
    """A mention of a party. `sentence`: its position in the text, -1 in the title."""

    sentence: int
    arm: str
    party: Party
    is_body: bool  # the police, not an officer


def present_in(doc: Doc, parties: PartyReader) -> Iterator[Present]:
    """The arms of the law that a document mentions, in text order."""
    return islice(_present(doc, parties), MAX_PRESENT)


def _present(doc: Doc, parties: PartyReader) -> Iterator[Present]:
    place, ends = 0, [sentence.end for sentence in doc.sents]
    for head in parties.mentions.heads:
        while place < len(ends) - 1 and head.i >= ends[place]:
            place += 1
        arm = _arm(head, parties)
        party = parties.party(head) if arm is not None else None
        if arm is not None and party is not None:
            body = head.ent_type_ == "ORG" or head.lemma_.lower() in parties.lexicon.bodies
            yield Present(-1 if parties.is_title else place, arm, party, body)


def _arm(head: Token, parties: PartyReader) -> str | None:
    """Which arm of the law a noun phrase names: by its noun, or as a body ("the Lakeview Sheriff's Office") by any of its words."""
    if head.ent_type_ == "PERSON":
        return None
    lexicon = parties.lexicon
    words = {form for token in (noun_phrase(head) if head.ent_type_ == "ORG" else [head]) for form in forms(token)}
    if words & lexicon.courts:
        return COURT
    if words & lexicon.prosecution:
        return PROSECUTION
    return POLICE if any(lexicon.kinds.get(word) == "police" for word in words) else None
