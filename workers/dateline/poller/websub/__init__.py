"""WebSub (W3C Recommendation of 2018): a feed's hub tells us of what is new, so that we need not ask so often.

    push = offered(state.push, hubs, topic)            # what the feed's document says of its hub
    fields = subscribe_request(push, callbacks, …)     # to be posted to push.hub, when due(push, mark)
    verified(push, …); refused(push, …)                # the Subscription after the hub's answer
    is_signed_with(secret, header, body)               # whether a pushed body is the hub's

callbacks (addresses and secrets, made of one secret of ours) → messages (what goes over the wire) → subscription (what is
agreed, part of the feed's state). Nothing here does I/O or knows of feeds' items.
"""

from dateline.poller.websub.callbacks import Callbacks
from dateline.poller.websub.messages import (
    Denial,
    Intent,
    Meaningless,
    is_signed_with,
    read_question,
    subscribe_request,
    unsubscribe_request,
)
from dateline.poller.websub.options import WebSubOptions
from dateline.poller.websub.subscription import (
    Standing,
    Subscription,
    alive,
    asked,
    compared,
    due,
    offered,
    overdue,
    postponed,
    refused,
    standing,
    verified,
)

__all__ = [
    "Callbacks", "Denial", "Intent", "Meaningless", "Standing", "Subscription", "WebSubOptions", "alive", "asked", "compared", "due",
    "is_signed_with", "offered", "overdue", "postponed", "read_question", "refused", "standing", "subscribe_request",
    "unsubscribe_request", "verified",
]  # fmt: skip
