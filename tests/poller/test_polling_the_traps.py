"""Polls of a web that lies, moves, throttles and vanishes, over real sockets: nothing that it shows is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from poller.traps import Play, Traps, hangs_up, honest, moved, says, status, stubborn
from reading_here import here

from dateline.poller import Feed, FeedState, PollerOptions, PollResult, feed, open_fetcher, poll
from dateline.poller.fetching import Hop

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rss(*titles: str, head: str = "") -> bytes:
    items = "".join(f"<item><guid>{title}</guid><title>{title}</title></item>" for title in titles)
    return f"<rss version='2.0'><channel><title>Andes</title>{head}{items}</channel></rss>".encode()


class Life:
    """One feed, polled again and again; `later` is how much later than the last time."""

    def __init__(self, traps: Traps, options: PollerOptions) -> None:
        self.traps = traps
        self.options = options
        self.feed: Feed = feed(traps.url("/feed"), page_text=False)
        self.state: FeedState | None = None
        self.now = NOW

    async def poll(self, later: timedelta = HOUR) -> PollResult:
        self.now += later
        async with open_fetcher(self.options, resolver=self.traps) as fetcher:
            result = await poll(self.feed, self.state, fetcher=fetcher, read=here, options=self.options, now=self.now)
        self.state = result.state
        return result

    async def titles(self, later: timedelta = HOUR) -> list[str | None]:
        return [article.title for article in (await self.poll(later)).articles]

    def conditional(self) -> list[bool]:
        """Of each request so far, whether it told what we had."""
        return ["If-None-Match" in request.headers or "If-Modified-Since" in request.headers for request in self.traps.seen]


async def test_validators_spare_a_server_that_is_honest(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", honest(rss("one"), '"1"'), honest(rss("one"), '"1"'), honest(rss("one", "two"), '"2"'))
    assert await life.titles() == ["one"]
    assert (await life.poll()).outcome == "not_modified"
    assert await life.titles() == ["two"]
    assert (life.conditional(), life.state and life.state.validators_lie) == ([False, True, True], False)


async def test_new_validators_are_kept_also_when_the_body_is_the_same(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", honest(rss("one"), '"1"'), honest(rss("one"), '"2"'))
    await life.poll()
    assert (await life.poll()).outcome == "unchanged"
    assert (await life.poll()).outcome == "not_modified"


async def test_a_server_that_repeats_its_etag_for_another_document_is_found_out(traps: Traps, options: PollerOptions) -> None:
    """It answers in full, with the old tag: a cache on the way would now say "not modified" of it."""
    life = Life(traps, options)
    traps.on("/feed", says(rss("one"), ETag='"same"'), says(rss("one", "two"), ETag='"same"'), stubborn(rss("two", "three"), '"same"'))
    assert [await life.titles() for _ in range(3)] == [["one"], ["two"], ["three"]]
    assert life.conditional() == [False, True, False]


async def test_a_date_that_is_repeated_for_another_document_is_found_out(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    date = "Sat, 20 Dec 2025 10:00:00 GMT"
    traps.on("/feed", says(rss("one"), Last_Modified=date), says(rss("one", "two"), Last_Modified=date))
    assert [await life.titles() for _ in range(2)] == [["one"], ["two"]]
    assert life.state
    assert life.state.validators_lie


async def test_a_repeated_etag_without_news_is_no_lie(traps: Traps, options: PollerOptions) -> None:
    """Of feeds that say when they were made, each document is another one."""
    life = Life(traps, options)
    dates = [f"<lastBuildDate>Sat, 20 Dec 2025 1{hour}:00:00 GMT</lastBuildDate>" for hour in range(3)]
    traps.on("/feed", *(says(rss("one", head=date), ETag='W/"same"') for date in dates))
    assert [await life.titles() for _ in range(3)] == [["one"], [], []]
    assert life.state
    assert not life.state.validators_lie


HOURLY = [f"<item><title>{hour}</title><pubDate>Sat, 20 Dec 2025 {hour}:00:00 GMT</pubDate></item>" for hour in ("08", "09", "10")]


@pytest.mark.parametrize("first", [rss("one", head="".join(HOURLY)), rss("one")])
async def test_not_modified_for_ever_is_found_out_and_nothing_is_lost(traps: Traps, options: PollerOptions, first: bytes) -> None:
    """Once the silence is beyond the feed's habit, or none is known, the whole document is asked for, and then the old tag is tried
    again: proof."""
    life = Life(traps, options)
    traps.on("/feed", stubborn(first, '"1"'), stubborn(rss("one", "hidden"), '"2"'))
    await life.poll()
    found = [await life.titles() for _ in range(8)]
    assert ["hidden"] in found
    assert life.state
    assert life.state.validators_lie
    traps.on("/feed", stubborn(rss("next"), '"3"'))
    assert await life.titles() == ["next"]
    assert life.conditional()[-1] is False


async def test_a_server_that_is_silent_and_honest_is_not_accused(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", honest(rss("one"), '"1"'))
    await life.poll()
    traps.on("/feed", honest(rss("one", "two"), '"2"'))
    assert await life.titles(timedelta(days=8)) == ["two"]  # asked for the whole, for it is time
    assert life.conditional() == [False, False, True]  # and then of the old tag
    assert life.state
    assert not life.state.validators_lie


async def test_a_page_in_place_of_a_feed_changes_nothing_that_is_known(traps: Traps, options: PollerOptions) -> None:
    """A captive portal's page, with validators of its own: the feed behind it is read as soon as it is back."""
    life = Life(traps, options)
    traps.on(
        "/feed", honest(rss("one"), '"1"'), honest(b"<html><title>Sign in</title></html>", '"portal"'), honest(rss("one", "two"), '"1b"')
    )
    assert await life.titles() == ["one"]
    result = await life.poll()
    assert (result.outcome, result.state.etag) == ("failed", '"1"')
    assert await life.titles() == ["two"]


