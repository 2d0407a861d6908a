"""Harm: what a statement of a toll is, and the small questions that reading one asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dateline.extraction.grammar import children, clause_verb, forms, objects_of
from dateline.extraction.ontology import Conditions, Cues, Harm, Sense
from dateline.language import Token
from dateline.records import Count

Suffered = Harm | Literal["hit"]
"""`hit`: shot or stabbed, and dead or alive."""

HARMED = Sense(
    words=("harm",), event_type=None, mode=None, act=None, harm=None, mutual=False, weak=True,
    recipient_preps=frozenset(), conditions=Conditions(),
)  # fmt: skip
REFLEXIVES = frozenset({"himself", "herself", "themselves", "self"})
TRIED = frozenset({"attempt", "attempted"})
_BARELY = frozenset({"nearly", "almost"})
_AND = frozenset({",", "and", "then"})
_SINCE = frozenset({"since", "so"})  # "so far this year"
_TO = frozenset({"to"})
_DOWN = frozenset({"gun", "mow", "cut"})


@dataclass(frozen=True, slots=True)
class Toll:
    """One statement of harm, and the word it hangs on."""

    harm: Suffered
    count: Count
    token: Token
    victims: tuple[Token, ...] = ()


def is_unreal(word: Token, cues: Cues) -> bool:
    """Negated, only tried or only possible."""
    for child in word.children:
        tried = child.lower_ in TRIED and child.dep_ in ("amod", "compound")
        if child.dep_ == "neg" or tried or (child.dep_ == "advmod" and child.lower_ in _BARELY):
            return True
        if child.dep_ in ("aux", "mark") and child.lemma_.lower() in cues.unreal:
            return True
    infinitive = any(child.dep_ == "aux" and child.lower_ == "to" for child in word.children)
    return (infinitive or word.dep_ in ("xcomp", "pcomp")) and word.head.lemma_.lower() in cues.unreal


def is_own_death(token: Token, cues: Cues) -> bool:
    """ "Killed himself", "turned the gun on herself"."""
    if token.lower_ not in REFLEXIVES:
        return False
    before = token.doc[token.sent.start : token.i]
    if len(before) and before[-1].lower_ in _AND and any(set(forms(left)) & cues.kill_verbs for left in before):
        return True  # "kills his wife, himself"
    verb = clause_verb(token)
    if verb is None or verb.lemma_ == "turn":
        return verb is not None and token.dep_ == "pobj"
    deadly = any(child.lower_ in cues.dead for child in verb.children)
    return token.head.i == verb.i and (bool(set(forms(verb)) & cues.kill_verbs) or deadly)


def to_death(verb: Token) -> bool:
    """ "Beaten to death", "gunned down": the words beside a verb say that those it was done to died."""
    if any(one.lower_ == "death" for beside in (verb, *children(verb, "dobj")) for one in objects_of(beside, _TO)):
        return True
    return verb.lemma_.lower() in _DOWN and any(child.lower_ == "down" for child in children(verb, "prt", "advmod"))


def was_feared(dead: Token) -> bool:
    """ "Who had been feared dead": they are not."""
    return dead.head.lemma_ == "fear" and any(child.lower_ == "had" for child in children(dead.head, "aux"))


def is_running_total(harm: Token) -> bool:
    """ "30,000 have died since the war began": of many events, not of the one just told."""
    verb = clause_verb(harm)
    if verb is None or not any(child.lemma_.lower() == "have" for child in children(verb, "aux")):
        return False
    return any(word.lower_ in _SINCE for child in verb.children for word in (child, *child.children))
