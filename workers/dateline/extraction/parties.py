"""Parties: from the head of a noun phrase to an actor or recipient with a name, a kind and a country."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span, Token

from dateline.extraction.actors import Actor, ActorLexicon, normal
from dateline.extraction.grammar import children, forms, noun_phrase
from dateline.records import Party

MAX_PARTY_CHARS = 100  # a longer noun phrase is a parse gone wrong
_LOOK_BACK = 12  # person mentions that a pronoun may skip
_ENTITY_KINDS = {"PERSON": "person", "GPE": "state", "NORP": "civilians", "ORG": None, "FAC": None}
_NOT_PARTIES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "LANGUAGE", "LAW", "WORK_OF_ART"})
_HE = frozenset({"he", "him", "his", "she", "her", "himself", "herself"})
_THEY = frozenset({"they", "them", "their"})


@dataclass(frozen=True, slots=True)
class PartyReader:
    """Reads the parties of one document. `people` are its person mentions in order, `full` its full names by surname."""

    lexicon: ActorLexicon
    is_title: bool
    people: list[Token] = field(default_factory=list)
    full: dict[str, str] = field(default_factory=dict)
    entities: dict[int, Span] = field(default_factory=dict)  # by the index of each of their tokens

    def is_person(self, head: Token) -> bool:
        """A human being or several."""
        if head.ent_type_ == "PERSON" or head.lower_ in _HE | _THEY or head.lower_ in self.lexicon.persons:
            return True
        if head.ent_type_ in ("CARDINAL",) and head.tag_ == "CD":
            return head.dep_ in ("dobj", "nsubj", "nsubjpass", "pobj", "conj")  # "arrested five"
        return any(form in self.lexicon.kinds for form in forms(head)) and not self._is_thing(head)

    def is_party(self, head: Token) -> bool:
        """Anyone who can act: a person, an organisation, a state."""
        if head.ent_type_ in ("ORG", "GPE", "NORP", "PERSON") and not self._is_thing(head):
            return True
        return self.is_person(head) or bool(self.lexicon.find(normal(token.text for token in noun_phrase(head))))

    def is_doer(self, modifier: Token) -> bool:
        """A modifier that says whose act it was: "PKK attack", "Israeli raid"; not where it was: "Istanbul attack"."""
        if modifier.ent_type_ in ("GPE", "LOC", "FAC"):
            return bool(self.lexicon.find([modifier.text]))
        return self.is_party(modifier)

    def _is_thing(self, head: Token) -> bool:
        return head.pos_ != "PROPN" and head.lemma_.lower() in self.lexicon.things

    def actors(self, heads: Iterable[Token]) -> tuple[Party, ...]:
        return _unique(self.party(head) for head in heads if self.is_party(head) and not self._is_thing(head))

    def recipients(self, heads: Iterable[Token]) -> tuple[Party, ...]:
        return _unique(self.party(head) for head in heads if not self._is_thing(head))

    def party(self, head: Token) -> Party | None:
        """The party that a noun phrase names, or None where it names none."""
        if head.pos_ == "PRON" or head.tag_ == "PRP$":
            antecedent = self._antecedent(head)
            return self._named(antecedent) if antecedent is not None else None
        if head.ent_type_ in _NOT_PARTIES or head.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ"):
            return None
        return self._named(head)

    def _named(self, head: Token) -> Party | None:
        phrase = _without_article(noun_phrase(head))
        apposed = next((child for child in children(head, "appos") if child.ent_type_ == "PERSON"), None)
        if apposed is not None and head.ent_type_ != "PERSON":
            return self._person(apposed, role=phrase.text)
        if head.ent_type_ == "PERSON":
            return self._person(head, role=None)
        text = phrase.text[:MAX_PARTY_CHARS].strip(" \"'“”‘’")
        if not any(letter.isalnum() for letter in text):
            return None
        words = normal(token.text for token in phrase)
        known = self.lexicon.find(words)
        kind = next((self.lexicon.kinds[form] for form in forms(head) if form in self.lexicon.kinds), None)
        whole = next((actor for start, end, actor in known if end > head.i - phrase.start and (start == 0 or not actor.is_country)), None)
        if whole is not None:
            return _known(whole, text)
        country = next((actor.country for _, _, actor in known if actor.country), None)
        group = next((actor for _, _, actor in known if not actor.is_country and not actor.is_people), None)
        if group is not None and kind is None:
            return _known(group, text)
        name = " ".join(text.split())
        if phrase[0].is_sent_start and self._is_common(phrase[0]):
            name = name[:1].lower() + name[1:]
        return Party(name=name, text=text, kind=kind or _ENTITY_KINDS.get(head.ent_type_), country=country)

    def _is_common(self, word: Token) -> bool:
        """A word that has its capital from the sentence's beginning only; the tagger takes many for names."""
        if any(form in self.lexicon.kinds for form in forms(word)):
            return True
        return word.pos_ != "PROPN" and word.ent_type_ in ("", "CARDINAL")

    def _person(self, head: Token, role: str | None) -> Party:
        entity = self.entities.get(head.i) or head.doc[head.i : head.i + 1]
        name = entity.text.replace("\n", " ").strip()
        before = head.doc[noun_phrase(head).start : entity.start]
        title = role or " ".join(token.text for token in before if token.dep_ in ("compound", "amod", "nmod") and token.text != "-") or None
        country = next((actor.country for _, _, actor in self.lexicon.find(normal(token.text for token in before)) if actor.country), None)
        return Party(name=self.full.get(name, name), text=name, kind="person", country=country, role=title)

    def _antecedent(self, pronoun: Token) -> Token | None:
        """The last person before a pronoun that agrees in number, subjects first. Light on purpose: no guess is made far back."""
        singular = pronoun.lower_ in _HE
        if not singular and pronoun.lower_ not in _THEY:
            return None
        place = bisect_left(self.people, pronoun.i, key=lambda token: token.i)
        before = [token for token in self.people[max(0, place - _LOOK_BACK) : place] if _is_singular(token) == singular]
        subjects = [token for token in before if token.dep_ in ("nsubj", "nsubjpass")]
        return (subjects or before)[-1] if before else None


