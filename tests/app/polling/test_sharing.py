"""What a poller holds of its feeds, and when it may write: without a broker."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from dateline.app.polling import share as share_module
from dateline.app.polling.desk import Desk
from dateline.app.polling.feed_topic import Book, listed_record, partition_of, state_record
from dateline.app.polling.lease import Lease
from dateline.app.polling.pressure import Pressure
from dateline.app.polling.schedule import Schedule
from dateline.app.polling.share import NotOursError, Outlet, Share
from dateline.codec import content_id, decode, encode
from dateline.delivery.producing import Outgoing
from dateline.poller import Feed, FeedState, PollResult, SeenItem, encode_state, feed, fold
from dateline.poller.folding import FoldedSeen
from dateline.records import VERSION
from dateline.settings import load

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
FEED = feed("https://andes.example/feed")
TOPICS = load().topics
TEXTS = st.text(max_size=12)
MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))
ITEMS = st.builds(
    SeenItem, article_id=TEXTS, item_hash=TEXTS, content_hash=TEXTS, version=st.integers(1, 9), first_seen=MOMENTS, delivered=st.booleans()
)
STATES = st.builds(FeedState, feed_id=st.just(FEED.feed_id), url=st.just(FEED.url), seen=st.dictionaries(TEXTS, ITEMS, max_size=4))


def arrived(outgoing: Outgoing, offset: int = 0) -> ConsumerRecord[Any, Any]:
    """The record as a consumer gets it."""
    return ConsumerRecord(TOPICS.feeds, 0, offset, 0, 0, outgoing.key, outgoing.value, None, 0, 0, list(outgoing.headers))


def state_at(epoch: int, reason: str) -> ConsumerRecord[Any, Any]:
    state = FeedState(feed_id=FEED.feed_id, url=FEED.url, last_reason=reason)
    return arrived(state_record(TOPICS.feeds, state, 0, epoch))


def on_the_list(listed: Feed | None = FEED) -> ConsumerRecord[Any, Any]:
    return arrived(listed_record(TOPICS.feeds, FEED.feed_id, listed, 0))


@given(STATES)
def test_a_folded_state_says_what_it_said_and_is_written_the_same(state: FeedState) -> None:
    folded = fold(state)
    assert dict(folded.seen) == state.seen
    assert list(folded.seen) == list(state.seen)
    assert len(folded.seen) == len(state.seen)
    assert encode_state(fold(folded)) == encode(state) == encode_state(state)


def test_forty_folded_items_take_less_than_four_kilobytes() -> None:
    def seen_item(number: int) -> SeenItem:
        ids = [content_id(number, part) for part in ("article", "item", "content")]
        return SeenItem(article_id=ids[0], item_hash=ids[1], content_hash=ids[2], version=1, first_seen=NOW)

    seen = {content_id(number): seen_item(number) for number in range(40)}
    assert len(FoldedSeen(seen)._folded) < 4_000 < len(encode(seen))


BYTES = st.none() | st.binary(max_size=30)
RECORDS = st.one_of(
    st.just(on_the_list()),
    st.just(on_the_list(None)),
    st.builds(state_at, st.integers(0, 3), TEXTS),
    st.builds(lambda key, value: arrived(Outgoing(topic="t", key=key, value=value)), BYTES, BYTES),
)


@given(st.lists(RECORDS, max_size=12))
def test_the_last_word_on_the_list_holds_and_the_last_state_of_the_highest_epoch(records: list[ConsumerRecord[Any, Any]]) -> None:
    """Whatever lies between, however little of it can be read, and wherever compaction has been."""
    book = Book()
    for record in records:
        book.take(record)
    listed = [record.value for record in records if record.key == f"feed:{FEED.feed_id}".encode()]
    known = book.known.get(FEED.feed_id)
    assert (known.feed if known else None) == (FEED if listed and listed[-1] else None)
    states = [record for record in records if record.key == FEED.feed_id.encode()]
    if states:
        best = max(int(dict(record.headers)["dateline-epoch"]) for record in states)
        last = [record for record in states if int(dict(record.headers)["dateline-epoch"]) == best][-1]
        assert known is not None
        assert known.state is not None
        assert known.state.last_reason == decode(last.value, FeedState).last_reason
    compacted = list({record.key: record for record in records}.values())
    again = Book()
    for record in compacted:
        again.take(record)
    assert {key: it.feed for key, it in again.known.items() if it.feed} == {key: it.feed for key, it in book.known.items() if it.feed}


class Sent:
    """A broker that takes all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.records: list[Outgoing] = []

        async def deliver(producer: object, records: Sequence[Outgoing], patience_s: float) -> None:
            self.records += records

        monkeypatch.setattr(share_module, "deliver", deliver)

    def outlet(self, lease: Lease) -> Outlet:
        return Outlet(None, load().kafka, TOPICS, lease)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    return Sent(monkeypatch)


def held_lease() -> Lease:
    lease = Lease(60)
    lease.prove(time.monotonic())
    return lease


def opened(*records: ConsumerRecord[Any, Any]) -> Share:
    share = Share(0)
    for record in (on_the_list(), *records):
        share.take(record)
    share.open()
    return share


STATE = FeedState(feed_id=FEED.feed_id, url=FEED.url, last_reason="ours")


