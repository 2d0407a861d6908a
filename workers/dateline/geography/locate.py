"""Where an event happened: of the places a text names, the one that its words tie to the event.

Syntax first: what hangs on the trigger ("strikes in X", "bombed X", "the X bombing"), then the rest of its sentence, its
paragraph, the lead, the dateline. The capital where somebody commented, the home of an actor and the place something was launched from are
not where it happened; where nothing ties a place to the event there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dateline.geography.cues import words
from dateline.geography.toponyms import Toponym
from dateline.records import Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from spacy.tokens import Doc, Span, Token

Mentioned = Sequence[tuple[Toponym, Place]]
Basis = Literal["trigger", "sentence", "paragraph", "lead", "dateline"]

_AT = words("in at near outside across inside around within throughout on off over into along between through amid above beneath")
# After these the noun itself must be the place: "on US troops" is not in the US, "in Paris schools" is in Paris
_AT_ITSELF = words("on off over into along between through amid above beneath")
_LAUNCHED = words("originate launch fire come depart take start send fly")
_LEFT = words("withdraw evacuate flee expel deport release rescue retreat escape pull leave remove free steal")
_SAID = words(
    "say tell report announce add state claim note declare explain comment warn argue insist acknowledge confirm write believe "
    "think suggest"
)
# Verbs of events that are words: they happen where they are said to, not where their subject or their hearer is
_SPOKEN = _SAID | words(
    "condemn accuse criticize criticise blame urge call demand ask request appeal thank praise threaten vow discuss deny reject "
    "refuse denounce welcome support offer promise pledge agree approve allege apologize apologise sue"
)
_INSIDE_NAME = frozenset(["compound", "appos", "conj", "nmod", "amod", "poss", "nummod", "flat", "det", "pobj", "npadvmod", "dep", "punct"])
_LEVELS = (None, "country", "admin1", "admin2", "city", "site")  # from wide to narrow
_LEAD_SENTENCES = 2
_LEAD_REACHES = 12  # sentences: further down, the lead's place says little about where something else happened
_MAX_CLIMB = 12
_BY_SYNTAX = 2.0  # a tie this strong runs through the sentence's syntax, not only its neighbourhood

# Of the places found on each basis, about so many were right in 120 annotated stories, those where there should be none among the wrong
_TRUST: dict[Basis, float] = {"trigger": 0.65, "sentence": 0.6, "paragraph": 0.45, "lead": 0.45, "dateline": 0.4}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an event happened, and where it was launched from; None where the text does not say."""

    place: Place | None
    origin: Place | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    toponym: Toponym
    place: Place
    root: Token
    governor: Token | None  # the preposition that the name stands under
    topmost: Token  # the word the whole phrase hangs on


def locate(trigger: Span, mentioned: Mentioned) -> Whereabouts:
    """The place and the origin of the event that `trigger` states.

    `mentioned` are the toponyms of the same doc, resolved, in text order.
    """
    doc = trigger.doc
    candidates = [candidate for toponym, place in mentioned if (candidate := _candidate(doc, toponym, place)) is not None]
    sentence = trigger.sent
    here = [candidate for candidate in candidates if sentence.start <= candidate.root.i < sentence.end]
    origin = next((candidate for candidate in here if _is_origin(candidate)), None)
    here = [candidate for candidate in here if not _is_origin(candidate) and not _is_dateline(candidate, doc)]
    spoken = trigger.root.lemma_.lower() in _SPOKEN
    found = _in_sentence(trigger, here)
    if spoken:
        found = found if found and found[2] == "trigger" else None
    elif found is None:
        found = _around(sentence, candidates)
    return Whereabouts(
        place=_settled(*found) if found else None,
        origin=replace(origin.place, basis="trigger", score=round(origin.place.score * _TRUST["trigger"], 3)) if origin else None,
    )


def _candidate(doc: Doc, toponym: Toponym, place: Place) -> _Candidate | None:
    """None for "Syrian": it tells whose, not where."""
    if toponym.kind == "demonym":
        return None
    span = doc.char_span(toponym.start, toponym.end, alignment_mode="expand")
    if span is None:
        return None
    top = span.root
    for _ in range(_MAX_CLIMB):
        if top.dep_ == "pobj" or top.dep_ not in _INSIDE_NAME or top.head is top:
            break
        top = top.head
    if top.dep_ == "pobj" or (top.head.pos_ == "ADP" and top.head is not top):
        return _Candidate(toponym, place, span.root, top.head, top.head.head)
    return _Candidate(toponym, place, span.root, None, top)


def _is_origin(candidate: _Candidate) -> bool:
    """ "launched from X", "originating from X"."""
    preposition = candidate.governor
    return preposition is not None and preposition.lower_ == "from" and preposition.head.lemma_.lower() in _LAUNCHED


def _in_sentence(trigger: Span, here: list[_Candidate]) -> tuple[_Candidate, list[_Candidate], Basis] | None:
    weighed = [(_tie(trigger, candidate), candidate) for candidate in here]
    tied = sorted(((tie, candidate) for tie, candidate in weighed if tie > 0), key=lambda pair: (-pair[0], pair[1].toponym.start))
    if not tied:
        return None
    best, first = tied[0]
    return first, [candidate for _, candidate in tied], "trigger" if best >= _BY_SYNTAX else "sentence"