async def test_a_feed_that_fails_in_every_way_revives(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    failures = [
        status(404),
        status(403),
        status(500),
        status(503, Retry_After="60"),
        says(b"junk"),
        moved(301, "ftp://x.example/"),
    ]
    # A connection that was hung up is tried once more at once
    traps.on("/feed", says(rss("one")), *failures, hangs_up, hangs_up, says(rss("one", "two")))
    assert await life.titles() == ["one"]
    for number in range(len(failures) + 1):
        result = await life.poll()
        assert (result.outcome, result.state.failures) == ("failed", number + 1)
        assert result.state.last_reason
        assert result.state.next_poll
        assert life.now < result.state.next_poll <= life.now + timedelta(days=1)
    result = await life.poll()
    assert [article.title for article in result.articles] == ["two"]
    assert (result.state.failures, result.state.last_reason) == (0, None)


async def repeated(life: Life, play: Play, hours: int, each: int = 12) -> FeedState:
    life.traps.on("/feed", play)
    for _ in range(0, hours, each):
        await life.poll(timedelta(hours=each))
    assert life.state
    return life.state


async def test_a_permanent_redirect_moves_a_feed_after_days_and_its_items_stay_known(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    there = traps.url("/feed", "new.example")
    traps.on("/feed", honest(rss("one"), '"1"'), host="new.example")
    state = await repeated(life, moved(301, there), hours=48)
    assert state.url == life.feed.url
    state = await repeated(life, moved(308, there), hours=60)
    assert (state.url, state.feed_id) == (there, life.feed.feed_id)
    traps.on("/feed", status(404))
    traps.on("/feed", honest(rss("one", "two"), '"2"'), host="new.example")
    result = await life.poll()
    assert [article.title for article in result.articles] == ["two"]
    assert traps.seen[-1].host == "new.example"


async def test_what_does_not_move_a_feed(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", honest(rss("one"), '"1"'), host="new.example")
    traps.on("/page", says(b"<html><title>We have moved</title></html>"), host="new.example")
    traps.on("/step", moved(301, traps.url("/feed", "new.example")))
    for play in (
        moved(302, traps.url("/feed", "new.example")),
        moved(307, traps.url("/feed", "new.example")),
        moved(302, "/step"),
        moved(301, traps.url("/page", "new.example")),
    ):
        life = Life(traps, options)
        assert (await repeated(life, play, hours=120)).url == life.feed.url


async def test_where_a_feed_moved_to_may_vanish(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", honest(rss("one"), '"1"'), host="new.example")
    assert (await repeated(life, moved(301, traps.url("/feed", "new.example")), hours=100)).url != life.feed.url
    traps.on("/feed", status(404), host="new.example")
    state = await repeated(life, honest(rss("one", "two"), '"1"'), hours=5, each=1)
    assert (state.url, state.failures) == (life.feed.url, 5)
    assert await life.titles() == ["two"]


async def test_gone_is_asked_again_until_it_is_sure(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", honest(rss("one"), '"1"'))
    await life.poll()
    traps.on("/feed", status(410))
    first = await life.poll()
    assert (first.outcome, first.state.retired, first.state.last_reason) == ("gone", False, "gone: HTTP 410")
    assert (await repeated(life, honest(rss("one"), '"1"'), hours=1, each=1)).absence is None
    assert not (await repeated(life, status(410), hours=60)).retired
    assert (await repeated(life, status(410), hours=36)).retired


async def test_a_throttled_host_puts_off_its_other_feeds_without_calling_them_broken(traps: Traps, options: PollerOptions) -> None:
    traps.on("/feed", status(429, Retry_After="1800"))
    other = feed(traps.url("/other"), page_text=False)
    async with open_fetcher(options, resolver=traps) as fetcher:
        first = await poll(feed(traps.url("/feed")), None, fetcher=fetcher, read=here, options=options, now=NOW)
        second = await poll(other, None, fetcher=fetcher, read=here, options=options, now=NOW)
    assert (first.outcome, first.state.last_reason) == ("failed", "status: HTTP 429")
    assert first.state.next_poll is not None
    assert first.state.next_poll >= NOW + timedelta(seconds=1_800)
    assert (second.outcome, second.state.failures, second.state.last_reason) == ("postponed", 0, None)
    assert second.state.next_poll is not None
    assert NOW + timedelta(seconds=1_700) < second.state.next_poll < NOW + timedelta(seconds=2_000)
    assert [request.path for request in traps.seen] == ["/feed"]


async def test_what_a_poll_learnt_is_told(traps: Traps, options: PollerOptions) -> None:
    """For whoever wants to see what would be done with a feed: the redirects, what they asked, what was decided and why."""
    life = Life(traps, options)
    traps.on("/feed", moved(302, "/real"))
    traps.on("/real", says(rss("one", head="<ttl>45</ttl>"), ETag='"1"', Cache_Control="max-age=600"))
    result = await life.poll()
    assert result.answer is not None
    assert result.answer.hops == (Hop(302, traps.url("/real")),)
    assert result.answer.fresh_s == 600
    assert (result.state.hint_s, result.state.interval_s, result.state.interval_basis) == (2_700, 2_700, "hint")


async def test_a_feeds_state_never_holds_a_password(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    traps.on("/feed", moved(301, traps.url("/feed", "new.example").replace("//", "//reader:s3cret@")))
    traps.on("/feed", honest(rss("one"), '"1"'), host="new.example")
    for _ in range(5):
        assert "s3cret" not in repr(await life.poll(timedelta(days=1)))
    assert life.state
    assert life.state.url == traps.url("/feed", "new.example")


async def test_a_state_from_before_these_fields_is_read(traps: Traps, options: PollerOptions) -> None:
    life = Life(traps, options)
    life.state = FeedState(feed_id=life.feed.feed_id, url=life.feed.url, interval_s=9_000, last_success=NOW, last_new_item=NOW)
    traps.on("/feed", honest(rss("one"), '"1"'))
    assert await life.titles() == ["one"]
    assert life.state.gap_s is not None
