"""What a careful reader would say that a sentence reports. All sentences are ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from dateline.extraction import Occurrence
from dateline.records import Place

Read = Callable[..., list[Occurrence]]


def _names(parties: tuple[object, ...]) -> list[str]:
    return [party.name for party in parties]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("sentence", "actor", "recipient"),
    [
        ("Militants attacked an army convoy near the border.", "militants", "army convoy"),
        ("An army convoy was attacked by militants near the border.", "militants", "army convoy"),
        ("Hamas carried out an attack on an army convoy.", "Hamas", "army convoy"),
        ("The army convoy, which was attacked by Hamas, was carrying food.", "Hamas", "army convoy"),
        ("Hamas vowed to fight on and attacked an army convoy.", "Hamas", "army convoy"),
    ],
)
def test_who_did_it_to_whom(read: Read, sentence: str, actor: str, recipient: str) -> None:
    (attack,) = [one for one in read(sentence) if one.event_type == "ASSAULT" and one.status == "actual"]
    assert _names(attack.actors) == [actor]
    assert _names(attack.recipients) == [recipient]


def test_a_gun_that_went_off_is_one_event_whatever_it_is_called(read: Read) -> None:
    (shooting,) = read(
        "A 15-year-old boy was shot dead at a house on Wednesday, the sheriff said. A friend had found a gun in a drawer.",
        title="Teen finds gun in a drawer, accidentally shoots boy",
    )
    assert shooting.casualties.killed is not None


@pytest.mark.parametrize(
    ("sentence", "event_type", "mode"),
    [
        ("Warplanes carried out an airstrike on a rebel base.", "ASSAULT", "aerial"),
        ("A drone strike killed two militants.", "ASSAULT", "drone"),
        ("Police arrested three men in the capital.", "COERCE", "arrest"),
        ("The court convicted the former minister of fraud.", "SANCTION", "convict"),
        ("Hundreds of students protested outside the ministry.", "PROTEST", "demo"),
        ("Train drivers went on strike over pay.", "PROTEST", "strike"),
        ("The finance minister resigned after the vote.", "RETREAT", "resign"),
        ("The rebels released four hostages.", "RETREAT", "release"),
        ("The foreign minister met with his Turkish counterpart.", "CONSULT", "meet"),
        ("An earthquake struck the island, killing 12 people.", "DISASTER", "earthquake"),
        ("A bus overturned on the coast road, injuring nine people.", "ACCIDENT", "transport"),
    ],
)
def test_type_and_mode(read: Read, sentence: str, event_type: str, mode: str) -> None:
    (one,) = read(sentence)
    assert (one.event_type, one.event_mode) == (event_type, mode)
    assert one.codes is not None


@pytest.mark.parametrize(
    "sentence",
    [
        "The pitcher threw a strike in the ninth inning.",
        "He suffered a heart attack at home.",
        "The stock market crashed in a day of panic selling.",
        "The company fired its chief executive.",
        "The museum was shooting a film about bees.",
        "Attacks on farmers are a long story.",
        "Should the army attack the city?",
        "They gathered to commemorate the attack.",
    ],
)
def test_what_is_no_event(read: Read, sentence: str) -> None:
    assert read(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Rebels attacked the town.", "actual"),
        ("Teachers will protest outside the ministry on Monday.", "future"),
        ("Hamas could attack the convoy.", "hypothetical"),
    ],
)
def test_status(read: Read, sentence: str, status: str) -> None:
    assert [one.status for one in read(sentence)] == [status]


def test_what_did_not_happen_is_an_event_only_as_the_headline(read: Read) -> None:
    assert read("Rebels did not attack the town.") == []
    (denied,) = read("It was quiet.", title="Troops did not fire on protesters, army says")
    assert denied.status == "denied"


def test_names_of_one_group_are_one_actor(read: Read) -> None:
    for name in ("IS", "ISIS", "ISIL", "Daesh", "Islamic State"):
        (attack,) = read(f"{name} fighters attacked a village.")
        assert attack.actors[0].kind == "rebels"
    (bombing,) = read("The army bombed ISIL.")
    assert _names(bombing.recipients) == ["Islamic State"]
    assert bombing.recipients[0].text == "ISIL"


def test_a_source_is_no_actor(read: Read) -> None:
    (arrest,) = read("Three men were arrested in the capital, Interior Ministry officials said.")
    assert arrest.actors == ()
    assert [source.name for source in arrest.attribution] == ["Interior Ministry officials"]


def test_sentences_of_one_occurrence_are_one_event(read: Read) -> None:
    text = (
        "A gunman opened fire in a market on Monday. The shooting killed three people. "
        "Two others were wounded in the attack, police said. The gunman was later arrested."
    )
    told = read(text, title="Gunman kills three in market shooting")
    assert [(one.event_type, one.event_mode) for one in told] == [("ASSAULT", "firearms"), ("COERCE", "arrest")]
    shooting = told[0]
    assert shooting.central
    assert shooting.date is not None
    assert shooting.date.start == date(2025, 12, 15)
    assert shooting.casualties.killed is not None
    assert shooting.casualties.injured is not None
    assert (shooting.casualties.killed.low, shooting.casualties.injured.low) == (3, 2)


def test_an_arrest_and_a_charge_are_two_events(read: Read) -> None:
    told = read("Police arrested Maria Keller on Monday. Keller was charged with arson on Tuesday.")
    assert [one.event_type for one in told if one.event_type == "COERCE"] == ["COERCE", "COERCE"]


def test_headlines_drop_the_auxiliary(read: Read) -> None:
    (arrest,) = read("", title="Two men arrested over market fire in Lakeview")[:1]
    assert _names(arrest.recipients) == ["two men"]
    assert arrest.actors == ()


def test_triggers_with_a_hyphen_are_found(read: Read) -> None:
    (truce,) = read("Rebels and the government declared a cease-fire on Friday.")
    assert (truce.event_type, truce.event_mode) == ("RETREAT", "ceasefire")


def test_evidence_is_what_stands_there(read: Read) -> None:
    text = "  It rained.\n\nMilitants   attacked a convoy on Friday. "
    (attack,) = read(text)
    (span,) = attack.evidence
    assert (span.field, text[span.start : span.end]) == ("text", "Militants   attacked a convoy on Friday.")


def test_the_same_article_gives_the_same_occurrences(read: Read) -> None:
    text = "Militants attacked a convoy on Friday. Police arrested nine people. Floods killed 20 people in the north."
    assert read(text) == read(text)


KABUL = Place(
    name="Kabul",
    text="Kabul",
    geonameid=1138958,
    feature="PPLC",
    lat=34.5,
    lon=69.2,
    country="AF",
    admin1="Kabul",
    admin1_code="13",
    admin2=None,
    level="city",
    radius_km=20.0,
    score=0.8,
    basis="sentence",
)


@pytest.mark.parametrize(("vaguely", "place"), [(-0.5, KABUL), (-3.0, None)])
def test_an_event_has_a_place_where_its_sentences_tell_one_on_the_whole(read: Read, vaguely: float, place: Place | None) -> None:
    told = {"A bomb exploded at a market on Friday, killing nine people.": vaguely, "The bombing wounded forty others.": 1.0}
    (bombing,) = read(" ".join(told), place=KABUL, told=lambda sentence: told[sentence.strip()])
    assert len(bombing.evidence) == 2
    assert bombing.place == place
