"""Parties: from the head of a noun phrase to an actor or recipient with a name, a kind and a country."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dateline.extraction.actors import Actor, ActorLexicon, normal
from dateline.extraction.coreference import PRONOUNS, Mentions, read_mentions
from dateline.extraction.grammar import children, forms, is_aged, long_phrase, noun_phrase, objects_of, with_conjuncts
from dateline.language import Doc, Span, Token
from dateline.records import Party

MAX_PARTY_CHARS = 100  # a longer noun phrase is a parse gone wrong
PLACE = "place"  # the role of a place that stands for those in it
_DEPTH = 4  # noun phrases within noun phrases that are searched for a party
_ENTITY_KINDS = {"PERSON": "person", "GPE": "state", "NORP": "civilians", "ORG": None, "FAC": None}
_NOT_PARTIES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "LANGUAGE", "LAW", "WORK_OF_ART"})
_PEOPLE = frozenset({"he", "him", "his", "she", "her", "himself", "herself", "they", "them", "their"})
_NAMES = frozenset({"ORG", "GPE", "NORP", "PERSON"})
_DOERS = (frozenset({"by"}), frozenset({"of"}), frozenset({"from"}))
_WITHIN = (frozenset({"of"}), frozenset({"by"}), frozenset({"from"}), frozenset({"to", "against", "on", "for", "with", "between", "among"}))


@dataclass(frozen=True, slots=True)
class PartyReader:
    """Reads the parties of one document. `full` are its full names by surname, `spelled` what its acronyms stand for."""

    lexicon: ActorLexicon
    is_title: bool
    mentions: Mentions
    full: dict[str, str] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    entities: dict[int, Span] = field(default_factory=dict)  # by the index of each of their tokens
    known: dict[int, Party | None] = field(default_factory=dict)  # what was read, by the index of the head: asked for again and again

    def is_person(self, head: Token) -> bool:
        """A human being or several."""
        if is_aged(head):
            return True
        if head.ent_type_ == "PERSON" or head.lower_ in _PEOPLE or head.lower_ in self.lexicon.persons:
            return True
        if head.ent_type_ in ("CARDINAL",) and head.tag_ == "CD":
            return head.dep_ in ("dobj", "nsubj", "nsubjpass", "pobj", "conj")  # "arrested five"
        return any(form in self.lexicon.kinds for form in forms(head)) and not self.is_thing(head)

    def is_party(self, head: Token) -> bool:
        """Anyone who can act: a person, an organisation, a state."""
        if head.ent_type_ in _NAMES and not self.is_thing(head):
            return True
        return self.is_person(head) or bool(self.lexicon.find(normal(token.text for token in noun_phrase(head))))

    def is_doer(self, modifier: Token) -> bool:
        """A modifier that says whose act it was: "PKK attack", "Israeli raid"; not where it was: "Istanbul attack"."""
        if modifier.ent_type_ in ("GPE", "LOC", "FAC"):
            return bool(self.lexicon.find([modifier.text]))
        if modifier.pos_ == "ADJ" and not modifier.ent_type_:
            return bool(self.lexicon.find(normal([modifier.text])))  # "a major attack" is no officer's
        return self.is_party(modifier)

    def is_thing(self, head: Token) -> bool:
        """A noun that looks like an agent and is none."""
        return head.pos_ != "PROPN" and head.lemma_.lower() in self.lexicon.things

    def can_act(self, head: Token) -> bool:
        """Whether a noun phrase names somebody by itself: wider than `is_party`, for the subject of a verb is mostly somebody."""
        if is_aged(head):
            return True
        if head.lower_ in PRONOUNS or self.is_thing(head) or head.ent_type_ in _NOT_PARTIES:
            return False
        if (
            head.pos_ == "PROPN"
            or head.ent_type_ in _NAMES
            or (not head.ent_type_ and any(child.ent_type_ == "PERSON" for child in children(head, "appos")))
        ):
            return True
        return self.is_person(head) or self._is_known(head)

    def _is_known(self, head: Token) -> bool:
        phrase = noun_phrase(head)
        return any(end > head.i - phrase.start for _, end, _ in self.lexicon.find(normal(token.text for token in phrase)))

    def target(self, head: Token) -> list[Party]:
        """Whom or what a deed hit: a party, or a thing as it is named, with whose it is where a known name tells that."""
        if self.can_act(head) or head.pos_ == "PRON":
            return self.who(head)
        if head.lemma_.lower() in self.lexicon.objects:
            return self._parties([head])
        return self.within(head) or ([] if self.is_thing(head) else self._parties([head]))

    def who(self, head: Token) -> list[Party]:
        """Whom a noun phrase names: itself, what it stands for, or those named within it ("Haiti's efforts", "a call by the UN")."""
        if head.pos_ == "PRON" or head.tag_ == "PRP$":
            antecedent = self.mentions.antecedent(head)
            return self._parties(with_conjuncts(antecedent)) if antecedent is not None else []
        if head.lemma_.lower() in self.lexicon.quantities or head.tag_ == "CD":
            counted = [one for one in objects_of(head, _WITHIN[0]) if self.can_act(one)]
            if counted:
                return self._parties([head])
        introduced = self.mentions.introduced(head)
        if len(introduced) > 1:
            return [*self._parties(introduced), *self._parties([head])]
        if self.can_act(head):
            return self._parties([head])
        text = _clean(_without_article(long_phrase(head, MAX_PARTY_CHARS)).text)
        return [replace(party, text=text) if party.text in text else party for party in self.within(head)]

    def place(self, head: Token) -> list[Party]:
        """Where something was done, as whom it was done to: the town, not the state that its name may stand for."""
        text = _clean(_without_article(noun_phrase(head)).text)
        known = self.lexicon.find(normal(text.split()))
        return [Party(name=text, text=text, kind="state", country=known[0][2].country if known else None, role=PLACE)]

    def within(self, head: Token, depth: int = _DEPTH, doers: bool = False) -> list[Party]:
        """The parties named inside the noun phrase of a thing, by the nearest tie that names any; `doers`: only whose deed it is."""
        if depth == 0:
            return []
        owners = children(head, "poss")
        named, pronouns = [one for one in owners if one.pos_ != "PRON"], [one for one in owners if one.pos_ == "PRON"]
        for group in (named, *(objects_of(head, preps) for preps in (_DOERS if doers else _WITHIN))):
            found = [party for token in group for one in with_conjuncts(token) for party in self._inner(one, depth)]
            if found:
                return found
        return self._before(head) or [party for token in pronouns for party in self.who(token)]

    def _before(self, head: Token) -> list[Party]:
        """The names among the words before a noun: "Islamic State positions", "the Israeli proposal"."""
        phrase = noun_phrase(head)
        words = phrase.doc[phrase.start : head.i]
        known = self.lexicon.find(normal(token.text for token in words))
        found = [self._known(actor, words[start:end].text, modifies=True) for start, end, actor in known]
        taken = {words[i].i for start, end, _ in known for i in range(start, end)}
        for token in words:
            entity = self.entities.get(token.i)
            if (
                entity is not None
                and entity.label_ in _NAMES
                and token.i == entity.end - 1
                and not taken.intersection(range(entity.start, entity.end))
            ):
                found.append(Party(name=_clean(entity.text), text=_clean(entity.text), kind=_ENTITY_KINDS.get(entity.label_)))
        return found

    def _inner(self, token: Token, depth: int) -> list[Party]:
        if token.pos_ in ("VERB", "AUX"):
            return []
        if token.pos_ == "PRON" or self.can_act(token):
            return self.who(token)
        return self.within(token, depth - 1)

    def doers(self, noun: Token) -> list[Party]:
        """Who is named before a noun of action as the one who did it: "a rebel attack"."""
        return [party for token in children(noun, "compound", "amod", "nmod", "poss") if self.is_doer(token) for party in self.who(token)]

    def kind(self, head: Token) -> str | None:
        """The kind that a role noun stands for."""
        if is_aged(head):
            return "civilians"
        return next((self.lexicon.kinds[form] for form in forms(head) if form in self.lexicon.kinds), None)

    def _parties(self, heads: Iterable[Token]) -> list[Party]:
        return [party for head in heads if (party := self.party(head)) is not None]

    def party(self, head: Token) -> Party | None:
        """The party that a noun phrase names, or None where it names none."""
        if head.i not in self.known:
            self.known[head.i] = self._party(head)
        return self.known[head.i]

    def _party(self, head: Token) -> Party | None:
        if head.pos_ == "PRON" or head.tag_ == "PRP$":
            antecedent = self.mentions.antecedent(head)
            return self._named(antecedent) if antecedent is not None else None
        if any(child.lower_ == "no" for child in children(head, "det")):
            return None  # "no group has claimed it"
        if (head.ent_type_ in _NOT_PARTIES and not is_aged(head)) or head.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ"):
            return None
        antecedent = self.mentions.antecedent(head) or next(iter(self.mentions.introduced(head)), None)
        if antecedent is not None:
            named, text = self._named(antecedent), _without_article(noun_phrase(head)).text
            if named is not None:
                return Party(
                    name=named.name, text=text, kind=named.kind, country=named.country, sector=named.sector, role=named.role or text
                )
        return self._named(head)

    def _named(self, head: Token) -> Party | None:
        apposed = next((child for child in children(head, "appos") if child.ent_type_ == "PERSON"), None)
        if apposed is not None and not head.ent_type_:
            return self._person(apposed, described=head)
        if head.ent_type_ == "PERSON":
            return self._person(head)
        behind = self.entities.get(head.i + 1)
        if behind is not None and behind.label_ == "PERSON" and head.pos_ == "PROPN" and self.kind(head) is not None:
            return self._person(behind.root, described=head)  # a title that the parser set apart from its name
        phrase = _without_article(noun_phrase(head))
        text = _clean(_without_article(long_phrase(head, MAX_PARTY_CHARS)).text)
        if not any(letter.isalnum() for letter in text):
            return None
        words = normal(token.text for token in phrase)
        known = self.lexicon.find(words)
        kind = self.kind(head)
        whole = next((actor for start, end, actor in known if end > head.i - phrase.start and (start == 0 or not actor.is_country)), None)
        if whole is not None:
            return self._known(whole, text, modifies=head.dep_ in ("poss", "amod", "compound", "nmod"))
        country = next((actor.country for _, _, actor in known if actor.country), None)
        group = next((actor for _, _, actor in known if not actor.is_country and not actor.is_people), None)
        if group is not None and kind is None:
            return self._known(group, text)
        name = _clean((_without_article(long_phrase(head, MAX_PARTY_CHARS)) if self._of_party(head) else phrase).text)
        name = self.spelled.get(name, name)
        if phrase[0].is_sent_start and self._is_common(phrase[0]) and not name[1:2].isupper():
            name = name[:1].lower() + name[1:]
        return Party(name=name, text=text, kind=kind or _ENTITY_KINDS.get(head.ent_type_), country=country)

    def _of_party(self, head: Token) -> bool:
        """ "leaders of the opposition", "thousands of workers": only with whom they belong to is it told who they are."""
        return any(self.can_act(one) for one in objects_of(head, _WITHIN[0]))

    def _known(self, actor: Actor, text: str, modifies: bool = False) -> Party:
        if not actor.is_people:
            return Party(name=actor.name, text=text, kind=actor.kind, country=actor.country, sector=actor.sector)
        if modifies:
            return Party(name=actor.name, text=text, kind="state", country=actor.country)  # an Israeli proposal is Israel's
        return Party(name=text, text=text, kind="civilians", country=actor.country)

    def _is_common(self, word: Token) -> bool:
        """A word that has its capital from the sentence's beginning only; the tagger takes many for names."""
        if any(form in self.lexicon.kinds for form in forms(word)):
            return True
        return word.pos_ != "PROPN" and word.ent_type_ in ("", "CARDINAL")

    def _person(self, head: Token, described: Token | None = None) -> Party:
        """A named person; `described` is the noun that the name stands beside: "the driver, Ann Lee"."""
        entity = self.entities.get(head.i) or head.doc[head.i : head.i + 1]
        written = " ".join(entity.text.split()).removesuffix("'s").removesuffix("’s")
        name = self.full.get(written, written)
        before = head.doc[min(noun_phrase(head).start, entity.start) : entity.start]
        titles = [
            token for token in before if token.dep_ in ("compound", "amod", "nmod") and token.ent_type_ != "DATE" and token.lower_ != "old"
        ]
        title = before.doc[titles[0].i : entity.start].text if titles else ""
        known = self.lexicon.find(normal(token.text for token in before))
        return Party(
            name=name,
            text=_clean(f"{title} {written}"),
            kind="person",
            country=next((actor.country for _, _, actor in known if actor.country), None) or self.lexicon.leaders.get(name),
            role=_clean(title) or self._beside(head, described),
        )

    def _beside(self, name: Token, described: Token | None) -> str | None:
        """What stands beside a name and says who it is."""
        apposed = (child for child in children(name, "appos") if child.pos_ in ("NOUN", "PROPN") and child.ent_type_ != "PERSON")
        beside = described or next(apposed, None)
        return _clean(_without_article(long_phrase(beside, MAX_PARTY_CHARS)).text) if beside is not None else None


