"""Attribution: whom the text names as its source for what a trigger tells. A source is never an actor for saying so."""

from __future__ import annotations

from collections.abc import Iterable

from dateline.extraction.grammar import children, climb, objects_of
from dateline.extraction.ontology import Cues
from dateline.extraction.parties import PartyReader
from dateline.language import Span, Token
from dateline.records import Attribution

_CLAUSES = frozenset({"ccomp", "parataxis", "advcl", "xcomp"})
MAX_SOURCES = 4  # that one sentence names
_TO = frozenset({"to"})


def attribution_of(anchor: Token, told: Iterable[Token], cues: Cues, parties: PartyReader) -> tuple[Attribution, ...]:
    """The sources of a statement: who says it in a clause above it, or in one set beside it, or "according to" whom.

    `told` are the sources that the whole sentence names (see `according_to`).
    """
    sources: list[Token] = []
    below = anchor
    for above in climb(anchor):
        if above.i != anchor.i and above.lemma_.lower() in cues.report_verbs and below.dep_ in _CLAUSES:
            sources += _speakers(above)
        sources += [
            speaker
            for beside in children(above, "parataxis", "ccomp")
            if beside.i != below.i and beside.lemma_.lower() in cues.report_verbs and not children(beside, "ccomp", "dobj")
            for speaker in _speakers(beside)
        ]
        below = above
    sources += told
    found: dict[str, Attribution] = {}
    for source in sources:
        party = parties.party(source)
        if party is not None:
            found.setdefault(party.name.casefold(), Attribution(name=party.name, text=party.text))
    return tuple(found.values())


def according_to(sentence: Span) -> list[Token]:
    """The sources of a whole sentence: "according to the governor"."""
    return [source for token in sentence if token.lower_ == "according" for source in objects_of(token, _TO)][:MAX_SOURCES]


def _speakers(verb: Token) -> list[Token]:
    """The subject of a verb of saying; for a relative pronoun, the noun that its clause hangs on."""
    return [
        verb.head if speaker.tag_ in ("WDT", "WP") and verb.dep_ == "relcl" else speaker for speaker in children(verb, "nsubj", "agent")
    ]
