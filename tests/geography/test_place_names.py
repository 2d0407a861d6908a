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
        ("Calif.", 5332921),
        ("N.C.", 4482348),
        ("Kiev", 703448),
        ("Gaza Strip", 281132),
        ("Syrians", 163843),
    ],
)
def test_names_that_news_uses_are_known(gazetteer: Gazetteer, name: str, geonameid: int) -> None:
    assert geonameid in [gazetteer.entry(match.entry).geonameid for match in gazetteer.find(name)]
