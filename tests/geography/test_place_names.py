"""Names as people write them lead to the same place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.geography import Gazetteer
from dateline.geography.names import fold, fold_loosely


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=40))
def test_any_text_may_be_looked_up(gazetteer: Gazetteer, name: str) -> None:
    assert len(gazetteer.find(name)) <= 40
    assert len(gazetteer.find_loosely(name)) <= 40


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ash Shaddādah", "ash-shaddadah"),
        ("St. Louis", "Saint Louis"),
        ("Xi’an", "Xian"),
        ("the Hague", "Hague"),
        ("Łódź", "Lodz"),
        ("U.S.", "US"),
        ("Mt. Everest", "Mount Everest"),
        ("Sainte-Foy", "Ste. Foy"),
        ("Fort Worth", "Ft. Worth"),
        ("Sana'a", "Sanaa"),
        ("Guinea–Bissau", "Guinea-Bissau"),
        ("N’Djamena", "N'Djamena"),
        ("Şanlıurfa", "Sanliurfa"),
        ("Đà Nẵng", "Da Nang"),
    ],
)
def test_marks_dots_and_hyphens_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("name", ["Ash Shaddadi", "al-Shaddadi", "Shadadi", "Ash Shaddādah", "Al Shadadi"])
def test_an_arabic_town_is_found_however_it_is_spelled(gazetteer: Gazetteer, name: str) -> None:
    matches = gazetteer.find(name) or gazetteer.find_loosely(name)
    assert 172837 in [gazetteer.entry(match.entry).geonameid for match in matches]


def test_loose_folding_keeps_a_name_that_is_only_an_article() -> None:
    assert fold_loosely("Al") == "al"


@pytest.mark.parametrize(
    ("name", "geonameid"),
    [
        ("U.K.", 2635167),
        ("DR Congo", 203312),
        ("D.R. Congo", 203312),
        ("Calif.", 5332921),
        ("N.C.", 4482348),
        ("Kiev", 703448),
        ("Gaza Strip", 281132),
        ("Syrians", 163843),
        ("Czechs", 3077311),
        ("Ohioans", 5165418),
        ("Londoners", 2643743),
        ("Mt. Vernon", 4245152),
        ("UAE", 290557),
        ("Ivory Coast", 2287781),
    ],
)
def test_names_that_news_uses_are_known(gazetteer: Gazetteer, name: str, geonameid: int) -> None:
    assert geonameid in [gazetteer.entry(match.entry).geonameid for match in gazetteer.find(name)]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Raqqa", "SY"), ("Hama", "SY"), ("Deir Ezzor", "SY"), ("Deir al-Zour", "SY"), ("Kobane", "SY"), ("Manbij", "SY"),
        ("Khan Younis", "PS"), ("Khan Yunis", "PS"), ("Deir al-Balah", "PS"), ("Rafah", "PS"),
        ("Fallujah", "IQ"), ("Basra", "IQ"), ("Hodeidah", "YE"), ("Sana'a", "YE"), ("Mecca", "SA"), ("Derna", "LY"),
        ("Kyiv", "UA"), ("Kharkov", "UA"), ("Odessa", "UA"), ("Dnipropetrovsk", "UA"), ("Nizhny Novgorod", "RU"),
        ("Mazar-e-Sharif", "AF"), ("Lashkar Gah", "AF"), ("Rangoon", "MM"), ("Calcutta", "IN"), ("Bombay", "IN"), ("Saigon", "VN"),
        ("Seville", "ES"), ("Cologne", "DE"), ("Ghent", "BE"), ("Lucerne", "CH"), ("Cracow", "PL"), ("Juarez", "MX"),
        ("El Fasher", "SD"), ("Mekele", "ET"), ("Galkayo", "SO"), ("Joburg", "ZA"), ("Ulan Bator", "MN"), ("Xian", "CN"),
        ("Calif.", "US"), ("Sichuan", "CN"), ("Inner Mongolia", "CN"), ("Donetsk region", "UA"), ("Rostov region", "RU"),
        ("Khyber Pakhtunkhwa", "PK"), ("Nineveh", "IQ"), ("North Kivu", "CD"), ("Cabo Delgado", "MZ"), ("Lombardy", "IT"),
    ],
)  # fmt: skip
def test_the_english_name_is_a_main_name(gazetteer: Gazetteer, name: str, country: str) -> None:
    main = [gazetteer.entry(match.entry) for match in gazetteer.find(name) if match.primary]
    assert country in [gazetteer.entry(entry.country).code for entry in main]


@pytest.mark.parametrize(
    ("name", "feature", "lat", "lon"),
    [
        ("Sahel", "RGN", 14.5, 4), ("Kurdistan", "RGN", 37, 43), ("the Donbas", "RGN", 48.2, 38.3), ("Golan Heights", "RGN", 33, 35.75),
        ("Eastern Ghouta", "RGN", 33.53, 36.42), ("Nagorno-Karabakh", "RGN", 39.9, 46.6), ("EU", "RGN", 50.85, 4.35),
        ("Strait of Hormuz", "STRT", 26.6, 56.5), ("Lake Chad", "LK", 13.1, 14.3), ("Mt. Everest", "MT", 27.99, 86.93),
        ("River Thames", "STM", 51.5, -0.3), ("Mindanao", "ISL", 8, 125), ("Bay Area", "RGN", 37.75, -122.3),
        ("Yorkshire", "RGN", 53.96, -1.3),
        ("Heathrow", "AIRP", 51.47, -0.46), ("JFK International Airport", "AIRP", 40.64, -73.78),
        ("Ben Gurion airport", "AIRP", 32.01, 34.89),
        ("Kabul International Airport", "AIRP", 34.57, 69.21), ("Tahrir Square", "SQR", 30.04, 31.24),
    ],
)  # fmt: skip
def test_regions_waters_and_sites_are_known(gazetteer: Gazetteer, name: str, feature: str, lat: float, lon: float) -> None:
    found = [gazetteer.entry(match.entry) for match in gazetteer.find(name)]
    assert (feature, lat, lon) in [
        (entry.feature, pytest.approx(entry.lat, abs=0.02), pytest.approx(entry.lon, abs=0.02)) for entry in found
    ]


def test_an_airport_lies_in_the_subdivision_around_it(gazetteer: Gazetteer) -> None:
    [airport] = [entry for entry in map(gazetteer.entry, (m.entry for m in gazetteer.find("LaGuardia Airport"))) if entry.feature == "AIRP"]
    assert gazetteer.entry(airport.admin1).code == "US-NY"


@pytest.mark.parametrize("name", ["Fort", "Port", "Prince", "North Side"])
def test_a_common_word_is_not_another_name_of_a_town(gazetteer: Gazetteer, name: str) -> None:
    assert not [match for match in gazetteer.find(name) if not match.primary]


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [("CN-HE", 39, 116), ("CN-JS", 33, 119.8), ("CL-VS", -32.9, -71.3), ("JP-13", 35.7, 139.7), ("US-AK", 64, -150), ("RU-SA", 66, 129)],
)
def test_label_points_of_subdivisions_lie_in_them(gazetteer: Gazetteer, code: str, lat: float, lon: float) -> None:
    """One same-named town filed under another province, or an island far off, does not move it."""
    entries = map(gazetteer.entry, range(len(gazetteer.population)))
    [entry] = [entry for entry in entries if entry.code == code]
    assert abs(entry.lat - lat) < 1.5
    assert abs(entry.lon - lon) < 1.5
