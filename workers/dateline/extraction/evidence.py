"""Evidence: the exact characters of an article that state an event."""

from __future__ import annotations

from dataclasses import dataclass

from dateline.extraction.grammar import clause_verb
from dateline.language import Span, Token
from dateline.records import EvidenceField

LONGEST = 200  # characters: what a reader takes in at a glance
SHORTEST = 15


@dataclass(frozen=True, slots=True, order=True)
class EvidenceSpan:
    """Characters `start` up to `end` of the title or text as stored."""

    field: EvidenceField
    start: int
    end: int


def evidence_of(trigger: Span, sentence: Span, field: EvidenceField) -> EvidenceSpan:
    """The sentence that states the event; of a long one the clause, and of a long clause the words around the trigger."""
    whole = _trimmed(sentence)
    chosen = whole if _length(whole) <= LONGEST else _clause(trigger.root, sentence)
    if not SHORTEST <= _length(chosen) <= LONGEST or not (chosen.start <= trigger.start and trigger.end <= chosen.end):
        chosen = _window(trigger, whole)
    return EvidenceSpan(field, chosen.start_char, chosen.end_char)


def _clause(token: Token, sentence: Span) -> Span:
    verb = clause_verb(token) or token
    return _trimmed(sentence.doc[max(verb.left_edge.i, sentence.start) : min(verb.right_edge.i + 1, sentence.end)])


def _window(trigger: Span, whole: Span) -> Span:
    """As many words around the trigger as fit, one to the right, one to the left."""
    start, end, doc = max(trigger.start, whole.start), min(trigger.end, whole.end), trigger.doc
    grown = True
    while grown:
        grown = False
        if end < whole.end and doc[end].idx + len(doc[end]) - doc[start].idx <= LONGEST:
            end, grown = end + 1, True
        if start > whole.start and doc[end - 1].idx + len(doc[end - 1]) - doc[start - 1].idx <= LONGEST:
            start, grown = start - 1, True
    return _trimmed(doc[start:end])


def _length(span: Span) -> int:
    return span.end_char - span.start_char


def _trimmed(span: Span) -> Span:
    """Without white space at its ends."""
    start, end = span.start, span.end
    while start < end - 1 and span.doc[start].is_space:
        start += 1
    while end > start + 1 and span.doc[end - 1].is_space:
        end -= 1
    return span.doc[start:end]
