"""WebSub with a hub played by the test: asked, verified, pushed to; and hubs that do none of it right."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from played_hub import HeldFeeds, Hub, rss, subscriber

from dateline.poller import FeedState, PollerOptions, PollResult, Step
from dateline.poller.websub import Subscription, due, standing
from dateline.settings import load


@pytest.fixture(scope="module")
def options() -> PollerOptions:
    shipped = load().poller
    quick = dataclasses.replace(shipped.websub, look_every_s=0.02)
    return dataclasses.replace(shipped, allow_private_addresses=True, fetch_timeout_s=5, websub=quick)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with Hub(body=rss("one")).running() as running:
        yield running


def now() -> datetime:
    return datetime.now(UTC)


async def test_what_a_hub_pushes_is_read_and_the_next_poll_finds_nothing_new(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        assert hub.answers == [(200, "a challenge")]
        [asked] = hub.asked
        assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", hub.topic)
        assert standing(us.subscription, now()) == "push"

        assert await hub.push(rss("two", "one")) == 202
        await us.until(lambda: us.titles == ["one", "two"], "the pushed item is an article")
        assert us.pushes == {"news": 1}
        assert us.subscription.last_push

        hub.body = rss("two", "one")
        assert (await us.poll()).articles == ()
        assert us.titles == ["one", "two"]


async def test_a_hub_may_verify_before_it_answers(hub: Hub, options: PollerOptions) -> None:
    hub.mode = "at once"
    async with subscriber(options, hub) as us:
        await us.subscribed()
        assert us.subscription.failures == 0


async def test_a_push_of_the_new_items_alone_forgets_none_of_the_others(hub: Hub, options: PollerOptions) -> None:
    hub.body = rss(*(str(number) for number in range(20)))
    async with subscriber(options, hub) as us:
        await us.subscribed()
        for number in range(20, 25):
            await hub.push(rss(str(number)))
        await us.until(lambda: us.pushes["news"] == 5, "all are read")
        hub.body = rss(*(str(number) for number in range(25)))
        assert (await us.poll()).articles == ()
        assert len(us.titles) == len(set(us.titles)) == 25


async def test_a_feed_that_takes_back_what_was_pushed_has_the_last_word(hub: Hub, options: PollerOptions) -> None:
    one = "<rss version='2.0'><channel><item><guid>1</guid><title>{}</title></item></channel></rss>"
    hub.body = one.format("Bridge open").encode()
    async with subscriber(options, hub) as us:
        await us.subscribed()
        await hub.push(one.format("Bridge closed").encode())
        await us.until(lambda: us.pushes["news"] == 1, "it is read")
        await us.poll()
        assert [(article.title, article.version) for article in us.feeds.articles] == [
            ("Bridge open", 1), ("Bridge closed", 2), ("Bridge open", 3),
        ]  # fmt: skip


async def test_polls_slow_down_when_pushes_bring_everything_and_quicken_when_they_miss_something(hub: Hub, options: PollerOptions) -> None:
    net = timedelta(seconds=options.websub.net_interval_s)
    async with subscriber(options, hub) as us:
        await us.subscribed()
        hub.body = rss("two", "one")  # and no push
        result = await us.poll()
        assert result.outcome == "news"
        assert us.next_poll < now() + net

        hub.body = rss("three", "two", "one")
        await hub.push(rss("three"))
        await us.until(lambda: us.pushes["news"] == 1, "it is read")
        await us.poll()
        assert us.subscription.trusted
        assert us.next_poll >= now() + net * 0.99

        hub.body = rss("four", "three", "two", "one")  # missed again
        await us.poll()
        assert us.next_poll < now() + net


async def test_polls_quicken_when_the_lease_ends(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        await hub.push(rss("two"))
        await us.until(lambda: us.pushes["news"] == 1, "it is read")
        hub.body, hub.mode = rss("two", "one"), "silent"
        await us.poll()
        assert us.subscription.usual_poll
        usual = us.subscription.usual_poll
        ended = dataclasses.replace(us.subscription, until=now(), next_request=now() + timedelta(hours=1))
        us.feeds.held[us.feed.feed_id] = dataclasses.replace(us.state, push=ended)
        await us.until(lambda: us.subscription.until is None, "the end of the lease is noticed")
        assert us.next_poll == usual


@pytest.mark.parametrize(
    ("mode", "reason"), [("broken", "status: HTTP 500"), ("denies", "denied it: not today"), ("short lease", "grants only 60 s")]
)
async def test_a_hub_that_does_not_want_us_is_asked_later_and_its_reason_kept(
    hub: Hub, options: PollerOptions, mode: str, reason: str
) -> None:
    hub.mode = mode
    async with subscriber(options, hub) as us:
        await us.poll()
        await us.until(lambda: us.subscription.failures == 1, "the hub refused")
        assert reason in (us.subscription.reason or "")
        assert due(us.subscription, us.callbacks.mark) > now() + timedelta(minutes=30)
        assert standing(us.subscription, now()) == "failed"
        assert us.state.failures == 0  # the feed itself is well
        assert len(hub.asked) == 1


async def test_a_hub_that_asks_for_another_topic_gets_no_yes(hub: Hub, options: PollerOptions) -> None:
    hub.mode = "another topic"
    async with subscriber(options, hub) as us:
        await us.poll()
        await us.until(lambda: bool(hub.answers), "the hub asked")
        assert hub.answers[0][0] == 404
        assert us.subscription.until is None


async def test_a_hub_that_verified_too_late_is_welcome(hub: Hub, options: PollerOptions) -> None:
    hub.mode = "silent"
    impatient = dataclasses.replace(options, websub=dataclasses.replace(options.websub, verify_within_s=0))
    async with subscriber(impatient, hub) as us:
        await us.poll()
        await us.until(lambda: us.subscription.failures == 1, "the hub was waited for in vain")
        assert "did not verify" in (us.subscription.reason or "")
        hub.mode = "verifies"
        await hub.verify(hub.asked[0])
        await us.until(lambda: us.subscription.until is not None, "the hub verified")
        assert us.subscription.failures == 0


@pytest.mark.parametrize("how", ["unsigned", "another secret", "another digest", "another body"])
async def test_what_the_hub_did_not_sign_is_thanked_for_and_not_read(hub: Hub, options: PollerOptions, how: str) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        if how == "unsigned":
            status = await hub.push(rss("false"), digest=None)
        elif how == "another secret":
            status = await hub.push(rss("false"), secret="guessed")
        elif how == "another digest":
            status = await hub.push(rss("false"), digest="md5")
        else:
            status = await hub.push(rss("false"), **{"X-Hub-Signature": "sha256=" + "0" * 64})
        assert (status, us.pushes) == (202, {"unsigned": 1})
        await hub.push(rss("true"))
        await us.until(lambda: us.pushes["news"] == 1, "the next is read")
        assert us.titles == ["one", "true"]


async def test_nobody_else_knows_the_address(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        address = hub.asked[0]["hub.callback"]
        base, feed_id, which, token = address.rsplit("/", 3)
        for other in (f"{base}/{feed_id}/{which}/{'0' * 40}", f"{base}/0000/{which}/{token}", f"{base}/{feed_id}/0000/{token}", base):
            assert await hub.push(rss("false"), to=other) == 404
        await hub.verify(hub.asked[0] | {"hub.callback": f"{base}/{feed_id}/{which}/{'0' * 40}"})
        assert hub.answers[-1][0] == 404
        assert us.pushes == {"unknown address": 4}


async def test_a_push_that_is_not_taken_brings_a_poll_soon(hub: Hub, options: PollerOptions) -> None:
    small = dataclasses.replace(options, max_feed_bytes=2_000)
    async with subscriber(small, hub) as us:
        await us.subscribed()

        async def polled_soon_after(body: bytes, **headers: str) -> int:
            far = dataclasses.replace(us.state, next_poll=now() + timedelta(days=1))
            us.feeds.held[us.feed.feed_id] = far
            status = await hub.push(body, **headers)
            soon = timedelta(seconds=options.min_interval_s)
            await us.until(lambda: us.next_poll <= now() + soon, "a poll is due soon")
            assert us.state.last_polled
            assert us.next_poll >= us.state.last_polled + soon  # but politely
            return status

        assert await polled_soon_after(b"<rss>" + b" " * 3_000) == 413
        assert await polled_soon_after(gzip.compress(rss("packed")), **{"Content-Encoding": "gzip"}) == 415
        assert await polled_soon_after(b"") == 202  # signed, and no feed: a ping of the old kind
        assert await polled_soon_after(b"\x00\xff not a feed") == 202
        assert us.pushes == {"too large": 1, "encoded": 1, "failed": 2}
        assert us.titles == ["one"]
        assert us.state.failures == 0


async def test_a_hub_that_floods_is_bounded(hub: Hub, options: PollerOptions) -> None:
    slow = dataclasses.replace(options, websub=dataclasses.replace(options.websub, max_pushes_a_minute=3, max_pending=2))
    async with subscriber(slow, hub) as us:
        await us.subscribed()
        async with us.feeds.turns[us.feed.feed_id]:  # a poll is under way: what comes waits
            statuses = [await hub.push(rss(str(number))) for number in range(5)]
        assert statuses == [202, 202, 202, 429, 429]  # two wait; the third brings a poll instead; the last two are above the rate
        await us.until(lambda: us.pushes["news"] == 2, "those that waited are read")
        assert us.titles == ["one", "0", "1"]
        assert us.pushes == {"news": 2, "too many": 3}
        for _ in range(5):
            await hub.verify(hub.asked[0])
        assert [status for status, _ in hub.answers] == [200, 200, 200, 429, 429, 429]


async def test_memory_for_pushes_is_bounded_and_given_back(hub: Hub, options: PollerOptions) -> None:
    tight = dataclasses.replace(options, websub=dataclasses.replace(options.websub, max_pending_bytes=1_000))
    async with subscriber(tight, hub) as us:
        await us.subscribed()
        assert await hub.push(b" " * 1_001) == 503
        for number in range(5):
            await hub.push(rss(str(number), "x" * 300))
            await us.until(lambda expected=number + 1: us.pushes["news"] == expected, "it is read")  # type: ignore[misc]
        async with us.feeds.turns[us.feed.feed_id]:
            assert await hub.push(rss("a", "x" * 300)) == 202
            assert await hub.push(rss("b", "x" * 300)) == 503
        assert us.pushes["full"] == 2


async def test_pushes_for_feeds_that_are_not_ours_any_more(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        state = us.feeds.held.pop(us.feed.feed_id)
        assert await hub.push(rss("two")) == 503  # another poller's by now
        us.feeds.held[us.feed.feed_id] = dataclasses.replace(state, push=None)
        assert await hub.push(rss("two")) == 410
        us.feeds.held[us.feed.feed_id] = dataclasses.replace(state, retired=True)
        assert await hub.push(rss("two")) == 410
        assert us.pushes == {"elsewhere": 1, "unwanted": 2}


async def test_a_feed_that_no_longer_names_the_hub_is_unsubscribed(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        await hub.verify(hub.asked[0] | {"hub.mode": "unsubscribe"})
        assert hub.answers[-1][0] == 404  # not by us
        hub.names_hub, hub.body = False, rss("two")
        await us.poll()
        assert us.state.push is None
        await us.until(lambda: len(hub.answers) == 3, "the hub asked whether we mean it")
        assert hub.asked[-1] == {key: hub.asked[0][key] for key in ("hub.topic", "hub.callback")} | {"hub.mode": "unsubscribe"}
        assert hub.answers[-1] == (200, "a challenge")


async def test_a_removed_feed_is_unsubscribed(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        await us.until(lambda: us.counts.standings == {"push": 1}, "it is counted")
        us.feeds.remove(us.feed.feed_id)
        await us.until(lambda: len(hub.answers) == 2, "the hub asked whether we mean it")
        assert (hub.asked[-1]["hub.mode"], hub.answers[-1]) == ("unsubscribe", (200, "a challenge"))
        await us.until(lambda: us.counts.standings == {}, "it is counted no more")


async def test_a_restart_goes_on_with_the_lease_and_another_secret_asks_anew(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        await hub.push(rss("two"))
        await us.until(lambda: us.pushes["news"] == 1, "it is read")
        hub.body = rss("two", "one")
        await us.poll()
        usual, port, feeds = us.subscription.usual_poll, us.options.websub.port, us.feeds
        assert usual
        assert us.next_poll > usual
    async with subscriber(options, hub, feeds=feeds, port=port) as us:
        await us.until(lambda: us.next_poll == usual, "what was pushed while nobody listened is looked for")
        assert await hub.push(rss("three")) == 202
        await us.until(lambda: us.titles[-1] == "three", "the old address still holds")
        assert len(hub.asked) == 1
    async with subscriber(options, hub, feeds=feeds, port=port, secret=b"another") as us:
        await us.until(lambda: len(hub.asked) == 2, "the hub is asked anew")
        await us.until(lambda: us.subscription.mark == us.callbacks.mark and us.subscription.until is not None, "it verified")
        assert await hub.push(rss("four"), to=hub.asked[0]["hub.callback"]) == 404
        await hub.push(rss("four"))
        await us.until(lambda: us.titles[-1] == "four", "it is read")


async def test_what_was_pushed_before_the_stop_is_read(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        async with us.feeds.turns[us.feed.feed_id]:
            assert await hub.push(rss("two")) == 202
        feeds = us.feeds
    assert [article.title for article in feeds.articles] == ["one", "two"]


async def test_a_json_feed_pushes_too(hub: Hub, options: PollerOptions) -> None:
    async with subscriber(options, hub) as us:
        await us.subscribed()
        body = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Andes",
            "items": [{"id": "j", "title": "Bridge", "content_text": "Open."}],
        }
        await hub.push(json.dumps(body).encode(), **{"Content-Type": "application/feed+json"})
        await us.until(lambda: us.titles == ["one", "Bridge"], "it is read")


async def test_a_broker_that_fails_ends_the_service(hub: Hub, options: PollerOptions) -> None:
    class Broken(HeldFeeds):
        async def take(self, feed_id: str, step: Step) -> PollResult | None:
            raise ConnectionError("no broker")

    async with subscriber(options, hub, feeds=Broken()) as us:
        named = Subscription(hubs=(str(hub.server.make_url("/hub")),), topic=hub.topic)
        us.feeds.held[us.feed.feed_id] = FeedState(feed_id=us.feed.feed_id, url=us.feed.url, push=named)
        with pytest.raises(ConnectionError, match="no broker"):
            await us.running


async def test_a_hub_that_is_left_alone_is_asked_again_without_a_failure(hub: Hub, options: PollerOptions) -> None:
    hub.mode = "busy"  # answers that it is asked too much: its host is left alone for a while
    brief = dataclasses.replace(options.hosts, pause_s=60)
    async with subscriber(dataclasses.replace(options, hosts=brief), hub) as us:
        await us.poll()
        await us.until(lambda: us.subscription.failures == 1, "the hub refused")
        us.feeds.held[us.feed.feed_id] = dataclasses.replace(us.state, push=dataclasses.replace(us.subscription, next_request=None))
        await us.until(lambda: us.subscription.next_request is not None and us.subscription.asked is None, "it is put off")
        assert us.subscription.failures == 1
        assert due(us.subscription, us.callbacks.mark) <= now() + timedelta(seconds=70)
        assert len(hub.asked) == 1
