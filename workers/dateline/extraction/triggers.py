"""Triggers: the words that tell an event, and which of their senses fits what stands around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from dateline.extraction.arguments import Arguments, noun_arguments, verb_arguments, whole
from dateline.extraction.grammar import children, forms, objects_of
from dateline.extraction.ontology import Conditions, Cues, Ontology, Sense
from dateline.extraction.parties import PartyReader
from dateline.language import Span, Token
from dateline.records import EventType

_NAMES = frozenset({"ORG", "PERSON", "FAC", "GPE", "WORK_OF_ART", "PRODUCT", "LOC"})
_TIMES = frozenset({"DATE", "TIME"})
_TOWARDS = frozenset({"to", "with", "against", "on", "for", "from", "at", "of"})
_NEAR_TOKENS = 3  # how far the words of a trigger may stand apart where the tree does not connect them


@dataclass(frozen=True, slots=True)
class Trigger:
    """Words that tell an event in one sense. `anchor` is the verb or noun; `tokens` are all of them."""

    anchor: Token
    tokens: tuple[Token, ...]
    kind: Literal["verb", "noun"]
    sense: Sense
    arguments: Arguments
    others: tuple[Trigger, ...] = ()  # the same words in senses of other types, which fit too

    @property
    def span(self) -> Span:
        """From the first to the last of its words."""
        positions = [token.i for token in self.tokens]
        return self.anchor.doc[min(positions) : max(positions) + 1]


@dataclass(frozen=True, slots=True)
class TriggerFinder:
    """Finds the triggers of a document. `headline`: verbs may be tagged as names."""

    ontology: Ontology
    parties: PartyReader
    headline: bool
    topic: frozenset[str]  # lemmas of what the article begins with

    def find(self, sentence: Span) -> list[Trigger]:
        """The triggers of a sentence in order; a token belongs to one at most, to the longest that fits."""
        lemmas = frozenset(form for token in sentence for form in forms(token))
        taken: set[int] = set()
        found = []
        for candidate in sorted(self._candidates(sentence, lemmas), key=lambda item: (-len(item[1]), item[0].i)):
            anchor, tokens, senses, kind = candidate
            if taken.intersection(token.i for token in tokens):
                continue
            fitting = self._fitting(anchor, tokens, senses, kind, lemmas)
            if fitting:
                found.append(replace(fitting[0], others=tuple(fitting[1:])))
                taken.update(token.i for token in tokens)
        return sorted(found, key=lambda trigger: trigger.anchor.i)

    def _fitting(
        self, anchor: Token, tokens: tuple[Token, ...], senses: list[Sense], kind: Literal["verb", "noun"], lemmas: frozenset[str]
    ) -> list[Trigger]:
        """The senses whose conditions hold, the first of each type."""
        fitting: dict[EventType | None, Trigger] = {}
        for sense in senses:
            if sense.event_type not in fitting:
                arguments = self._arguments(anchor, tokens, sense, kind)
                if self._holds(sense, anchor, arguments, lemmas, kind):
                    fitting[sense.event_type] = Trigger(anchor, tokens, kind, sense, arguments)
        return list(fitting.values())

    def heard(self, word: Token, event_type: EventType) -> Trigger:
        """A trigger that no word list knows: the sentence as a whole says its type."""
        sense = heard_sense(event_type)
        kind: Literal["verb", "noun"] = "noun" if word.pos_ in ("NOUN", "PROPN") else "verb"
        return Trigger(word, (word,), kind, sense, self._arguments(word, (word,), sense, kind))

    def _candidates(
        self, sentence: Span, lemmas: frozenset[str]
    ) -> Iterator[tuple[Token, tuple[Token, ...], list[Sense], Literal["verb", "noun"]]]:
        for token in sentence:
            if token.ent_type_ in _TIMES:
                continue  # "March 11" is no march
            if self._may_be_verb(token):
                yield from self._matches(token, sentence, "verb", lemmas)
            if self._may_be_noun(token):
                yield from self._matches(token, sentence, "noun", lemmas)

    def _matches(
        self, token: Token, sentence: Span, kind: Literal["verb", "noun"], lemmas: frozenset[str]
    ) -> Iterator[tuple[Token, tuple[Token, ...], list[Sense], Literal["verb", "noun"]]]:
        index = self.ontology.verbs if kind == "verb" else self.ontology.nouns
        by_tokens: dict[tuple[Token, ...], list[Sense]] = {}
        for form in forms(token):
            for sense in index.get(form, ()):
                if not lemmas.issuperset(sense.words):
                    continue
                tokens = _verb_words(token, sentence, sense.words) if kind == "verb" else _noun_words(token, sentence, sense.words)
                if tokens and sense not in by_tokens.setdefault(tokens, []):
                    by_tokens[tokens].append(sense)
        for tokens, senses in by_tokens.items():
            yield token, tokens, senses, kind

    def _may_be_verb(self, token: Token) -> bool:
        return token.pos_ in ("VERB", "AUX") or (self.headline and token.pos_ == "PROPN") or (token.tag_ in ("VBN", "VBD", "VBG"))

    def _may_be_noun(self, token: Token) -> bool:
        if token.pos_ == "PROPN" and token.ent_type_ in _NAMES and not self.headline:
            return False
        if token.dep_ in ("compound", "nmod", "amod", "npadvmod") and token.head.i > token.i and not self.headline:
            return False  # "attack plot", "fire department": the head tells what it is
        return token.pos_ in ("NOUN", "PROPN") or token.tag_ in ("NN", "NNS")

    def _arguments(self, anchor: Token, tokens: tuple[Token, ...], sense: Sense, kind: str) -> Arguments:
        if kind == "verb":
            return verb_arguments(anchor, tokens, sense, self.parties.is_title)
        return noun_arguments(anchor, tokens, sense, self.ontology.cues, self.parties)

    def _holds(self, sense: Sense, anchor: Token, arguments: Arguments, lemmas: frozenset[str], kind: str) -> bool:
        """Whether all conditions of a sense hold. Those on arguments are about verbs, those on modifiers about nouns."""
        wanted = sense.conditions
        if not _fits(wanted.near, wanted.not_near, lemmas) or not _fits(wanted.topic, wanted.not_topic, lemmas | self.topic):
            return False
        preps = frozenset(child.lower_ for child in children(anchor, "prep", "prt", "agent"))
        if not _fits(wanted.prep, wanted.not_prep, preps):
            return False
        if kind == "noun":
            return _fits(wanted.modifier, wanted.not_modifier, _modifiers(anchor))
        subject, object_ = _classes(arguments.actors, self.parties), _classes(arguments.recipients, self.parties)
        return _fits(wanted.subject, wanted.not_subject, subject) and _fits(wanted.object, wanted.not_object, object_)


@cache
def heard_sense(event_type: EventType) -> Sense:
    """The sense of a word that only the model takes for an event."""
    return Sense(
        words=(),
        event_type=event_type,
        mode=None,
        act=None,
        harm=None,
        mutual=event_type == "CONSULT",
        weak=False,
        recipient_preps=_TOWARDS,
        conditions=Conditions(),
    )


def _verb_words(verb: Token, sentence: Span, words: tuple[str, ...]) -> tuple[Token, ...] | None:
    """The tokens of a trigger that begins with this verb: each further word hangs on those found, or stands right behind."""
    found = [verb]
    for word in words[1:]:
        near = [verb.doc[i] for i in range(found[-1].i + 1, min(found[-1].i + 1 + _NEAR_TOKENS, sentence.end))]
        before = [verb.doc[verb.i - 1]] if verb.i > sentence.start else []
        hanging = (child for token in reversed(found) for child in token.children if child.dep_ != "conj")
        match = next((token for token in (*hanging, *near, *before) if token not in found and word in forms(token)), None)
        if match is None:
            return None
        found.append(match)
    return tuple(found)


def _noun_words(noun: Token, sentence: Span, words: tuple[str, ...]) -> tuple[Token, ...] | None:
    """The tokens of a trigger that ends with this noun."""
    start = noun.i - len(words) + 1
    if start < sentence.start:
        return None
    tokens = tuple(noun.doc[start : noun.i + 1])
    fits = all(word in forms(token) for word, token in zip(words, tokens, strict=True))
    return tokens if fits else None


def _fits(wanted: frozenset[str], unwanted: frozenset[str], present: frozenset[str]) -> bool:
    return (not wanted or bool(wanted & present)) and not unwanted & present


def _modifiers(noun: Token) -> frozenset[str]:
    around = [child for child in noun.children if child.dep_ in ("compound", "amod", "nmod", "poss", "nummod")]
    around += objects_of(noun, frozenset({"of"}))
    if noun.dep_ in ("compound", "nmod") and noun.head.i > noun.i:
        around.append(noun.head)
    return frozenset(form for token in around for form in forms(token))


def _classes(heads: Iterable[Token], parties: PartyReader) -> frozenset[str]:
    """The lemmas of arguments and of their modifiers, and the classes they belong to."""
    found: set[str] = set()
    for head in heads:
        found.update(forms(head))
        found.update(form for child in children(head, "compound", "amod", "nmod") for form in forms(child))
        if parties.is_person(head):
            found.update(("@person", "@party"))
        elif parties.is_party(head) or head.pos_ == "PROPN":  # a name, if not one that the tagger knows
            found.add("@party")
    return frozenset(found or {"@none"})


def strength(trigger: Trigger, cues: Cues, in_title: bool) -> Literal["strong", "weak"]:
    """Whether these words tell an event by themselves, or only support one told elsewhere ("the attack", "attacks on farmers")."""
    if trigger.sense.weak:
        return "weak"
    if trigger.kind == "verb" or in_title:
        return "strong"
    return "strong" if _is_told(trigger.anchor, trigger, cues) else "weak"


def _is_told(noun: Token, trigger: Trigger, cues: Cues) -> bool:
    """A noun tells an event when a verb says it happened, or when it is new here: "a car bomb", "an attack that killed"."""
    noun = whole(noun, cues)
    governed = noun.head
    if noun.dep_ in ("nsubj", "nsubjpass", "dobj") and governed.lemma_.lower() in cues.light_verbs | cues.undergo_verbs:
        return True
    if noun.dep_ in ("nsubj", "nsubjpass") and governed.lemma_.lower() in cues.occur_verbs | cues.effect_verbs:
        return True
    determiners = {child.lower_ for child in children(noun, "det")}
    named = bool(trigger.arguments.actors or trigger.arguments.recipients)
    if determiners & {"a", "an", "another"}:
        return True
    singular = noun.tag_ in ("NN", "NNP")
    about = noun.dep_ == "pobj" and governed.lower_ in cues.about_preps
    return named and singular and (about or noun.dep_ in ("nsubj", "nsubjpass", "dobj", "ROOT"))
