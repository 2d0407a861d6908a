"""Reports: what each sentence of an article tells of events, before sentences that tell of the same event are brought together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise
from typing import cast

from dateline.extraction.attribution import according_to, attribution_of
from dateline.extraction.dates import DateReader, StoryDates
from dateline.extraction.evidence import EvidenceSpan, evidence_of
from dateline.extraction.grammar import SUBJECTS, children, climb, forms, is_title_case, tree_distance
from dateline.extraction.harm import Toll, is_running_total
from dateline.extraction.headline import headline_parties
from dateline.extraction.judge import Hearing, Judge
from dateline.extraction.occurrence import Locate, Whereabouts
from dateline.extraction.ontology import Ontology, Sense
from dateline.extraction.participants import participants
from dateline.extraction.parties import PartyReader
from dateline.extraction.status import status_of
from dateline.extraction.toll import as_trigger, losses, tolls
from dateline.extraction.traits import age_of, company_of, lexical_traits, traits_of
from dateline.extraction.triggers import Trigger, TriggerFinder, strength
from dateline.language import Doc, Span, Token
from dateline.records import Attribution, Count, DateSpan, EventType, EvidenceField, Party, Status

HARMFUL: frozenset[str] = frozenset({"ASSAULT", "DISASTER", "ACCIDENT"})
"""Types of events that kill and injure."""


MAX_TOLLS = 20  # of one sentence, and events they are shared among: bounds the work on lists
MAX_CAUSE_STEPS = 5  # in the tree from an event up to the harm it did
SURE = 0.5  # of the type of a main word that the ontology does not know, to propose it: material F1 0.645, with 0.35 0.635, with 0.6 0.641
NEARLY = 0.4  # times as likely as the likeliest type of a word, to propose a second
SURER = 2.0  # times as likely as the ontology's type, to take the model's
_OCCASIONS = frozenset({"after", "following", "from", "amid", "at"})
_CAUSES = frozenset({"in", "by", "with", "during"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one trigger tells. `event_type` None: only a toll, the event is told elsewhere."""

    event_type: EventType | None
    sense: Sense
    status: Status
    strong: bool
    verbal: bool  # told by a verb, not a noun
    indefinite: bool  # "an attack": new where it stands
    linked: bool  # the sentence ties it to the trigger of the same type before it: "killed in an attack"
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    where: Whereabouts | None
    date: DateSpan | None
    backdrop: DateSpan | None  # the day the story is at there, for an event that no report dates
    killed: Count | None
    injured: Count | None
    hit: Count | None  # shot or stabbed, dead or alive
    attribution: tuple[Attribution, ...]
    contexts: tuple[str, ...]
    evidence: EvidenceSpan
    sentence: int  # position in the text, -1 in the title
    trigger: Trigger
    age: str  # how long before publication it is dated
    traits: tuple[str, ...]  # what speaks for and against it
    words: tuple[str, ...]  # its own words, as features


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What all triggers of one sentence share."""

    span: Span
    number: int  # position in the text, -1 in the title
    field: EvidenceField
    finder: TriggerFinder
    dates: DateReader
    contexts: tuple[str, ...]
    sources: list[Token]
    hearing: Hearing
    types: Mapping[int, list[str]]  # what the ontology thinks the words tell, by their position


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads the reports of one document."""

    ontology: Ontology
    published: date | None
    dates: StoryDates
    locate: Locate
    topic: frozenset[str]  # lemmas of the headline and the first sentences
    judge: Judge

    def read(self, doc: Doc, parties: PartyReader) -> Iterator[Report]:
        """Reports in text order. `parties`: those of this document."""
        is_title = parties.is_title
        field: EvidenceField = "title" if is_title else "text"
        headline = is_title and is_title_case(doc)
        finder = TriggerFinder(self.ontology, parties, headline, self.topic)
        for number, sentence in enumerate(doc.sents):
            if not sentence[0].tag_:
                continue  # not parsed: it holds no word of an event
            if any(not token.is_space for token in sentence) and not sentence.text.rstrip().endswith("?"):
                yield from self._sentence(sentence, -1 if is_title else number, field, finder)

    def _sentence(self, span: Span, number: int, field: EvidenceField, finder: TriggerFinder) -> Iterator[Report]:
        triggers = finder.find(span)
        types = types_at(triggers)
        hearing = self.judge.hear(span, sorted({name for names in types.values() for name in names}), self.ontology.cues)
        triggers = self._heard(triggers, hearing, types, finder)
        told = tolls(span, triggers, self.ontology, finder.parties)
        if not triggers and not told:
            return
        dates = self.dates.reader(span, number, [trigger.anchor for trigger in triggers])
        sentence = _Sentence(span, number, field, finder, dates, self._contexts(span), according_to(span), hearing, types)
        typed = [trigger for trigger in triggers if trigger.sense.event_type is not None]
        shares, linked = _share(told, typed), _linked(typed)
        found = [(trigger, self._report(trigger, sentence, shares.get(trigger.anchor.i, []))) for trigger in typed]
        reports = [replace(report, linked=trigger.anchor.i in linked) for trigger, report in found if report is not None]
        by_type = Counter(one.event_type for one in reports)
        for one in reports:
            yield replace(one, traits=(*one.traits, *company_of(one, by_type)))
        harm = next((trigger for trigger in triggers if trigger.sense.harm), None)
        by_itself = [toll for toll in told if not is_running_total(toll.token)]
        if by_itself and not any(trigger.sense.event_type in HARMFUL and not trigger.sense.weak for trigger in typed):
            report = self._report(harm or as_trigger(by_itself[0]), sentence, by_itself)
            if report is not None:
                yield report

    def _heard(self, triggers: list[Trigger], hearing: Hearing, types: Mapping[int, list[str]], finder: TriggerFinder) -> list[Trigger]:
        """The triggers, and beside them the main word of the sentence if the model is sure of another type than the ontology."""
        triggers = [one for trigger in triggers for one in _likely(trigger, hearing, types)]
        main = hearing.main
        if main.pos_ not in ("VERB", "NOUN", "AUX", "PROPN"):
            return triggers
        at_main = next((trigger for trigger in triggers if main in trigger.tokens), None)
        if at_main is not None and at_main.sense.event_type in (None, "DISASTER", "ACCIDENT"):
            return triggers
        shares = hearing.shares(main, types.get(main.i, ()))
        best = cast("EventType", max(shares, key=lambda name: shares[name]))
        known = at_main.sense.event_type if at_main else None
        if (
            any(trigger.sense.event_type == best for trigger in triggers)
            or shares[best] < SURE
            or (known and shares[best] < SURER * shares[known])
            or self._is_ruled_out(main, best)
        ):
            return triggers
        return sorted([*triggers, finder.heard(main, best)], key=lambda trigger: trigger.anchor.i)

    def _is_ruled_out(self, main: Token, event_type: EventType) -> bool:
        """Whether the object can name such an event, and by the ontology's conditions does not here: "suffered a heart attack"."""
        objects = children(main, "dobj", "nsubjpass")
        return any(
            sense.event_type == event_type and len(sense.words) == 1
            for one in objects
            for form in forms(one)
            for sense in self.ontology.nouns.get(form, ())
        )

    def _report(self, trigger: Trigger, sentence: _Sentence, told: list[Toll]) -> Report | None:
        cues, parties = self.ontology.cues, sentence.finder.parties
        status = status_of(trigger, cues)
        if status is None or self._is_remembered(trigger) or _is_generic(trigger):
            return None
        if status == "denied" and sentence.field != "title" and trigger.sense.event_type in HARMFUL:
            return None  # no attack is news only as the headline
        actors, recipients = self._parties(trigger, sentence.finder, told)
        in_title, lost = sentence.field == "title", losses(told)
        when = sentence.dates.near(trigger.anchor, status == "future")
        shares = sentence.hearing.shares(trigger.anchor, sentence.types.get(trigger.anchor.i, ()))
        return Report(
            event_type=trigger.sense.event_type,
            sense=trigger.sense,
            status=status,
            strong=_is_strong(status, in_title, actors, recipients) and strength(trigger, cues, in_title) == "strong",
            verbal=trigger.kind == "verb",
            indefinite=trigger.kind == "noun" and any(child.lower_ in ("a", "an", "another") for child in trigger.anchor.children),
            linked=False,
            actors=actors,
            recipients=recipients,
            where=self.locate(trigger.span, trigger.sense.event_type, trigger.sense.mode),
            date=when,
            backdrop=sentence.dates.backdrop(trigger.anchor, status),
            killed=lost.killed,
            injured=lost.injured,
            hit=lost.hit,
            attribution=attribution_of(trigger.anchor, sentence.sources, cues, parties),
            contexts=sentence.contexts,
            evidence=evidence_of(trigger.span, sentence.span, sentence.field),
            sentence=sentence.number,
            trigger=trigger,
            age=age_of(when, self.published),
            traits=tuple(traits_of(trigger, sentence.hearing.main, shares, cues)),
            words=tuple(lexical_traits(trigger)),
        )

    def _parties(self, trigger: Trigger, finder: TriggerFinder, told: list[Toll]) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Actors and recipients: by the tree, in a Title Case headline by position; those harmed where no recipient is told."""
        victims = [victim for toll in told for victim in toll.victims]
        if not finder.headline:
            return participants(trigger, finder.parties, victims)
        actors, recipients = headline_parties(trigger, finder.parties)
        return actors, tuple(party for party in recipients if all(party.name != actor.name for actor in actors))

    def _contexts(self, sentence: Span) -> tuple[str, ...]:
        lemmas = {form for token in sentence for form in forms(token)}
        return tuple(name for name, words in self.ontology.contexts.items() if words & lemmas)

    def _is_remembered(self, trigger: Trigger) -> bool:
        """Told only because it is remembered: "commemorating the attack"."""
        return any(set(forms(above)) & self.ontology.cues.history for step, above in enumerate(climb(trigger.anchor)) if 0 < step <= 3)


def _is_generic(trigger: Trigger) -> bool:
    """Said of its kind, not of one that happened: "attacks are a crime"."""
    noun, verb = trigger.anchor, trigger.anchor.head
    if trigger.kind != "noun" or noun.tag_ != "NNS" or noun.dep_ != "nsubj" or verb.lemma_ != "be":
        return False
    return not children(noun, "det", "poss", "nummod") and bool(children(verb, "attr", "acomp"))


def _likely(trigger: Trigger, hearing: Hearing, types: Mapping[int, list[str]]) -> list[Trigger]:
    """Of the senses that fit the one whose type the model finds likeliest, and the next where that is nearly as likely."""
    if not trigger.others:
        return [trigger]
    shares = hearing.shares(trigger.anchor, types.get(trigger.anchor.i, ()))
    first, second = sorted((trigger, *trigger.others), key=lambda one: -shares.get(one.sense.event_type or "", 0.0))[:2]
    alike = shares.get(second.sense.event_type or "", 0.0) >= NEARLY * shares.get(first.sense.event_type or "", 0.0)
    return [first, second] if alike and second.sense.event_type else [first]


def types_at(triggers: Iterable[Trigger]) -> dict[int, list[str]]:
    """The types that triggers propose, by the position of each of their words; with a question mark where the words are common ones."""
    found: dict[int, list[str]] = {}
    for trigger in triggers:
        senses = [one.sense for one in (trigger, *trigger.others)]
        proposed = [f"{one.event_type}?" if one.weak else one.event_type for one in senses if one.event_type]
        for token in trigger.tokens if proposed else ():
            found.setdefault(token.i, []).extend(proposed)
    return found


def _is_strong(status: Status, in_title: bool, actors: tuple[Party, ...], recipients: tuple[Party, ...]) -> bool:
    """What did not happen, or only might, is news where the headline says so, or where both parties to it are told."""
    if status == "denied":
        return in_title
    return status != "hypothetical" or in_title or bool(actors and recipients)


def _share(told: list[Toll], triggers: list[Trigger]) -> dict[int, list[Toll]]:
    """Give each toll to the trigger of a harmful type that is nearest in the tree; its own first."""
    shares: dict[int, list[Toll]] = {}
    harmful = [trigger for trigger in triggers if trigger.sense.event_type in HARMFUL]
    for toll in told[:MAX_TOLLS]:
        nearest = min(harmful[:MAX_TOLLS], key=lambda trigger: _apartness(trigger.anchor, toll.token), default=None)
        if nearest is not None:
            shares.setdefault(nearest.anchor.i, []).append(toll)
        for trigger in harmful[:MAX_TOLLS]:
            if trigger is not nearest and (_is_cause(trigger.anchor, toll.token) or _is_outcome(trigger, toll.token)):
                shares.setdefault(trigger.anchor.i, []).append(toll)
    return shares


def _apartness(event: Token, harm: Token) -> tuple[bool, int, int]:
    """How far an event is from a toll: what is told below it, of before or after, is another event, then by steps in the tree."""
    below = event.dep_ == "advcl" and event.head.i == harm.i and event.i != harm.i and any(child.dep_ == "mark" for child in event.children)
    return below, tree_distance(event, harm), event.i


def _is_cause(noun: Token, harm: Token) -> bool:
    """Whether a harm befell people in an event that the same clause names: "two were killed in a shooting"."""
    if noun.dep_ not in ("pobj", "pcomp") or noun.head.lower_ not in _CAUSES | _OCCASIONS:
        return False
    return any(above.i in (harm.i, harm.head.i) for above in islice(climb(noun), MAX_CAUSE_STEPS))


def _is_outcome(trigger: Trigger, harm: Token) -> bool:
    """Whether a harm is told as what an event led to: "dropped a bomb, killing four and injuring 42"."""
    for above in islice(climb(harm), MAX_CAUSE_STEPS):
        if above.dep_ == "advcl" and above.tag_ == "VBG" and not children(above, "mark"):
            verb = above.head
            return any(token.i == verb.i or (token.head.i == verb.i and token.dep_ in SUBJECTS) for token in trigger.tokens)
        if above.dep_ not in ("conj", "dobj"):
            return False
    return False


def _linked(triggers: list[Trigger]) -> set[int]:
    """Anchors that tell of the same event as the trigger of their type before them: a verb and the noun that is its subject or cause."""
    found = set()
    for before, here in pairwise(triggers):
        noun, verb = (before.anchor, here.anchor) if before.kind == "noun" else (here.anchor, before.anchor)
        if before.sense.event_type != here.sense.event_type or before.kind == here.kind:
            continue
        if (noun.head.i == verb.i and noun.dep_ in ("nsubj", "nsubjpass", "dobj")) or (
            noun.dep_ == "pobj" and noun.head.lower_ in _CAUSES and noun.head.head.i == verb.i
        ):
            found.add(here.anchor.i)
    return found
