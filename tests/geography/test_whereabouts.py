"""Which of the places in a text an event happened at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dateline.geography import Whereabouts

Ask = Callable[[str, str], Whereabouts]


@pytest.mark.parametrize(
    ("text", "trigger", "name", "basis"),
    [
        ("The strikes targeted hideouts in Deir ez-Zor province, Syria.", "strikes", "Deir ez-Zor", "trigger"),
        ("Rebels attacked a convoy near Goma on Sunday.", "attacked", "Goma", "trigger"),
        ("Warplanes bombed Aleppo on Friday.", "bombed", "Aleppo", "trigger"),
        ("Officials in Washington said that a blast killed nine people in Mogadishu.", "killed", "Mogadishu", "trigger"),
        ("Protesters gathered in Nairobi on Monday. Police arrested dozens of them.", "arrested", "Nairobi", "paragraph"),
        ("BEIRUT (AP) — Three people were killed when a building collapsed.", "collapsed", "Beirut", "dateline"),
    ],
)
def test_an_event_is_where_its_words_put_it(whereabouts: Ask, text: str, trigger: str, name: str, basis: str) -> None:
    place = whereabouts(text, trigger).place
    assert place is not None
    assert (place.name, place.basis) == (name, basis)


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Syrian and Russian officials condemned the attack.", "condemned"),
        ("Turkey accused Greece of piracy.", "accused"),
        ("A man was stabbed to death on Tuesday.", "stabbed"),
    ],
)
def test_an_actors_home_is_not_the_place(whereabouts: Ask, text: str, trigger: str) -> None:
    assert whereabouts(text, trigger).place is None


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
