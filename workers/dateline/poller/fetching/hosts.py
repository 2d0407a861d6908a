"""When each host may be asked: how many requests at once, how far apart, and not at all while it wants to be left alone.

What is remembered of a host lasts as long as it matters, and is this process's own: a second poller keeps its own distance.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dateline.poller.fetching.outcomes import Busy
from dateline.poller.options import HostOptions

_SWEEP_AT = 1_000  # hosts known before idle ones are forgotten for the first time


class BusyError(Exception):
    """This host is not to be asked now; `busy` says why and until when."""

    def __init__(self, busy: Busy) -> None:
        super().__init__(busy.reason)
        self.busy = busy


@dataclass(slots=True)
class _Host:
    """What is known of one host. Times are the clock's seconds."""

    turns: asyncio.Semaphore
    spacing: float
    waiting: int = 0  # or being served
    next_start: float = -math.inf  # of the next request, at the earliest
    paused_until: float = -math.inf
    widened_until: float = -math.inf  # when it is trusted with the usual spacing again


class Hosts:
    """The gates before all hosts; `at_once` requests pass one host's. `clock` gives seconds that never go back."""

    def __init__(self, options: HostOptions, at_once: int, clock: Callable[[], float]) -> None:
        self._options = options
        self._at_once = at_once
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = _SWEEP_AT

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for this host's turn and hold it for the block. Raises BusyError rather than wait longer than our patience, or for
        the end of a pause."""
        host = self._host(name)
        self._refuse_paused(host, name)
        host.waiting += 1
        try:
            await self._take_turn(host, name)
            try:
                self._refuse_paused(host, name)  # others' answers came while we waited
                if wait := self.reserve(name):
                    await asyncio.sleep(wait)
                yield
            finally:
                host.turns.release()
        finally:
            host.waiting -= 1

    async def _take_turn(self, host: _Host, name: str) -> None:
        patience = self._options.patience_s
        queue = (host.waiting - 1) * host.spacing
        if queue > patience:
            raise BusyError(Busy(f"host: {host.waiting - 1} requests to {name} come first", queue))
        if not host.turns.locked():  # nearly always
            await host.turns.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await host.turns.acquire()
        except TimeoutError:
            raise BusyError(Busy(f"host: no turn at {name} within {patience:g} s", max(queue, patience))) from None

    def _refuse_paused(self, host: _Host, name: str) -> None:
        if (left := host.paused_until - self._clock()) > 0:
            raise BusyError(Busy(f"host: {name} asked to be left alone", left))

    def reserve(self, name: str) -> float:
        """Take the next moment at which a request to this host may start; the seconds until then."""
        host, now = self._host(name), self._clock()
        if now >= host.widened_until:
            host.spacing = self._options.spacing_s
        start = max(now, host.next_start)
        host.next_start = start + host.spacing
        return start - now

    def throttled(self, name: str, after: float | None) -> None:
        """This host said that we ask too much: leave it alone for what it asks, capped, and then ask less often for a while."""
        host, now, options = self._host(name), self._clock(), self._options
        pause = min(options.pause_s if after is None else after, options.max_pause_s)
        host.paused_until = max(host.paused_until, now + pause)
        host.spacing = min(max(2 * host.spacing, options.throttled_spacing_s), options.max_spacing_s)
        host.widened_until = host.paused_until + options.throttle_memory_s

    def _host(self, name: str) -> _Host:
        if (host := self._hosts.get(name)) is None:
            if len(self._hosts) >= self._sweep_at:
                self._sweep()
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._at_once), self._options.spacing_s)
        return host

    def _sweep(self) -> None:
        """Forget the hosts of which nothing matters any more; so many names are known at most as matter, and as many again."""
        now = self._clock()
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if host.waiting or now < max(host.next_start, host.paused_until, host.widened_until)
        }
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._hosts))
