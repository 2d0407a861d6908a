"""The lease: until when we may believe that our partitions are ours.

A poller that was stopped for a while (a frozen machine, a cut network) goes on in the middle of a poll when it wakes, before anything
tells it that others have its feeds now. The group's coordinator takes no commit of a member that it has put out, so every commit it
takes proves that we belong to the group, and nobody else gets our partitions for a session time-out after it.
"""

from __future__ import annotations

import time

_SAFE = 2 / 3  # of the session time-out: the rest is for clocks that run apart and for the record's way to the broker


class Lease:
    """Proved by commits, and run out by itself."""

    def __init__(self, session_timeout_s: float) -> None:
        self._lasts_s = session_timeout_s * _SAFE
        self._proved = float("-inf")

    def prove(self, asked: float) -> None:
        """The coordinator confirmed us; `asked` is the time.monotonic() at which we asked."""
        self._proved = asked

    def held(self) -> bool:
        return time.monotonic() - self._proved < self._lasts_s
