"""What work of hours has in common: it says how far it is, keeps to a rate, and can be stopped and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

Progress = Callable[[str, int, int], None]
"""Told of a step's name, how much of it is done, and how much there is (0: nobody knows)."""


class StoppedError(RuntimeError):
    """It was told to stop; what is done is kept."""


class Pace:
    """Lets so many pass in a second, or all of them."""

    def __init__(self, per_second: float | None) -> None:
        self._every_s = 1 / per_second if per_second else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next one may pass."""
        if not self._every_s:
            return
        now = monotonic()
        self._next = max(self._next + self._every_s, now)
        await asyncio.sleep(self._next - now)
