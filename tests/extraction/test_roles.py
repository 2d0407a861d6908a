"""Who gets which part in an event, whatever the model thinks of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dateline.extraction import Occurrence, Roles
from dateline.extraction.linear import LinearModel
from dateline.extraction.roles import LABELS, MAX_PARTIES

Read = Callable[..., list[Occurrence]]
STORIES = (
    "Rebels of the Northern Front attacked an army patrol near Arvo on Monday, killing five soldiers, the mayor said.",
    "A local man was arrested on Monday. Police stopped a van. The driver, Ian Holt, 34, was held, the Arvo Police Department said.",
    "China and Japan signed a trade agreement in Tokyo. Its critics accused the Chinese government of threats against Japan's farmers.",
)


def _sure_of(label: str) -> Roles:
    """A model that takes everybody for the same."""
    bias = np.array([9.0 if name == label else 0.0 for name in LABELS], np.float32)
    return Roles(LinearModel(LABELS, np.zeros((1, len(LABELS)), np.float32), bias))


@pytest.mark.parametrize("text", STORIES)
def test_whoever_gets_a_part_is_named_as_the_text_has_it(read: Read, text: str) -> None:
    told = read(text, roles=_sure_of("both"))
    assert told
    for event in told:
        assert event.actors
        for party in (*event.actors, *event.recipients):
            assert party.text in text


def test_who_only_says_that_it_happened_is_never_the_actor(read: Read) -> None:
    (attack,) = [one for one in read(STORIES[0], roles=_sure_of("actor")) if one.event_type == "ASSAULT"]
    assert "mayor" in {source.name for source in attack.attribution}
    assert "mayor" not in {party.name for party in attack.actors}


def test_who_accuses_is_the_actor_for_saying_so(read: Read) -> None:
    told = read("The mayor of Arvo accused the Northern Front of the attack.", roles=_sure_of("actor"))
    (accusation,) = [one for one in told if one.event_type == "ACCUSE"]
    assert "mayor" in accusation.actors[0].name


@pytest.mark.parametrize("text", STORIES)
def test_nobody_gets_a_part_that_is_unlikely(read: Read, text: str) -> None:
    for event in read(text, roles=_sure_of("none")):
        assert (event.actors, event.recipients) == ((), ())


def test_no_name_is_told_beside_a_part_of_it(read: Read) -> None:
    told = read(
        "The Arvo Northern Front attacked soldiers. Northern Front fighters later attacked the Arvo police.", roles=_sure_of("actor")
    )
    for event in told:
        names = [set(party.name.split()) for party in event.actors]
        assert not any(one < other for one in names for other in names)


def test_a_list_of_names_is_cut(read: Read) -> None:
    names = ", ".join(f"{first} {last}" for first in ("Ann", "Ben", "Carl", "Dora") for last in ("Lee", "Holt", "Stuck", "Moore", "Hill"))
    for event in read(f"Rebels killed {names} and Ed Wood on Monday.", roles=_sure_of("both")):
        assert len(event.actors) <= MAX_PARTIES
        assert len(event.recipients) <= MAX_PARTIES


def test_how_likely_a_part_is_can_be_asked(read: Read) -> None:
    (attack,) = [one for one in read(STORIES[0]) if one.event_type == "ASSAULT"]
    (line,) = [line for line in attack.because if line.startswith(f"actor {attack.actors[0].name}: likely ")]
    assert 0 < float(line.rsplit(" ", 1)[1]) <= 1
