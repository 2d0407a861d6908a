"""Grouping: reports of the same occurrence in one article become one occurrence; the most specific fields win."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dateline.extraction.evidence import EvidenceSpan
from dateline.extraction.judge import ACCEPTED, Judge
from dateline.extraction.occurrence import Occurrence
from dateline.extraction.ontology import Ontology
from dateline.extraction.reports import HARMFUL, Report
from dateline.extraction.traits import group_features
from dateline.records import Attribution, Casualties, Count, DateSpan, EventType, Party, Place

_LEVELS = ("country", "admin1", "admin2", "city", "site")  # the later, the more specific
_PRECISIONS = ("year", "month", "week", "day")
TIED = "trigger"  # basis of a place that hangs on the words of the event: two such places are two events
MAX_GROUPS = 40  # occurrences looked at per report: bounds the work on a text of many events
MAX_REPORTS = 60  # of one occurrence: an article says no more that is new
MAX_PARTIES = 8
MAX_EVIDENCE = 12
_TOLL_REACH = 3  # sentences that a toll without an event of its own may be away from the event it belongs to


@dataclass(slots=True)
class _Group:
    """Reports found to tell of the same occurrence, in text order."""

    reports: list[Report] = field(default_factory=list)

    def add(self, report: Report) -> None:
        if len(self.reports) < MAX_REPORTS:
            self.reports.append(report)

    @property
    def event_type(self) -> EventType:
        found = self.reports[0].event_type
        assert found is not None  # a toll never begins a group
        return found

    @property
    def mode(self) -> str | None:
        return next((report.sense.mode for report in self.reports if report.sense.mode), None)

    @property
    def strong(self) -> bool:
        return any(report.strong for report in self.reports)


def group(reports: Iterable[Report], ontology: Ontology, judge: Judge, *, brief: bool, sentences: int) -> list[Occurrence]:
    """The occurrences that reports (title first, then text order) tell of, in the order they are first told.

    The judge decides which of them the article reports. `brief`: it has no headline and few sentences.
    """
    groups: list[_Group] = []
    for report in reports:
        if report.event_type is None:
            _add_toll(report, groups)
            continue
        tied = _tied(report, groups)
        if tied is not None:
            tied.add(report)
            continue
        best = max(((_likeness(one, report), -place, one) for place, one in enumerate(groups[-MAX_GROUPS:])), default=None)
        if best is not None and best[0] >= 0:
            best[2].add(report)
        else:
            groups.append(_Group([report]))
    likely = _judged(groups, judge, brief, sentences)
    told = [one for one in groups if id(one) in likely]
    central = _central(told)
    return [_occurrence(one, one in central, ontology, likely[id(one)]) for one in told]


def _judged(groups: Sequence[_Group], judge: Judge, brief: bool, sentences: int) -> dict[int, float]:
    """Of the groups that the article is likely to report, by id, how likely."""
    before: Counter[str] = Counter()
    found = {}
    for one in groups:
        likely = judge.probability(group_features(one.reports, before[one.event_type], brief, sentences))
        before[one.event_type] += 1
        if likely >= ACCEPTED:
            found[id(one)] = likely
    return found


def _tied(report: Report, groups: Sequence[_Group]) -> _Group | None:
    """The group that the sentence itself ties a report to."""
    if not report.linked:
        return None
    same = (one for one in groups if one.reports[-1].sentence == report.sentence and one.event_type == report.event_type)
    return next((one for one in reversed(list(same)) if one.reports[-1].status == report.status), None)


def _add_toll(report: Report, groups: Sequence[_Group]) -> None:
    """A toll by itself belongs to the harmful event told last, if that was just told."""
    harmful = [one for one in groups if one.event_type in HARMFUL and one.reports[-1].status == "actual"]
    if harmful and report.sentence - harmful[-1].reports[-1].sentence <= _TOLL_REACH:
        harmful[-1].add(report)


def _likeness(one: _Group, report: Report) -> int:
    """How much a report agrees with a group; below 0 where something speaks against it."""
    first = one.reports[0]
    if first.event_type != report.event_type or first.status != report.status or first.sense.act != report.sense.act:
        return -1
    mode = one.mode
    if mode and report.sense.mode and mode != report.sense.mode:
        return -1
    total = int(mode is not None and mode == report.sense.mode)
    for part in (_parties_agree(one, report), _dates_agree(one, report), _places_agree(one, report)):
        if part < 0:
            return -1
        total += part
    return -1 if report.indefinite and _is_new(one, report, total) else total


def _is_new(one: _Group, report: Report, agreement: int) -> bool:
    """Whether "an attack" is another than the one already told of: in the same sentence, or with nothing that ties them."""
    last = one.reports[-1]
    return last.sentence >= 0 and (last.sentence == report.sentence or not agreement)


def _parties_agree(one: _Group, report: Report) -> int:
    total = 0
    if any(same_party(victim, actor) for victim in report.recipients for other in one.reports for actor in other.actors):
        return -1  # the attacker attacked: another event
    if report.actors and any(same_party(actor, victim) for actor in report.actors for other in one.reports for victim in other.recipients):
        return -1 if not report.sense.mutual else 0
    ours, theirs_harmed = _perpetrators(p for other in one.reports for p in other.recipients), _perpetrators(report.recipients)
    if ours is not None and theirs_harmed is not None and ours != theirs_harmed:
        return -1
    for role in ("actors", "recipients"):
        mine = [party for other in one.reports for party in getattr(other, role)]
        theirs = list(getattr(report, role))
        if not mine or not theirs:
            continue
        if any(same_party(a, b) for a in mine for b in theirs):
            total += 2
        elif not any(_could_be(a, b) for a in mine for b in theirs):
            return -1
    return total


def _perpetrators(parties: Iterable[Party]) -> bool | None:
    """Whether those harmed are themselves the gunmen, attackers …; None where nobody is told."""
    kinds = {party.kind for party in parties}
    return kinds == {"criminal"} if kinds else None


def _could_be(one: Party, other: Party) -> bool:
    """Whether two parties may be the same: a description fits a person's name, not the name of another group."""
    if not (_is_specific(one) and _is_specific(other)):
        return True
    if "person" in (one.kind, other.kind):
        return not (is_named(one) and is_named(other))
    return one.country is not None and one.country == other.country and not (is_named(one) and is_named(other))


