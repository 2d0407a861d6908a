"""Clauses: what a sentence says as features, from which a trained model tells the type of event it reports."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import sqrt

from dateline.extraction.grammar import children
from dateline.extraction.ontology import Cues
from dateline.language import Span, Token

_STEM = 5  # letters: "condemn" and "condemnation" begin alike
_PARTS = frozenset(
    {"dobj", "nsubjpass", "prep", "prt", "xcomp", "ccomp", "agent", "attr", "acomp", "dative", "neg", "aux", "advmod", "oprd"}
)
_KEPT = frozenset({"VERB", "NOUN", "ADJ", "ADV", "PROPN", "AUX", "ADP", "PART", "NUM", "SCONJ"})
_MAX_STEPS = 4  # verbs of speech between the root and what is told


def main_word(sentence: Span, cues: Cues) -> Token:
    """The word that a sentence is about: its root, or what is said where the root only says that it is said."""
    word = sentence.root
    for _ in range(_MAX_STEPS):
        told = next((child for child in word.children if child.dep_ == "ccomp"), None)
        if told is None or word.lemma_.lower() not in cues.report_verbs:
            break
        word = told
    return word


def sentence_features(sentence: Span, types: Iterable[str]) -> dict[str, float]:
    """The words of a sentence, and the types its triggers propose; together of about the same weight however long it is."""
    words = [_word(token) for token in sentence if token.pos_ in _KEPT and not token.is_space]
    found = [f"w:{word}" for word in words]
    found += [f"b:{one} {other}" for one, other in pairwise(words)]
    found += [f"s:{word[:_STEM]}" for word in words if len(word) > _STEM]
    found += [f"t:{name}" for name in types]
    names = dict.fromkeys(found)
    return dict.fromkeys(names, 2 / sqrt(len(names))) if names else {}


def word_features(word: Token, types: Iterable[str]) -> dict[str, float]:
    """A trigger, or the main word of a sentence, with what hangs on it and what it hangs on."""
    lemma = word.lemma_.lower()
    found = [f"a:{lemma}", f"as:{lemma[:_STEM]}", f"ap:{word.pos_}", f"ag:{word.tag_}"]
    for child in word.children:
        if child.dep_ in _PARTS:
            found += [f"ac:{child.dep_}:{_word(child)}", f"al:{lemma}:{_word(child)}"]
        for end in children(child, "pobj") if child.dep_ in ("prep", "agent") else ():
            found.append(f"ao:{child.lower_}:{_word(end)}")
        if child.dep_ == "xcomp":
            found += [f"ax:{end.dep_}:{_word(end)}" for end in child.children if end.dep_ in _PARTS]
    found += [f"at:{name}" for name in types]
    return dict.fromkeys(found, 0.5)


def _word(token: Token) -> str:
    """A lemma; names and numbers by their kind, so that the model learns no country's or person's name."""
    return f"<{token.ent_type_}>" if token.ent_type_ else token.lemma_.lower()
