"""Candidates: sentences that may tell an event, judged by their words alone, before anything is parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dateline.extraction.ontology import Ontology, Sense


@dataclass(frozen=True, slots=True)
class EventWords:
    """The triggers of an ontology, as sets of lemmas that a sentence must hold. `lemmas`: all that a word may be a form of."""

    by_anchor: dict[str, tuple[frozenset[str], ...]]  # the anchor lemma; what else must stand in the sentence
    lemmas: Callable[[str], frozenset[str]]

    def may_tell(self, words: Sequence[str]) -> bool:
        """Whether the trigger finder could find anything in a sentence of these words, in lower case. May say yes for nothing."""
        anchors: set[str] = set()
        for word in words:
            anchors.update(lemma for lemma in self.lemmas(word) if lemma in self.by_anchor)
        if not anchors:
            return False
        present: frozenset[str] = frozenset().union(*(self.lemmas(word) for word in words))
        return any(others <= present for anchor in anchors for others in self.by_anchor[anchor])


def event_words(ontology: Ontology, lemmas: Callable[[str], frozenset[str]]) -> EventWords:
    """What to look for so that no sentence with a trigger of this ontology is missed."""
    found: dict[str, set[frozenset[str]]] = {}
    for index in (ontology.verbs, ontology.nouns):
        for anchor, senses in index.items():
            found.setdefault(anchor, set()).update(_needed(senses))
    # Fewest words first, then by name: the order decides nothing but how soon a sentence is found to fit
    ordered = {anchor: tuple(sorted(sets, key=lambda one: (len(one), sorted(one)))) for anchor, sets in found.items()}
    return EventWords(ordered, lemmas)


def _needed(senses: Iterable[Sense]) -> set[frozenset[str]]:
    return {frozenset(sense.words) for sense in senses}
