"""The merge state: its steps end in what merging all at once gives, whatever the order and wherever a worker is killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from plain_reading import START, plain_articles, read_plain

from dateline.app.worker.merge_state import MergeState
from dateline.codec import encode
from dateline.merging import MergingOptions, merge_all
from dateline.records import Article, Event, Mention, Withdrawal
from dateline.settings import load

OPTIONS: MergingOptions = load().merging
ARRIVED = datetime(2026, 6, 1, tzinfo=UTC)

Record = Mention | Withdrawal


def records_of(articles: list[Article]) -> list[Record]:
    """What extraction puts on one partition for these articles."""
    records: list[Record] = []
    for article in articles:
        if article.version > 1:
            records.append(Withdrawal(article_id=article.article_id, article_version=article.version))
        records += read_plain(article)
    return records


class Broker:
    """A table and an events topic that outlive the state, and what was acknowledged."""

    def __init__(self) -> None:
        self.table: dict[bytes, bytes] = {}
        self.events: dict[str, Event] = {}
        self.acknowledged = 0

    def active(self) -> dict[str, bytes]:
        return {event_id: encode(event) for event_id, event in self.events.items() if event.state == "active"}

    def work(self, records: list[Record], *, take: int, publish: int | None = None, write: int | None = None) -> None:
        """Go on from what was acknowledged for `take` records; then die after so many publications, or so many writes."""
        state = MergeState(OPTIONS)
        state.restore(0, self.table.items())
        start = self.acknowledged
        steps = [state.take(0, record, encode(record), ARRIVED) for record in records[start : start + take]]
        publications = [publication for step in steps for publication in step.publications]
        for publication in publications[:publish]:
            self.events[publication.event.event_id] = publication.event
        if publish is not None:
            return
        for change in [change for step in steps for change in step.writes][:write]:
            if change.value is None:
                self.table.pop(change.key, None)
            else:
                self.table[change.key] = change.value
        if write is None:
            self.acknowledged += len(steps)


def expected(articles: list[Article]) -> dict[str, bytes]:
    newest: dict[str, Article] = {}
    for article in articles:
        newest[article.article_id] = max(article, newest.get(article.article_id, article), key=lambda version: version.version)
    events = merge_all([mention for article in newest.values() for mention in read_plain(article)], OPTIONS)
    return {event.event_id: encode(event) for event in events}


def told_by_many() -> list[Article]:
    """Three events, told by four papers each, in an order that arrival may not follow; so an event's founder, and id, may change."""
    events = ("ASSAULT SY 2025-12-20 killed 3", "ASSAULT SY 2025-12-24 killed 1", "PROTEST KE 2025-12-21")
    articles = [
        Article(article_id=f"{paper} on {number}", text=event, published=START + timedelta(days=4, hours=paper))
        for number, event in enumerate(events)
        for paper in range(4)
    ]
    return [*articles, replace(articles[0], version=2, text="nothing happened"), replace(articles[5], version=2)]


ARTICLES = [*told_by_many(), *plain_articles(6)]


@given(st.permutations(ARTICLES))
@settings(max_examples=50, deadline=None)
def test_the_order_of_articles_changes_no_final_event(articles: list[Article]) -> None:
    broker = Broker()
    broker.work(records_of(articles), take=10_000)
    assert broker.active() == expected(ARTICLES)


crash = st.tuples(st.integers(1, 4), st.integers(0, 8), st.booleans())


@given(st.permutations(told_by_many()), st.lists(crash, min_size=4, max_size=10))
@settings(max_examples=120, deadline=None)
def test_a_kill_at_any_moment_changes_no_final_event(articles: list[Article], crashes: list[tuple[int, int, bool]]) -> None:
    broker, records = Broker(), records_of(articles)
    for take, survived, while_publishing in crashes:
        if while_publishing:
            broker.work(records, take=take, publish=survived)
        else:
            broker.work(records, take=take, write=survived)
        broker.work(records, take=take // 2)
    broker.work(records, take=10_000)
    assert broker.active() == expected(articles)


@given(st.permutations(told_by_many()), st.integers(0, 14), st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_what_is_read_back_acts_the_same_asleep_or_awake(articles: list[Article], before: int, woken: int) -> None:
    broker, records = Broker(), records_of(articles)
    broker.work(records, take=before)
    held, read_back = MergeState(OPTIONS), MergeState(OPTIONS)
    for record in records[:before]:
        held.take(0, record, encode(record), ARRIVED)
    read_back.restore(0, broker.table.items())
    assert len(read_back) == len(held)
    for _ in range(woken):
        if asleep := read_back.asleep():
            list(read_back.waking(*asleep))
    for record in records[before:]:
        one, other = (state.take(0, record, encode(record), ARRIVED) for state in (held, read_back))
        assert (one.outcome, one.publications) == (other.outcome, other.publications)


def test_a_record_delivered_again_changes_nothing() -> None:
    state, records = MergeState(OPTIONS), records_of(ARTICLES)
    for record in records:
        state.take(0, record, encode(record), ARRIVED)
    again = [state.take(0, record, encode(record), ARRIVED) for record in records]
    assert {step.outcome for step in again} <= {"repeated", "superseded"}
    assert not any(step.publications or step.writes for step in again)


def test_an_edited_article_takes_back_what_it_no_longer_says() -> None:
    first = Article(article_id="a", text="ASSAULT SY 2025-12-20 killed 3", published=START)
    edited = replace(first, text="nothing happened", version=2)
    broker = Broker()
    broker.work(records_of([first, edited, first]), take=10_000)
    assert [event.state for event in broker.events.values()] == ["retracted"]


def test_the_window_lets_go_of_old_events_and_leaves_them_as_published() -> None:
    step = timedelta(days=2)
    articles = [
        Article(
            article_id=f"a{number}", text=f"ASSAULT SY {(START + number * step).date()} killed {number}", published=START + number * step
        )
        for number in range(60)
    ]
    state, seen, held = MergeState(OPTIONS), {}, []
    for record in records_of(articles):
        for publication in state.take(0, record, encode(record), ARRIVED).publications:
            seen[publication.event.event_id] = publication.event
        held.append(len(state))
    window = OPTIONS.window_days + OPTIONS.gap_days
    assert max(held) <= window / step.days + 2
    assert len(seen) == 60
    assert {event.state for event in seen.values()} == {"active"}


def test_an_article_dated_in_the_future_expires_nothing() -> None:
    state = MergeState(OPTIONS)
    now = Article(article_id="a", text=f"ASSAULT SY {START.date()}", published=START)
    bogus = replace(now, article_id="b", text="PROTEST SY 2099-01-01", published=START + timedelta(days=30_000))
    for record in records_of([now, bogus]):
        state.take(0, record, encode(record), START + timedelta(hours=1))
    assert len(state) == 2
    (late,) = records_of([replace(now, article_id="c")])
    assert state.take(0, late, encode(late), START + timedelta(hours=2)).outcome == "new"


def test_an_article_later_than_the_window_is_published_and_told_to_be_late() -> None:
    state = MergeState(OPTIONS)
    new = Article(article_id="a", text="PROTEST KE 2026-01-30", published=START + timedelta(days=40))
    old = Article(article_id="b", text=f"ASSAULT SY {START.date()}", published=START)
    outcomes = [state.take(0, record, encode(record), ARRIVED) for record in records_of([new, old])]
    assert [step.outcome for step in outcomes] == ["new", "late"]
    assert len(outcomes[1].publications) == 1
