"""Toll: how many were killed and injured, as a range, with the words that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from dateline.extraction.arguments import Arguments, verb_arguments
from dateline.extraction.grammar import children, clause_verb, forms, objects_of, with_conjuncts
from dateline.extraction.head_count import TOLL_NOUNS, count_people, number_before
from dateline.extraction.ontology import Conditions, Cues, Harm, Ontology, Sense
from dateline.extraction.parties import PartyReader
from dateline.extraction.triggers import Trigger
from dateline.language import Span, Token
from dateline.records import Count

Suffered = Harm | Literal["hit"]
"""`hit`: shot or stabbed, and dead or alive."""

_REACH = 6  # tokens between a number and "dead", "killed", "toll"
_NEW = frozenset({"a", "an", "another", "other", "one", "second", "third"})
_BETWEEN = frozenset({"other", "others", "more", "also"})
_QUALIFIERS = frozenset(
    {"at", "least", "as", "many", "up", "to", "more", "than", "over", "about", "around", "nearly", "almost", "some", "another"}
)
_NO_COUNT = frozenset({"a", "an", "another", "couple"})
_HARMED = Sense(
    words=("harm",), event_type=None, mode=None, act=None, harm=None, mutual=False, weak=True,
    recipient_preps=frozenset(), conditions=Conditions(),
)  # fmt: skip
_LARGE = 1000  # a number beside "killed" without a word for people: from here on more likely a year or an address
_TRIED = frozenset({"attempt", "attempted"})
_BARELY = frozenset({"nearly", "almost"})
_TO = frozenset({"to"})
_DOWN = frozenset({"gun", "mow", "cut"})
_DIE = frozenset({"die", "perish"})
_RENDER = frozenset({"leave", "send", "put", "land"})  # verbs whose object is who ends hurt or in hospital
_REFLEXIVES = frozenset({"himself", "herself", "themselves", "self"})
_DOUBLES = {"murder-suicide": 2, "double": 2, "triple": 3, "quadruple": 4, "quintuple": 5}


@dataclass(frozen=True, slots=True)
class Toll:
    """One statement of harm, and the word it hangs on."""

    harm: Suffered
    count: Count
    token: Token
    victims: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Losses:
    """What statements together say: those killed, those injured, and those hit, of whom some may have died."""

    killed: Count | None = None
    injured: Count | None = None
    hit: Count | None = None


def losses(tolls: Iterable[Toll]) -> Losses:
    """The largest figure of each kind: the others tell parts of it."""
    told = list(tolls)
    return Losses(**{harm: largest(toll.count for toll in told if toll.harm == harm) for harm in ("killed", "injured", "hit")})


def largest(counts: Iterable[Count | None]) -> Count | None:
    """Later figures tell parts of a total, or a toll that rose."""
    return max((count for count in counts if count), key=lambda count: count.low, default=None)


def first(counts: Iterable[Count | None]) -> Count | None:
    """The figure told first; where that is vague ("scores"), the first number that is no smaller."""
    told = [count for count in counts if count]
    if not told or told[0].high == told[0].low or told[0].high is None:
        return told[0] if told else None
    return next((count for count in told if count.high in (None, count.low) and count.low >= told[0].low), told[0])


def survivors(told: Losses) -> Count | None:
    """The injured: those told of, or those hit less those of them who died, where that is more."""
    hit, killed, injured = told.hit, told.killed, told.injured
    dead = killed.low if killed else 0
    if hit is None or hit.low - dead <= (injured.low if injured else 0):
        return injured
    return replace(hit, low=hit.low - dead, high=None if hit.high is None else max(hit.high - dead, hit.low - dead))


def tolls(sentence: Span, triggers: Sequence[Trigger], ontology: Ontology, parties: PartyReader) -> list[Toll]:
    """What a sentence tells of the killed and injured: from verbs and nouns of harm, from conditions, and from "25 dead"."""
    fatal = any(token.lower_ in ontology.cues.dead or token.lemma_ == "die" for token in sentence)
    reader = _TollReader(sentence, ontology, parties, fatal)
    harming = {trigger.anchor.i for trigger in triggers if trigger.sense.harm is not None}
    found = [*reader.of_triggers(triggers), *reader.of_words(), *reader.of_verbs(harming), *reader.of_numbers()]
    more = int(any(reader.is_own_death(token) for token in sentence))
    return [_with_killer(toll, more) for toll in _told_apart([_maybe_dead(toll) for toll in found])]


def _with_killer(toll: Toll, more: int) -> Toll:
    """Who killed others and then himself is one of the dead."""
    himself = toll.count.text.lower() in _REFLEXIVES or any(token.lower_ in _REFLEXIVES for token in toll.victims)
    if not more or toll.harm != "killed" or himself:
        return toll
    high = None if toll.count.high is None else toll.count.high + more
    return replace(toll, count=replace(toll.count, low=toll.count.low + more, high=high))


def _maybe_dead(toll: Toll) -> Toll:
    """One person who is known already may be one of the dead: "she was taken to hospital"; not "another", "a woman"."""
    if toll.harm != "injured" or toll.count.low != 1 or toll.count.high != 1 or len(toll.victims) != 1:
        return toll
    victim = toll.victims[0]
    words = {child.lower_ for child in victim.children} | {victim.lower_}
    return toll if words & _NEW or children(victim, "nummod") or victim.tag_ == "CD" else replace(toll, harm="hit")


def _told_apart(found: Sequence[Toll]) -> list[Toll]:
    """Where others are said to be killed, those hit beside them live: "A man was killed and a woman was shot"."""
    killed = [toll for toll in found if toll.harm == "killed"]
    dead = {token.i for toll in killed for token in toll.victims}
    if any(token.pos_ == "PRON" for toll in found for token in toll.victims):
        return list(found)  # "he was taken to hospital, where he died": one man
    most = max((toll.count.low for toll in killed), default=0)
    return [
        replace(toll, harm="injured")
        if toll.harm == "hit" and dead and toll.victims and toll.count.low <= most and not any(token.i in dead for token in toll.victims)
        else toll
        for toll in found
    ]


@dataclass(frozen=True, slots=True)
class _TollReader:
    """Reads the statements of one sentence."""

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
            if harm is None or self._is_unreal(trigger.anchor) or any(token.lower_ in _TRIED for token in trigger.tokens):
                continue
            partly = _is_partly(trigger)  # those hit are read here, the dead among them by `of_numbers`
            harm, victims = ("hit", list(trigger.arguments.recipients)) if partly else (harm, _victims(trigger))
            count = count_people(victims, self.ontology, self.parties) or self._implied(trigger, harm)
            if count is not None:
                yield Toll(harm, count, trigger.anchor, tuple(victims))

    def _is_unreal(self, word: Token) -> bool:
        """Negated, only tried or only possible."""
        for child in word.children:
            if child.dep_ == "neg" or child.lower_ in _TRIED or (child.dep_ == "advmod" and child.lower_ in _BARELY):
                return True
            if child.dep_ in ("aux", "mark") and child.lemma_.lower() in self.cues.unreal:
                return True
        infinitive = any(child.dep_ == "aux" and child.lower_ == "to" for child in word.children)
        return (infinitive or word.dep_ in ("xcomp", "pcomp")) and word.head.lemma_.lower() in self.cues.unreal

    def _harm_of(self, trigger: Trigger) -> Suffered | None:
        if trigger.sense.harm is not None:
            return trigger.sense.harm
        if trigger.kind == "verb" and (trigger.sense.mode == "execute" or _to_death(trigger.anchor)):
            return "killed"
        if trigger.anchor.lemma_.lower() in self.cues.hit_verbs | self.cues.hit_nouns:
            deadly = any(child.lower_ in self.cues.dead | self.cues.deadly for child in trigger.anchor.children)
            return "killed" if deadly else "hit"
        return None

    def _implied(self, trigger: Trigger, harm: Suffered) -> Count | None:
        """ "A double murder", "a fatal shooting": the words themselves say that some died."""
        if trigger.kind != "noun" or harm != "killed":
            return None
        words = [child.lower_ for child in children(trigger.anchor, "amod", "compound")]
        words += [token.lower_ for token in trigger.tokens] + [trigger.span.text.lower()]
        several = next((_DOUBLES[word] for word in words if word in _DOUBLES), None)
        if several is not None:
            return Count(low=several, high=several, text=trigger.span.text)
        if len(trigger.tokens) > 1 and trigger.anchor.tag_ == "NN":
            return Count(low=1, high=None, text=trigger.span.text)
        return None

    def of_words(self) -> Iterator[Toll]:
        """What is said of people by other words than a trigger's: conditions, care, wounds."""
        for token in self.sentence:
            harm = self._state(token)
            verb = clause_verb(token) if harm is not None else None
            if harm is None or verb is None or self._is_unreal(verb):
                continue
            sufferers = self._sufferers(verb)
            count = count_people(sufferers, self.ontology, self.parties)
            if count is not None:
                yield Toll(harm, count, token, tuple(sufferers))

    def of_verbs(self, read: AbstractSet[int]) -> Iterator[Toll]:
        """Verbs of harm that no trigger of harm stands for: a longer trigger may have taken them ("the fire killed", "died in a fire")."""
        for verb in self.sentence:
            harm = self._verb_of_harm(verb) if verb.pos_ == "VERB" and verb.i not in read else None
            if harm is None or self._is_unreal(verb):
                continue
            found = verb_arguments(verb, (verb,), _HARMED, self.parties.is_title)
            sufferers = found.actors if verb.lemma_.lower() in _DIE else found.recipients
            count = count_people(sufferers, self.ontology, self.parties)
            if count is not None:
                yield Toll(harm, count, verb, tuple(sufferers))

    def _verb_of_harm(self, verb: Token) -> Suffered | None:
        words = set(forms(verb))
        if words & self.cues.kill_verbs or words & _DIE or _to_death(verb):
            return "killed"
        return "injured" if words & self.cues.hurt_verbs else None

    def _state(self, token: Token) -> Suffered | None:
        """Whether a word is the one that says that the subject of its clause is hurt or dead."""
        cues = self.cues
        if token.lower_ in cues.dead and token.dep_ in ("acomp", "oprd") and token.head.pos_ in ("VERB", "AUX"):
            return None if token.i and token.nbor(-1).lower_ == "brain" else "killed"
        if token.lower_ in cues.hurt and token.dep_ in ("acomp", "oprd"):
            return "injured"
        if token.lemma_ == "condition" and any(child.lower_ in cues.conditions for child in children(token, "amod", "compound", "conj")):
            return "injured"
        if token.lemma_.lower() in cues.wounds and self._has_wound(token):
            return "injured"
        if token.lemma_.lower() in cues.body_parts and token.dep_ == "dobj" and token.head.lemma_.lower() in cues.break_verbs:
            return "injured"
        if token.lemma_.lower() in cues.bullets | self.parties.lexicon.objects and self._is_struck_by(token):
            return "hit"
        if token.lemma_.lower() in cues.care_places and self._is_taken(token):
            return "hit" if self.fatal else "injured"
        return None

    def _is_taken(self, place: Token) -> bool:
        verb = clause_verb(place)
        if verb is None or (verb.lemma_.lower() in _RENDER and children(verb, "dobj")):
            return verb is not None
        return verb.lemma_.lower() in self.cues.care_verbs and any(child.dep_ == "nsubjpass" for child in verb.children)

    def _has_wound(self, wound: Token) -> bool:
        """ "Suffered a gunshot wound", "was treated for burns"; not "died of his wounds"."""
        verb = clause_verb(wound)
        if any(child.lower_ == "no" for child in wound.children):
            return False
        return verb is not None and verb.lemma_.lower() in self.cues.wound_verbs | self.cues.care_verbs

    def _is_struck_by(self, bullet: Token) -> bool:
        """ "Was hit by a stray bullet", "struck by a car"."""
        verb = clause_verb(bullet)
        return verb is not None and verb.lemma_.lower() in self.cues.strike_verbs and bullet.head.lower_ in ("by", "with")

    def _sufferers(self, verb: Token) -> list[Token]:
        """The subject; of a passive verb, and of one that says what became of them, who it is done to: "left three in hospital"."""
        if verb.lemma_.lower() in _RENDER and (objects := children(verb, "dobj")):
            return [one for token in objects for one in with_conjuncts(token)]
        found = verb_arguments(verb, (verb,), _HARMED, self.parties.is_title)
        passive = any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children)
        return list(found.recipients if passive else found.actors)

    def is_own_death(self, token: Token) -> bool:
        """ "Killed himself", "turned the gun on herself"."""
        if token.lower_ not in _REFLEXIVES:
            return False
        verb = clause_verb(token)
        if verb is None or verb.lemma_ == "turn":
            return verb is not None and token.dep_ == "pobj"
        deadly = any(child.lower_ in self.cues.dead for child in verb.children)
        return token.head.i == verb.i and (bool(set(forms(verb)) & self.cues.kill_verbs) or deadly)

    def of_numbers(self) -> Iterator[Toll]:
        """Numbers beside a word of harm ("13 dead", "leaving 40 people injured", "kills 5"), or beside "death toll"."""
        for token in self.sentence:
            harm = self._word_of_harm(token)
            if harm is not None and not self._is_unreal(token):
                number = self._number_left(token) or self._number_right(token)
                if number is not None:
                    yield Toll(harm, number, token)
            elif token.lower_ == "toll" and token.text_with_ws != token.text:  # not "toll-free"
                yield from self._death_toll(token)

    def _word_of_harm(self, token: Token) -> Suffered | None:
        words, cues = set(forms(token)), self.cues
        if token.lower_ in cues.dead or words & cues.kill_verbs:
            return "killed"
        if token.lower_ in cues.hurt or words & cues.hurt_verbs:
            return "injured"
        if words & cues.hit_verbs or (self.parties.is_title and token.lower_ in cues.hit_words):
            return "killed" if token.i and token.nbor(-1).lower_ in cues.dead else "hit"
        return None

    def _death_toll(self, toll: Token) -> Iterator[Toll]:
        for right in self.sentence.doc[toll.i + 1 : min(toll.i + 1 + _REACH, self.sentence.end)]:
            bounds = number_before(right, self.ontology.numbers) if right.tag_ == "CD" else None
            if bounds is not None:
                text = self.sentence.doc[toll.i : right.i + 1].text
                yield Toll("killed", Count(low=bounds[0], high=bounds[1], text=text), toll)
                return

    def _number_left(self, harm: Token) -> Count | None:
        """The number of people a few words before, with nothing between but what describes them."""
        if harm.pos_ == "VERB" and (children(harm, "dobj") or harm.tag_ not in ("VBN", "VBD")):
            return None  # "two men killed a guard"
        people = False
        for i in range(harm.i - 1, max(self.sentence.start, harm.i - _REACH) - 1, -1):
            left = self.sentence.doc[i]
            if self._is_number(left):
                beside = people or i == harm.i - 1 or self.sentence.doc[i + 1].pos_ in ("ADJ", "ADV", "AUX", "VERB")
                bounds = number_before(left, self.ontology.numbers) if beside else None
                if self.sentence.doc[max(self.sentence.start, i - 2) : i].text.lower().rstrip("-").endswith("no"):
                    bounds = 0, 0  # "no one", "no-one"
                if bounds is None or (not people and bounds[0] >= _LARGE):
                    return None
                return Count(low=bounds[0], high=bounds[1], text=self.sentence.doc[i : harm.i + 1].text)
            person = left.lemma_.lower() in self.cues.victims
            people = people or person
            if not person and left.pos_ not in ("ADJ", "ADV", "AUX") and left.text not in ("-", "and") and left.lower_ not in _BETWEEN:
                return None
        return None

    def _number_right(self, harm: Token) -> Count | None:
        """The number of people right behind a verb: "kills at least 5", "wounding two others", "fatally shoots self"."""
        if harm.pos_ not in ("VERB", "PROPN", "NOUN"):
            return None
        after = self.sentence.doc[harm.i + 1 : min(harm.i + 1 + _REACH, self.sentence.end)]
        for token in after:
            if token.lower_ in _REFLEXIVES - {"themselves"}:
                return Count(low=1, high=1, text=token.text)
            if self._is_number(token):
                bounds = number_before(token, self.ontology.numbers) if self._counts_people(token) else None
                return (
                    None
                    if bounds is None or bounds[0] >= _LARGE
                    else Count(low=bounds[0], high=bounds[1], text=self.sentence.doc[harm.i : token.i + 1].text)
                )
            if token.lower_ not in _QUALIFIERS:
                return None
        return None

    def _counts_people(self, number: Token) -> bool:
        """Whether what follows a number is a word for people, or no noun at all."""
        for token in self.sentence.doc[number.i + 1 : min(number.i + 1 + _REACH, self.sentence.end)]:
            if token.lemma_.lower() in self.cues.victims or self.parties.is_person(token):
                return True
            if token.pos_ not in ("ADJ", "ADV"):
                return token.pos_ in ("PUNCT", "ADP", "CCONJ", "SCONJ") and token.text not in ("-", "–", "%")
        return True

    def _is_number(self, token: Token) -> bool:
        return token.tag_ == "CD" or (token.lower_ in self.ontology.numbers and token.lower_ not in _NO_COUNT)


