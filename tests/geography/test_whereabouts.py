"""Which of the places in a text an event happened at."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import pytest

from dateline.config_files import config_file
from dateline.geography import Gazetteer, Locator, Whereabouts, geoparse, load_weights
from dateline.language import Parser, parse
from dateline.records import EventType


class Ask(Protocol):
    def __call__(self, text: str, trigger: str, event_type: EventType = "ASSAULT", title: str = "") -> Whereabouts: ...


@pytest.mark.parametrize(
    ("text", "trigger", "name", "basis"),
    [
        ("The strikes targeted hideouts in Deir ez-Zor province, Syria.", "strikes", "Deir ez-Zor", "trigger"),
        ("Rebels attacked a convoy near Goma on Sunday.", "attacked", "Goma", "trigger"),
        ("Warplanes bombed Aleppo on Friday.", "bombed", "Aleppo", "trigger"),
        ("Officials in Washington said that a blast killed nine people in Mogadishu.", "killed", "Mogadishu", "trigger"),
        ("Gunmen from Lagos killed two guards in Kano on Monday.", "killed", "Kano", "trigger"),
        ("Protesters gathered in Nairobi on Monday. Police beat dozens of them.", "beat", "Nairobi", "paragraph"),
        ("BEIRUT (AP) — Three people were killed when a building collapsed.", "collapsed", "Beirut", "dateline"),
        ("Beirut: Three people were killed when a building collapsed.", "collapsed", "Beirut", "dateline"),
        ("BEIRUT (AP) — Three people were killed on Sunday when shells hit a market in Aleppo.", "hit", "Aleppo", "trigger"),
        ("Two bombs exploded on Friday in Peshawar, in Khyber Pakhtunkhwa province, Pakistan.", "exploded", "Peshawar", "trigger"),
        ("A car bomb killed six people in the Syrian town of Manbij on Sunday.", "killed", "Manbij", "trigger"),
        ("Flooding has cut off villages in Peru since Friday.", "Flooding", "Peru", "trigger"),
    ],
)
def test_an_event_is_where_its_words_put_it(whereabouts: Ask, text: str, trigger: str, name: str, basis: str) -> None:
    place = whereabouts(text, trigger).place
    assert place is not None
    assert (place.name, place.basis) == (name, basis)


@pytest.mark.parametrize(
    ("text", "trigger", "event_type"),
    [
        ("Syrian and Russian officials condemned the attack.", "condemned", "ACCUSE"),
        ("Turkey accused Greece of piracy.", "accused", "ACCUSE"),
        ("France on Tuesday urged Iran to stop.", "urged", "REQUEST"),
        ("A man was stabbed to death on Tuesday.", "stabbed", "ASSAULT"),
        ("Russian soldiers shot a man on Tuesday.", "shot", "ASSAULT"),
        ("Iran demanded the return of the bodies of two men killed in Basra.", "demanded", "REQUEST"),
    ],
)
def test_an_actors_home_is_not_the_place(whereabouts: Ask, text: str, trigger: str, event_type: EventType) -> None:
    assert whereabouts(text, trigger, event_type).place is None


def test_it_is_told_how_far_the_words_tell_a_place(whereabouts: Ask) -> None:
    tied = whereabouts("Two men were shot in Goma on Sunday.", "shot")
    spoken = whereabouts("Russian officials in Goma said that the president condemned the attack.", "condemned", "ACCUSE")
    nowhere = whereabouts("Two men were shot on Sunday.", "shot")
    assert tied.told is not None
    assert spoken.told is not None
    assert tied.told > 0 > spoken.told
    assert nowhere.told is None


def test_what_is_said_of_a_deed_has_no_place_where_the_deed_has_one(whereabouts: Ask) -> None:
    text = "A bomb killed nine people in Kabul on Monday.\nThe president of Kenya condemned the attack."
    killed, condemned = whereabouts(text, "killed"), whereabouts(text, "condemned", "ACCUSE")
    assert killed.place is not None
    assert killed.place.name == "Kabul"
    assert condemned.place is None


def test_a_headlines_event_is_where_the_lead_puts_it(whereabouts: Ask) -> None:
    text = "Gunmen opened fire on a bus in Karachi on Monday, police said. Eleven people were wounded, among them two children."
    place = whereabouts(text, "shot", title="Eleven people shot on bus").place
    assert place is not None
    assert (place.name, place.basis) == ("Karachi", "lead")


def test_a_headlines_place_counts_for_a_text_that_names_none(whereabouts: Ask) -> None:
    text = "Eleven people were wounded on Monday when gunmen opened fire on a bus, police said."
    place = whereabouts(text, "wounded", title="Gunmen attack bus in Karachi").place
    assert place is not None
    assert place.name == "Karachi"


def test_where_it_was_launched_from_is_the_origin(whereabouts: Ask) -> None:
    found = whereabouts(
        "The coalition launched strikes in Syria, with the attack originating from the Ash Shaddadi military base.", "launched"
    )
    assert found.place is not None
    assert found.origin is not None
    assert found.place.name == "Syria"
    assert (round(found.origin.lat, 2), round(found.origin.lon, 2)) == (36.06, 40.73)


def test_the_more_precise_of_two_that_contain_each_other(whereabouts: Ask) -> None:
    place = whereabouts("A bomb exploded in northern Syria on Sunday, killing nine in the city of Manbij.", "exploded").place
    assert place is not None
    assert place.country == "SY"
    assert place.level == "city"


def test_a_place_is_less_sure_the_farther_its_name_stands(whereabouts: Ask) -> None:
    beside = whereabouts("Two men were shot in Goma on Sunday.", "shot").place
    before = whereabouts("The market in Goma was full on Sunday. Two men were shot.", "shot").place
    assert beside is not None
    assert before is not None
    assert beside.score > before.score


class CountingWeights(dict[str, float]):
    """Counts how many features are weighed."""

    asked = 0

    def get(self, key: str, default: float = 0.0) -> float:  # type: ignore[override]
        self.asked += 1
        return super().get(key, default)


@pytest.mark.parametrize("telling", ["A bomb exploded in Goma on Sunday. ", "a bomb exploded in Goma and "])
def test_the_work_for_all_events_of_a_text_grows_as_the_text(parser: Parser, gazetteer: Gazetteer, telling: str) -> None:
    weights = load_weights(config_file("geography/locating.toml"))
    work = []
    for times in (100, 400):
        counting = CountingWeights(weights.where)
        title, text = parse(parser, ""), parse(parser, telling * times)
        locator = Locator(title, text, [], geoparse(text, gazetteer), replace(weights, where=counting))
        places = [locator.locate(text[token.i : token.i + 1], "ASSAULT").place for token in text if token.lower_ == "exploded"]
        assert len(places) == times
        work.append(counting.asked)
    assert work[1] <= 4.4 * work[0]
