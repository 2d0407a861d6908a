"""What the words of its sentence say of whether news tells the place of an event: a ruling's seldom, an ambulance's mostly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dateline.geography.cues import words
from dateline.geography.locating.grammar import clause

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Token

_MAX_WORDS = 120  # of a sentence: some texts have none that ends
_YEAR = re.compile(r"(19|20)\d\d")
_TIMES = ("DATE", "TIME")  # entities whose words are looked at one by one
_WHERE = words("in at near outside inside around on off along across")
_SPOTS = words("town city village area district neighborhood neighbourhood region province county suburb community capital island camp")


def wording(event: Token) -> frozenset[str]:
    """Lemmas of the sentence, names by their kind; what kind of thing does it, to what; whether a place is told by other words."""
    sentence = event.sent
    found = {f"word {word}" for token in sentence[:_MAX_WORDS] if (word := _word(token))}
    found.add(f"by {_kind(_child(event, 'nsubj', 'nsubjpass', 'agent') or _child(clause(event), 'nsubj', 'nsubjpass', 'agent'))}")
    found.add(f"to {_kind(_child(event, 'dobj', 'nsubjpass'))}")
    found.update(f"points {way}" for token in sentence[:_MAX_WORDS] if (way := _points(token)))
    return frozenset(found)


def names_its_spot(event: Token, known: frozenset[int]) -> bool:
    """Whether it is said to be at something with a name that is none of the `known` places' (positions of their last words)."""
    return any(known.isdisjoint(range(spot.left_edge.i, spot.right_edge.i + 1)) for spot in _spots(event))


def _word(token: Token) -> str | None:
    if token.ent_type_ and token.ent_type_ not in _TIMES:
        return token.ent_type_
    if _YEAR.fullmatch(token.text):
        return "YEAR"
    return token.lemma_.lower() if token.is_alpha else None


def _child(token: Token, *arcs: str) -> Token | None:
    return next((child for child in token.children if child.dep_ in arcs), None)


def _kind(token: Token | None) -> str:
    if token is None:
        return "none"
    return token.ent_type_ or ("who" if token.lower_ in ("who", "which", "that") else token.pos_)


def _points(token: Token) -> str | None:
    """ "there", "in the town": to a place told before."""
    if token.dep_ == "advmod" and token.lower_ in ("there", "here"):
        return "there"
    if token.dep_ != "pobj" or token.lower_ not in _SPOTS:
        return None
    said = [child for child in token.children if child.dep_ in ("prep", "compound", "amod")]
    return "the town" if not said and any(child.lower_ in ("the", "this", "that") for child in token.children) else None


def _spots(event: Token) -> Iterator[Token]:
    for token in dict.fromkeys((event, clause(event))):
        for preposition in token.children:
            if preposition.dep_ == "prep" and preposition.lower_ in _WHERE:
                yield from (spot for spot in preposition.children if spot.dep_ == "pobj" and _is_name(spot))


def _is_name(token: Token) -> bool:
    return token.tag_ in ("NNP", "NNPS") and token.ent_type_ not in ("DATE", "TIME", "PERSON")
