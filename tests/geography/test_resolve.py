"""Which place a name means, told from the other names of the text and from who published it."""

from __future__ import annotations

import pytest

from dateline.geography import Gazetteer, Home, Toponym, explain, resolve
from dateline.records import Place


def names(*said: str) -> list[Toponym]:
    """Toponyms in the order of a text that holds nothing else."""
    at, found = 0, []
    for name in said:
        found.append(Toponym(start=at, end=at + len(name), text=name, name=name, kind="name"))
        at += len(name) + 1
    return found


def first(gazetteer: Gazetteer, *said: str, home: Home | None = None) -> Place:
    place = resolve(names(*said), gazetteer, home or Home())[0]
    assert place is not None
    return place


@pytest.mark.parametrize(
    ("others", "admin1_code"),
    [
        (["Peoria", "Decatur", "Illinois"], "US-IL"),
        (["Worcester", "Boston", "Massachusetts"], "US-MA"),
        (["Branson", "Joplin", "Missouri"], "US-MO"),
    ],
)
def test_a_name_is_the_one_near_the_others(gazetteer: Gazetteer, others: list[str], admin1_code: str) -> None:
    assert first(gazetteer, "Springfield", *others).admin1_code == admin1_code


@pytest.mark.parametrize(
    ("others", "country"), [([], "CD"), (["Goma", "Rwanda"], "CD"), (["Brazzaville"], "CG"), (["Republic of Congo", "Gabon"], "CG")]
)
def test_congo_is_the_larger_one_unless_the_text_speaks_of_the_other(gazetteer: Gazetteer, others: list[str], country: str) -> None:
    assert first(gazetteer, "Congo", *others).country == country


def test_names_that_each_mean_many_places_settle_each_other(gazetteer: Gazetteer) -> None:
    places = resolve(names("Athens", "Palestine", "Tyler", "Jacksonville"), gazetteer)
    assert {place.admin1_code for place in places if place} == {"US-TX"}


@pytest.mark.parametrize(
    ("home", "country"), [(Home(country="CA"), "CA"), (Home(country="NZ"), "NZ"), (Home(domain="news.example.co.nz"), "NZ")]
)
def test_an_outlet_means_the_place_at_home(gazetteer: Gazetteer, home: Home, country: str) -> None:
    assert first(gazetteer, "Hamilton", home=home).country == country


def test_an_outlet_named_after_a_town_speaks_of_its_surroundings(gazetteer: Gazetteer) -> None:
    assert first(gazetteer, "Dublin").country == "IE"
    assert first(gazetteer, "Dublin", home=Home(domain="thecolumbuscourier.com")).admin1_code == "US-OH"


@pytest.mark.parametrize(
    ("home", "code"),
    [
        (Home(domain="www.example.co.uk"), "GB"),
        (Home(domain="example.ie"), "IE"),
        (Home(domain="example.com"), None),
        (Home(domain="example.tv"), None),
        (Home(country="DE", domain="example.at"), "DE"),
        (Home(domain="127.0.0.1"), None),
        (Home(), None),
    ],
)
def test_an_address_tells_a_country(home: Home, code: str | None) -> None:
    assert home.code() == code


@pytest.mark.parametrize("domain", ["", ".", "..", "com", "x" * 100_000 + ".com", "münchen.example", "\ud800.com"])
def test_any_address_is_borne(gazetteer: Gazetteer, domain: str) -> None:
    assert first(gazetteer, "Syria", home=Home(domain=domain)).country == "SY"


def test_a_name_has_one_sense_in_a_text(gazetteer: Gazetteer) -> None:
    told = [
        *names("Paris"),
        Toponym(start=6, end=11, text="Paris", name="Paris", kind="name", container="Texas"),
    ]
    assert [place.admin1_code for place in resolve(told, gazetteer) if place] == ["US-TX", "US-TX"]


def test_what_the_gazetteer_does_not_know_is_none(gazetteer: Gazetteer) -> None:
    found = resolve(names("Aleppo", "Xyzzyville", "Homs"), gazetteer)
    assert [place.country if place else None for place in found] == ["SY", None, "SY"]
    assert resolve(names("Xyzzyville"), gazetteer) == [None]
    assert resolve([], gazetteer) == []


def test_the_same_names_are_resolved_alike_each_time(gazetteer: Gazetteer) -> None:
    said = names("Georgia", "Athens", "Columbus", "Washington", "London", "Ontario")
    assert resolve(said, gazetteer) == resolve(said, gazetteer)


def test_an_explanation_begins_with_what_was_chosen(gazetteer: Gazetteer) -> None:
    [explanation, _, _] = explain(names("Springfield", "Peoria", "Illinois"), gazetteer)
    assert explanation is not None
    likeliest = explanation.candidates[0]
    assert likeliest.geonameid == explanation.place.geonameid
    assert len(explanation.candidates) == 5
    shares = [candidate.share for candidate in explanation.candidates]
    assert shares == sorted(shares, reverse=True)
    assert explanation.place.basis in likeliest.evidence
    assert likeliest.evidence["admin1_context"] > explanation.candidates[1].evidence["admin1_context"]


def test_a_score_says_how_sure_a_sense_is(gazetteer: Gazetteer) -> None:
    sure, unsure = first(gazetteer, "Damascus", "Syria", "Homs"), first(gazetteer, "Clinton")
    assert 0.9 < sure.score <= 1.0
    assert 0.0 <= unsure.score < 0.7


def test_the_only_place_of_a_name_is_not_sure_for_that(gazetteer: Gazetteer) -> None:
    abroad = resolve(names("Kotlik", "Kenya", "Nairobi", "Mombasa"), gazetteer)[0]
    at_home = resolve(names("Kotlik", "Alaska", "Anchorage"), gazetteer)[0]
    assert abroad is not None
    assert at_home is not None
    assert abroad.geonameid == at_home.geonameid
    assert abroad.score < at_home.score
