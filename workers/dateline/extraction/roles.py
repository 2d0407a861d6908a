"""Roles: which contenders are the actors and the recipients of an event. The rules propose; a trained model disposes.

Trained by benchmarks/train_roles.py; the file holds weights of hashed features, no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dateline.extraction.contenders import ROLES, Contender, Telling, contender_features, contenders, is_source
from dateline.extraction.judge import MODELS
from dateline.extraction.linear import Features, Floats, LinearModel, load_model
from dateline.extraction.players import Players
from dateline.extraction.traits import SPOKEN
from dateline.records import Party

LABELS = ("actor", "recipient", "both", "none")
FILE = "roles.npz"
MAX_PARTIES = 8


@dataclass(frozen=True, slots=True)
class Least:
    """How likely a contender has to be to get a part: the likeliest, if the rules give it to him or do not, and any other."""

    given: float
    free: float
    other: float


# Of the parties named a larger share is right than by the rules alone (docs/decisions.md). What the rules find is given up only for
# something likelier, or where it is likely wrong.
ACTOR = Least(given=0.03, free=0.17, other=0.25)
RECIPIENT = Least(given=0.03, free=0.2, other=0.18)


@dataclass(frozen=True, slots=True)
class Parts:
    """Who has which part in an event, the likeliest first. `because`: how likely each is, for a reader."""

    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """Casts events by a model."""

    model: LinearModel

    def cast(self, event: Telling, events: Sequence[Telling], players: Players) -> Parts:
        """Who has which part in one of the events that an article tells."""
        found = contenders(event, events, players)
        return decide(event, found, self.shares(contender_features(event, events, found, players)))

    def shares(self, features: Sequence[Features]) -> Floats:
        """How likely each contender is each of LABELS, a row for each."""
        return self.model.shares_of(features)


def decide(event: Telling, found: Sequence[Contender], shares: Floats) -> Parts:
    """Who has which part, given how likely each contender has it."""
    both = shares[:, LABELS.index("both")]
    acting, suffering = ((shares[:, LABELS.index(role)] + both).tolist() for role in ROLES)
    acting = [0.0 if _only_says(one, event) else chance for one, chance in zip(found, acting, strict=True)]
    actors, recipients = _chosen("actor", ACTOR, found, acting), _chosen("recipient", RECIPIENT, found, suffering)
    mutual = [number for number in actors if len(found[number].roles) == len(ROLES)]
    if len(mutual) > 1:  # "China and Japan signed": each with the other
        recipients += [number for number in mutual if number not in recipients]
    told = [("actor", number, acting[number]) for number in actors] + [("recipient", number, suffering[number]) for number in recipients]
    return Parts(
        actors=tuple(_party(found[number], "actor") for number in actors),
        recipients=tuple(_party(found[number], "recipient") for number in recipients),
        because=tuple(f"{role} {found[number].party.name}: likely {chance:.2f}" for role, number, chance in told),
    )


def _chosen(role: str, least: Least, found: Sequence[Contender], chances: Sequence[float]) -> list[int]:
    """The numbers of those who are likely enough, the likeliest first; of two names one of which is a part of the other, the likelier."""
    chosen: list[int] = []
    for number in sorted(range(len(found)), key=lambda number: -chances[number]):
        one, others = found[number], [found[other] for other in chosen]
        first = least.given if role in one.roles else least.free
        asked = least.other if others and not _introduces(one, others, role) else first
        if chances[number] >= asked and not any(_is_part(one, other) for other in others):
            chosen.append(number)
    return chosen[:MAX_PARTIES]


def _introduces(one: Contender, others: Sequence[Contender], role: str) -> bool:
    """Whether one is held to be by name who another is by description: "a local man … Ian Holt, 41"."""
    return role in one.roles and any(one.roles[role].role in other.texts for other in others)


def _is_part(one: Contender, other: Contender) -> bool:
    ours, theirs = (set(contender.party.name.casefold().split()) for contender in (one, other))
    return ours <= theirs or theirs <= ours


def _only_says(one: Contender, event: Telling) -> bool:
    """Whether one is told of as the source of what others did: never the actor for saying so."""
    return event.event_type not in SPOKEN and "actor" not in one.roles and is_source(one, event)


def _party(one: Contender, role: str) -> Party:
    given = one.roles.get(role)
    return replace(one.party, role=given.role) if given is not None else one.party


def open_roles(folder: Path = MODELS) -> Roles:
    """Load the model."""
    return Roles(load_model(folder / FILE))
