"""From raw text to places on the map."""

from __future__ import annotations

import sys
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.geography import Gazetteer, Toponym, geoparse, on_the_map, recognise
from dateline.language import Parser, find_names
from dateline.records import Place


def read(text: str, parser: Parser, gazetteer: Gazetteer) -> list[tuple[Toponym, Place]]:
    return geoparse(find_names(parser, text), gazetteer)


def named(text: str, parser: Parser, gazetteer: Gazetteer) -> list[str]:
    return [toponym.text for toponym, _ in read(text, parser, gazetteer) if toponym.kind != "demonym"]


HEADLINE = "International Coalition Launches Missile Strikes in Syria’s Deir ez-Zor Province Amid Escalated Efforts to Dismantle Group"


def test_a_title_case_headline(parser: Parser, gazetteer: Gazetteer) -> None:
    [syria, province] = [place for toponym, place in read(HEADLINE, parser, gazetteer) if toponym.kind != "demonym"]
    assert (syria.country, syria.level, syria.geonameid) == ("SY", "country", 163843)
    assert (province.text, province.level, province.admin1_code, province.feature) == ("Deir ez-Zor Province", "admin1", "SY-DY", "ADM1")


def test_a_base_lies_at_its_town(parser: Parser, gazetteer: Gazetteer) -> None:
    found = read("The rockets were fired in Syria from the Ash Shaddadi military base.", parser, gazetteer)
    place = next(place for _, place in found if "Shaddadi" in place.text)
    assert (round(place.lat, 2), round(place.lon, 2), place.level, place.country) == (36.06, 40.73, "site", "SY")


@pytest.mark.parametrize(
    ("text", "name", "admin1_code"),
    [
        ("A storm hit Paris, Texas, late on Monday. In Paris, two roofs were torn off.", "Paris", "US-TX"),
        ("The mayor of Springfield, Ill., resigned on Friday.", "Springfield", "US-IL"),
        ("Thousands marched in Paris after talks in Lyon and Marseille failed.", "Paris", "FR-IDF"),
    ],
)
def test_what_contains_a_name_decides_its_sense(parser: Parser, gazetteer: Gazetteer, text: str, name: str, admin1_code: str) -> None:
    senses = {place.admin1_code for toponym, place in read(text, parser, gazetteer) if toponym.name == name}
    assert senses == {admin1_code}


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("The People's Republic of China withheld reports of the outbreak.", "People's Republic of China", "CN"),
        ("Talks were held in Côte d'Ivoire on Monday.", "Côte d'Ivoire", "CI"),
        ("The ministers toured the ruins of Port-au-Prince on Saturday.", "Port-au-Prince", "HT"),
    ],
)
def test_small_words_are_part_of_a_name(parser: Parser, gazetteer: Gazetteer, text: str, name: str, country: str) -> None:
    [(toponym, place)] = read(text, parser, gazetteer)
    assert (toponym.text, place.country) == (name, country)


@pytest.mark.parametrize(
    ("text", "name", "level"),
    [
        ("Cases were confirmed in Oregon, Washington, Utah and Idaho.", "Washington", "admin1"),
        ("Cases were confirmed in Washington, Pennsylvania and California.", "Washington", "admin1"),
        ("The mayors of Aurora, Colorado, and Boulder met.", "Aurora", "city"),
        ("Illnesses occurred in Alberta, Manitoba, Ontario and New Brunswick.", "Ontario", "admin1"),
        ("Aid went to Gambia, Niger, Nigeria and Togo.", "Niger", "country"),
    ],
)
def test_what_is_listed_together_is_of_one_kind(parser: Parser, gazetteer: Gazetteer, text: str, name: str, level: str) -> None:
    [place] = [place for toponym, place in read(text, parser, gazetteer) if toponym.name == name]
    assert place.level == level


def test_a_country_is_where_its_label_stands(parser: Parser, gazetteer: Gazetteer) -> None:
    [(_, kenya)] = read("Heavy rain fell across Kenya.", parser, gazetteer)
    assert (kenya.lat, kenya.lon, kenya.level) == (1.0, 38.0, "country")
    assert kenya.radius_km > 300


@pytest.mark.parametrize(
    "text",
    [
        "Donald Trump and Jackson Reading met President Washington.",
        "He was reading in his mobile home on Monday, and we said so to us.",
        "Police opened fire. March was cold. Most of them may call the mayor.",
    ],
)
def test_persons_and_common_words_are_no_places(parser: Parser, gazetteer: Gazetteer, text: str) -> None:
    assert named(text, parser, gazetteer) == []


