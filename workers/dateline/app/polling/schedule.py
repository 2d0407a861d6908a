"""The schedule: which feed is polled next, and when."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count

from dateline.app.polling.pressure import Pressure
from dateline.app.polling.share import Share
from dateline.poller import FeedState

_SLACK = 1_000  # entries that no longer hold, before they are looked for


class Schedule:
    """Feeds by when they are due. A feed that was never polled waits for its turn among such, so that a long new list is not asked
    for all at once."""

    def __init__(self, first_polls_per_s: float, pressure: Pressure) -> None:
        self._pressure = pressure
        self._every_s = 1 / first_polls_per_s
        self._last_first = 0.0  # when the last of the first polls is due
        self._waiting: list[tuple[float, int, Share, str]] = []
        self._entries: dict[str, int] = {}  # by feed, the number of the entry that holds; earlier ones are passed over
        self._numbers = count()
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, share: Share, feed_id: str, state: FeedState | None, *, in_s: float | None = None) -> None:
        """Poll this feed when its state says, not at all if it is gone for good; or in so many seconds whatever its state says."""
        if in_s is None and state and state.retired:
            self._entries.pop(feed_id, None)
            return
        due = self._due(state) if in_s is None else time.time() + in_s
        number = self._entries[feed_id] = next(self._numbers)
        heapq.heappush(self._waiting, (due, number, share, feed_id))
        if len(self._waiting) > 2 * len(self._entries) + _SLACK:  # each push of a hub puts its feed anew
            self._waiting = [entry for entry in self._waiting if self._holds(*entry[1:])]
            heapq.heapify(self._waiting)
        self._changed.set()

    def drop(self, feed_id: str) -> None:
        self._entries.pop(feed_id, None)

    def __contains__(self, feed_id: str) -> bool:
        return feed_id in self._entries

    async def next(self) -> tuple[Share, str]:
        """Take the feed that is due first, once it is. A share that was let go has none."""
        while True:
            self._changed.clear()
            wait_s = self._until_first()
            if wait_s is not None and wait_s <= 0:
                _, _, share, feed_id = heapq.heappop(self._waiting)
                del self._entries[feed_id]
                return share, feed_id
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def backlog(self) -> tuple[int, float]:
        """How many feeds are due and not yet polled, and for how many seconds the first of them has been."""
        now = time.time()
        due = [at for at, number, share, feed_id in self._waiting if at <= now and self._holds(number, share, feed_id)]
        return len(due), now - min(due, default=now)

    def _until_first(self) -> float | None:
        while self._waiting and not self._holds(*self._waiting[0][1:]):
            heapq.heappop(self._waiting)
        return self._waiting[0][0] - time.time() if self._waiting else None

    def _holds(self, number: int, share: Share, feed_id: str) -> bool:
        return share.is_open and self._entries.get(feed_id) == number

    def _due(self, state: FeedState | None) -> float:
        if state is None or state.next_poll is None:
            self._last_first = max(time.time(), self._last_first + self._every_s)
            return self._last_first
        return self._pressure.due(state)
