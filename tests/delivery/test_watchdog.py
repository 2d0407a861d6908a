"""The watchdog's judgement: who stands still, and who is only idle, slow, or busy elsewhere."""

from __future__ import annotations

from aiokafka import TopicPartition

from dateline.delivery.offsets import Place
from dateline.delivery.watchdog import Standstill

ONE, OTHER = TopicPartition("articles", 0), TopicPartition("articles", 1)
AFTER_S = 60


def verdicts(*looks: dict[TopicPartition, Place], every_s: float = 20) -> list[str | None]:
    standstill = Standstill(AFTER_S)
    return [standstill.look(number * every_s, places) for number, places in enumerate(looks)]


def test_behind_and_nothing_committed_is_a_standstill() -> None:
    *before, last = verdicts(*[{ONE: Place(5, 9)}] * 4)
    assert before == [None] * 3
    assert last == "no progress on articles-0 for 60 s, 4 records behind"


def test_nothing_to_do_is_none() -> None:
    assert not any(verdicts(*[{ONE: Place(9, 9)}] * 9))


def test_slow_is_none() -> None:
    assert not any(verdicts(*[{ONE: Place(number // 2, 100)} for number in range(9)]))


def test_waiting_for_another_partition_s_backlog_is_none() -> None:
    assert not any(verdicts(*[{ONE: Place(5, 9), OTHER: Place(number, 100)} for number in range(9)]))


def test_forgotten_while_others_keep_up_is_a_standstill() -> None:
    assert any(verdicts(*[{ONE: Place(5, 9), OTHER: Place(number, number)} for number in range(9)]))


def test_one_that_has_only_now_come_to_us_has_all_its_time() -> None:
    assert not any(verdicts({OTHER: Place(3, 3)}, {OTHER: Place(3, 3)}, *[{ONE: Place(5, 9), OTHER: Place(3, 3)}] * 3))


def test_an_unknown_past_is_not_held_against_it() -> None:
    standstill = Standstill(AFTER_S)
    for now in (0, 50, 100, 150):
        assert standstill.look(now, {ONE: Place(5, 9)}) is None
        standstill.reset()
