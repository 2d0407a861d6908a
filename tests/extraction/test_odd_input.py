"""Whatever stands in an article, extraction reads it or passes it over."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dateline.extraction import Occurrence

Read = Callable[..., list[Occurrence]]

WORDS = [
    "attack", "killed", "Police", "arrested", "on", "Monday", "at least", "25", "dozens of", "the", "a", "by", "IS", "US", "strike", "fire",
    "not", "will", "said", "according to", "in", "Syria", "he", "who", "and", ",", ".", "\n\n", "\t", "\x00", "\u202e", "🔥", "—", "“", "”",
    "\u200f", "\ufeff", "\ud800", "&amp;", "<b>", "\r\n",
    "February 31", "9999999999", "dead", "toll", "protest", "to", "of", "children", "'s", "(", ")", "0 years ago", "999 years ago", "Jan.",
]  # fmt: skip


ODD = [
    "", " ", "\n\n\n", "Attack", "ATTACK KILLS TEN IN MARKET", "🔥🔥🔥", "\x00\x01", "?", "a" * 5000,
    "\ud800", "killed \udfff 3 men", "\ufeff\u200f\u202e",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_odd_texts(read: Read, text: str) -> None:
    read(text)
    read(text, title=text)


def _check(occurrences: list[Occurrence], title: str, text: str) -> None:
    for one in occurrences:
        assert 0 <= one.confidence <= 1
        assert one.confidence == round(one.confidence, 2)
        assert one.evidence
        for span in one.evidence:
            said = (title if span.field == "title" else text)[span.start : span.end]
            assert said
            assert len(said) <= 200 or " " not in said.strip()
        if one.date is not None:
            assert one.date.start <= one.date.end
        for count in (one.casualties.killed, one.casualties.injured):
            assert count is None or (count.low >= 0 and (count.high is None or count.high >= count.low))


_RELAXED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_RELAXED
@given(title=st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), text=st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_order_of_news_words(read: Read, title: str, text: str) -> None:
    _check(read(text, title=title), title, text)


@_RELAXED
@given(text=st.text(max_size=200))
def test_any_characters(read: Read, text: str) -> None:
    _check(read(text), "", text)


def test_a_text_without_full_stop_is_read(read: Read) -> None:
    told = read("police arrested three men and " * 400)
    assert {one.event_type for one in told} == {"COERCE"}


def test_capitals_are_read(read: Read) -> None:
    assert "ASSAULT" in {one.event_type for one in read("GUNMEN KILLED TWELVE PEOPLE IN A MARKET ON FRIDAY, POLICE SAID.")}


def _calls(work: Callable[[], object]) -> int:
    """How many Python and C functions a piece of work calls: what grows with it, whatever else the machine does."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(unit=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join))
def test_work_grows_with_the_text_and_no_faster(read: Read, unit: str) -> None:
    short, long = f"{unit} " * 150, f"{unit} " * 600
    read(long)  # fills what is kept for each word
    assert _calls(lambda: read(long)) < 7 * _calls(lambda: read(short))


def test_a_megabyte_is_read_in_proportion(read: Read) -> None:
    sentence = "Gunmen killed three men in the market, police said. The rain had stopped and the shops were open again. "
    tenth = _calls(lambda: read(sentence * 100))
    assert _calls(lambda: read(sentence * 1000)) < 12 * tenth