def as_trigger(toll: Toll) -> Trigger:
    """The word that a toll hangs on, as the trigger of a report that tells of no event by itself."""
    return Trigger(toll.token, (toll.token,), "verb", _HARMED, Arguments())


def _to_death(verb: Token) -> bool:
    """ "Beaten to death", "gunned down": the words beside a verb say that those it was done to died."""
    if any(one.lower_ == "death" for one in objects_of(verb, _TO)):
        return True
    return verb.lemma_.lower() in _DOWN and any(child.lower_ == "down" for child in children(verb, "prt", "advmod"))


def _is_partly(trigger: Trigger) -> bool:
    """Whether only some of the victims died: "five were shot, one fatally"."""
    return any(token.i > trigger.anchor.i and token.pos_ == "ADV" and token.nbor(-1).tag_ == "CD" for token in trigger.tokens)


def _victims(trigger: Trigger) -> list[Token]:
    """Who suffered: the object, of "die" the subject, of a noun what follows "of", or the noun itself when it is counted."""
    if trigger.kind == "noun":
        counted = children(trigger.anchor, "nummod") and trigger.anchor.tag_ != "NN"  # not "the 2011 murder"
        if counted or trigger.anchor.lower_ in TOLL_NOUNS:
            return [trigger.anchor]
        return list(trigger.arguments.recipients)
    recipients = list(trigger.arguments.recipients)
    own = next((token for token in recipients if token.lower_ in _REFLEXIVES), None)
    if own is not None:
        return with_conjuncts(own)  # "a boy shot himself" is one, "killing himself and two others" are three
    if recipients:
        return recipients
    objects = [child for token in trigger.tokens for child in children(token, "dobj", "nsubjpass")]  # "shot and killed the attacker"
    return [found for child in objects for found in with_conjuncts(child)] or list(trigger.arguments.actors)
