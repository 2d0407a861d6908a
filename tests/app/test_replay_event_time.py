"""Merging a block in event time gives what merging all of it at once gives, and holds no more than its window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merging.reports import ALDER, ALDER_MILLS, OPTIONS, on, report

from dateline.app.replay import event_time
from dateline.app.replay.event_time import events_of
from dateline.codec import encode
from dateline.merging import Block, cluster, current, reported
from dateline.records import Mention

WORDS = ("gunmen", "market", "traders", "stormed", "fish", "bomb", "school", "pupils", "exploded")


@st.composite
def some_report(draw: st.DrawFn) -> Mention:
    """Reports over half a year, so alike that whoever is near in time may be one event."""
    words = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=4, max_size=7, unique=True)))
    day = draw(st.integers(2, 5))
    told = report(
        draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz")),
        words,
        published=day + draw(st.integers(0, 9)),
        where=draw(st.sampled_from([ALDER, ALDER, ALDER_MILLS, None])),
        when=draw(st.none() | st.builds(on, st.just(day), basis=st.sampled_from(["stated", "relative", "publication"]))),
        killed=draw(st.none() | st.integers(3, 4)),
    )
    return later(told, draw(st.integers(0, 180)))


def later(mention: Mention, days: int) -> Mention:
    by, date, published = timedelta(days=days), mention.date, mention.source.published
    assert published is not None
    return replace(
        mention,
        mention_id=f"{mention.mention_id}{days}",
        source=replace(mention.source, article_id=f"{mention.source.article_id}{days}", published=published + by),
        evidence=tuple(replace(part, article_id=f"{part.article_id}{days}") for part in mention.evidence),
        date=replace(date, start=date.start + by, end=date.end + by) if date else None,
    )


def in_time(mentions: list[Mention]) -> list[Mention]:
    return sorted(current(mentions), key=lambda mention: (reported(mention), mention.mention_id))


@given(st.lists(some_report(), max_size=40))
@settings(max_examples=100, deadline=None)
def test_in_event_time_it_is_as_at_once(mentions: list[Mention]) -> None:
    blocks = {mention.block for mention in mentions}
    for name in blocks:
        block = [mention for mention in mentions if mention.block == name]
        told = sorted(encode(event) for event in events_of(in_time(block), OPTIONS))
        assert told == sorted(encode(event) for event in cluster(block, OPTIONS))


def test_no_more_is_held_than_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    class Watched(Block):
        def add(self, mention: Mention) -> None:
            super().add(mention)
            held.append(len(self))

    monkeypatch.setattr(event_time, "Block", Watched)
    year = [later(report(f"a{day}", f"{WORDS[day % 9]} {WORDS[day // 9 % 9]} number{day}"), day) for day in range(365)]
    assert len(list(events_of(in_time(year), OPTIONS))) > 200
    assert max(held) <= OPTIONS.window_days + OPTIONS.gap_days + 4
