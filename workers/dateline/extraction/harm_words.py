"""Words of harm: whom its verbs, nouns and conditions say to have suffered what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from dateline.extraction.arguments import verb_arguments
from dateline.extraction.grammar import children, clause_verb, climb, forms, is_passive, noun_phrase, objects_of, with_conjuncts
from dateline.extraction.harm import HARMED, REFLEXIVES, TRIED, Suffered, Toll, is_unreal, to_death, was_feared
from dateline.extraction.head_count import TOLL_NOUNS, count_people
from dateline.extraction.ontology import Cues, Ontology
from dateline.extraction.parties import PartyReader
from dateline.extraction.triggers import Trigger
from dateline.language import Span, Token
from dateline.records import Count

_RENDER = frozenset({"leave", "send", "put", "land"})  # verbs whose object is who ends hurt or in hospital
_OF = frozenset({"of"})
_UPON = frozenset({"upon", "across"})
_THEM = frozenset({"them", "whom", "these"})
_PARTLY = frozenset({"among", "including"})
_LIE = frozenset({"be", "remain", "stay", "lie"})
_DOUBLES = {"murder-suicide": 2, "double": 2, "triple": 3, "quadruple": 4, "quintuple": 5}


@dataclass(frozen=True, slots=True)
class HarmReader:
    """Reads what one sentence says to have befallen people."""

    sentence: Span
    ontology: Ontology
    parties: PartyReader
    fatal: bool  # somebody is said to have died

    @property
    def cues(self) -> Cues:
        return self.ontology.cues

    def of_triggers(self, triggers: Iterable[Trigger]) -> Iterator[Toll]:
        for trigger in triggers:
            harm = self._harm_of(trigger)
            if harm is None or is_unreal(trigger.anchor, self.cues) or any(token.lower_ in TRIED for token in trigger.tokens):
                continue
            partly = _is_partly(trigger)  # those hit are read here, the dead among them by `of_numbers`
            harm, victims = ("hit", list(trigger.arguments.recipients)) if partly else (harm, self._listed(self._victims(trigger)))
            living = harm != "injured" and self._is_of_the_living(trigger, victims)
            count = self._none_at_all(trigger) or self._count(victims, living) or self._implied(trigger, harm)
            if count is not None:
                yield Toll(harm, count, trigger.anchor, tuple(victims))

    def _is_of_the_living(self, trigger: Trigger, victims: Sequence[Token]) -> bool:
        """Whether it befalls only the living, so that whoever it befell is somebody; a headline's tree does not tell who that is."""
        deadly = self.cues.kill_verbs | self.cues.die_verbs | self.cues.dead
        known = trigger.sense.event_type is not None or any(set(forms(token)) & deadly for token in trigger.tokens)
        placed = any(one.dep_ == "pobj" and one.head.lower_ != "of" for one in victims)  # "shot into the air"
        return known and not placed and not self.parties.is_title

    def _count(self, heads: Sequence[Token], living: bool) -> Count | None:
        """How many people these are; events that are counted ("four shootings") are none, and those named as parts are not added."""
        told = [head for place, head in enumerate(heads) if not (head.pos_ == "PRON" and head.lower_ in _lower(heads[:place]))]
        told = [head for head in told if head is told[0] or not _is_part(told[0], head)]
        if any(self._is_event(head) for head in told):
            return None
        return count_people(told, self.ontology, self.parties, living=living and len(told) == 1)

    def _victims(self, trigger: Trigger) -> list[Token]:
        actors = list(trigger.arguments.actors)
        return actors if actors and trigger.kind == "verb" and self._dies(trigger.anchor) else _victims(trigger, self.cues.blame_verbs)

    def _listed(self, victims: list[Token]) -> list[Token]:
        """A headline's list of two: "Baby, 20-year-old man killed"."""
        if not self.parties.is_title or len(victims) != 1:
            return victims
        start = noun_phrase(victims[0]).start
        before = [token for token in self.sentence.doc[max(self.sentence.start, start - 2) : start + 1] if token.i < victims[0].i]
        comma = next((place for place, token in enumerate(before) if token.text == ","), 0)
        return [before[comma - 1], *victims] if comma and self.parties.is_person(before[comma - 1]) else victims

    def _is_event(self, head: Token) -> bool:
        if head.lower_ in TOLL_NOUNS or self.parties.is_person(head):
            return False
        senses = self.ontology.nouns.get(head.lemma_.lower(), ())
        return any(sense.event_type is not None and len(sense.words) == 1 for sense in senses)

    def _none_at_all(self, trigger: Trigger) -> Count | None:
        """ "Without injuries", "without causing casualties"."""
        above = trigger.anchor.head
        if trigger.kind != "noun" or trigger.anchor.lower_ not in TOLL_NOUNS or "without" not in (above.lower_, above.head.lower_):
            return None
        return Count(low=0, high=0, text=f"without {trigger.span.text}")

    def _harm_of(self, trigger: Trigger) -> Suffered | None:
        if trigger.kind == "verb" and any(child.lower_ in self.cues.dead for child in trigger.anchor.children):
            return "killed"  # "three were shot dead and two wounded" is also "shot and wounded"
        if trigger.sense.harm is not None:
            return trigger.sense.harm
        if trigger.kind == "verb" and (trigger.sense.mode == "execute" or to_death(trigger.anchor)):
            return "killed"
        if trigger.anchor.lemma_.lower() in self.cues.hit_verbs | self.cues.hit_nouns:
            deadly = any(child.lower_ in self.cues.dead | self.cues.deadly for child in trigger.anchor.children)
            return "killed" if deadly else "hit"
        return None

    def _implied(self, trigger: Trigger, harm: Suffered) -> Count | None:
        """ "A double murder", "a triple shooting", "a fatal shooting": the words themselves say how many, or that some died."""
        if trigger.kind != "noun" or harm == "injured":
            return None
        words = [child.lower_ for child in children(trigger.anchor, "amod", "compound")]
        words += [token.lower_ for token in trigger.tokens] + [trigger.span.text.lower()]
        several = next((_DOUBLES[word] for word in words if word in _DOUBLES), None)
        if several is not None:
            high = None if "suicide" in trigger.span.text.lower() else several  # one of many may have done it
            return Count(low=several, high=high, text=trigger.span.text)
        worded = len(trigger.tokens) > 1 or any(word in self.cues.deadly for word in words)
        if harm == "killed" and worded and trigger.anchor.tag_ == "NN" and trigger.anchor.lower_ != "toll":
            return Count(low=1, high=None, text=trigger.span.text)
        return None

    def of_words(self) -> Iterator[Toll]:
        """What is said of people by other words than a trigger's: conditions, care, wounds."""
        for token in self.sentence:
            harm = self._state(token)
            verb = clause_verb(token) if harm is not None else None
            if harm is not None and verb is not None:
                yield from self._told(harm, verb, token, self._sufferers(verb))

    def of_verbs(self, read: AbstractSet[int]) -> Iterator[Toll]:
        """Verbs of harm whose victims no trigger tells: a longer one may have taken them ("the fire killed", "died in a fire")."""
        for verb in self.sentence:
            if verb.pos_ != "VERB" or verb.i in read:
                continue
            arguments = verb_arguments(verb, (verb,), HARMED, self.parties.is_title)
            if self._dies(verb):
                yield from self._told("killed", verb, verb, arguments.actors)
            elif (harm := self._verb_of_harm(verb)) is not None:
                yield from self._told(harm, verb, verb, arguments.recipients)

    def _told(self, harm: Suffered, verb: Token, token: Token, sufferers: Sequence[Token]) -> Iterator[Toll]:
        if is_unreal(verb, self.cues):
            return
        everyone = self._listed(list(sufferers))
        count = self._count(everyone, living=harm == "killed" and token.i == verb.i)
        if count is not None:
            yield Toll(harm, count, token, tuple(everyone))

    def _dies(self, verb: Token) -> bool:
        """Whether the subject of a verb dies: "perished", "lost their lives", "breathed her last"."""
        if any(f"{verb.lemma_} {child.lemma_}".lower() in self.cues.death_phrases for child in children(verb, "dobj")):
            return True
        drowned = any(self.parties.is_person(one) or one.tag_ == "CD" for one in children(verb, "dobj"))
        return bool(set(forms(verb)) & self.cues.die_verbs) and not is_passive(verb) and not drowned

    def _verb_of_harm(self, verb: Token) -> Suffered | None:
        words = set(forms(verb))
        if words & (self.cues.kill_verbs | self.cues.die_verbs) or to_death(verb):
            return "killed"
        return "injured" if words & self.cues.hurt_verbs else None

    def of_bodies(self) -> Iterator[Toll]:
        """The dead who are found: "nine bodies were recovered", "brought up the bodies of 17 miners"; not "three more bodies"."""
        for body in self.sentence:
            if body.lemma_.lower() not in self.cues.bodies or not self._is_found(body) or self._is_further(body):
                continue
            count = self._count([body] if children(body, "nummod") else _whose(body), living=True)
            if count is None and body.tag_ == "NN" and any(child.lower_ == "a" for child in body.children):
                count = Count(low=1, high=1, text=noun_phrase(body).text)
            if count is not None:
                yield Toll("killed", count, body)

    def _is_found(self, body: Token) -> bool:
        if body.dep_ == "pobj" and body.head.lower_ in _UPON:
            return True  # "came upon 21 bodies"
        verbs = [body.head, *children(body, "acl", "relcl")] if body.dep_ in ("dobj", "nsubjpass") else children(body, "acl", "relcl")
        return any(verb.lemma_.lower() in self.cues.find_verbs and not is_unreal(verb, self.cues) for verb in verbs)

    def _is_further(self, body: Token) -> bool:
        return any(token.lower_ in ("more", "another", "other", "further") for token in noun_phrase(body))

    def _state(self, token: Token) -> Suffered | None:
        """Whether a word is the one that says that the subject of its clause is hurt or dead."""
        cues = self.cues
        if token.lower_ in cues.dead and token.dep_ in ("acomp", "oprd") and token.head.pos_ in ("VERB", "AUX"):
            return None if was_feared(token) or (token.i and token.nbor(-1).lower_ == "brain") else "killed"
        if token.lower_ in cues.hurt and token.dep_ in ("acomp", "oprd"):
            return "injured"
        if token.lemma_ == "condition" and any(child.lower_ in cues.conditions for child in children(token, "amod", "compound", "conj")):
            return "injured"
        if token.lemma_ == "life" and token.head.lower_ == "for" and token.head.head.lemma_.lower() in cues.cling_verbs:
            return "injured"
        if token.lemma_.lower() in cues.wounds and self._has_wound(token):
            return "injured"
        if token.lemma_.lower() in cues.body_parts and self._is_broken(token):
            return "injured"
        if token.lemma_.lower() in cues.bullets | self.parties.lexicon.objects and self._is_struck_by(token):
            return "hit"
        if token.lemma_.lower() in cues.care_places and self._is_taken(token):
            return "hit" if self.fatal else "injured"
        return None

    def _is_taken(self, place: Token) -> bool:
        verb = clause_verb(place)
        if verb is not None and verb.lemma_.lower() in _LIE and place.head.lower_ == "in" and place.head.head.i == verb.i:
            return True
        if verb is None or (verb.lemma_.lower() in _RENDER and children(verb, "dobj")):
            return verb is not None
        return verb.lemma_.lower() in self.cues.care_verbs and any(child.dep_ == "nsubjpass" for child in verb.children)

    def _has_wound(self, wound: Token) -> bool:
        """ "Suffered a gunshot wound", "was treated for burns"; not "died of his wounds"."""
        verb = clause_verb(wound)
        if any(child.lower_ == "no" for child in wound.children):
            return False
        return verb is not None and verb.lemma_.lower() in self.cues.wound_verbs | self.cues.care_verbs

    def _is_broken(self, part: Token) -> bool:
        """ "Broke his leg", "was left with a fractured skull"."""
        if part.dep_ == "dobj" and part.head.lemma_.lower() in self.cues.break_verbs:
            return True
        verb = clause_verb(part)
        broken = any(set(forms(child)) & self.cues.break_verbs for child in children(part, "amod"))
        return broken and verb is not None and verb.lemma_.lower() in self.cues.wound_verbs | _RENDER

    def _is_struck_by(self, bullet: Token) -> bool:
        """ "Was hit by a stray bullet", "struck by a car"."""
        verb = clause_verb(bullet)
        return verb is not None and verb.lemma_.lower() in self.cues.strike_verbs and bullet.head.lower_ in ("by", "with")

    def _sufferers(self, verb: Token) -> list[Token]:
        """The subject; of a passive verb, and of one that says what became of them, who it is done to: "left three in hospital"."""
        if verb.lemma_.lower() in _RENDER and (objects := children(verb, "dobj")):
            return [one for token in objects for one in with_conjuncts(token)]
        found = verb_arguments(verb, (verb,), HARMED, self.parties.is_title)
        passive = any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children)
        return list(found.recipients if passive else found.actors)