def read_parties(doc: Doc, lexicon: ActorLexicon, is_title: bool) -> PartyReader:
    """Prepare a document: who is named in it, which surnames stand for which full names, and which acronyms for what."""
    reader = PartyReader(lexicon, is_title, read_mentions(doc, lexicon))
    for entity in doc.ents:
        reader.entities.update((token.i, entity) for token in entity)
        name = " ".join(entity.text.split())
        if entity.label_ == "PERSON" and " " in name:
            reader.full.setdefault(name.split()[-1], name)
        if entity.label_ in ("ORG", "GPE"):
            _learn_acronym(entity, reader.spelled)
    return reader


def _learn_acronym(entity: Span, spelled: dict[str, str]) -> None:
    """ "World Trade Union (WTU)": from then on WTU is that union."""
    doc, after = entity.doc, entity.end
    if after + 2 < len(doc) and doc[after].text == "(" and doc[after + 2].text == ")" and doc[after + 1].text.isupper() and len(entity) > 1:
        spelled.setdefault(doc[after + 1].text, _clean(_without_article(entity).text))


def _without_article(phrase: Span) -> Span:
    start = phrase.start
    while start < phrase.end - 1 and (phrase.doc[start].tag_ in ("DT", "PRP$", "POS") or phrase.doc[start].is_punct):
        start += 1
    return phrase.doc[start : phrase.end]


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(" \"'“”‘’,;")


def unique(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Each party once, in order."""
    found: dict[str, Party] = {}
    for party in parties:
        found.setdefault(party.name.casefold(), party)
    return tuple(found.values())
