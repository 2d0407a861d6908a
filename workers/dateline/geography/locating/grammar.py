"""How the phrase of a place's name stands in its sentence's tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateline.geography.cues import words

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Token

MAX_CLIMB = 24  # steps towards the root: sentences run deeper only where the parse is broken

SAID = words(
    "say tell report announce add state claim note declare explain comment warn argue insist acknowledge confirm write believe "
    "think suggest"
)
_AT = words("in at near outside across inside around within throughout amid above beneath")
# After these the noun itself must be the place: "on US troops" is not in the US, "in Paris schools" is in Paris
_ON = words("on off over into along between through onto")
_LAUNCHED = words("originate launch fire come depart take start send fly")
_INSIDE_NAME = frozenset(["compound", "appos", "conj", "nmod", "amod", "poss", "nummod", "flat", "det", "npadvmod", "dep", "punct"])
_NO_CLAUSE = frozenset(["amod", "acl", "xcomp", "conj", "compound"])  # a verb so attached shares the clause it hangs in
_BOUNDARIES = frozenset(["ccomp", "advcl", "relcl", "parataxis", "conj", "acl"])


def phrase_top(root: Token) -> Token:
    """The head of the phrase that a name is part of: "province" for "Idlib" in "parts of Idlib province"."""
    top = root
    for _ in range(MAX_CLIMB):
        if top.dep_ == "pobj" or top.dep_ not in _INSIDE_NAME or top.head is top:
            break
        top = top.head
    return top


def governor_of(top: Token) -> Token | None:
    """The preposition that a phrase stands under."""
    return top.head if top.dep_ == "pobj" or (top.head.pos_ == "ADP" and top.head.i != top.i) else None


def manner(root: Token, top: Token, governor: Token | None) -> str:
    """How a name stands in its phrase, in one word: "at" for "in X", "with" for "in X's capital", "subj" for "X said" …"""
    part = root.i != top.i and root.dep_ in ("poss", "compound", "nmod", "amod")
    if governor is None:
        return "part" if part else {"dobj": "obj", "nsubjpass": "obj", "nsubj": "subj"}.get(top.dep_, "bare")
    word = governor.lower_
    if word in _AT:
        return "within" if part else "at"
    if word in _ON:
        return "other" if part else "on"
    return word if word in ("of", "to", "from") and not part else "other"


def is_launch(governor: Token | None) -> bool:
    """ "launched from X", "originating from X"."""
    return governor is not None and governor.lower_ == "from" and governor.head.lemma_.lower() in _LAUNCHED


def clause(token: Token) -> Token:
    """The verb of the clause that a word stands in: "launched" for "strikes" in "they launched strikes"."""
    for _ in range(MAX_CLIMB):
        if token.head.i == token.i or (token.pos_ in ("VERB", "AUX") and token.dep_ not in _NO_CLAUSE):
            break
        token = token.head
    return token


def relation(hung: Token, event: Token) -> str:
    """How what hangs on `hung` is tied to the word of an event: by the steps up the tree, and the clauses crossed.

    direct: on the event's word or its verb; clause: further down in the same clause; below: in a clause that depends on it;
    said: where somebody speaks of it; above: in a clause that it depends on; beside: none of these.
    """
    verb = clause(event)
    crossed = False
    for steps, token in enumerate(_climb(hung)):
        if token.i in (event.i, verb.i):
            return "below" if crossed else "direct" if steps == 0 else "clause"
        crossed = crossed or token.dep_ in _BOUNDARIES
    speaking = clause(hung)
    above = {token.i for token in _climb(verb)}
    if speaking.i in above:
        return "said" if speaking.lemma_.lower() in SAID else "above"
    return "beside"


def _climb(token: Token) -> list[Token]:
    """The token, then its heads up to the root."""
    path = [token]
    for _ in range(MAX_CLIMB):
        if token.head.i == token.i:
            break
        token = token.head
        path.append(token)
    return path
