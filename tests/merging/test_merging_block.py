"""A block that is kept up to date holds the groups it would have if it were made anew, whatever came and went, however it is bounded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merging.reports import OPTIONS, report
from merging.test_merging_order import some_report

from dateline.merging import Block, Group, MergingOptions
from dateline.records import Mention

TIGHT = replace(OPTIONS, max_links=2, max_component=4)
STEPS = st.lists(st.tuples(some_report(), st.sampled_from(["add", "add", "add", "discard", "regroup"])), max_size=40)


def ids(group: Group) -> tuple[str, ...]:
    return tuple(mention.mention_id for mention in group)


def block_of(mentions: list[Mention], options: MergingOptions) -> Block:
    block = Block(options)
    for mention in mentions:
        block.add(mention)
    return block


@pytest.mark.parametrize("options", [OPTIONS, TIGHT], ids=["as shipped", "with little room"])
@given(steps=STEPS)
@settings(max_examples=80, deadline=None)
def test_what_came_and_went_leaves_no_trace(options: MergingOptions, steps: list[tuple[Mention, str]]) -> None:
    block, held = Block(options), dict[str, Mention]()
    for mention, step in steps:
        if step == "discard":
            gone = min(held, default="none")
            block.discard(gone)
            held.pop(gone, None)
        elif step == "regroup":
            block.regroup()
        else:
            block.add(mention)
            held[mention.mention_id] = mention
    assert block.groups() == block_of(sorted(held.values(), key=lambda mention: mention.mention_id), options).groups()


@pytest.mark.parametrize("options", [OPTIONS, TIGHT], ids=["as shipped", "with little room"])
@given(mentions=st.lists(some_report(), max_size=30))
@settings(max_examples=60, deadline=None)
def test_what_it_says_of_changes_leads_from_each_state_to_the_next(options: MergingOptions, mentions: list[Mention]) -> None:
    block, known = Block(options), dict[tuple[str, ...], Group]()
    for mention in mentions:
        block.add(mention)
        change = block.regroup()
        for group in change.gone:
            assert known.pop(ids(group)) == group
        for group in change.new:
            assert known.setdefault(ids(group), group) is group
        assert known == {ids(group): group for group in block.groups()}
        assert block.regroup().new == []


def test_empty_rows_are_cleared_away() -> None:
    """Thousands come and go through a window: what is left is found as if they had never been."""
    words = "Gunmen stormed the fish market and killed traders"
    block = Block(OPTIONS)
    for number in range(700):
        block.add(report(f"paper{number}", f"{words} {number}"))
        if number >= 5:
            block.discard(report(f"paper{number - 5}", f"{words} {number - 5}").mention_id)
        block.regroup()
    assert len(block) == 5
    assert [len(group) for group in block.groups()] == [5]


def test_a_heap_of_like_reports_is_one_event_even_beyond_the_bounds() -> None:
    words = "Gunmen stormed the fish market in Alder and killed traders"
    block = block_of([report(f"paper{number}", words) for number in range(30)], TIGHT)
    assert [len(group) for group in block.groups()] == [30]
    for other in ("A bomb exploded beside the primary school, wounding pupils", "Thieves beat a shopkeeper in the old harbour"):
        block.add(report("gazette", other))
    assert sorted(len(group) for group in block.groups()) == [1, 1, 30]