def read_parties(doc: Doc, lexicon: ActorLexicon, is_title: bool) -> PartyReader:
    """Prepare a document: who is named in it, and which surnames stand for which full names."""
    reader = PartyReader(lexicon, is_title)
    for entity in doc.ents:
        reader.entities.update((token.i, entity) for token in entity)
        name = entity.text.replace("\n", " ").strip()
        if entity.label_ == "PERSON" and " " in name:
            reader.full.setdefault(name.split()[-1], name)
    for token in doc:
        if token.ent_type_ == "PERSON" and token.head.ent_type_ == "PERSON" and token.dep_ == "compound":
            continue
        common = token.pos_ == "NOUN" and reader.is_person(token) and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
        if token.ent_type_ == "PERSON" or common:
            reader.people.append(token)
    return reader


def _is_singular(token: Token) -> bool:
    return token.tag_ not in ("NNS", "NNPS") and not children(token, "conj")


def _without_article(phrase: Span) -> Span:
    start = phrase.start
    while start < phrase.end - 1 and (phrase.doc[start].tag_ in ("DT", "PRP$", "POS") or phrase.doc[start].is_punct):
        start += 1
    return phrase.doc[start : phrase.end]


def _known(actor: Actor, text: str) -> Party:
    if actor.is_people:
        return Party(name=text, text=text, kind="civilians", country=actor.country)
    return Party(name=actor.name, text=text, kind=actor.kind, country=actor.country, sector=actor.sector)


def _unique(parties: Iterable[Party | None]) -> tuple[Party, ...]:
    found: dict[str, Party] = {}
    for party in parties:
        if party is not None:
            found.setdefault(party.name.casefold(), party)
    return tuple(found.values())
