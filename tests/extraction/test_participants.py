"""Who did it, and to whom: what a careful reader would say of sentences that are all ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dateline.extraction import ActorLexicon, Occurrence
from dateline.records import Party

Read = Callable[..., list[Occurrence]]
BETWEEN = "Police searched a barn. They shot at a dog. Police found a gun there. Nobody was hurt."


def _told(occurrences: list[Occurrence], event_type: str) -> Occurrence:
    return next(one for one in occurrences if one.event_type == event_type)


def _names(parties: tuple[Party, ...]) -> set[str]:
    return {party.name for party in parties}


@pytest.mark.parametrize(
    ("sentence", "event_type", "who", "whom"),
    [
        # nominal: whose deed it is stands before the noun, behind "by", or is the subject of the verb that carries it
        ("US airstrikes hit a Taliban camp in the hills.", "ASSAULT", {"United States"}, {"Taliban"}),
        ("An Israeli air strike destroyed a Hamas command post.", "ASSAULT", {"Israel"}, {"Hamas"}),
        ("Rebels carried out strikes on Friday against an army convoy.", "ASSAULT", {"rebels"}, {"army convoy"}),
        # passive, relative and reduced clauses, control
        ("The former mayor was charged with bribery by federal prosecutors.", "COERCE", {"federal prosecutors"}, {"former mayor"}),
        ("The rebels who attacked the convoy fled.", "ASSAULT", {"rebels"}, {"convoy"}),
        ("Journalists arrested by soldiers went home.", "COERCE", {"soldiers"}, {"journalists"}),
        ("Turkey vowed to retaliate against Syria.", "THREATEN", {"Turkey"}, {"Syria"}),
        ("The protester was arrested and charged with assault.", "COERCE", set(), {"protester"}),
        # who is asked, refused or praised may stand in the clause below, or inside the phrase of a thing
        ("The council demanded that the government free the miners.", "REQUEST", {"council"}, {"government"}),
        ("Peru praised Chile's efforts to end the dispute.", "SUPPORT", {"Peru"}, {"Chile"}),
        ("The opposition rejected a proposal by the African Union.", "REJECT", {"opposition"}, {"African Union"}),
        ("The resignation of the finance minister followed.", "RETREAT", {"finance minister"}, set()),
        # what is done together is done to each other
        ("China and Japan signed a trade agreement in Tokyo.", "AGREE", {"China", "Japan"}, {"China", "Japan"}),
        # what is given goes to whom, from whom
        ("The city received humanitarian aid from the state.", "AID", {"state"}, {"city"}),
        ("The World Bank approved a $200 million loan to Kenya.", "AID", {"World Bank"}, {"Kenya"}),
        # of a number of people the people, of leaders whose leaders they are
        ("Thousands of farmers marched against the government.", "PROTEST", {"thousands of farmers"}, {"government"}),
    ],
)
def test_who_and_to_whom(read: Read, sentence: str, event_type: str, who: set[str], whom: set[str]) -> None:
    one = _told(read(sentence), event_type)
    assert _names(one.actors) == who
    assert _names(one.recipients) == whom


@pytest.mark.parametrize(
    "sentence",
    [
        "Medics responded to a shooting that wounded two teenagers.",
        "Two teenagers were wounded in a shooting, police said.",
        "A witness described the shooting of two teenagers.",
        "No group carried out the attack that wounded two teenagers.",
    ],
)
def test_who_tells_of_it_or_comes_after_it_did_not_do_it(read: Read, sentence: str) -> None:
    for attack in read(sentence):
        assert attack.actors == ()


@pytest.mark.parametrize(
    ("text", "recipient", "written"),
    [
        ("Ian Holt ran from the shop. Police arrested him a mile away.", "Ian Holt", "Ian Holt"),
        ("Ian Holt ran from the shop. Police arrested the man a mile away.", "Ian Holt", "man"),
        ("Ian Holt ran from the shop. Police arrested the 34-year-old a mile away.", "Ian Holt", "34-year-old"),
        ("A Lakeview man was arrested on Friday. Ian Holt, 34, had set a barn on fire, deputies said.", "Ian Holt", "Lakeview man"),
        ("Police arrested a man identified as Ian Holt.", "Ian Holt", "man"),
        ("President Ada Lund spoke in Oslo. Soldiers arrested the president an hour later.", "Ada Lund", "president"),
    ],
)
def test_pronouns_and_descriptions_stand_for_names(read: Read, text: str, recipient: str, written: str) -> None:
    first = _told(read(text), "COERCE").recipients[0]
    assert (first.name, first.text) == (recipient, written)


def test_who_is_a_source_is_not_whom_a_description_stands_for(read: Read) -> None:
    arrest = _told(read("Captain Ada Lund said nobody was hurt. Police arrested the man a mile away."), "COERCE")
    assert "Ada Lund" not in _names(arrest.recipients)


def test_an_acronym_stands_for_what_it_was_introduced_for(read: Read) -> None:
    text = "The Lakeview Workers Association (LWA) met in June. The LWA accused the ministry of fraud."
    assert _names(_told(read(text), "ACCUSE").actors) == {"Lakeview Workers Association"}


@pytest.mark.parametrize(
    ("subject", "name", "kind", "country"),
    [
        ("The Pakistani Taliban", "Tehrik-i-Taliban Pakistan", "rebels", "PK"),
        ("The LTTE", "Tamil Tigers", "rebels", "LK"),
        ("The OSCE", "OSCE", "igo", None),
        ("Moscow", "Russia", "state", "RU"),
        ("Angela Merkel", "Angela Merkel", "person", "DE"),
        ("Turkish President Recep Tayyip Erdogan", "Recep Tayyip Erdogan", "person", "TR"),
    ],
)
def test_known_actors_have_a_kind_and_a_country(read: Read, subject: str, name: str, kind: str, country: str | None) -> None:
    (actor,) = _told(read(f"{subject} accused the opposition of fraud."), "ACCUSE").actors
    assert (actor.name, actor.kind, actor.country) == (name, kind, country)


def test_the_accused_is_the_suspect_of_the_assault_nobody_else_is_named_for(read: Read) -> None:
    text = "Two clerks were stabbed in a shop on Monday. Ian Holt was arrested on Tuesday."
    (stabber,) = _told(read(text), "ASSAULT").actors
    assert (stabber.name, stabber.role) == ("Ian Holt", "accused")


def test_the_driver_acts_in_an_accident(read: Read) -> None:
    (driver,) = _told(read("Nine people were injured when a bus driven by Ian Holt overturned on the coast road."), "ACCIDENT").actors
    assert driver.name == "Ian Holt"


def test_a_name_with_a_capital_is_no_common_word(actors: ActorLexicon) -> None:
    assert actors.find(["the", "amnesty"]) == []
    ((start, end, actor),) = actors.find(["Amnesty", "said"])
    assert (start, end, actor.name) == (0, 1, "Amnesty International")


def test_a_town_attacks_nobody_but_a_government_does(read: Read) -> None:
    (shelling,) = read("The government shelled the rebels on Monday.")
    assert _names(shelling.actors) == {"government"}
    for shooting in read("Lakeview saw a shooting that wounded two teenagers."):
        assert shooting.actors == ()


@pytest.mark.parametrize(
    ("text", "event_type", "who"),
    [
        ("A local man was arrested on Monday. He was held overnight, the Arvo Police Department said.", "COERCE", "Arvo Police Department"),
        ("Ian Holt was jailed for six years on Friday. He had denied fraud at Lakeview Crown Court.", "SANCTION", "Lakeview Crown Court"),
        ("The cause of the fire is under investigation. Police asked witnesses to call.", "ACCUSE", "police"),
    ],
)  # fmt: skip
def test_whose_act_goes_without_saying_is_told_elsewhere_in_the_article(read: Read, text: str, event_type: str, who: str) -> None:
    (actor,) = _told(read(text), event_type).actors
    assert (actor.name, actor.role) == (who, "implied")


def test_who_arrested_is_told_by_the_sentence_before_any_other(read: Read) -> None:
    (actor,) = _told(read("Soldiers arrested a Lakeview man on Monday. Police asked witnesses to call."), "COERCE").actors
    assert (actor.name, actor.role) == ("soldiers", None)


def test_nobody_is_implied_where_no_police_are_told_of(read: Read) -> None:
    assert _told(read("A Lakeview man was arrested on Monday after a fight outside a bar."), "COERCE").actors == ()


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("Rebels stormed an army base in the north on Monday, killing 17 soldiers.", {"army base", "17 soldiers"}),
        ("Gunmen attacked an army patrol near Arvo on Sunday. Five drivers were killed.", {"army patrol", "five drivers"}),
    ],
)
def test_an_attack_befalls_those_it_harmed_beside_what_it_hit(read: Read, text: str, whom: set[str]) -> None:
    assert _names(_told(read(text), "ASSAULT").recipients) == whom


@pytest.mark.parametrize(
    "text",
    [
        "Ian Holt was arrested at his home Wednesday and charged with theft.",
        "Ian Holt appeared at Arvo Crown Court charged with theft.",
    ],
)
def test_who_is_charged_charges_nobody(read: Read, text: str) -> None:
    occurrences = read(text)
    assert all(
        _names(one.actors) <= {"Arvo Crown Court"} and _names(one.recipients) == {"Ian Holt"}
        for one in occurrences
        if one.event_type == "COERCE"
    )
    assert occurrences


def test_a_judge_who_sentences_is_not_the_one_sentenced(read: Read) -> None:
    told = _told(read("The clerk was jailed by Ann Stuck on Monday. Police welcomed it."), "SANCTION")
    assert (_names(told.actors), _names(told.recipients)) == ({"Ann Stuck"}, {"clerk"})


@pytest.mark.parametrize(
    ("text", "event_type", "name", "described"),
    [
        ("A local man was arrested on Monday. Police stopped a van. The driver, Ian Holt, was held.", "COERCE", "Ian Holt", "local man"),
        ("A suspect was arrested on Monday. The suspect was identified as Ian Holt.", "COERCE", "Ian Holt", "suspect"),
        ("A woman was stabbed on Monday. Police arrested a man there. Ann Lee, 31, was jogging.", "ASSAULT", "Ann Lee", "woman"),
        (f"A local man was arrested on Monday. {BETWEEN} Ian Holt, 41, faces a charge of theft.", "COERCE", "Ian Holt", "local man"),
    ],
)  # fmt: skip
def test_whom_news_describes_first_it_introduces_by_name(read: Read, text: str, event_type: str, name: str, described: str) -> None:
    parties = _told(read(text), event_type).recipients
    assert name in _names(parties)
    assert described in {parties[0].role, *_names(parties)}


@pytest.mark.parametrize(
    "text",
    [
        "Two men were arrested on Monday. {} Ian Holt, 41, fled from the shooting.",  # not one man
        "An 82-year-old man was arrested on Monday. {} Ian Holt, 41, fled from the shooting.",  # not of that age
        "A man was arrested on Monday. {} Sheriff Ian Holt, 41, fled from the shooting.",  # who speaks for the police
        "Ian Holt, 41, was shot and killed on Monday. {} A man was arrested on Tuesday.",  # the victim
    ],
)
def test_nobody_else_is_taken_for_whom_news_describes(read: Read, text: str) -> None:
    assert "Ian Holt" not in _names(_told(read(text.format(BETWEEN)), "COERCE").recipients)