async def test_without_a_lease_nothing_is_written(sent: Sent) -> None:
    share, never, over = opened(), Lease(60), Lease(0)
    over.prove(time.monotonic())
    for lease in (never, over):
        with pytest.raises(NotOursError):
            await share.save([STATE], sent.outlet(lease))
        with pytest.raises(NotOursError):
            await share.publish([], sent.outlet(lease))
    assert sent.records == []
    await share.save([STATE], sent.outlet(held_lease()))
    assert len(sent.records) == 1


async def test_after_letting_go_nothing_is_written_and_what_was_unsaved_is(sent: Sent) -> None:
    share, outlet = opened(), sent.outlet(held_lease())
    share.hold(STATE)
    await share.let_go(outlet, within_s=1)
    assert [record.key for record in sent.records] == [FEED.feed_id.encode()]
    with pytest.raises(NotOursError):
        await share.save([STATE], outlet)


async def test_letting_go_cuts_off_what_hangs(sent: Sent) -> None:
    share = opened()
    hangs = asyncio.create_task(asyncio.Event().wait())
    share.under_way.add(hangs)  # type: ignore[arg-type]
    await share.let_go(sent.outlet(held_lease()), within_s=0.01)
    assert hangs.cancelled()


async def test_each_owner_begins_a_higher_epoch_and_yields_to_a_higher_one(sent: Sent) -> None:
    first, second = opened(), opened(state_at(2**60, "another's clock is ahead"))
    assert second.epoch == 2**60 + 1
    first.take(state_at(second.epoch, "theirs"))
    assert not first.is_open
    with pytest.raises(NotOursError):
        await first.save([STATE], sent.outlet(held_lease()))
    first.hold(STATE)  # a poll that was under way
    assert (state := first.known(FEED.feed_id).state)
    assert state.last_reason == "theirs"


def of_a_newer_dateline() -> ConsumerRecord[Any, Any]:
    state = state_record(TOPICS.feeds, FeedState(feed_id=FEED.feed_id, url=FEED.url, version=VERSION + 1), 0, 1)
    return arrived(state)


def test_a_feed_whose_state_a_newer_dateline_wrote_is_left_alone_until_it_can_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Polled as if it were new, its articles' versions would begin again."""
    book = Book()
    for record in (on_the_list(), state_at(1, "before"), of_a_newer_dateline(), of_a_newer_dateline()):
        book.take(record)
    known = book.known[FEED.feed_id]
    assert (known.feed, known.state, known.is_polled, known.health) == (FEED, None, False, "newer")
    assert len(caplog.records) == 1
    book.take(state_at(2, "read again"))
    assert (known.is_polled, known.health) == (True, "new")


async def test_no_step_of_a_newer_datelines_feed_is_taken(sent: Sent) -> None:
    share, desk = opened(of_a_newer_dateline()), Desk(sent.outlet(held_lease()), load().poller, lambda *_: None, 3_600)

    async def step(feed: Feed, state: FeedState) -> PollResult:
        raise AssertionError

    assert await desk.take(share, FEED.feed_id, step) is None
    assert sent.records == []


async def test_a_cut_off_save_leaves_in_hand_what_may_be_on_the_topic(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    share = opened(state_at(1, "before"))

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(share_module, "deliver", hang)
    saving = asyncio.create_task(share.save([STATE], sent.outlet(held_lease())))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    in_hand = share.known(FEED.feed_id).state
    assert in_hand is not None
    assert in_hand.last_reason == "ours"


def test_as_shipped_a_dead_pollers_feeds_can_be_polled_again_within_half_a_minute() -> None:
    polling = load().polling
    noticed = polling.session_timeout_s + polling.heartbeat_s  # by the group; and by the others, at their next heartbeat
    assert noticed + polling.let_go_s <= 20  # 10,000 states are read in 7 s (benchmarks), so there is room


async def test_first_polls_are_spread_and_the_others_come_when_due() -> None:
    share, schedule = opened(), Schedule(10, Pressure(load().polling))
    for number in range(100):
        schedule.put(share, f"new{number}", None)
    assert 1 <= schedule.backlog()[0] <= 20  # the rest within ten seconds
    due = dataclasses.replace(STATE, next_poll=datetime.now(UTC) - timedelta(days=1))
    schedule.put(share, "overdue", due)
    schedule.put(share, "retired", dataclasses.replace(due, retired=True))
    assert await schedule.next() == (share, "overdue")
    assert (await schedule.next())[1] == "new0"
    assert "retired" not in schedule


async def test_the_schedule_wakes_for_a_feed_that_is_due_before_the_one_it_waits_for() -> None:
    share, schedule = opened(), Schedule(10, Pressure(load().polling))
    schedule.put(share, "later", dataclasses.replace(STATE, next_poll=datetime.now(UTC) + timedelta(days=1)))
    waiting = asyncio.create_task(schedule.next())
    await asyncio.sleep(0)
    schedule.put(share, "now", STATE, in_s=0)
    assert (await waiting)[1] == "now"


def test_both_records_of_a_feed_lie_where_kafkas_clients_put_the_state() -> None:
    assert partition_of("21", range(1_000)) == (-973_932_308 & 0x7FFF_FFFF) % 1_000  # murmur2 of "21" in Kafka's own tests