def _tie(trigger: Span, candidate: _Candidate) -> float:
    """How strongly the words tie a place to the event: `_BY_SYNTAX` and more by syntax, 0 not at all."""
    root = trigger.root
    distance = abs(candidate.root.i - root.i)
    near = 1.0 - min(distance, 40) / 40
    if trigger.start <= candidate.root.i < trigger.end:
        return 4.0
    standing = _standing(candidate, root)
    if standing <= 0:
        return standing
    clause = _clause(root)
    if _reaches(candidate.topmost, root) or (candidate.governor is not None and candidate.governor.head in trigger):
        return standing + 2.0 + near
    if _reaches(candidate.topmost, clause):
        return standing + 1.0 + near
    if _is_said(candidate, root):
        return 0.0
    return standing + near - 0.5


def _standing(candidate: _Candidate, root: Token) -> float:
    """What the phrase itself says: "in X" is where, "X said" is who."""
    preposition = candidate.governor
    if preposition is not None:
        word = preposition.lower_
        if word in _AT_ITSELF and candidate.root.dep_ != "pobj" and candidate.root.head.dep_ == "pobj":
            return 0.0
        if word in _AT:
            return 1.0
        if word == "from":
            return 1.0 if preposition.head.lemma_.lower() in _LEFT else 0.0
        if word in ("of", "to", "against", "toward", "towards"):
            return (
                1.0
                if preposition.head is root or (word == "of" and preposition.head.pos_ == "NOUN" and preposition.head.ent_type_ == "")
                else 0.0
            )
        return 0.0
    top = candidate.topmost
    if candidate.root is not top and candidate.root.dep_ in ("compound", "nmod", "poss") and candidate.toponym.kind == "name":
        # "the Aleppo bombing"; but not "Russia's ambassador", "the Syria expert"
        return 1.0 if candidate.root.head is root else 0.0
    if top.dep_ in ("dobj", "nsubjpass"):
        if root.lemma_.lower() in _SPOKEN:
            return 0.0  # "Turkey accused Greece"
        return 1.0 if top.head is root or top.head is root.head else 0.2
    return 0.2 if top.dep_ in ("npadvmod", "advmod", "ROOT", "appos", "dep") and candidate.toponym.kind == "name" else 0.0


def _clause(token: Token) -> Token:
    """The verb of the clause that a word stands in: "launched" for "strikes" in "they launched strikes"."""
    for _ in range(_MAX_CLIMB):
        if token.head is token or (token.pos_ in ("VERB", "AUX") and token.dep_ not in ("amod", "acl", "xcomp", "conj", "compound")):
            break
        token = token.head
    return token


def _reaches(token: Token, above: Token) -> bool:
    """Whether a word hangs on another with no other clause between them."""
    for _ in range(_MAX_CLIMB):
        if token is above or token.i == above.i:
            return True
        if token.head is token or token.dep_ in ("ccomp", "advcl", "relcl", "parataxis"):
            return False
        token = token.head
    return False


def _is_said(candidate: _Candidate, root: Token) -> bool:
    """Whether the place is where somebody speaks of the event: "officials in X said that …"."""
    speaking = _clause(candidate.topmost)
    return speaking.lemma_.lower() in _SAID and speaking.is_ancestor(root)


def _around(sentence: Span, candidates: list[_Candidate]) -> tuple[_Candidate, list[_Candidate], Basis] | None:
    """The nearest sentence of the paragraph that says where; else the lead; else the dateline."""
    doc = sentence.doc
    sentences = list(doc.sents)
    index = next(at for at, other in enumerate(sentences) if other.start == sentence.start)
    for other in _neighbours(sentences, index):
        if found := _stated(other, candidates):
            return found[0], found, "paragraph"
    if index < _LEAD_REACHES:
        for other in sentences[:_LEAD_SENTENCES]:
            if found := _stated(other, candidates):
                return found[0], found, "lead"
        for candidate in candidates:
            if _is_dateline(candidate, doc):
                return candidate, [candidate], "dateline"
    return None


def _neighbours(sentences: list[Span], index: int) -> Iterator[Span]:
    """The sentences of the same paragraph: those before, nearest first, then the next one."""
    for before in reversed(sentences[max(0, index - 3) : index]):
        if "\n" in before.text_with_ws[-2:] or "\n" in before.text.strip():
            break
        yield before
    if index + 1 < len(sentences) and "\n" not in sentences[index].text_with_ws:
        yield sentences[index + 1]


def _stated(sentence: Span, candidates: list[_Candidate]) -> list[_Candidate]:
    """The places at which this sentence says that something happens: "in X", not where it is said."""
    return [
        candidate
        for candidate in candidates
        if sentence.start <= candidate.root.i < sentence.end
        and candidate.governor is not None
        and candidate.governor.lower_ in _AT
        and _clause(candidate.topmost).lemma_.lower() not in _SAID
    ]


def _is_dateline(candidate: _Candidate, doc: Doc) -> bool:
    toponym = candidate.toponym
    return toponym.start < 40 and toponym.name.isupper() and any(dash in doc.text[toponym.end : toponym.end + 25] for dash in "-–—(")


def _settled(first: _Candidate, others: list[_Candidate], basis: Basis) -> Place:
    """The most specific of the tied places that lies within the first."""
    place = first.place
    for candidate in others:
        if _LEVELS.index(candidate.place.level) > _LEVELS.index(place.level) and _contains(place, candidate.place):
            place = candidate.place
    return replace(place, basis=basis, score=round(place.score * _TRUST[basis], 3))


def _contains(outer: Place, inner: Place) -> bool:
    if outer.country is None or outer.country != inner.country or outer.level is None:
        return False
    if outer.level == "country":
        return True
    if outer.level == "admin1":
        return outer.admin1 == inner.admin1
    return outer.level == "admin2" and (outer.admin1, outer.admin2) == (inner.admin1, inner.admin2)
