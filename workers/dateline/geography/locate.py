"""Where an event happened: of the places an article names, the one that its words tie to the event.

Syntax first: what hangs on the trigger ("strikes in X", "bombed X"), then the rest of its sentence, the sentences around it, the
title, the lead, the dateline. How much each of these counts, and for which kind of event, is learnt (config/geography/locating.toml). The
capital where somebody commented, the home of an actor and the place something was launched from are not where it happened; where
nothing supports a place there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from dateline.geography.locating.features import Candidate, Happening, candidates, event_features
from dateline.geography.locating.regions import holds
from dateline.geography.locating.scene import TITLE, Mentioned, Scene
from dateline.geography.locating.weighing import Weights
from dateline.records import EventType, Place

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc, Span

_WIDER_COUNTS = 0.5  # how much of the chance of a country counts for a town in it: "in Syria … in the town of Manbij"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an event happened, and where it was launched from; None where the text does not say.

    `told`: the log odds that it does, less those from which on a place is given; None where the text names none that it may be.
    """

    place: Place | None
    origin: Place | None
    told: float | None = None


class Locator:
    """Knows the places of one article, and answers for each of its events. Building and all answers together are linear."""

    def __init__(self, title: Doc, text: Doc, in_title: Mentioned, in_text: Mentioned, weights: Weights) -> None:
        """`in_title` and `in_text` are the toponyms of the two docs, resolved, in text order."""
        self._scene = Scene(title, text, in_title, in_text)
        self._weights = weights

    def locate(self, trigger: Span, event_type: EventType | None, mode: str | None = None) -> Whereabouts:
        """The place and the origin of the event that `trigger`, a span of the title or the text, states.

        `basis` of a place is trigger, sentence, paragraph, title, lead, dateline or article: where the name that decided stands.
        `score` is the probability that the place is right.
        """
        kind = self._weights.kind(event_type, mode)
        event = trigger.root
        happening = Happening(trigger, event, self._scene.sentence(event), kind, event_type or "")
        origin = self._origin(happening)
        found = candidates(self._scene, happening)
        if not found:
            return Whereabouts(place=None, origin=origin)
        best, share = choose(found, self._weights)
        chance = self._weights.chance(event_features(self._scene, happening, best, share))
        told = self._weights.margin(chance)
        return Whereabouts(place=_placed(best, share, chance, happening) if told >= 0 else None, origin=origin, told=told)

    def _origin(self, happening: Happening) -> Place | None:
        around = self._scene.around(happening.event)
        named = next((one for one in around if one.launch and one.sentence == happening.sentence), None)
        return replace(named.place, basis="trigger") if named else None


def choose(found: Sequence[Candidate], weights: Weights) -> tuple[Candidate, float]:
    """The likeliest of some candidates, where what holds a place speaks for it too; and the chance that the event was there.

    The chance is given that one of them is the place, and with that of what holds the chosen one or lies in it.
    """
    shared = list(zip(found, weights.shares([one.features for one in found]), strict=True))
    best = max(
        shared, key=lambda pair: pair[1] + _WIDER_COUNTS * sum(share for wider, share in shared if holds(wider.place, pair[0].place))
    )[0]
    return best, sum(share for one, share in shared if one is best or holds(one.place, best.place) or holds(best.place, one.place))


def _placed(best: Candidate, share: float, chance: float, happening: Happening) -> Place:
    # The three go together, so that their product would be too low: of places scored 0.7 by its root about 70 % are right
    score = sqrt(chance * share * best.place.score)
    return replace(best.place, basis=_basis(best, happening), score=round(score, 3))


def _basis(best: Candidate, happening: Happening) -> str:
    if best.reach in ("trigger", "sentence"):
        return best.reach
    if best.reach == "near" and happening.sentence != TITLE:
        return "paragraph"
    return next((part for part in ("title", "lead", "dateline") if best.features.get(part)), "article")
