"""Links: how two tellings of an event agree and disagree, as features of the model that says whether they tell of the same one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dateline.extraction.reports import Report
from dateline.extraction.traits import SPOKEN, step_of
from dateline.records import Party, Place

TIED = "trigger"  # basis of a place that hangs on the words of the event: two such places are two events


def link_features(told: Sequence[Report], report: Report, rivals: int) -> dict[str, float]:
    """What speaks for a report telling of the event that these reports (same type, in text order) tell of, and what against.

    `rivals`: how many other events of the type the article has told of so far.
    """
    common = list(_agreement(told, report, rivals))
    group = "spoken" if report.event_type in SPOKEN else "deed"
    found = [*common, *(f"{group} {one}" for one in common), *(f"{report.event_type} {one}" for one in common), f"type:{report.event_type}"]
    return dict.fromkeys(found, 0.3)


def _agreement(told: Sequence[Report], report: Report, rivals: int) -> Iterator[str]:
    last = told[-1]
    actors, recipients = ([party for one in told for party in getattr(one, role)] for role in ("actors", "recipients"))
    doing, suffering = _compared(actors, report.actors), _compared(recipients, report.recipients)
    when, where, mode = _dates(told, report), _places(told, report), _same([one.sense.mode for one in told], report.sense.mode)
    yield from (f"actors:{doing}", f"recipients:{suffering}", f"who:{doing}:{suffering}", f"date:{when}", f"place:{where}", f"mode:{mode}")
    yield f"where and when:{where}:{when}"
    yield f"act:{_same([one.sense.act for one in told], report.sense.act)}"
    yield f"status:{last.status}:{report.status}"
    yield f"apart:{step_of(report.sentence - last.sentence)}:{last.sentence < 0}"
    yield f"rivals:{min(rivals, 4)}"
    yield f"told:{step_of(len(told))}"
    yield f"verbal:{last.verbal}:{report.verbal}:{report.indefinite}"
    yield f"linked:{report.linked and last.sentence == report.sentence}"
    yield f"same words:{any(set(one.words) & set(report.words) for one in told)}"
    yield f"turned:{_turned(actors, report.recipients) or _turned(recipients, report.actors)}"
    yield f"perpetrators:{_perpetrators(recipients)}:{_perpetrators(report.recipients)}"


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


def _dates(told: Sequence[Report], report: Report) -> str:
    dates = [one.date for one in told if one.date]
    if not dates or report.date is None:
        return "one" if dates or report.date else "none"
    return "same" if any(a.start <= report.date.end and report.date.start <= a.end for a in dates) else "other"


def _places(told: Sequence[Report], report: Report) -> str:
    mine, theirs = [place for one in told if (place := place_of(one))], place_of(report)
    if not mine or theirs is None:
        return "one" if mine or theirs else "none"
    if any(_nested(place, theirs) for place in mine):
        return "same"
    return "apart" if theirs.basis == TIED and any(place.basis == TIED for place in mine) else "other"


def place_of(report: Report) -> Place | None:
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