def _is_specific(party: Party) -> bool:
    return any(letter.isupper() for letter in party.name)


def is_named(party: Party) -> bool:
    """Named, not described: "Hamas", not "Turkish police" or "the attackers"."""
    words = party.name.split()
    return bool(words) and any(letter.isupper() for letter in words[-1])


def same_party(one: Party, other: Party) -> bool:
    """One name, or one the other's end: "Erdogan", "Recep Tayyip Erdogan"."""
    a, b = one.name.casefold().split(), other.name.casefold().split()
    if a == b or one.text.casefold() == other.text.casefold():
        return True
    shorter, longer = sorted((a, b), key=len)
    return bool(shorter) and longer[-len(shorter) :] == shorter


def _dates_agree(one: _Group, report: Report) -> int:
    dates = [other.date for other in one.reports if other.date]
    if not dates or report.date is None:
        return 0
    if any(a.start <= report.date.end and report.date.start <= a.end for a in dates):
        return 1
    return -1


def _places_agree(one: _Group, report: Report) -> int:
    mine = [place for other in one.reports if (place := _place(other))]
    theirs = _place(report)
    if not mine or theirs is None:
        return 0
    if any(_nested(place, theirs) for place in mine):
        return 1
    return -1 if theirs.basis == TIED and any(place.basis == TIED for place in mine) else 0


def _place(report: Report) -> Place | None:
    return report.where.place if report.where else None


def _nested(one: Place, other: Place) -> bool:
    """The same place, or one inside the other."""
    if one.country != other.country:
        return False
    if "country" in (one.level, other.level) or one.geonameid == other.geonameid:
        return True
    if one.admin1 and other.admin1 and one.admin1 != other.admin1:
        return False
    return "admin1" in (one.level, other.level) or one.admin2 == other.admin2 or "site" in (one.level, other.level)


def _central(groups: Sequence[_Group]) -> list[_Group]:
    """What the headline tells; without one that tells anything, what the first sentences tell first."""
    titled = [one for one in groups if any(report.sentence < 0 for report in one.reports)]
    if titled:
        return titled
    lead = [one for one in groups if any(0 <= report.sentence <= 1 for report in one.reports)]
    return lead[:1]


def _occurrence(one: _Group, central: bool, ontology: Ontology, likely: float) -> Occurrence:
    reports, mode = one.reports, one.mode
    place = max(
        (place for report in reports if (place := _place(report))), key=lambda one: (one.basis == TIED, _specific(one)), default=None
    )
    origin = next((report.where.origin for report in reports if report.where and report.where.origin), None)
    return Occurrence(
        event_type=one.event_type,
        event_mode=mode,
        contexts=tuple(sorted({context for report in reports if report.strong for context in report.contexts})),
        status=reports[0].status,
        actors=_named_first([party for report in reports for party in report.actors]),
        recipients=_named_first([party for report in reports if report.event_type for party in report.recipients]),
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
