"""Headlines in Title Case: the tagger takes their words for names, so who and to whom are read by position."""

from __future__ import annotations

from dateline.extraction.actors import normal
from dateline.extraction.grammar import forms
from dateline.extraction.parties import PartyReader
from dateline.extraction.triggers import Trigger
from dateline.language import Span
from dateline.records import Party


def headline_parties(trigger: Trigger, parties: PartyReader) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Actors and recipients of a trigger in a headline: the known name or role before it, and the one behind it.

    A participle with nobody behind it is passive: "Two Men Arrested".
    """
    doc, span = trigger.anchor.doc, trigger.span
    before = _nearest(doc[: span.start], parties, last=True)
    behind = _nearest(doc[span.end :], parties, last=False)
    if before and not behind and trigger.kind == "verb" and trigger.anchor.lower_.endswith(("ed", "en", "wn")):
        return (), before
    return before, behind


def _nearest(words: Span, parties: PartyReader, last: bool) -> tuple[Party, ...]:
    if not len(words):
        return ()
    lexicon = parties.lexicon
    known = lexicon.find(normal(token.text for token in words))
    if known:
        start, end, actor = known[-1 if last else 0]
        text = words[start:end].text
        return (Party(name=actor.name, text=text, kind=actor.kind, country=actor.country, sector=actor.sector),)
    order = reversed(list(words)) if last else iter(words)
    role = next((token for token in order if any(form in lexicon.kinds for form in forms(token))), None)
    if role is None:
        return ()
    kind = next(lexicon.kinds[form] for form in forms(role) if form in lexicon.kinds)
    return (Party(name=role.text, text=role.text, kind=kind),)
