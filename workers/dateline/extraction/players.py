"""Players: everybody whom an article names or describes where it tells an event, and how often it speaks of somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dateline.extraction.coreference import PRONOUNS
from dateline.extraction.grammar import is_aged
from dateline.extraction.parties import PartyReader
from dateline.extraction.present import Present
from dateline.extraction.triggers import Trigger
from dateline.language import Token
from dateline.records import Party

MAX_OF_SENTENCE = 30  # parties: a sentence that names more is a list
_NAMES = frozenset({"ORG", "GPE", "NORP", "PERSON"})
_MODIFIERS = frozenset({"compound", "amod", "nmod"})
_INSIDE = _MODIFIERS | {"nummod", "quantmod", "npadvmod", "predet", "det"}
_NOUNS = frozenset({"NOUN", "PROPN", "NUM"})
_LEADING = frozenset({"prep", "agent", "dative"})


@dataclass(frozen=True, slots=True)
class Told:
    """One place where an article tells of a party: the head of the noun phrase."""

    head: Token
    party: Party


@dataclass(frozen=True, slots=True)
class Players:
    """Those of one article. Nothing is read before somebody asks."""

    title: PartyReader
    text: PartyReader
    present: Sequence[Present]
    sentences: dict[tuple[bool, int], list[Told]] = field(default_factory=dict)
    heads: dict[str, list[tuple[int, Token]]] = field(default_factory=dict)  # of noun phrases, by their word; sentence -1: the title

    def beside(self, trigger: Trigger, in_title: bool) -> list[Told]:
        """Who is named or described in the sentence of a trigger, and whatever its words have as arguments."""
        reader = self.title if in_title else self.text
        place = in_title, trigger.anchor.sent.start
        told = self.sentences.get(place)
        if told is None:
            told = self.sentences[place] = list(_read(_named(trigger.anchor.sent, reader), reader))[:MAX_OF_SENTENCE]
        known = {one.head.i for one in told}
        return [*told, *_read((token for token in _arguments(trigger) if token.i not in known), reader)]

    def spoken_of(self, party: Party) -> list[tuple[int, Token]]:
        """Where in the article, the title first, a name or a description stands with the same last word."""
        if not self.heads:
            for reader in (self.title, self.text):
                place, heads = 0, reader.mentions.heads
                ends = [sentence.end for sentence in heads[0].doc.sents] if heads else []
                for head in heads:
                    while head.i >= ends[place]:
                        place += 1
                    self.heads.setdefault(head.lower_, []).append((-1 if reader.is_title else place, head))
        words = party.name.split()
        return self.heads.get(words[-1].lower(), []) if words else []


def _read(heads: Iterable[Token], reader: PartyReader) -> Iterator[Told]:
    for head in heads:
        if (party := reader.party(head)) is not None:
            yield Told(head, party)


def _named(sentence: Iterable[Token], reader: PartyReader) -> Iterator[Token]:
    """The heads of what names a person, a body or a people, describes one or stands for one."""
    for token in sentence:
        if token.pos_ == "PRON" or token.tag_ == "PRP$":
            if token.lower_ in PRONOUNS:
                yield token
        elif token.dep_ in _INSIDE and token.head.i > token.i:
            apart = token.dep_ in _MODIFIERS and token.ent_type_ in _NAMES and token.ent_type_ != token.head.ent_type_
            if apart and reader.is_doer(token):
                yield token
        elif is_aged(token) or (token.pos_ in _NOUNS and (token.ent_type_ or token.pos_ == "PROPN" or reader.kind(token) is not None)):
            yield token


def _arguments(trigger: Trigger) -> Iterator[Token]:
    """The nouns that hang on the words of a trigger, also by a preposition."""
    words = {token.i for token in trigger.tokens}
    seen: set[int] = set()
    below = (child for token in trigger.tokens for child in token.children)
    led = (noun for child in below for noun in ((child, *child.children) if child.dep_ in _LEADING else (child,)))
    for noun in (*led, *trigger.arguments.actors, *trigger.arguments.recipients):
        if noun.pos_ in _NOUNS and noun.i not in words | seen and not (noun.dep_ in _INSIDE and noun.head.i > noun.i):
            seen.add(noun.i)
            yield noun
