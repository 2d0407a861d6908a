"""Pushed documents between the hub's request and their reading: bounded in number, in bytes, and in each feed's rate."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from dateline.poller import Fetched


class Memory:
    """Bytes that may be held at once, by what is being received or waits."""

    def __init__(self, limit: int) -> None:
        self._free = limit

    def take(self, count: int) -> bool:
        """Whether there is room for so many more; then it is taken."""
        if count > self._free:
            return False
        self._free -= count
        return True

    def give_back(self, count: int) -> None:
        self._free += count


class Pace:
    """Lets by so many pushes of one feed a minute, as many at once when none came for a minute."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._left: dict[str, tuple[float, float]] = {}  # by feed: how many may still come, as of when

    def lets_by(self, feed_id: str) -> bool:
        now = time.monotonic()
        left, since = self._left.get(feed_id, (self._a_minute, now))
        left = min(self._a_minute, left + (now - since) * self._a_minute / 60)
        lets = left >= 1
        self._left[feed_id] = (left - 1 if lets else left, now)
        return lets


class Pending:
    """A line of documents for each feed: read in the order they came, feeds beside each other, so many `at_once`.

    `read` is awaited for each, by a task that `spawn` is given.
    """

    def __init__(
        self,
        read: Callable[[str, Fetched], Awaitable[None]],
        spawn: Callable[[Coroutine[None, None, None]], object],
        memory: Memory,
        *,
        most: int,
        at_once: int,
    ) -> None:
        self._read = read
        self._spawn = spawn
        self._memory = memory
        self._most = most
        self._turns = asyncio.Semaphore(at_once)
        self._lines: dict[str, deque[Fetched]] = {}

    def put(self, feed_id: str, document: Fetched) -> bool:
        """Let it wait; False where its line is full. Its bytes are in the memory already, and are given back once it is read."""
        line = self._lines.get(feed_id)
        if line is None:
            line = self._lines[feed_id] = deque()
            self._spawn(self._drain(feed_id, line))
        if len(line) >= self._most:
            return False
        line.append(document)
        return True

    async def _drain(self, feed_id: str, line: deque[Fetched]) -> None:
        async with self._turns:
            while line:
                try:
                    await self._read(feed_id, line[0])
                finally:
                    self._memory.give_back(len(line.popleft().body))
        del self._lines[feed_id]
