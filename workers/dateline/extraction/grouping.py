"""Grouping: reports of the same occurrence in one article become one occurrence; the most specific fields win."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

from dateline.extraction.evidence import EvidenceSpan
from dateline.extraction.judge import CONSIDERED, Judge, asked_of
from dateline.extraction.links import TIED, is_named, likeness, place_of, same_party
from dateline.extraction.occurrence import Occurrence
from dateline.extraction.ontology import Ontology
from dateline.extraction.reports import HARMFUL, Report
from dateline.extraction.traits import Rivals, event_features, report_features
from dateline.records import Attribution, Casualties, Count, DateSpan, EventType, Party, Place

_LEVELS = ("country", "admin1", "admin2", "city", "site")  # the later, the more specific
_PRECISIONS = ("year", "month", "week", "day")
MAX_GROUPS = 40  # occurrences looked at per report: bounds the work on a text of many events
MAX_REPORTS = 60  # of one occurrence: an article says no more that is new
MAX_PARTIES = 8
MAX_EVIDENCE = 12
_TELLING = 0.25  # of the likeliest report: how likely one has to be to name who did it to whom
_TOLL_REACH = 3  # sentences that a toll without an event of its own may be away from the event it belongs to


@dataclass(slots=True)
class _Group:
    """Reports found to tell of the same occurrence, in text order."""

    reports: list[Report] = field(default_factory=list)
    likely: list[float] = field(default_factory=list)  # how likely each is of an event that the article reports
    tolls: list[Report] = field(default_factory=list)  # sentences that tell only what befell people

    def add(self, report: Report, likely: float) -> None:
        if len(self.reports) < MAX_REPORTS:
            self.reports.append(report)
            self.likely.append(likely)

    @property
    def event_type(self) -> EventType:
        found = self.reports[0].event_type
        assert found is not None  # a toll never begins a group
        return found

    @property
    def together(self) -> float:
        """How likely it is that any of the reports is of an event that the article reports, were they told independently."""
        return 1 - prod(1 - likely for likely in self.likely)

    @property
    def telling(self) -> list[Report]:
        """The reports that tell it well: those far below the best may be of something else."""
        return [report for report, likely in zip(self.reports, self.likely, strict=True) if likely >= _TELLING * max(self.likely)]

    @property
    def mode(self) -> str | None:
        """The first told; common words tell one only where no other report is likelier."""
        best = max(self.likely, default=0.0)
        sure = (report for report, likely in zip(self.reports, self.likely, strict=True) if likely == best or not report.sense.weak)
        return next((report.sense.mode for report in sure if report.sense.mode), None)


def group(reports: Iterable[Report], ontology: Ontology, judge: Judge, *, brief: bool, sentences: int) -> list[Occurrence]:
    """The occurrences that reports (title first, then text order) tell of, in the order they are first told.

    The judge decides which reports are worth a thought, which tell of the same event, and which events the article reports.
    `brief`: it has no headline and few sentences.
    """
    groups: list[_Group] = []
    for report in reports:
        if report.event_type is None:
            _add_toll(report, groups)
            continue
        likely = judge.worth(report, report_features(report, brief, sentences))
        if likely < CONSIDERED:
            continue
        found = _best(report, groups)
        if found is None:
            found = _Group()
            groups.append(found)
        found.add(report, likely)
    told = [(one, chance) for one, chance in zip(groups, _judged(groups, judge, brief, sentences), strict=True) if chance is not None]
    central = _central([one for one, _ in told])
    return [_occurrence(one, one in central, ontology, chance) for one, chance in told]


def _best(report: Report, groups: Sequence[_Group]) -> _Group | None:
    """The event that a report tells of, if it is among those told so far: the most alike, of several the first."""
    same = [one for one in groups if one.event_type == report.event_type][-MAX_GROUPS:]
    alike = [likeness(one.reports, report) for one in same]
    best = max(range(len(same)), key=lambda place: (alike[place], -place), default=None)
    return same[best] if best is not None and alike[best] >= 0 else None


def _add_toll(report: Report, groups: Sequence[_Group]) -> None:
    """A toll by itself belongs to the harmful event told last, if that was just told."""
    harmful = [one for one in groups if one.event_type in HARMFUL and one.reports[-1].status == "actual"]
    if harmful and report.sentence - harmful[-1].reports[-1].sentence <= _TOLL_REACH:
        harmful[-1].tolls.append(report)


def _judged(groups: Sequence[_Group], judge: Judge, brief: bool, sentences: int) -> list[float | None]:
    """How likely the article reports each; None where that is not enough."""
    before: Counter[str] = Counter()
    titled = {one.event_type for one in groups if one.reports[0].sentence < 0}
    order = {place: rank for rank, place in enumerate(sorted(range(len(groups)), key=lambda place: -groups[place].together))}
    found: list[float | None] = []
    for place, one in enumerate(groups):
        rivals = Rivals(before[one.event_type], order[place], len(groups), one.event_type in titled)
        features = event_features(one.reports, one.likely, rivals, brief, sentences)
        chance = judge.probability(features)
        found.append(chance if chance >= asked_of(features) else None)
        before[one.event_type] += 1
    return found


def _central(groups: Sequence[_Group]) -> list[_Group]:
    """What the headline tells; without one that tells anything, what the first sentences tell first."""
    titled = [one for one in groups if any(report.sentence < 0 for report in one.reports)]
    if titled:
        return titled
    lead = [one for one in groups if any(0 <= report.sentence <= 1 for report in one.reports)]
    return lead[:1]


def _occurrence(one: _Group, central: bool, ontology: Ontology, likely: float) -> Occurrence:
    reports, mode = [*one.reports, *one.tolls[:MAX_REPORTS]], one.mode
    place = max(
        (place for report in reports if (place := place_of(report))), key=lambda one: (one.basis == TIED, _specific(one)), default=None
    )
    origin = next((report.where.origin for report in reports if report.where and report.where.origin), None)
    return Occurrence(
        event_type=one.event_type,
        event_mode=mode,
        contexts=tuple(sorted({context for report in reports if report.strong for context in report.contexts})),
        status=reports[0].status,
        actors=_named_first([party for report in one.telling for party in report.actors]),
        recipients=_named_first([party for report in one.telling for party in report.recipients]),
        place=place,
        origin=origin,
        date=_date([report.date for report in reports if report.date]),
        casualties=Casualties(killed=_count([report.killed for report in reports]), injured=_count([report.injured for report in reports])),
        evidence=_evidence(reports),
        attribution=_attribution(reports),
        central=central,
        codes=ontology.codes_of(one.event_type, mode),
        confidence=round(likely, 2),
    )


def _evidence(reports: Iterable[Report]) -> tuple[EvidenceSpan, ...]:
    """Each statement once, in text order; none that lies within another."""
    spans = list(dict.fromkeys(report.evidence for report in reports))
    outer = [
        span
        for span in spans
        if not any(other != span and other.field == span.field and other.start <= span.start and span.end <= other.end for other in spans)
    ]
    return tuple(outer[:MAX_EVIDENCE])


def _specific(place: Place) -> int:
    return _LEVELS.index(place.level) if place.level else -1


def _date(dates: Sequence[DateSpan]) -> DateSpan | None:
    """The most precise; of several as precise the first told."""
    return max(dates, key=lambda span: _PRECISIONS.index(span.precision), default=None)


def _count(counts: Iterable[Count | None]) -> Count | None:
    """The largest: later sentences tell parts of a total, or a toll that rose."""
    return max((count for count in counts if count), key=lambda count: count.low, default=None)


def _named_first(parties: Sequence[Party]) -> tuple[Party, ...]:
    """Each party once, named ones first; descriptions only where there is no name."""
    found: list[Party] = []
    for party in sorted(parties, key=lambda one: (not is_named(one), -len(one.name.split()) if is_named(one) else 0)):
        if not any(same_party(party, other) for other in found):
            found.append(party)
    named = [party for party in found if is_named(party)]
    return tuple((named or found)[:MAX_PARTIES])


def _attribution(reports: Iterable[Report]) -> tuple[Attribution, ...]:
    found: dict[str, Attribution] = {}
    for report in reports:
        for source in report.attribution:
            found.setdefault(source.name.casefold(), source)
    return tuple(found.values())[:MAX_PARTIES]
