"""Candidates: sentences that may tell an event, judged by their words alone, before anything is parsed.

A sentence is one if it holds all words of a trigger and a small model finds it likely to tell an event: a linear one over its words and
the kinds of triggers that it holds, trained by benchmarks/train_candidates.py on the sentences that readers of articles quote for an event,
and in other articles on what the whole of extraction finds in such sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from dateline.extraction.judge import MODELS
from dateline.extraction.linear import LinearModel, load_model
from dateline.extraction.ontology import Ontology, Sense

SENTENCES = MODELS / "sentences.npz"
LIKELY = -1.2  # log odds from which on a sentence is parsed
HARM_LIKELY = -2.2  # of one that tells of the dead or injured: it may quote no event; 2 % more sentences
_MAX_KEPT = 100_000  # words: when full, begun anew


class _Phrase(NamedTuple):
    """Words of a trigger, and its kind."""

    words: frozenset[str]
    kind: str
    harm: bool  # tells of no event by itself, only whom it harmed


class _Word(NamedTuple):
    """What is known of a word."""

    weight: float
    lemmas: frozenset[str]  # all that it may be a form of
    kinds: tuple[str, ...]  # of the triggers that it is alone
    phrases: tuple[_Phrase, ...]  # the longer triggers whose rarest word it is


class EventWords:
    """The triggers of an ontology as a sentence holds them, wherever they stand in it, and what a model makes of them."""

    def __init__(self, ontology: Ontology, lemmas: Callable[[str], frozenset[str]], model: LinearModel) -> None:
        """`lemmas`: all that a word in lower case may be a form of."""
        self._lemmas, self._model = lemmas, model
        triggers = {
            _Phrase(frozenset(sense.words), _kind(sense), sense.event_type is None)
            for index in (ontology.verbs, ontology.nouns)
            for senses in index.values()
            for sense in senses
        }
        self._single: dict[str, set[str]] = {}
        self._phrases: dict[str, list[_Phrase]] = {}
        common: dict[str, int] = {}
        for trigger in triggers:
            for word in trigger.words:
                common[word] = common.get(word, 0) + 1
        for trigger in sorted(triggers, key=lambda one: (sorted(one.words), one.kind)):
            if len(trigger.words) == 1:
                self._single.setdefault(min(trigger.words), set()).add(trigger.kind)
            else:
                rarest = min(sorted(trigger.words), key=lambda word: common[word])
                self._phrases.setdefault(rarest, []).append(trigger)
        self._harms = frozenset(one.kind for one in triggers if one.harm)
        self._words: dict[str, _Word] = {}
        self._kinds = {kind: self._weight(f"trigger {kind}") for kind in sorted({one.kind for one in triggers})}
        self._bias = float(model.bias[0])

    def may_tell(self, words: Sequence[str]) -> bool:
        """Whether a sentence of these words, in lower case, is worth parsing."""
        known = self._known(words)
        kinds = _kinds(known)
        if not kinds:
            return False
        told = sum(word.weight for word in known) + sum(self._kinds[kind] for kind in kinds)
        return self._bias + told / sqrt(len(known) + len(kinds)) >= (LIKELY if self._harms.isdisjoint(kinds) else HARM_LIKELY)

    def features(self, words: Sequence[str]) -> dict[str, float]:
        """What the model is asked about a sentence; empty where it holds no trigger."""
        kinds = _kinds(self._known(words))
        names = [*(f"word {word}" for word in dict.fromkeys(words)), *(f"trigger {kind}" for kind in sorted(kinds))]
        return dict.fromkeys(names, 1 / sqrt(len(names))) if kinds else {}

    def _known(self, words: Sequence[str]) -> list[_Word]:
        """Each different word once, in the order of the sentence: sums of rounded numbers depend on their order."""
        found = []
        for word in dict.fromkeys(words):
            known = self._words.get(word)
            if known is None:
                if len(self._words) >= _MAX_KEPT:
                    self._words.clear()
                known = self._words[word] = self._look_up(word)
            found.append(known)
        return found

    def _look_up(self, word: str) -> _Word:
        lemmas = self._lemmas(word)
        kinds = tuple(sorted({kind for lemma in lemmas for kind in self._single.get(lemma, ())}))
        phrases = tuple(phrase for lemma in sorted(lemmas) for phrase in self._phrases.get(lemma, ()))
        return _Word(self._weight(f"word {word}"), lemmas, kinds, phrases)

    def _weight(self, feature: str) -> float:
        return float(self._model.scores({feature: 1.0})[0])


def _kind(sense: Sense) -> str:
    """What the model knows a trigger by: one that a user adds is like others of its type."""
    return f"{sense.event_type} {'weak' if sense.weak else 'own'} {'phrase' if len(sense.words) > 1 else 'word'}"


def _kinds(known: Sequence[_Word]) -> list[str]:
    """The kinds of all triggers in a sentence, in an order that its words alone decide."""
    kinds = {kind: None for word in known for kind in word.kinds}
    phrases = [phrase for word in known for phrase in word.phrases]
    if phrases:
        present: frozenset[str] = frozenset().union(*(word.lemmas for word in known))
        kinds.update((phrase.kind, None) for phrase in phrases if phrase.words <= present)
    return list(kinds)


def event_words(ontology: Ontology, lemmas: Callable[[str], frozenset[str]], path: Path = SENTENCES) -> EventWords:
    """What to look for so that few sentences that tell an event are missed."""
    return EventWords(ontology, lemmas, load_model(path))
