"""Casting: the actors and recipients of an occurrence, out of those that its reports name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dateline.extraction.parties import PLACE
from dateline.extraction.present import COURT, INTRODUCED, POLICE, PROSECUTION, Present
from dateline.extraction.reports import HARMFUL, Report
from dateline.records import Party

Told = tuple[str | None, Sequence[Report]]
"""An event that an article tells: its mode and its reports."""

MAX_PARTIES = 8
MAX_ACCUSED = 4  # of an article about more cases nobody could say who did which
ACCUSED = "accused"  # the role of an actor that is inferred from an arrest, a charge or a sentence
IMPLIED = "implied"  # the role of an actor that goes without saying: the police of an arrest, the court of a sentence
_DESCRIBED = frozenset({"civilians", "criminal", "person", "labor"})  # kinds of nouns that stand for somebody who is named elsewhere
_SEVERAL = frozenset({"people", "men", "women", "children", "family", "couple", "crowd", "police"})
_NUMBER = re.compile(r"\d+")
_PROSECUTED = ("arrest", "convict")
_LAWFUL = {"arrest": (POLICE, PROSECUTION, COURT), "convict": (COURT,), "investigate": (POLICE, PROSECUTION)}
"""Whose act an event of a mode is where nothing is said of it, the likelier first."""


def named_first(parties: Sequence[Party]) -> tuple[Party, ...]:
    """Each party once, named ones first, places that stand for those in them last."""
    found: list[Party] = []
    for party in sorted(parties, key=lambda one: (one.role == PLACE, not is_named(one), -len(one.name.split()) if is_named(one) else 0)):
        if not any(same_party(party, other) for other in found):
            found.append(party)
    told = [party for party in found if any(letter.isalpha() for letter in party.name)]  # "12" only where nobody says who they are
    return tuple((told or found)[:MAX_PARTIES])


def cast_of(present: Sequence[Present], told: Sequence[Told]) -> Cast:
    """The cast of an article that tells these events."""
    harmed = [party for _, reports in told if reports[0].event_type in HARMFUL for report in reports for party in report.recipients]
    prosecuting = Cast(present, tuple(party for party in harmed if is_named(party)), ())
    prosecuted = []
    for mode, reports in told:
        if mode in _PROSECUTED:
            recipients = [party for report in reports for party in report.recipients]
            prosecuted += [*recipients, *prosecuting.recipients(mode, reports, recipients)]
    people = [party for party in named_first(prosecuted) if is_named(party) and party.kind == "person"]
    accused = tuple(replace(party, role=ACCUSED) for party in people) if len(people) <= MAX_ACCUSED else ()
    return replace(prosecuting, accused=accused)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who of an article may have a part that the sentences of an event leave open.

    Who is `present`, who was `harmed` by what it tells, and who was arrested, charged or convicted, where it tells of few (`accused`).
    """

    present: Sequence[Present]
    harmed: Sequence[Party]
    accused: Sequence[Party]

    def recipients(self, mode: str | None, reports: Sequence[Report], told: Sequence[Party]) -> tuple[Party, ...]:
        """Those told; where they only say what one person is, of an arrest or of violence, also whom the article introduces by name."""
        lawful = mode in _PROSECUTED
        if not (lawful or reports[0].event_type in HARMFUL) or any(is_named(party) for party in told if party.role != PLACE):
            return tuple(told)
        people = [party for party in told if party.kind in _DESCRIBED]
        if not people or not all(_is_one(party) for party in people):
            return tuple(told)
        others = [*(self.harmed if lawful else self.accused), *(party for report in reports for party in report.actors)]
        fitting = [
            one
            for one in self.present
            if one.part == INTRODUCED and not _among(one.party, others) and all(_age_fits(party, one.age) for party in people)
        ]
        nearest = min(fitting, key=lambda one: _distance(one.sentence, reports), default=None)
        return (replace(nearest.party, role=people[0].text), *told) if nearest is not None else tuple(told)

    def actors(self, mode: str | None, reports: Sequence[Report], told: Sequence[Party]) -> tuple[Party, ...]:
        """The actors told; where they leave it open, of an assault the accused, of an arrest the police, of a sentence the court."""
        if reports[0].event_type == "ASSAULT":
            return (*told, *self._suspects(reports, told))
        if told or mode not in _LAWFUL or reports[0].status != "actual":
            return tuple(told)
        victims = [party for report in reports for party in report.recipients]
        return tuple(replace(party, role=IMPLIED) for party in self._lawful(_LAWFUL[mode], reports) if not _among(party, victims))

    def _lawful(self, arms: Sequence[str], reports: Sequence[Report]) -> tuple[Party, ...]:
        """The arm of the law that is told of nearest to an event, the likelier arm first; the police rather than an officer."""
        for arm in arms:
            of_arm = [one for one in self.present if one.part == arm]
            nearest = min(of_arm, key=lambda one: (not one.is_body, _distance(one.sentence, reports)), default=None)
            if nearest is not None:
                return (nearest.party,)
        return ()

    def _suspects(self, reports: Sequence[Report], actors: Sequence[Party]) -> tuple[Party, ...]:
        """The accused where an assault has no actor with a name, and the accused are not among its victims."""
        if reports[0].status != "actual" or any(is_named(actor) for actor in actors):
            return ()
        victims = [party for report in reports for party in report.recipients]
        return tuple(party for party in self.accused if not _among(party, victims))


def _is_one(party: Party) -> bool:
    """Whether a description is of one person: "Lakeview man", not "two men", "protesters"."""
    words = party.name.lower().split()
    return words[-1] not in _SEVERAL and (not words[-1].endswith("s") or words[-1].endswith("ss"))


def _age_fits(described: Party, age: int | None) -> bool:
    """Whether "82-year-old woman" may be a person of that age."""
    told = _NUMBER.search(described.text)
    return told is None or age is None or int(told[0]) == age


def _distance(sentence: int, reports: Sequence[Report]) -> int:
    """In sentences, to the nearest of some reports."""
    return min(abs(sentence - report.sentence) for report in reports)


def _among(party: Party, others: Iterable[Party]) -> bool:
    return any(same_party(party, other) for other in others)


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
