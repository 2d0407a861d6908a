"""Why an occurrence is what it is said to be: the words, rules and weights behind its fields, for a person to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace

from dateline.extraction.occurrence import Occurrence
from dateline.extraction.ontology import Sense
from dateline.extraction.reports import Report
from dateline.records import Count, Place

MAX_TRIGGERS = 6  # told of one occurrence: the first ones decide


MAX_FEATURES = 8  # that made it as confident as it is: the weightiest


def explained(occurrence: Occurrence, reports: Sequence[Report], cast: Iterable[str], weighed: Mapping[str, float]) -> Occurrence:
    """The occurrence with the reasons for its fields, a line each, most important first.

    `cast`: what was thought of its actors and recipients; `weighed`: what made it this confident.
    """
    return replace(occurrence, because=tuple(_reasons(occurrence, reports, cast, weighed)))


def _reasons(occurrence: Occurrence, reports: Sequence[Report], cast: Iterable[str], weighed: Mapping[str, float]) -> Iterator[str]:
    for report in reports[:MAX_TRIGGERS]:
        yield _trigger(report)
    yield from cast
    if occurrence.status != "actual":
        yield f"status {occurrence.status}: as the words above the first trigger say"
    for role, place in (("place", occurrence.place), ("origin", occurrence.origin)):
        if place is not None:
            yield f"{role} {place.name}: {_basis(place)}"
    if occurrence.date is not None:
        yield f"date {occurrence.date.start}: {occurrence.date.basis}, from “{occurrence.date.text}”"
    for harm, count in (("killed", occurrence.casualties.killed), ("injured", occurrence.casualties.injured)):
        if count is not None:
            yield f"{harm} {_count(count)}: from “{count.text}”"
    weightiest = sorted(weighed.items(), key=lambda item: (-abs(item[1]), item[0]))[:MAX_FEATURES]
    yield f"confidence {occurrence.confidence}: " + ", ".join(f"{name} {weight:+.2f}" for name, weight in weightiest)


def _trigger(report: Report) -> str:
    sense = report.sense
    kind = "/".join(filter(None, (sense.event_type or sense.harm, sense.mode)))
    part = "verb" if report.verbal else "noun"
    where = "headline" if report.sentence < 0 else f"sentence {report.sentence + 1}"
    strength = "tells it" if report.strong else "supports it"
    return f"{kind}: {part} “{' '.join(sense.words)}” in {where} {strength}{_conditions(sense)}"


def _conditions(sense: Sense) -> str:
    """The conditions that had to hold for this sense; those that must not hold are left out."""
    asked = [
        f"{field.name} one of {', '.join(sorted(words))}"
        for field in fields(sense.conditions)
        if (words := getattr(sense.conditions, field.name)) and not field.name.startswith("not_")
    ]
    return f", given {'; '.join(asked)}" if asked else ""


def _basis(place: Place) -> str:
    return f"tied by {place.basis}, score {place.score:g}, from “{place.text}”"


def _count(count: Count) -> str:
    if count.high is None:
        return f"{count.low} or more"
    return f"{count.low}" if count.low == count.high else f"{count.low} to {count.high}"