def test_an_adjective_is_told_apart(parser: Parser, gazetteer: Gazetteer) -> None:
    kinds = {toponym.text: toponym.kind for toponym, _ in read("Syrian officials met in Damascus.", parser, gazetteer)}
    assert kinds == {"Syrian": "demonym", "Damascus": "name"}


def test_the_seed_story(parser: Parser, gazetteer: Gazetteer) -> None:
    story = (
        "The strikes targeted hideouts in Deir ez-Zor province, with the attack in Syria originating from the Ash Shaddadi military base."
    )
    levels = {toponym.text: place.level for toponym, place in read(story, parser, gazetteer)}
    assert levels == {"Deir ez-Zor province": "admin1", "Syria": "country", "Ash Shaddadi military base": "site"}


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("Paris TexasU.S.,()-’al\n Syrian"), max_size=120))
def test_toponyms_stand_where_they_say_and_never_overlap(parser: Parser, gazetteer: Gazetteer, text: str) -> None:
    toponyms = recognise(find_names(parser, text), gazetteer)
    assert all(text[toponym.start : toponym.end] == toponym.text for toponym in toponyms)
    assert all(before.end <= after.start for before, after in pairwise(toponyms))


@pytest.mark.parametrize("text", ["", " ", "\n\n", "—", "A" * 10_000, "In " * 500])
def test_text_without_places_has_none(parser: Parser, gazetteer: Gazetteer, text: str) -> None:
    assert read(text, parser, gazetteer) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sheriffs of Butler, Clay and Warren counties met in Ohio on Friday.", {"Butler": "admin2", "Clay": "admin2"}),
        ("The city of Homs and the province of Idlib were shelled.", {"Homs": "city", "Idlib": "admin1"}),
    ],
)
def test_what_a_place_is_called_is_told_with_its_name(parser: Parser, gazetteer: Gazetteer, text: str, names: dict[str, str]) -> None:
    told = {toponym.name: toponym.level for toponym in recognise(find_names(parser, text), gazetteer)}
    assert {name: told.get(name) for name in names} == names


@pytest.mark.parametrize(
    ("text", "place", "person"),
    [
        ("Judge Austin sent the case to a court in Dallas.", "Dallas", "Austin"),
        ("Rep. Jane Holt, D-Toledo, wrote to Mayor Lincoln.", "Toledo", "Lincoln"),
    ],
)
def test_a_title_makes_a_name_a_persons(parser: Parser, gazetteer: Gazetteer, text: str, place: str, person: str) -> None:
    found = named(text, parser, gazetteer)
    assert place in found
    assert person not in found


def test_the_map_shows_the_adjectives_a_text_keeps_returning_to(parser: Parser, gazetteer: Gazetteer) -> None:
    text = (
        "Turkish troops crossed the border into Syria. A Turkish general said that Turkish jets had struck, and the Turkish "
        "government confirmed it. A French bulldog was seen in Aleppo."
    )
    found = geoparse(find_names(parser, text), gazetteer)
    assert {toponym.text for toponym, _ in found if toponym.kind == "demonym"} == {"Turkish", "French"}
    assert [toponym.text for toponym, _ in on_the_map(found)] == ["Turkish", "Syria", "Turkish", "Turkish", "Turkish", "Aleppo"]


@pytest.mark.parametrize("piece", ["Paris ", "North ", "Paris, ", "County ", "Syria and ", "PARIS (AP) - ", "Paris \U0001f30d "])
def test_reading_takes_time_linear_in_a_text_without_full_stops(parser: Parser, gazetteer: Gazetteer, piece: str) -> None:
    """Ten times the text takes about ten times the steps, not a hundred times: counted in calls, since clocks vary."""

    def steps(times: int) -> int:
        doc = find_names(parser, piece * times)
        count = 0

        def counting(frame: FrameType, event: str, argument: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(counting)
        try:
            recognise(doc, gazetteer)
        finally:
            sys.setprofile(None)
        return count

    assert steps(1000) < 15 * steps(100)


def test_a_text_in_capitals_has_its_places(parser: Parser, gazetteer: Gazetteer) -> None:
    assert "SYRIA" in named("AIR STRIKES HIT TOWNS IN SYRIA AND IRAQ ON MONDAY.", parser, gazetteer)


@pytest.mark.parametrize("text", ["Half a \ufffd letter in Berlin.", "\U0001f525\U0001f525 fires near Athens \U0001f525"])
def test_odd_characters_do_not_hide_a_place(parser: Parser, gazetteer: Gazetteer, text: str) -> None:
    assert len(named(text, parser, gazetteer)) == 1