def _lower(tokens: Iterable[Token]) -> set[str]:
    return {token.lower_ for token in tokens}


def _is_part(all_of_them: Token, some: Token) -> bool:
    """ "16 people, among them five children", "seven farmers, two of them women"."""
    if any(one.lower_ in _THEM for one in objects_of(some, _OF)):
        return True
    return bool(_lower(some.doc[all_of_them.i + 1 : some.i]) & _PARTLY) if all_of_them.i < some.i else False


def _accused(anchor: Token, blame_verbs: frozenset[str]) -> set[int]:
    """Whoever is said to have done it: "a man charged with shooting"."""
    verb = next((above for above in climb(anchor) if above.i != anchor.i and above.lemma_.lower() in blame_verbs), None)
    return {verb.head.i, *(child.i for child in children(verb, "nsubjpass", "dobj"))} if verb is not None else set()


def _direct(trigger: Trigger, blame_verbs: frozenset[str]) -> list[Token]:
    """Those it was done to: the object or passive subject where there is one, else all recipients; not where it was done."""
    recipients = list(trigger.arguments.recipients)
    if trigger.anchor.dep_ == "xcomp" and (found := children(trigger.anchor.head, "nsubjpass")):
        return with_conjuncts(found[-1])  # "was found shot to death"
    objects = {one.i for token in trigger.tokens for child in children(token, "dobj", "nsubjpass") for one in with_conjuncts(child)}
    accused = _accused(trigger.anchor, blame_verbs)
    return [token for token in recipients if token.i in objects] or [token for token in recipients if token.i not in accused]


