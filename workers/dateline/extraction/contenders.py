"""Contenders: who may be an actor or a recipient of an event, and what speaks for it, as features of the model that casts the roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from dateline.extraction.casting import ACCUSED, IMPLIED, is_named, same_party
from dateline.extraction.grammar import SUBJECTS, climb, is_passive
from dateline.extraction.parties import PLACE
from dateline.extraction.players import Players, Told
from dateline.extraction.reports import Report
from dateline.extraction.traits import step_of
from dateline.language import Token
from dateline.records import EventType, Party

MAX_REPORTS = 3  # of one event whose sentences are looked at, the likeliest: with 6 nothing was gained
ROLES = ("actor", "recipient")
MAX_CONTENDERS = 40  # of one event: a list that names more tells of no one in particular
_VALUE = 0.3  # of each feature: the step size of the training is made for it
_LONGEST = 5  # steps of a path that are told apart
_JOINED = frozenset({"conj", "appos", "compound", "poss", "nmod", "amod"})
_SAYINGS = frozenset({"say", "tell", "add", "report"})
_MARKED = (PLACE, ACCUSED, IMPLIED)


@dataclass(frozen=True, slots=True)
class Telling:
    """An event as the rules read it. `reports`: the likeliest first."""

    event_type: EventType
    mode: str | None
    reports: Sequence[Report]
    actors: Sequence[Party]
    recipients: Sequence[Party]

    def of(self, role: str) -> Sequence[Party]:
        return self.actors if role == "actor" else self.recipients


@dataclass(frozen=True, slots=True)
class Contender:
    """One who may have a part: as he is told best, by what names, where in the sentence of which report, and what the rules give him."""

    party: Party
    kind: str  # and whether he is named
    names: frozenset[str]
    texts: tuple[str, ...]
    told: Sequence[tuple[int, Told]]
    roles: Mapping[str, Party]


def contenders(event: Telling, events: Sequence[Telling], players: Players) -> list[Contender]:
    """Whom the rules name, whoever is told of in the same sentences, and by name who has a part in another event of the article."""
    found = _Found()
    for role in ROLES:
        for party in event.of(role):
            found.of(party).roles.setdefault(role, party)
    for number, report in enumerate(event.reports[:MAX_REPORTS]):
        for told in players.beside(report.trigger, report.sentence < 0):
            found.of(told.party).told.append((number, told))
    for other in events:
        if other is not event:
            for party in (*other.actors, *other.recipients):
                if is_named(party):
                    found.of(party)
    return [one.done() for one in found.all[:MAX_CONTENDERS]]


@dataclass(slots=True)
class _Gathered:
    """All that is told of one who may have a part."""

    parties: list[Party] = field(default_factory=list)
    told: list[tuple[int, Told]] = field(default_factory=list)
    roles: dict[str, Party] = field(default_factory=dict)

    def done(self) -> Contender:
        # By name rather than described, by the full name rather than a part of it
        best = max(self.parties, key=lambda party: len(party.name.split()) if is_named(party) else 0)
        kind = best.kind or next((other.kind for other in self.parties if other.kind), None)
        names, texts = frozenset(party.name for party in self.parties), tuple(dict.fromkeys(party.text for party in self.parties))
        return Contender(best, f"{kind}:{is_named(best)}", names, texts, self.told, self.roles)


@dataclass(slots=True)
class _Found:
    all: list[_Gathered] = field(default_factory=list)
    by_name: dict[str, _Gathered] = field(default_factory=dict)
    by_word: dict[str, list[_Gathered]] = field(default_factory=dict)  # the last of their names

    def of(self, party: Party) -> _Gathered:
        one = self.by_name.get(party.name)
        if one is None:
            words = party.name.casefold().split()
            alike = self.by_word.setdefault(words[-1] if words else "", [])
            one = next((other for other in alike if same_party(other.parties[0], party)), None)
            if one is None:
                one = _Gathered()
                self.all.append(one)
                alike.append(one)
            self.by_name[party.name] = one
        one.parties.append(party)
        return one


def contender_features(event: Telling, events: Sequence[Telling], found: Sequence[Contender], players: Players) -> list[dict[str, float]]:
    """What speaks for and against each of the contenders."""
    near = _nearness(event, found)
    others = [other for other in events if other is not event]
    return [
        dict.fromkeys(
            (
                *_of_party(event, one),
                *_of_rules(event, one),
                *_of_sentences(event, one),
                *near.get(number, ()),
                *_of_article(event, one, players),
                *_of_events(event, others, one),
                *_of_names(one, found),
            ),
            _VALUE,
        )
        for number, one in enumerate(found)
    ]


def _of_party(event: Telling, one: Contender) -> Iterator[str]:
    own, party, words = event.event_type, one.party, one.party.name.lower().split()
    yield own
    for part in (f"kind:{one.kind}", f"word:{words[-1] if words else ''}"):
        yield part
        yield f"{own} {part}"
    if event.mode:
        yield f"{own} {event.mode} kind:{one.kind}"
    if party.role and party.role not in _MARKED:
        yield f"{own} as:{party.role.lower().split()[-1]}"
    if party.role == PLACE:
        yield "place"


def _of_rules(event: Telling, one: Contender) -> Iterator[str]:
    given, told = "+".join(sorted(one.roles)) or "none", f"{bool(event.actors)}{bool(event.recipients)}"
    for part in (f"rules:{given} {told}", f"rules:{given} {one.kind}"):
        yield part
        yield f"{event.event_type} {part}"
    yield f"{event.event_type} rules:{given}"
    for role, party in one.roles.items():
        parties = event.of(role)
        yield f"{role} {min(parties.index(party), 4)} of {min(len(parties), 4)}"
        yield f"{role} marked:{party.role if party.role in _MARKED else bool(party.role)}"
    best = event.reports[0]
    for role, parties in (("actor", best.actors), ("recipient", best.recipients)):
        if any(party.name in one.names for party in parties):
            yield f"{role} best"


def _of_sentences(event: Telling, one: Contender) -> Iterator[str]:
    own, kind = event.event_type, one.kind
    for number, told in one.told:
        report, head = event.reports[number], told.head
        anchor = report.trigger.anchor
        voice = ("passive" if is_passive(anchor) else "verb") if report.verbal else "noun"
        steps, rough = _paths(anchor, head)
        yield f"{voice} {rough}"
        yield f"{own} {voice} {rough}"
        yield f"lemma:{anchor.lemma_.lower()} {rough}"
        if number == 0:
            side = f"{'before' if head.i < anchor.i else 'behind'}:{step_of(abs(head.i - anchor.i))}"
            for part in (f"{voice} {steps}", f"first {voice} {rough}", f"side:{side}"):
                yield part
                yield f"{own} {part}"
            yield f"{voice} {steps} {kind}"
            yield f"lemma:{anchor.lemma_.lower()} {steps}"
            yield f"side:{side} {kind}"
            yield f"{head.dep_}:{head.i < anchor.i}"
        for role, heads in (("actor", report.trigger.arguments.actors), ("recipient", report.trigger.arguments.recipients)):
            if head in heads:
                yield f"argument:{role}"
                yield f"{own} argument:{role}"
                yield f"argument:{role} {kind}"
        if report.sentence < 0:
            yield f"{own} title:{head.i < anchor.i}"
        if head in report.trigger.tokens:
            yield "in trigger"
        if head.pos_ == "PRON":
            yield "pronoun"


def _paths(anchor: Token, head: Token) -> tuple[str, str]:
    """The steps in the tree from a trigger to the head of a noun phrase: all of them, and in short."""
    up = {token.i: step for step, token in enumerate(climb(anchor))}
    down = list(takewhile(lambda token: token.i not in up, climb(head)))
    top = down[-1].head if down else head
    if top.i not in up:
        return "apart", "apart"
    ups = [token for token in climb(anchor) if up[token.i] < up[top.i]]
    names = [token.lower_ if token.pos_ == "ADP" and token.dep_ in ("prep", "agent", "dative") else token.dep_ for token in down]
    telling = [name for name, token in zip(names, down, strict=True) if token.dep_ not in _JOINED or token.pos_ == "VERB"]
    ends = f"{telling[-1] if telling else ''} {telling[0] if len(telling) > 1 else ''}"
    rough = f"{min(len(ups), 4)} {ends} {min(len(telling), 4)}"
    if len(ups) + len(down) > _LONGEST:
        return f"far:{min(len(ups), 4)}:{names[0] if names else ''}", rough
    return " ".join([*(f"^{token.lower_ if token.dep_ == 'prep' else token.dep_}" for token in ups), *reversed(names)]), rough


def _nearness(event: Telling, found: Sequence[Contender]) -> dict[int, list[str]]:
    """Who stands nearest to the likeliest trigger before and behind it, by the number of the contender."""
    anchor = event.reports[0].trigger.anchor.i
    away = sorted(
        (abs(told.head.i - anchor), told.head.i > anchor, number, told.party.kind is not None or is_named(told.party))
        for number, one in enumerate(found)
        for place, told in one.told
        if place == 0 and told.head.i != anchor
    )
    ranks: dict[int, list[str]] = {}
    passed = {False: 0, True: 0}
    for _, behind, number, able in away:
        if able:
            ranks.setdefault(number, []).append(f"nearest:{behind}:{min(passed[behind], 3)}")
            passed[behind] += 1
    return ranks


def _of_article(event: Telling, one: Contender, players: Players) -> Iterator[str]:
    own, kind, near = event.event_type, one.kind, bool(one.told)
    yield f"near:{near}"
    yield f"{own} near:{near}"
    source = is_source(one, event)
    yield f"source:{source}"
    yield f"{own} source:{source}"
    spoken = players.spoken_of(one.party)
    if not spoken:
        yield "unspoken"
        return
    first, away = spoken[0][0], min((place - report.sentence for place, _ in spoken for report in event.reports[:MAX_REPORTS]), key=abs)
    for part in (
        f"first:{first if first < 0 else step_of(first)}",
        f"away:{step_of(abs(away))}:{away > 0}",
        f"count:{step_of(len(spoken))}",
    ):
        yield part
        yield f"{part} {near} {kind}"
        yield f"{own} {part} {near}"
    subjects = sum(head.dep_ in SUBJECTS for _, head in spoken)
    says = sum(head.dep_ == "nsubj" and head.head.lemma_.lower() in _SAYINGS for _, head in spoken)
    yield f"subject:{round(2 * subjects / len(spoken))}"
    yield f"says:{round(2 * says / len(spoken))}"
    yield f"{own} says:{says > 0} {near}"
    yield f"{own} label:{spoken[0][1].ent_type_}"


def is_source(one: Contender, event: Telling) -> bool:
    """Whether the text names one as its source for an event."""
    return any(source.name in one.names for report in event.reports for source in report.attribution)


def _of_events(event: Telling, others: Sequence[Telling], one: Contender) -> Iterator[str]:
    """His parts in what else the article tells."""
    near = bool(one.told)
    for other in others:
        for role in ROLES:
            if any(party.name in one.names for party in other.of(role)):
                yield f"other {role} {near}"
                yield f"{event.event_type} other {role} {other.event_type} {near}"
                yield f"{event.event_type} {event.mode} other {role} {other.event_type} {other.mode}"


def _of_names(one: Contender, found: Sequence[Contender]) -> Iterator[str]:
    """Whether his name is a part of another's, or another's of his."""
    name = one.party.name.casefold()
    for other in found if one.told else ():
        if other is not one and other.told:
            if name in other.texts[0].casefold():
                yield f"inside {'+'.join(sorted(other.roles))}"
            elif other.party.name.casefold() in name:
                yield f"around {'+'.join(sorted(other.roles))}"
