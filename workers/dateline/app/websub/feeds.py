"""What this package needs of the poller: its feeds, and turns at their states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from dateline.poller import Feed, FeedState, PollResult, Step
from dateline.poller.websub import Standing, Subscription


class Watch(Protocol):
    """Told of what hubs do: the one place where it is counted."""

    def pushed(self, outcome: str) -> None:
        """A hub pushed, and this came of it."""
        ...

    def subscriptions(self, standings: Mapping[Standing, int]) -> None:
        """How many of our feeds' subscriptions stand how."""
        ...


class Feeds(Protocol):
    """The feeds that this poller has now."""

    def states(self) -> Iterable[FeedState]:
        """Of all that were polled before."""
        ...

    def state(self, feed_id: str) -> FeedState | None:
        """None for a feed that is another poller's, was removed or was never polled."""
        ...

    def forget_removed(self, feed_id: str) -> Subscription | None:
        """What was agreed for a feed of ours that was taken off the list; from now on it is not known any more."""
        ...

    async def take(self, feed_id: str, step: Step) -> PollResult | None:
        """Do one step of one feed, in turn with its polls, and keep what comes of it; None if the feed is not ours (any more).
        Raises what ends the poller."""
        ...


async def change(feeds: Feeds, feed_id: str, after: Callable[[FeedState], FeedState]) -> None:
    """Change a feed's state as a hub makes it necessary, if the feed is still ours."""

    async def step(_: Feed, state: FeedState) -> PollResult:
        return PollResult(outcome="unchanged", cause="hub", articles=(), state=after(state))

    await feeds.take(feed_id, step)


async def agree(feeds: Feeds, feed_id: str, after: Callable[[FeedState, Subscription], FeedState]) -> None:
    """The same where a hub is still named."""
    await change(feeds, feed_id, lambda state: after(state, state.push) if state.push else state)
