"""When, and how many. Published on Saturday 20 December 2025."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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


def test_unknown_is_null(read: Read) -> None:
    (attack,) = read("Militants attacked a convoy.")
    assert attack.date is None
    assert attack.casualties.killed is None
    assert attack.place is None


def test_without_a_publication_date_only_whole_dates_are_dates(read: Read) -> None:
    assert [one.date for one in read("Militants attacked a convoy on Monday.", published=None)] == [None]
    (attack,) = read("Militants attacked a convoy on 3 May 2024.", published=None)
    assert attack.date is not None


def test_dates_that_do_not_exist_are_none(read: Read) -> None:
    assert [one.date for one in read("Militants attacked a convoy on February 31, 2024.")] in ([None], [])


@pytest.mark.parametrize(
    ("sentence", "low", "high"),
    [
        ("Militants killed 13 soldiers.", 13, 13),
        ("Militants killed thirteen soldiers.", 13, 13),
        ("Militants killed 1,200 soldiers.", 1200, 1200),
        ("Militants killed at least 25 soldiers.", 25, None),
        ("Militants killed more than 25 soldiers.", 26, None),
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


def test_a_toll_told_in_the_next_sentence_belongs_to_the_event(read: Read) -> None:
    (crash,) = read("A train derailed near the river on Friday. Six passengers were killed and 40 others were injured.")
    assert crash.casualties.killed is not None
    assert crash.casualties.injured is not None
    assert (crash.casualties.killed.low, crash.casualties.injured.low) == (6, 40)
