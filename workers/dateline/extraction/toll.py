"""Toll: how many were killed and injured, as a range, with the words that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dateline.extraction.arguments import Arguments
from dateline.extraction.grammar import children
from dateline.extraction.harm import HARMED, REFLEXIVES, Toll, is_own_death
from dateline.extraction.harm_numbers import NumberReader
from dateline.extraction.harm_words import HarmReader
from dateline.extraction.ontology import Ontology
from dateline.extraction.parties import PartyReader
from dateline.extraction.triggers import Trigger
from dateline.language import Span
from dateline.records import Count

_FEW = 2  # at least so many: what "a fatal shooting" and "a murder-suicide" say by themselves
_NEW = frozenset({"a", "an", "another", "other", "one", "second", "third"})


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
    """The figure told first; where that is vague ("scores", "a fatal shooting"), the first number that is no smaller."""
    told = [count for count in counts if count]
    if not told or told[0].high == told[0].low or (told[0].high is None and told[0].low > _FEW):
        return told[0] if told else None
    return next((count for count in told[1:] if count.high in (None, count.low) and count.low >= told[0].low), told[0])


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
    words = HarmReader(sentence, ontology, parties, fatal)
    of_triggers = list(words.of_triggers(triggers))
    read = {toll.token.i for toll in of_triggers}
    found = [*of_triggers, *words.of_words(), *words.of_verbs(read), *words.of_bodies(), *NumberReader(sentence, ontology, parties).read()]
    more = int(any(is_own_death(token, ontology.cues) for token in sentence))
    return [_with_killer(toll, more) for toll in _told_apart([_maybe_dead(toll) for toll in found])]


def _with_killer(toll: Toll, more: int) -> Toll:
    """Who killed others and then himself is one of the dead."""
    himself = toll.count.text.lower() in REFLEXIVES or any(token.lower_ in REFLEXIVES for token in toll.victims)
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


def as_trigger(toll: Toll) -> Trigger:
    """The word that a toll hangs on, as the trigger of a report that tells of no event by itself."""
    return Trigger(toll.token, (toll.token,), "verb", HARMED, Arguments())
