"""Grouping: reports of the same occurrence in one article become one occurrence; the most specific fields win."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from dateline.extraction.casting import Cast, cast_of, named_first
from dateline.extraction.contenders import Telling
from dateline.extraction.evidence import EvidenceSpan
from dateline.extraction.explain import explained
from dateline.extraction.judge import CONSIDERED, Judge, asked_of
from dateline.extraction.links import likeness, nested, one_harm, place_of
from dateline.extraction.occurrence import Occurrence
from dateline.extraction.ontology import Ontology
from dateline.extraction.players import Players
from dateline.extraction.reports import HARMFUL, Report
from dateline.extraction.roles import Parts, Roles
from dateline.extraction.toll import Losses, first, survivors
from dateline.extraction.traits import Rivals, event_features, report_features
from dateline.records import Attribution, Casualties, DateSpan, EventType, Place

_LEVELS = ("country", "admin1", "admin2", "city", "site")  # the later, the more specific
_PRECISIONS = ("year", "month", "week", "day")
_NEARLY = 0.5  # of the best place's score; 0.3 to 0.8 differ by one of 115 places
MAX_GROUPS = 40  # occurrences looked at per report: bounds the work on a text of many events
MAX_REPORTS = 60  # of one occurrence: an article says no more that is new
MAX_EVIDENCE = 12
BACKGROUND_DAYS = 31  # a month or year that ended so long before the day the story is at is that of another event
MAX_SOURCES = 8
_TELLING = 0.25  # of the likeliest report: how likely one has to be to name who did it to whom
MAX_TOLLS = 60  # sentences that tell only a toll: bounds the work on a text of many
_TOLL_REACH = 3  # sentences that a toll without an event of its own may be away from the event it belongs to


@dataclass(slots=True)
class _Group:
    """Reports found to tell of the same occurrence, in text order; those of a twin (`_without_doubles`) behind its own."""

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


_Told = tuple[_Group, float, Mapping[str, float]]
"""An event that the article reports, how likely, and the features that say so."""


def group(
    reports: Iterable[Report], ontology: Ontology, judge: Judge, roles: Roles, players: Players, *, brief: bool, sentences: int
) -> list[Occurrence]:
    """The occurrences that reports (title first, then text order) tell of, in the order they are first told.

    The judge decides which reports are worth a thought, which tell of the same event, and which events the article reports; `roles`
    who of the `players` has which part in them.
    `brief`: it has no headline and few sentences.
    """
    groups: list[_Group] = []
    tolls: list[Report] = []
    dismissed: list[Report] = []
    for report in reports:
        if report.event_type is None:
            tolls.append(report)
            continue
        likely = judge.worth(report, report_features(report, brief, sentences))
        if likely < CONSIDERED:
            dismissed.append(report)
            continue
        found = _best(report, groups)
        if found is None:
            found = _Group()
            groups.append(found)
        found.add(report, likely)
    told = _without_doubles(list(_judged(groups, judge, brief, sentences)))
    for report in tolls[:MAX_TOLLS]:
        add = _add_headline_toll if report.sentence < 0 else _add_toll
        add(report, [one for one, _, _ in told])
    _keep_tolls([*dismissed, *_unreported(groups, told)], [one for one, _, _ in told])
    central = _central([one for one, _, _ in told])
    cast = cast_of(players.present, [(one.mode, one.reports) for one, _, _ in told])
    read = [_telling(one, cast) for one, _, _ in told]
    parts = [roles.cast(one, read, players) for one in read]
    return [
        explained(_occurrence(one, who, one in central, ontology, chance), one.reports, who.because, judge.because(features))
        for (one, chance, features), who in zip(told, parts, strict=True)
    ]


def _best(report: Report, groups: Sequence[_Group]) -> _Group | None:
    """The event that a report tells of, if it is among those told so far: the most alike, of several the first."""
    same = [one for one in groups if one.event_type == report.event_type][-MAX_GROUPS:]
    alike = [likeness(one.reports, report) for one in same]
    best = max(range(len(same)), key=lambda place: (alike[place], -place), default=None)
    return same[best] if best is not None and alike[best] >= 0 else None


def _add_toll(report: Report, told: Sequence[_Group]) -> None:
    """A toll by itself belongs to the harmful event told last, if that was just told."""
    harmful = [one for one in told if one.event_type in HARMFUL and one.reports[0].status == "actual"]
    near = ((report.sentence - one_report.sentence, one) for one in harmful for one_report in one.reports)
    _, last = min(((away, one) for away, one in near if 0 <= away <= _TOLL_REACH), key=lambda item: item[0], default=(0, None))
    if last is not None:
        last.tolls.append(report)


def _add_headline_toll(report: Report, groups: Sequence[_Group]) -> None:
    """A toll in a headline belongs to the harmful event told first: "4 shot near the station"."""
    begun = next((one for one in groups if one.event_type in HARMFUL and one.reports[0].status == "actual"), None)
    if begun is not None and begun.reports[0].sentence <= _TOLL_REACH:
        begun.tolls.append(report)


def _unreported(groups: Sequence[_Group], told: Sequence[_Told]) -> Iterator[Report]:
    """The reports of events that are found not to be what the article reports."""
    for one in groups:
        if all(one is not other for other, _, _ in told):
            yield from one.reports


def _keep_tolls(dismissed: Iterable[Report], told: Sequence[_Group]) -> None:
    """What a dismissed report tells of the toll is that of the event beside it: "five died when a tree fell"."""
    beside: dict[int, _Group] = {}
    for one in told:
        if one.event_type in HARMFUL and one.reports[0].status == "actual":
            for report in one.reports:
                beside.setdefault(report.sentence, one)
    for report in dismissed:
        if report.event_type in HARMFUL and report.status == "actual" and (report.killed or report.injured or report.hit):
            heir = beside.get(report.sentence)
            if heir is not None:
                heir.tolls.append(replace(report, event_type=None))


def _judged(groups: Sequence[_Group], judge: Judge, brief: bool, sentences: int) -> Iterator[_Told]:
    """The events that the article likely enough reports, with how likely, and the features that say so."""
    before: Counter[str] = Counter()
    titled = {one.event_type for one in groups if one.reports[0].sentence < 0}
    order = {place: rank for rank, place in enumerate(sorted(range(len(groups)), key=lambda place: -groups[place].together))}
    for place, one in enumerate(groups):
        rivals = Rivals(before[one.event_type], order[place], len(groups), one.event_type in titled)
        features = event_features(one.reports, one.likely, rivals, brief, sentences)
        chance = judge.probability(features)
        if chance >= asked_of(features):
            yield one, chance, features
        before[one.event_type] += 1


def _without_doubles(told: Sequence[_Told]) -> list[_Told]:
    """An accident and an attack that are one event become one: the likelier of the two, with the reports of both."""
    kept: list[_Told] = []
    for one, chance, features in sorted(told, key=lambda item: -item[1]):
        twin = next((other for other, _, _ in kept if one_harm(other.reports, one.reports)), None)
        if twin is None:
            kept.append((one, chance, features))
        else:
            for report, likely in zip(one.reports, one.likely, strict=True):
                twin.add(report, likely)
            twin.tolls += one.tolls
    return sorted(kept, key=lambda item: item[0].reports[0].sentence)


def _central(groups: Sequence[_Group]) -> list[_Group]:
    """What the headline tells; without one that tells anything, what the first sentences tell first."""
    titled = [one for one in groups if any(report.sentence < 0 for report in one.reports)]
    if titled:
        return titled
    lead = [one for one in groups if any(0 <= report.sentence <= 1 for report in one.reports)]
    return lead[:1]


def _telling(one: _Group, cast: Cast) -> Telling:
    """Who did it to whom by the rules, and the reports to ask again."""
    mode = one.mode
    actors = named_first([party for report in one.telling for party in report.actors])
    recipients = named_first([party for report in [*one.telling, *one.tolls[:MAX_REPORTS]] for party in report.recipients])
    order = sorted(range(len(one.reports)), key=lambda place: -one.likely[place])
    return Telling(
        event_type=one.event_type,
        mode=mode,
        reports=[one.reports[place] for place in order],
        actors=cast.actors(mode, one.reports, actors),
        recipients=cast.recipients(mode, one.reports, recipients),
    )


def _occurrence(one: _Group, who: Parts, central: bool, ontology: Ontology, likely: float) -> Occurrence:
    reports, mode = [*one.reports, *one.tolls[:MAX_REPORTS]], one.mode
    place = _likeliest([place for report in reports if (place := place_of(report))]) if _tells_place(one.reports) else None
    origin = next((report.where.origin for report in reports if report.where and report.where.origin), None)
    return Occurrence(
        event_type=one.event_type,
        event_mode=mode,
        contexts=tuple(sorted({context for report in reports if report.strong for context in report.contexts})),
        status=reports[0].status,
        actors=who.actors,
        recipients=who.recipients,
        place=place,
        origin=origin,
        date=_date(reports),
        casualties=_casualties(reports),
        evidence=_evidence(reports),
        attribution=_attribution(reports),
        central=central,
        codes=ontology.codes_of(one.event_type, mode),
        confidence=round(likely, 2),
    )


def _evidence(reports: Iterable[Report]) -> tuple[EvidenceSpan, ...]:
    """Each statement once, the title's first, then in text order; none that lies within another."""
    spans = sorted({report.evidence for report in reports}, key=lambda span: (span.field != "title", span.start, span.end))
    outer = [
        span
        for span in spans
        if not any(other != span and other.field == span.field and other.start <= span.start and span.end <= other.end for other in spans)
    ]
    return tuple(outer[:MAX_EVIDENCE])


