"""What hubs and subscribers say to each other."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dateline.poller.text import clean_line
from dateline.poller.websub.callbacks import Callbacks

MAX_REASON = 300
MAX_CHALLENGE = 2_000  # hubs send 20 to 200 characters
_DIGESTS = frozenset(["sha1", "sha256", "sha384", "sha512"])  # those the Recommendation names


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A hub asks whether it is really we who want this; `challenge` is the answer it waits for."""

    mode: Literal["subscribe", "unsubscribe"]
    topic: str
    challenge: str
    lease_s: int | None  # what it grants; None: it does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A hub says that it does not, or no longer, push this topic to us."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class Meaningless:
    """No message of a hub; `reason` says why."""

    reason: str


def subscribe_request(feed_id: str, hub: str, topic: str, callbacks: Callbacks, lease_s: int) -> dict[str, str]:
    """The form to post to a hub."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callbacks.url(feed_id, hub, topic),
        "hub.secret": callbacks.secret(feed_id, hub),
        "hub.lease_seconds": str(lease_s),
    }


def unsubscribe_request(feed_id: str, hub: str, topic: str, callbacks: Callbacks) -> dict[str, str]:
    """The form to post to a hub that need not push any longer."""
    return {"hub.mode": "unsubscribe", "hub.topic": topic, "hub.callback": callbacks.url(feed_id, hub, topic)}


def read_question(query: Mapping[str, str]) -> Intent | Denial | Meaningless:
    """What a hub asks or tells at a callback address by GET."""
    topic, challenge = query.get("hub.topic", ""), query.get("hub.challenge", "")
    if not topic:
        return Meaningless("no hub.topic")
    match query.get("hub.mode"):
        case "denied":
            return Denial(topic=topic, reason=clean_line(query.get("hub.reason", ""), MAX_REASON))
        case ("subscribe" | "unsubscribe") as mode:
            if not 0 < len(challenge) <= MAX_CHALLENGE:
                return Meaningless("no hub.challenge, or an endless one")
            return Intent(mode=mode, topic=topic, challenge=challenge, lease_s=_seconds(query.get("hub.lease_seconds")))
        case _:
            return Meaningless("hub.mode is none of subscribe, unsubscribe, denied")


def _seconds(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 12 else None


def is_signed_with(secret: str, signature: str | None, body: bytes) -> bool:
    """Whether X-Hub-Signature ("sha256=…") is of this body under this secret. Takes as long for a near miss as for a far one."""
    digest, _, given = (signature or "").strip().partition("=")
    if digest.lower() not in _DIGESTS:
        return False
    expected = hmac.new(secret.encode(), body, digest.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "surrogatepass"))
