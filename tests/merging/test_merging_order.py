"""Same mentions, same events: whatever the order, the repeats, the parts and the interruptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from merging.reports import ALDER, ALDER_MILLS, BIRCH, CEDAR, NORTH, OPTIONS, XANIA, edited, on, report

from dateline.codec import decode, encode
from dateline.merging import changes, cluster, event_id, expired, is_late, merge_all
from dateline.records import Event, Mention

WORDS = ("gunmen", "market", "traders", "stormed", "fish", "bomb", "school", "pupils", "exploded")


@st.composite
def some_report(draw: st.DrawFn) -> Mention:
    """Reports so alike that many may be one event, and some pull two ways."""
    words = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=4, max_size=7, unique=True)))
    mention = report(
        draw(st.sampled_from("abcdefghijklmnop")),
        words,
        published=draw(st.none() | st.integers(3, 12)),
        where=draw(st.sampled_from([ALDER, ALDER, ALDER, ALDER_MILLS, BIRCH, CEDAR, NORTH, XANIA, None])),
        when=draw(st.none() | st.builds(on, st.integers(2, 5), basis=st.sampled_from(["stated", "relative", "publication"]))),
        killed=draw(st.none() | st.integers(3, 4)),
        mode=draw(st.sampled_from([None, None, "firearms", "explosives"])),
        agency=draw(st.sampled_from([None, "AP"])),
        confidence=draw(st.sampled_from([0.1, 0.3, 0.7])),
    )
    return edited(mention) if draw(st.integers(0, 8)) == 0 else mention


REPORTS = st.lists(some_report(), max_size=30)


def as_bytes(events: list[Event]) -> list[bytes]:
    return [encode(event) for event in events]


@given(REPORTS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_and_repeats_change_nothing(mentions: list[Mention], random: Random) -> None:
    once = as_bytes(merge_all(mentions, OPTIONS))
    again = mentions + mentions[::2]
    random.shuffle(again)
    assert as_bytes(merge_all(again, OPTIONS)) == once


@given(REPORTS)
@settings(max_examples=40, deadline=None)
def test_a_block_is_a_world_of_its_own(mentions: list[Mention]) -> None:
    """Blocks only divide the labour: their events are those of one great block."""
    assert sorted(as_bytes(merge_all(mentions, OPTIONS))) == sorted(as_bytes(cluster(mentions, OPTIONS)))


@given(REPORTS, st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_a_stream_ends_with_what_a_batch_gives(mentions: list[Mention], step: int) -> None:
    """Mentions come in parts; what changed is published; readers keep the last record of each id."""
    published: dict[str, Event] = {}
    held: list[Mention] = []
    for start in range(0, len(mentions), step):
        held += mentions[start : start + step]
        for event in changes(published, merge_all(held, OPTIONS)):
            published[event.event_id] = decode(encode(event), Event)  # as a restarted worker reads it back
    active = [event for event in published.values() if event.state == "active"]
    assert sorted(as_bytes(active)) == sorted(as_bytes(merge_all(mentions, OPTIONS)))
    assert changes(published, merge_all(mentions, OPTIONS)) == []
    assert all(event.merged_into in published for event in published.values() if event.state == "merged")


@given(REPORTS)
@settings(max_examples=40, deadline=None)
def test_no_event_breaks_its_own_rules(mentions: list[Mention]) -> None:
    for event in merge_all(mentions, OPTIONS):
        assert event.source_count == len({source.article_id for source in event.sources})
        assert 1 <= event.origin_count <= event.source_count
        assert event.evidence


@given(st.lists(st.tuples(some_report(), st.integers(0, 60)), max_size=30))
@settings(max_examples=40, deadline=None)
def test_letting_go_of_what_is_past_changes_no_event(days: list[tuple[Mention, int]]) -> None:
    """A stream in the order of publication, with expiry, ends with the events of a batch without."""
    stream = sorted(((dated(mention, day), day) for mention, day in days), key=lambda item: item[1])
    latest = {mention.source.article_id: mention.article_version for mention, _ in stream}
    stream = [(mention, day) for mention, day in stream if mention.article_version == latest[mention.source.article_id]]
    held: list[Mention] = []
    done: dict[str, Event] = {}
    for mention, day in stream:
        held.append(mention)
        done |= {event.event_id: event for event in merge_all(held, OPTIONS)}
        past = expired(held, at(day), OPTIONS)
        held = [mention for mention in held if mention.mention_id not in past.mentions]
    final = {event.event_id: event for event in merge_all([mention for mention, _ in stream], OPTIONS)}
    assert {event_id: done[event_id] for event_id in final} == final


def at(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def dated(mention: Mention, day: int) -> Mention:
    source = replace(mention.source, published=at(day), article_id=f"{mention.source.article_id}{day}")
    when = replace(mention.date, start=at(day).date(), end=at(day).date()) if mention.date else None
    return replace(mention, mention_id=f"{mention.mention_id}{day}", source=source, date=when)


def test_an_event_goes_as_a_whole_and_only_when_its_newest_report_is_past() -> None:
    words = "gunmen stormed the fish market"
    old, joined, other = report("a", words, published=1), report("b", words, published=6), report("c", "bomb beside a school", published=1)
    reach = OPTIONS.window_days + OPTIONS.gap_days
    first = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert not expired([old, joined, other], first + timedelta(days=reach), OPTIONS).events
    gone = expired([old, joined, other], first + timedelta(days=reach + 1), OPTIONS)
    assert gone.events == {event_id(other)}
    assert gone.mentions == {other.mention_id}
    assert expired([old, joined, other], first + timedelta(days=reach + 9), OPTIONS).mentions == {
        old.mention_id,
        joined.mention_id,
        other.mention_id,
    }


def test_what_is_older_than_the_window_is_late() -> None:
    watermark = datetime(2026, 5, 31, tzinfo=UTC)
    edge = watermark - timedelta(days=OPTIONS.window_days)
    assert [is_late(moment, watermark, OPTIONS) for moment in (edge, edge - timedelta(seconds=1))] == [False, True]
    assert not is_late(edge, datetime.min.replace(tzinfo=UTC), OPTIONS)
