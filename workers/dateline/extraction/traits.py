"""Traits: what speaks for and against one report being an event of its article, as features of the model that judges it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, prod
from typing import TYPE_CHECKING

from dateline.extraction.grammar import children, climb, forms
from dateline.extraction.ontology import Cues
from dateline.extraction.triggers import Trigger
from dateline.language import Token
from dateline.records import DateSpan, EventType

if TYPE_CHECKING:
    from dateline.extraction.reports import Report

SPOKEN = frozenset({"THREATEN", "SUPPORT", "REQUEST", "ACCUSE", "REJECT"})  # done by words: only newsworthy ones are events
BRIEF = 3  # sentences: an article without a headline that has no more is a brief, which tells one thing
_FIRST_PERSON = frozenset({"i", "we", "you"})
_QUOTES = frozenset({'"', "“", "”", "``", "''"})
_OLD_DAYS = 45  # before publication: what an article dates so is background
_STEPS = (0, 1, 2, 3, 5, 8, 13, 21)


def traits_of(trigger: Trigger, main: Token, shares: Mapping[str, float], cues: Cues) -> Iterator[str]:
    """What the words of a trigger and their place in the sentence say."""
    anchor, own = trigger.anchor, trigger.sense.event_type or ""
    share = shares.get(own, 0.0)
    yield f"share:{int(share * 10)}"
    yield f"rank:{min(sum(other > share for other in shares.values()), 4)}"
    yield f"weak:{trigger.sense.weak}"
    yield f"kind:{trigger.kind}:{trigger.sense.words == ()}"
    yield f"tag:{anchor.tag_}"
    yield f"dep:{anchor.dep_}"
    yield f"depth:{min(sum(1 for _ in climb(anchor)), 6)}"
    yield f"words:{len(trigger.tokens)}"
    if anchor.i == main.i:
        yield "main"
    governor = anchor.head
    if governor.i != anchor.i:
        yield f"under:{governor.pos_}:{governor.lemma_.lower() if governor.pos_ in ('VERB', 'ADP') else ''}"
    yield from (f"aux:{child.lemma_.lower()}" for child in children(anchor, "aux", "auxpass", "neg", "mark"))
    yield from (f"det:{child.lower_}" for child in children(anchor, "det", "poss"))
    if any(form in cues.history for above in climb(anchor) for form in forms(above)):
        yield "remembered"
    if any(child.lower_ in _FIRST_PERSON for above in list(climb(anchor))[:3] for child in children(above, "nsubj")):
        yield "first-person"
    if sum(token.text in _QUOTES for token in anchor.sent[: anchor.i - anchor.sent.start]) % 2:
        yield "quoted"


def lexical_traits(trigger: Trigger) -> Iterator[str]:
    own = trigger.sense.event_type
    yield f"anchor:{own}:{trigger.anchor.lemma_.lower()}"
    yield f"phrase:{own}:{' '.join(trigger.sense.words)}"


def company_of(report: Report, told: Mapping[EventType | None, int]) -> Iterator[str]:
    """What else the sentence of a report tells: of many words that may tell events few do. `told`: its reports by type."""
    yield f"company:{min(sum(told.values()) - 1, 4)}"
    yield f"alike:{min(told[report.event_type] - 1, 2)}"


def age_of(when: DateSpan | None, published: date | None) -> str:
    """How long before publication: news is of these days."""
    if when is None or published is None:
        return "age:none"
    days = (published - when.end).days
    if days > _OLD_DAYS:
        return "age:old"
    return "age:future" if days < 0 else "age:week" if days < 8 else "age:month"


def report_features(report: Report, brief: bool, sentences: int) -> dict[str, float]:
    """What one report says for itself. `sentences`: how many the article has."""
    return _features(report, [*report.traits, *_common([report], sentences)], brief)


@dataclass(frozen=True, slots=True)
class Rivals:
    """What else an article tells: events of the same type before this one, events worth more, events at all, the type in the headline."""

    before: int
    above: int
    all: int
    titled: bool


def event_features(reports: Sequence[Report], likely: Sequence[float], rivals: Rivals, brief: bool, sentences: int) -> dict[str, float]:
    """What the reports of one event say together. `likely`: what each was worth."""
    best = max(range(len(reports)), key=lambda place: (likely[place], -place))
    common = [*reports[best].traits, *_common(reports, sentences), f"before:{min(rivals.before, 4)}", f"reports:{step_of(len(reports))}"]
    common += [f"title:{any(one.sentence < 0 for one in reports)}", f"sentences:{step_of(len({one.sentence for one in reports}))}"]
    common += [f"above:{step_of(rivals.above)}", f"all:{step_of(rivals.all)}", f"titled:{rivals.titled}:{reports[0].sentence < 0}"]
    features = _features(reports[best], common, brief)
    for name, chance in (("best", likely[best]), ("together", 1 - prod(1 - one for one in likely)), ("first", likely[0])):
        features[name] = log(max(chance, 0.01) / max(1 - chance, 0.01)) / 2
    return features


def _features(report: Report, common: Iterable[str], brief: bool) -> dict[str, float]:
    # Crossing these with the type was tried: too many weights for a few hundred events, worse on held-out folds
    own = report.event_type or ""
    found = [*common, f"type:{own}", f"mode:{own}:{report.sense.mode}", *report.words, "spoken" if own in SPOKEN else "deed"]
    if brief:
        found += [f"brief {trait}" for trait in (*report.traits, f"type:{own}", *report.words)] + ["brief"]
    return dict.fromkeys(found, 0.3)


def _common(reports: Sequence[Report], sentences: int) -> Iterator[str]:
    first = reports[0]
    yield f"status:{first.status}"
    yield f"strong:{any(one.strong for one in reports)}"
    yield f"verbal:{any(one.verbal for one in reports)}"
    yield f"at:{step_of(first.sentence) if first.sentence >= 0 else 'title'}"
    yield f"length:{step_of(sentences)}"
    yield f"lead:{any(one.sentence <= 1 for one in reports)}"
    yield from _told(reports)


def _told(reports: Iterable[Report]) -> Iterator[str]:
    """Which fields the reports fill."""
    reports = list(reports)
    actors, recipients = ([party for one in reports for party in getattr(one, role)] for role in ("actors", "recipients"))
    for role, parties in (("actor", actors), ("recipient", recipients)):
        yield f"{role}:{bool(parties)}"
        yield f"{role}:{parties[0].kind if parties else None}"
        yield f"{role} named:{any(party.name[:1].isupper() for party in parties)}"
    yield f"both:{bool(actors and recipients)}"
    yield f"toll:{any(one.killed or one.injured for one in reports)}"
    yield f"attributed:{any(one.attribution for one in reports)}"
    places = [one.where.place for one in reports if one.where and one.where.place]
    yield f"place:{places[0].basis if places else None}"
    yield from dict.fromkeys(one.age for one in reports)


def step_of(count: int) -> int:
    return next((step for step in _STEPS if count <= step), _STEPS[-1] + 1)
