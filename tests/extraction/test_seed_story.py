"""The story this project starts from."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dateline.extraction import Occurrence
from dateline.records import Place

Story = dict[str, Any]
SYRIA = Place(
    name="Syria",
    text="Syria",
    geonameid=163843,
    feature="PCLI",
    lat=35.0,
    lon=38.0,
    country="SY",
    admin1=None,
    admin1_code=None,
    admin2=None,
    level="country",
    radius_km=400.0,
    score=0.9,
    basis="trigger",
)


@pytest.fixture(scope="module")
def story() -> Story:
    return json.loads((Path(__file__).parent / "seed_story.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(story: Story, read: Callable[..., list[Occurrence]]) -> list[Occurrence]:
    return read(story["text"], story["title"], place=SYRIA)


def _assaults(told: list[Occurrence], mode: str | None) -> list[Occurrence]:
    return [one for one in told if one.event_type == "ASSAULT" and one.event_mode == mode]


def test_the_coalition_s_missile_strikes(told: list[Occurrence]) -> None:
    (strikes,) = _assaults(told, "heavy-weapons")
    assert strikes.actors[0].name == "international coalition"
    assert [party.name for party in strikes.recipients] == ["Islamic State"]
    assert strikes.date is not None
    assert (strikes.date.start, strikes.date.precision, strikes.date.basis) == (date(2025, 12, 20), "day", "stated")
    assert [source.name for source in strikes.attribution] == ["Al Hadath TV"]
    assert strikes.central
    assert strikes.status == "actual"


def test_its_headline_and_later_sentences_are_the_same_event(told: list[Occurrence], story: Story) -> None:
    (strikes,) = _assaults(told, "heavy-weapons")
    said = [story[span.field][span.start : span.end] for span in strikes.evidence]
    assert said[0].startswith("International Coalition Launches Missile Strikes")
    assert any(sentence.startswith("The strikes reportedly targeted IG hideouts in Deir ez-Zor province") for sentence in said)


def test_the_american_airstrikes_are_another_event(told: list[Occurrence]) -> None:
    (airstrikes,) = _assaults(told, "aerial")
    assert [party.name for party in airstrikes.recipients] == ["Islamic State"]
    assert airstrikes.actors[0].country == "US"
    assert airstrikes.date is None, "the week is when the attack before them was"
    assert not airstrikes.central


def test_the_attack_the_week_before_is_a_third(told: list[Occurrence]) -> None:
    (attack,) = _assaults(told, None)
    assert "US troops" in [party.name for party in attack.recipients]
    assert attack.date is not None
    assert (attack.date.start, attack.date.end, attack.date.basis) == (date(2025, 12, 8), date(2025, 12, 14), "relative")


def test_opinion_and_background_are_no_material_events(told: list[Occurrence]) -> None:
    assert {one.event_type for one in told} <= {"ASSAULT", "THREATEN"}