def _whose(body: Token) -> list[Token]:
    """ "The bodies of two pupils"."""
    return [found for one in objects_of(body, _OF) for found in with_conjuncts(one)]


def _is_partly(trigger: Trigger) -> bool:
    """Whether only some of the victims died: "five were shot, one fatally"."""
    return any(token.i > trigger.anchor.i and token.pos_ == "ADV" and token.nbor(-1).tag_ == "CD" for token in trigger.tokens)


def _victims(trigger: Trigger, blame_verbs: frozenset[str]) -> list[Token]:
    """Who suffered: the object, of "die" the subject, of a noun what follows "of", or the noun itself when it is counted."""
    if trigger.kind == "noun":
        counted = children(trigger.anchor, "nummod") and trigger.anchor.tag_ != "NN"  # not "the 2011 murder"
        none = any(child.lower_ == "no" for child in trigger.anchor.children)
        if counted or (none and trigger.anchor.lower_ in TOLL_NOUNS):
            return [trigger.anchor]
        return list(trigger.arguments.recipients)
    recipients = _direct(trigger, blame_verbs)
    own = next((token for token in recipients if token.lower_ in REFLEXIVES), None)
    if own is not None:
        return with_conjuncts(own)  # "a boy shot himself" is one, "killing himself and two others" are three
    if recipients:
        return recipients
    objects = [child for token in trigger.tokens for child in children(token, "dobj", "nsubjpass")]  # "shot and killed the attacker"
    return [found for child in objects for found in with_conjuncts(child)] or list(trigger.arguments.actors)
