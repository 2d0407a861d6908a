"""Casting: the actors and recipients of an occurrence, out of those that its reports name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dateline.extraction.parties import PLACE
from dateline.extraction.reports import Report
from dateline.records import Party

MAX_PARTIES = 8
MAX_ACCUSED = 4  # of an article about more cases nobody could say who did which
ACCUSED = "accused"  # the role of an actor that is inferred from an arrest, a charge or a sentence
_PROSECUTED = ("arrest", "convict")


def named_first(parties: Sequence[Party]) -> tuple[Party, ...]:
    """Each party once, named ones first, places that stand for those in them last."""
    found: list[Party] = []
    for party in sorted(parties, key=lambda one: (one.role == PLACE, not is_named(one), -len(one.name.split()) if is_named(one) else 0)):
        if not any(same_party(party, other) for other in found):
            found.append(party)
    told = [party for party in found if any(letter.isalpha() for letter in party.name)]  # "12" only where nobody says who they are
    return tuple((told or found)[:MAX_PARTIES])


def accused_of(told: Iterable[tuple[str | None, Sequence[Report]]]) -> tuple[Party, ...]:
    """Who was arrested, charged or convicted, where an article tells of few: for the violence in it that nobody is named for.

    `told` are its events, each with its mode.
    """
    prosecuted = [party for mode, reports in told if mode in _PROSECUTED for report in reports for party in report.recipients]
    people = [party for party in named_first(prosecuted) if is_named(party) and party.kind == "person"]
    return tuple(replace(party, role=ACCUSED) for party in people) if len(people) <= MAX_ACCUSED else ()


def suspects(reports: Sequence[Report], actors: Sequence[Party], accused: Sequence[Party]) -> tuple[Party, ...]:
    """The accused where an assault has no actor with a name, and the accused are not among its victims."""
    if reports[0].event_type != "ASSAULT" or reports[0].status != "actual" or any(is_named(actor) for actor in actors):
        return ()
    victims = [party for report in reports for party in report.recipients]
    return tuple(party for party in accused if not any(same_party(party, victim) for victim in victims))


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
