"""Links: whether two tellings are of the same event, by how they agree and disagree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dateline.extraction.casting import is_named, same_party
from dateline.extraction.reports import Report
from dateline.records import Party, Place

TOGETHER = 9  # likeness of what the sentence itself ties together: above all else
LEAD = 1  # the first sentences tell again what the headline told, with other words for everyone in it
TIED = "trigger"  # basis of a place that hangs on the words of the event: two such places are two events


def likeness(told: Sequence[Report], report: Report) -> int:
    """How much a report agrees with what these (same type, in text order) tell of one event; below 0 where something speaks against it."""
    last = told[-1]
    if report.linked and last.sentence == report.sentence and last.status == report.status:
        return TOGETHER
    mode, where = _same([one.sense.mode for one in told], report.sense.mode), _places(told, report)
    when, who = _dates(told, report), _parties(told, report)
    if told[0].status != report.status or told[0].sense.act != report.sense.act:
        return -1
    if last.sentence < 0 and report.sentence <= LEAD and mode != "other":
        return TOGETHER - 1
    if "other" in (mode, when) or where == "apart" or who < 0:
        return -1
    total = who + (mode == "same") + (when == "same") + (where == "same")
    return -1 if report.indefinite and _is_new(last, report, total) else total


def one_harm(one: Sequence[Report], other: Sequence[Report]) -> bool:
    """Whether an accident and an attack that an article tells of are one event: a gun that went off is both to whoever writes of it.

    Nothing may speak against it: another mode, place or day, or one who is harmed in the one and harms in the other.
    """
    first, second = one[0], other[0]
    if {first.event_type, second.event_type} != {"ASSAULT", "ACCIDENT"} or first.status != second.status:
        return False
    modes = {report.sense.mode for report in (*one, *other) if report.sense.mode}
    where, when = {_places(one, report) for report in other}, {_dates(one, report) for report in other}
    return len(modes) <= 1 and not where & {"other", "apart"} and "other" not in when


def _is_new(last: Report, report: Report, agreement: int) -> bool:
    """Whether "an attack" is another than the one already told of: in the same sentence, or with nothing that ties them."""
    return last.sentence >= 0 and (last.sentence == report.sentence or not agreement)


def _parties(told: Sequence[Report], report: Report) -> int:
    actors, recipients = ([party for one in told for party in getattr(one, role)] for role in ("actors", "recipients"))
    if _turned(actors, report.recipients) or (report.event_type in ("ASSAULT", "COERCE") and _turned(recipients, report.actors)):
        return -1  # the attacker attacked: another event
    ours, theirs = _perpetrators(recipients), _perpetrators(report.recipients)
    if ours is not None and theirs is not None and ours != theirs:
        return -1
    compared = (_compared(actors, report.actors), _compared(recipients, report.recipients))
    return -1 if "other" in compared else 2 * compared.count("same")


def _same(ours: Iterable[str | None], theirs: str | None) -> str:
    mine = {one for one in ours if one}
    if not mine or theirs is None:
        return "one" if mine or theirs else "none"
    return "same" if theirs in mine else "other"


def _compared(ours: Sequence[Party], theirs: Sequence[Party]) -> str:
    if not ours or not theirs:
        return "one" if ours or theirs else "none"
    if any(same_party(a, b) for a in ours for b in theirs):
        return "same"
    return "maybe" if any(_could_be(a, b) for a in ours for b in theirs) else "other"


def _turned(some: Iterable[Party], others: Sequence[Party]) -> bool:
    """The attacker attacked."""
    return any(same_party(a, b) for a in some for b in others)


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


def _dates(told: Sequence[Report], report: Report) -> str:
    dates = [one.date for one in told if one.date]
    if not dates or report.date is None:
        return "one" if dates or report.date else "none"
    return "same" if any(a.start <= report.date.end and report.date.start <= a.end for a in dates) else "other"


def _places(told: Sequence[Report], report: Report) -> str:
    mine, theirs = [place for one in told if (place := place_of(one))], place_of(report)
    if not mine or theirs is None:
        return "one" if mine or theirs else "none"
    if any(nested(place, theirs) for place in mine):
        return "same"
    return "apart" if theirs.basis == TIED and any(place.basis == TIED for place in mine) else "other"


def place_of(report: Report) -> Place | None:
    return report.where.place if report.where else None


def nested(one: Place, other: Place) -> bool:
    """The same place, or one inside the other."""
    if one.country != other.country:
        return False
    if "country" in (one.level, other.level) or one.geonameid == other.geonameid:
        return True
    if one.admin1 and other.admin1 and one.admin1 != other.admin1:
        return False
    return "admin1" in (one.level, other.level) or one.admin2 == other.admin2 or "site" in (one.level, other.level)