def _tells_place(reports: Sequence[Report]) -> bool:
    """Whether the reports tell it on the whole: of many, one mostly seems to, and not rarely of something else."""
    told = [report.where.told for report in reports if report.where and report.where.told is not None]
    return bool(told) and sum(told) >= 0


def _likeliest(places: Sequence[Place]) -> Place | None:
    """The place that is right with the highest probability; rather one inside it where that is nearly as likely."""
    best = max(places, key=lambda place: place.score, default=None)
    inside = [place for place in places if best and nested(place, best) and place.score >= best.score * _NEARLY]
    return max(inside, key=lambda place: (_specific(place), place.score), default=None)


def _specific(place: Place) -> int:
    return _LEVELS.index(place.level) if place.level else -1


def _date(reports: Sequence[Report]) -> DateSpan | None:
    """The most precise of the dates told; of several as precise the first. Where none is told, the day the story is at."""
    around = [report.backdrop for report in reports if report.backdrop]
    story = max(around, key=lambda span: span.basis != "publication", default=None)
    dated = [report for report in reports if report.date and not _is_background(report, reports, story)]
    told = [report.date for report in dated if report.event_type] or [report.date for report in dated]  # not the day a victim died
    return max(told, key=lambda span: _PRECISIONS.index(span.precision), default=story)


def _is_background(report: Report, reports: Sequence[Report], story: DateSpan | None) -> bool:
    """Whether a date that is told later is that of an older event of the kind: "the earthquake" of today, and one "in 2003"."""
    if story is None or report.date is None or report is reports[0] or reports[0].date:
        return False
    return report.date.precision in ("month", "year") and (story.start - report.date.end).days > BACKGROUND_DAYS


def _casualties(reports: Sequence[Report]) -> Casualties:
    """The figures told first, of those killed, injured and hit: what comes later tells parts of them, or of others."""
    ordered = sorted(reports, key=lambda report: report.sentence)
    told = Losses(
        killed=first(report.killed for report in ordered),
        injured=first(report.injured for report in ordered),
        hit=first(report.hit for report in ordered),
    )
    return Casualties(killed=told.killed, injured=survivors(told))


def _attribution(reports: Iterable[Report]) -> tuple[Attribution, ...]:
    found: dict[str, Attribution] = {}
    for report in reports:
        for source in report.attribution:
            found.setdefault(source.name.casefold(), source)
    return tuple(found.values())[:MAX_SOURCES]
