"""When, and how many. Published on Saturday 20 December 2025."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dateline.extraction import Occurrence

Read = Callable[..., list[Occurrence]]


@pytest.mark.parametrize(
    ("when", "start", "end", "precision", "basis"),
    [
        ("on Monday", "2025-12-15", "2025-12-15", "day", "relative"),
        ("on Saturday", "2025-12-20", "2025-12-20", "day", "relative"),
        ("yesterday", "2025-12-19", "2025-12-19", "day", "relative"),
        ("last week", "2025-12-08", "2025-12-14", "week", "relative"),
        ("the previous week", "2025-12-08", "2025-12-14", "week", "relative"),
        ("earlier this month", "2025-12-01", "2025-12-31", "month", "relative"),
        ("three days ago", "2025-12-17", "2025-12-17", "day", "relative"),
        ("on December 20", "2025-12-20", "2025-12-20", "day", "stated"),
        ("on 3 May 2024", "2024-05-03", "2024-05-03", "day", "stated"),
        ("on Nov. 30", "2025-11-30", "2025-11-30", "day", "stated"),
        ("in March 2016", "2016-03-01", "2016-03-31", "month", "stated"),
        ("in 2014", "2014-01-01", "2014-12-31", "year", "stated"),
    ],
)
def test_when(read: Read, when: str, start: str, end: str, precision: str, basis: str) -> None:
    (attack,) = read(f"Militants attacked a convoy {when}.")
    assert attack.date is not None
    told = (attack.date.start.isoformat(), attack.date.end.isoformat(), attack.date.precision, attack.date.basis)
    assert told == (start, end, precision, basis)
    assert attack.date.text in when


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Militants attacked a convoy on Monday. They killed a driver.", "2025-12-15"),
        ("A blast shook the market on Tuesday. Militants kidnapped a doctor the next day.", "2025-12-17"),
        ("Police arrested three men on Thursday. It came two days after militants attacked a convoy.", "2025-12-16"),
        ("Militants attacked a convoy on Friday, 5 December.", "2025-12-05"),
        ("Militants attacked a convoy on 12/13/2025.", "2025-12-13"),
        ("Militants attacked a convoy on Wednesday, officials said on Friday.", "2025-12-17"),
        ("A woman was killed when militants attacked a convoy on Wednesday.", "2025-12-17"),
        ("Militants attacked a convoy two days before the December 12 vote.", "2025-12-10"),
        ("Militants attacked a convoy two days before Christmas.", "2024-12-23"),
        ("Hours after militants attacked a convoy on Tuesday, the road was closed.", "2025-12-16"),
        ("Two days before the December 12 vote, militants attacked a convoy.", "2025-12-10"),
    ],
)
def test_the_day_of_the_last_event_told(read: Read, text: str, day: str) -> None:
    last = read(text)[-1].date
    assert last is not None
    assert (last.start.isoformat(), last.end.isoformat()) == (day, day)


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("Teachers will march through the capital on Monday.", "2025-12-22"),
        ("Teachers will march through the capital on Saturday.", "2025-12-20"),
        ("Teachers will march through the capital on 5 January.", "2026-01-05"),
        ("Teachers will go on strike tomorrow.", "2025-12-21"),
        ("A meeting between ministers and rebel leaders was to begin on Monday.", "2025-12-22"),
    ],
)
def test_what_is_to_come_is_dated_ahead(read: Read, sentence: str, day: str) -> None:
    (event,) = read(sentence)
    assert event.status == "future"
    assert event.date is not None
    assert event.date.start.isoformat() == day


def test_an_undated_report_is_dated_by_its_publication(read: Read) -> None:
    (attack,) = read("Militants attacked a convoy.")
    assert attack.date is not None
    told = (attack.date.start.isoformat(), attack.date.end.isoformat(), attack.date.basis, attack.date.text)
    assert told == ("2025-12-19", "2025-12-20", "publication", None)


@pytest.mark.parametrize("sentence", ["Militants had attacked a convoy.", "Militants previously attacked a convoy."])
def test_what_was_before_the_story_has_no_day(read: Read, sentence: str) -> None:
    (attack,) = read(sentence)
    assert attack.date is None


def test_unknown_is_null(read: Read) -> None:
    (attack,) = read("Militants attacked a convoy.", published=None)
    assert attack.date is None
    assert attack.casualties.killed is None
    assert attack.place is None


def test_without_a_publication_date_only_whole_dates_are_dates(read: Read) -> None:
    assert [one.date for one in read("Militants attacked a convoy on Monday.", published=None)] == [None]
    (attack,) = read("Militants attacked a convoy on 3 May 2024.", published=None)
    assert attack.date is not None


DATE_WORDS = [
    "Monday", "last", "next", "Friday", ",", "March", "31", "Feb. 30", "2016", "0001", "in", "two days after", "the next day",
    "weeks before", "999 years ago", "last month", "this weekend", "12/13/2014", "9999-12-31", "tomorrow", "overnight", "until",
    "last summer", "New Year's Eve", "killed", "will", "police", "arrested", "an attack", ".",
]  # fmt: skip


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(DATE_WORDS), max_size=12), published=st.none() | st.sampled_from([date.min, date.max]) | st.dates())
def test_any_date_words_on_any_day_make_sane_spans(read: Read, words: list[str], published: date | None) -> None:
    text = f"Militants attacked a convoy {' '.join(words)}."
    for one in read(text, published=published):
        if one.date is not None:
            assert one.date.start <= one.date.end
            assert one.date.text is None or one.date.text in text


def test_dates_that_do_not_exist_are_none(read: Read) -> None:
    assert [one.date for one in read("Militants attacked a convoy on February 31, 2024.", published=None)] in ([None], [])


@pytest.mark.parametrize(
    ("sentence", "low", "high"),
    [
        ("Militants killed 13 soldiers.", 13, 13),
        ("Militants killed thirteen soldiers.", 13, 13),
        ("Militants killed 1,200 soldiers.", 1200, 1200),
        ("Militants killed at least 25 soldiers.", 25, None),
        ("Militants killed more than 25 soldiers.", 25, None),
        ("Militants killed dozens of soldiers.", 24, 99),
        ("Militants killed two soldiers and a child.", 3, 3),
        ("Militants shot dead a soldier.", 1, 1),
        ("A bombing left 25 people dead.", 25, 25),
        ("Four people were killed in an attack by militants.", 4, 4),
    ],
)
def test_killed(read: Read, sentence: str, low: int, high: int | None) -> None:
    (attack,) = read(sentence)
    killed = attack.casualties.killed
    assert killed is not None
    assert (killed.low, killed.high) == (low, high)
    assert killed.text in sentence


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("Gunmen shot a teacher in the leg.", None, (1, 1)),
        ("Gunmen shot five men in the market. One of them died on Friday.", (1, 1), (4, 4)),
        ("Five men were shot in the market, one fatally.", (1, 1), (4, 4)),
        ("Gunmen shot a teacher. He was taken to hospital, where he died.", (1, 1), None),
        ("A man was killed and three others were hurt in a shooting.", (1, 1), (3, 3)),
        ("Gunmen opened fire in a market. Four people were taken to hospital.", None, (4, 4)),
        ("Gunmen opened fire in a market. Two men are in critical condition.", None, (2, 2)),
        ("Gunmen opened fire in a market. A guard was hit by a stray bullet.", None, (1, 1)),
        ("A bus overturned on the motorway. The driver broke his leg.", None, (1, 1)),
        ("A bus crashed near the river, but no one was injured.", None, (0, 0)),
        ("A bomb exploded in the market. Nobody was hurt.", None, (0, 0)),
        ("A man stabbed two women to death before killing himself.", (3, 3), None),
        ("Rebels stabbed a couple to death.", (2, 2), None),
        ("Gunmen tried to kill three officers.", None, None),
        ("A 4-year-old boy fatally shot himself on Sunday.", (1, 1), None),
        ("The bullets nearly killed his father in the shooting on Friday.", None, None),
        ("A shooting on Friday left one man wounded. A neighbor faces three counts of attempted murder.", None, (1, 1)),
        ("Fourteen pilgrims were charred to death when a bus caught fire.", (14, 14), None),
        ("Villagers beat two men to death on Monday.", (2, 2), None),
        ("Rebels beheaded a hostage on Monday.", (1, 1), None),
        ("More than 80 miners died in a fire at a shaft.", (80, None), None),
        ("A crash sent a man and a woman to the hospital with serious injuries.", None, (2, 2)),
        ("A crash left an 82-year-old woman in critical condition on Monday.", None, (1, 1)),
        ("Gunmen pulled 20 passengers off two coaches and shot them dead.", (20, 20), None),
        ("Two women were hit by a car on Monday.", None, (2, 2)),
        ("Two women were hit by a car on Monday as they attempted to cross a road.", None, (2, 2)),
        ("Gunmen killed a pearl diver on Monday.", (1, 1), None),
        ("A parish clerk was gunned down on Monday.", (1, 1), None),
        ("A mason was found shot to death on Monday.", (1, 1), None),
        ("A policeman on his way home was shot to death on Monday.", (1, 1), None),
        ("Nine men were shot while on the balcony of a motel on Monday.", None, (9, 9)),
        ("Rebels stormed a village on Monday, hacking no fewer than 15 persons to death.", (15, None), None),
        ("Warplanes dropped a bomb on a school on Monday, killing five people and injuring 43.", (5, 5), (43, 43)),
        ("Rebels bombed a market on Monday, killing 16 people, among them five children.", (16, 16), None),
        ("A fire swept through a hostel on Monday. Thirty-one guests lost their lives.", (31, 31), None),
        ("In May 2019, 26 workers perished in an inferno on a barge, the country's worst such disaster.", (26, 26), None),
        ("A mine collapsed on Monday. Rescuers brought up the bodies of 17 miners.", (17, 17), None),
        ("A mine collapsed on Monday. Rescuers recovered three more bodies, bringing the death toll to nine.", (9, 9), None),
        ("A mine collapsed on Monday. The death toll rose late on Tuesday evening to 23.", (23, 23), None),
        ("A mine collapsed on Monday. Nine others who had been feared dead walked out.", None, None),
        ("A bus overturned on Monday. Drivers pay a toll at four separate gates.", None, None),
        ("A bus overturned on Monday. Fifty-two passengers were treated for cuts and burns.", None, (52, 52)),
        ("A bus overturned on Monday. Three others are fighting for life in a clinic.", None, (3, 3)),
        ("A chef was left with a fractured skull after a beating on Monday.", None, (1, 1)),
        ("Gunmen fired on a patrol on Monday without causing injuries.", None, (0, 0)),
        ("Three men were shot dead and two others wounded when gunmen attacked a bus on Monday.", (3, 3), (2, 2)),
        ("A boy was shot and killed on Monday in a flat at 6301 Elmwood near the park.", (1, 1), None),
        ("Soldiers shot down 29 enemy drones on Monday.", None, None),
        ("A gunman shot into the air on Monday.", None, None),
        ("Four people died in a murder-suicide on Monday.", (4, 4), None),
        ("A man killed his wife, then himself on Monday.", (2, 2), None),
        ("A bus overturned on Monday. The deaths of six passengers shocked the town.", (6, 6), None),
        ("A bus overturned on Monday. More than 300 people have died on that road since 2001.", None, None),
        ("A bus overturned on Monday. Seven passengers, two of them women, suffered injuries.", None, (7, 7)),
    ],
)
def test_the_dead_and_the_injured_told_apart(
    read: Read, text: str, killed: tuple[int, int] | None, injured: tuple[int, int] | None
) -> None:
    first = read(text)[0].casualties
    told = [(count.low, count.high) if count else None for count in (first.killed, first.injured)]
    assert told == [killed, injured]


def test_the_total_told_first_stands_against_its_parts(read: Read) -> None:
    (attack,) = read("Militants killed 12 villagers in an attack. Two brothers were killed in their house.")
    assert attack.casualties.killed is not None
    assert attack.casualties.killed.low == 12


def test_a_number_makes_a_vague_toll_plain(read: Read) -> None:
    (attack,) = read("Militants killed dozens of villagers in an attack. The attack killed at least 31 people, officials said.")
    assert attack.casualties.killed is not None
    assert (attack.casualties.killed.low, attack.casualties.killed.high) == (31, None)


def test_a_number_stands_against_what_only_says_that_some_died(read: Read) -> None:
    told = read("Two men were killed in the shooting on Friday.", title="Police investigate fatal shooting")
    assert [one.casualties.killed.low for one in told if one.casualties.killed] == [2]


def test_what_is_no_one_is_not_counted_among_the_dead(read: Read) -> None:
    (landslide,) = read("A landslide buried 40 homes in the mountains.")
    assert landslide.casualties.killed is None


def test_a_headline_s_toll_belongs_to_the_event_told_below(read: Read) -> None:
    told = read("Gunmen opened fire in a market on Friday.", title="4 wounded near the station")
    assert [one.casualties.injured.low for one in told if one.casualties.injured] == [4]


@pytest.mark.parametrize(
    ("title", "killed", "injured"),
    [
        ("Overloaded ferry sinks, at least 34 drown", 34, None),
        ("Ferry sinks, 12 feared dead", 12, None),
        ("Baby, 20-year-old man killed in ferry accident", 2, None),
        ("Four people hurt aboard ferry", None, 4),
    ],
)
def test_the_toll_of_a_headline(read: Read, title: str, killed: int | None, injured: int | None) -> None:
    told = read("A ferry sank off the coast on Friday.", title=title)
    assert {one.casualties.killed.low for one in told if one.casualties.killed} == ({killed} if killed else set())
    assert {one.casualties.injured.low for one in told if one.casualties.injured} == ({injured} if injured else set())


def test_a_toll_told_in_the_next_sentence_belongs_to_the_event(read: Read) -> None:
    (crash,) = read("A train derailed near the river on Friday. Six passengers were killed and 40 others were injured.")
    assert crash.casualties.killed is not None
    assert crash.casualties.injured is not None
    assert (crash.casualties.killed.low, crash.casualties.injured.low) == (6, 40)
