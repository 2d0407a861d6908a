"""What we say to hubs, what we believe of what they say, and what is agreed after it."""

from __future__ import annotations

import dataclasses
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.poller import PollerOptions
from dateline.poller.websub import (
    Callbacks,
    Denial,
    Intent,
    Meaningless,
    Subscription,
    WebSubOptions,
    alive,
    asked,
    due,
    is_signed_with,
    offered,
    overdue,
    read_question,
    refused,
    standing,
    subscribe_request,
    verified,
)
from dateline.settings import load

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)
OURS = Callbacks("https://news.example.org/websub", b"one secret")
OPTIONS = load().poller.websub
HUB, TOPIC = "https://hub.example/", "https://andes.example/feed"
FRESH = Subscription(hubs=(HUB,), topic=TOPIC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def granted(lease_s: int | None = 86_400, push: Subscription = FRESH) -> Subscription:
    return verified(asked(push, OURS.mark, NOW, OPTIONS), push.hub, lease_s, NOW, OPTIONS, spread=0)


def test_a_request_names_topic_address_secret_and_lease() -> None:
    form = subscribe_request("ab12", HUB, TOPIC, OURS, 600)
    assert form["hub.mode"] == "subscribe"
    assert (form["hub.topic"], form["hub.lease_seconds"]) == (TOPIC, "600")
    base, feed_id, which, token = form["hub.callback"].rsplit("/", 3)
    assert (base, feed_id) == (OURS.base, "ab12")
    assert OURS.gave_out(feed_id, which, token)
    assert OURS.hub_at(which, ("https://other.example/", HUB), TOPIC) == HUB
    assert len(form["hub.secret"]) < 200  # the Recommendation's limit


def test_addresses_and_secrets_are_a_feeds_own_and_stay_the_same() -> None:
    address = OURS.url("ab12", HUB, TOPIC)
    assert Callbacks(OURS.base, b"one secret").url("ab12", HUB, TOPIC) == address
    others = [OURS.url("cd34", HUB, TOPIC), OURS.url("ab12", "https://other.example/", TOPIC), OURS.url("ab12", HUB, TOPIC + "/2")]
    assert len({address, *others}) == 4
    _, feed_id, which, token = address.rsplit("/", 3)
    assert not OURS.gave_out("cd34", which, token)
    assert not OURS.gave_out(feed_id, which + "0", token)
    assert not OURS.gave_out(feed_id, which, "é\udcff")
    assert not Callbacks(OURS.base, b"another").gave_out(feed_id, which, token)
    assert OURS.hub_at(which, ("https://other.example/",), TOPIC) is None
    assert len({OURS.secret("ab12", HUB), OURS.secret("cd34", HUB), OURS.secret("ab12", "https://other.example/")}) == 3
    assert "one secret" not in repr(OURS)
    assert OURS.mark != Callbacks(OURS.base, b"another").mark != Callbacks("https://b.example", b"another").mark


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_a_body_is_taken_with_any_of_the_signatures_that_hubs_use(digest: str) -> None:
    signature = hmac.new(b"key", b"news", digest).hexdigest()
    assert is_signed_with("key", f"{digest}={signature}", b"news")
    assert is_signed_with("key", f"{digest.upper()}={signature.upper()}", b"news")
    assert not is_signed_with("key", f"{digest}={signature}", b"other news")
    assert not is_signed_with("other key", f"{digest}={signature}", b"news")


@given(st.one_of(st.none(), st.text(), st.text().map(lambda text: f"sha256={text}"), st.just("md5=" + "0" * 32)), st.binary())
def test_no_other_signature_is_believed_or_raises(signature: str | None, body: bytes) -> None:
    assert not is_signed_with("key", signature, body)


def test_what_hubs_ask() -> None:
    asks = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c", "hub.lease_seconds": "600"}
    assert read_question(asks) == Intent(mode="subscribe", topic=TOPIC, challenge="c", lease_s=600)
    assert read_question(asks | {"hub.lease_seconds": "for ever"}) == Intent(mode="subscribe", topic=TOPIC, challenge="c", lease_s=None)
    assert read_question({"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "not\nyou"}) == Denial(topic=TOPIC, reason="not you")
    hostile = read_question({"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "\x1b[31m\x00\ud800" + "no" * 1_000})
    assert isinstance(hostile, Denial)
    assert len(hostile.reason) <= 300
    assert hostile.reason.isprintable()  # it is kept in the feed's state, as JSON, and shown on terminals


@given(st.dictionaries(st.sampled_from(["hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds", "x"]), st.text(max_size=30)))
def test_any_other_question_is_meaningless_and_never_raises(query: dict[str, str]) -> None:
    told = read_question(query)
    if query.get("hub.mode") not in ("subscribe", "unsubscribe", "denied") or not query.get("hub.topic"):
        assert isinstance(told, Meaningless)


def test_a_subscription_runs_from_the_hubs_word_to_the_end_of_the_lease_and_is_renewed_before() -> None:
    waiting = asked(FRESH, OURS.mark, NOW, OPTIONS)
    assert (standing(FRESH, NOW), standing(waiting, NOW)) == ("offered", "asked")
    assert not alive(waiting, OURS.mark, NOW)
    push = verified(waiting, HUB, 86_400, later(5), OPTIONS, spread=0.5)
    assert standing(push, later(6)) == "push"
    assert alive(push, OURS.mark, later(86_400))
    assert due(push, OURS.mark) == later(5 + 0.7 * 86_400)
    assert not alive(push, OURS.mark, later(86_405))
    renewing = asked(push, OURS.mark, later(60_000), OPTIONS)
    assert alive(renewing, OURS.mark, later(60_001))  # the old lease runs on until the hub answers


def test_a_lease_for_ever_is_bounded_and_one_without_an_end_lasts_what_was_asked() -> None:
    assert granted(10**10).until == later(OPTIONS.max_lease_s)
    assert granted(None).until == later(OPTIONS.lease_s)


def test_a_hub_that_never_verifies_is_asked_less_and_less_often_and_may_verify_late() -> None:
    push, now, waits = FRESH, NOW, []
    for _ in range(12):
        push = asked(push, OURS.mark, now, OPTIONS)
        assert overdue(push, now) is None
        now = due(push, OURS.mark)
        reason = overdue(push, now)
        assert reason is not None
        assert HUB in reason
        push = refused(push, reason, now, OPTIONS, spread=0)
        assert (standing(push, now), push.reason) == ("failed", reason)
        waits.append((due(push, OURS.mark) - now).total_seconds())
        now = due(push, OURS.mark)
    assert waits[:3] == [OPTIONS.retry_s, 2 * OPTIONS.retry_s, 4 * OPTIONS.retry_s]
    assert max(waits) == OPTIONS.max_retry_s
    late = verified(push, HUB, 86_400, now, OPTIONS, spread=0)
    assert (late.failures, late.reason, standing(late, now)) == (0, None, "push")


def test_a_renewal_that_fails_leaves_the_lease_and_looks_again_when_it_ends() -> None:
    push = refused(granted(86_400), "status: HTTP 503", later(86_000), OPTIONS, spread=0)
    assert alive(push, OURS.mark, later(86_001))
    assert due(push, OURS.mark) == later(86_400)


def test_a_denial_ends_the_lease_and_another_hub_is_tried() -> None:
    other = "https://other.example/"
    push = granted(push=Subscription(hubs=(HUB, other), topic=TOPIC))
    denied = refused(push, "denied: no", later(10), OPTIONS, spread=0, ended=True)
    assert not alive(denied, OURS.mark, later(11))
    assert denied.hub == other
    assert due(denied, OURS.mark) == later(10 + OPTIONS.retry_s)


def test_another_pollers_subscription_is_asked_for_anew_at_once() -> None:
    push, theirs = granted(), Callbacks("https://second.example.org/websub", b"one secret")
    assert not alive(push, theirs.mark, NOW)
    assert due(push, theirs.mark) < NOW
    anew = asked(push, theirs.mark, NOW, OPTIONS)
    assert anew.until is None  # that lease pushes to the other poller
    failed = refused(anew, "status: HTTP 500", NOW, OPTIONS, spread=0)
    assert due(failed, theirs.mark) > NOW


def test_the_hub_that_verified_is_the_one_in_use_though_another_was_asked_meanwhile() -> None:
    other = "https://other.example/"
    push = asked(Subscription(hubs=(HUB, other), topic=TOPIC), OURS.mark, NOW, OPTIONS)
    turned = refused(push, "did not verify", later(900), OPTIONS, spread=0)
    assert turned.hub == other
    assert verified(turned, HUB, 86_400, later(901), OPTIONS, spread=0).hubs == (HUB, other)


def test_a_feed_that_names_another_hub_or_itself_otherwise_is_subscribed_afresh() -> None:
    push = granted()
    assert offered(push, (HUB,), TOPIC) == push
    moved = offered(push, ("https://other.example/",), TOPIC)
    assert moved == Subscription(hubs=("https://other.example/",), topic=TOPIC)
    assert offered(push, (HUB,), TOPIC + "/new") == Subscription(hubs=(HUB,), topic=TOPIC + "/new")
    more = offered(push, ("https://other.example/", HUB), TOPIC)
    assert more is not None
    assert more.hubs == (HUB, "https://other.example/")  # the one that has granted a lease stays in use
    assert offered(push, (), TOPIC) is None


@pytest.mark.parametrize(
    "hub",
    [
        "ftp://hub.example/", "javascript:1", "//hub.example", "http://", "http://[::1", "https://a:b@c.example/",
        "https://x.example/" + "x" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_no_hub(hub: str) -> None:
    assert offered(None, (hub,), TOPIC) is None
    assert offered(None, (HUB,), hub) is None


def test_a_feed_names_few_hubs_each_once() -> None:
    push = offered(None, [HUB, HUB, *(f"https://hub{number}.example/" for number in range(50))], TOPIC)
    assert push is not None
    assert len(push.hubs) == len(set(push.hubs)) == 4


@given(st.lists(st.tuples(st.sampled_from(["asked", "verified", "refused", "ended", "other"]), st.integers(0, 2_000_000)), max_size=12))
def test_whatever_hubs_do_something_is_due_within_a_week_or_a_month(steps: list[tuple[str, int]]) -> None:
    """No sequence of answers leaves a subscription that is never looked at again, nor one that is asked without pause."""
    push, now, mark = FRESH, NOW, OURS.mark
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        if step == "asked":
            push = asked(push, mark, now, OPTIONS)
        elif step == "verified":
            push = verified(push, HUB, seconds, now, OPTIONS, spread=1)
        elif step == "other":
            push = asked(push, "theirs", now, OPTIONS)
        else:
            push = refused(push, "no", now, OPTIONS, spread=1, ended=step == "ended")
        assert due(push, mark) <= now + timedelta(seconds=max(OPTIONS.max_lease_s, 1.1 * OPTIONS.max_retry_s))
        if step in ("asked", "refused") and push.mark == mark:
            assert due(push, mark) > now


def test_options_that_make_no_sense_are_refused(options: PollerOptions) -> None:
    with pytest.raises(ValueError, match=r"websub\.callback"):
        dataclasses.replace(OPTIONS, callback="news.example.org/websub")
    with pytest.raises(ValueError, match=r"websub\.lease_s"):
        dataclasses.replace(OPTIONS, min_lease_s=OPTIONS.max_lease_s, lease_s=1)
    assert isinstance(options.websub, WebSubOptions)
    assert not options.websub.callback  # off unless switched on
