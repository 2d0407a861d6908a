"""Reading in other processes: feedparser and trafilatura hold the event loop up for seconds, and hostile input for ever.

async with open_reader(options) as read:
    parsed = await read(parse_feed, body, url, ...)     # or Unreadable
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from dateline.poller.options import PollerOptions
from dateline.poller.parsing import Unreadable

P = ParamSpec("P")
T = TypeVar("T")


class Reader(Protocol):
    """Runs a blocking function somewhere; a crash, a hang or an error of it is `Unreadable`."""

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable: ...


class ProcessReader:
    """A pool of processes. One that hangs or dies is replaced together with its pool; what else ran there is tried once more."""

    def __init__(self, processes: int, timeout_s: float, memory_mb: int) -> None:
        self._processes = processes
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._turns = asyncio.Semaphore(processes)  # what waits for a process is not timed
        self._pool = self._new_pool()

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
        async with self._turns:
            for _ in range(2):
                pool = self._pool
                try:
                    return await asyncio.wait_for(asyncio.wrap_future(pool.submit(function, *args, **kwargs)), self._timeout_s)
                except TimeoutError:
                    self._replace(pool)
                    return Unreadable(f"read: not done within {self._timeout_s:g} s")
                except MemoryError:
                    self._replace(pool)  # what it took is not given back
                    return Unreadable(f"read: takes more than {self._memory_mb} MB")
                except BrokenProcessPool:
                    self._replace(pool)
                except Exception as error:  # noqa: BLE001 — whatever a parser does to hostile bytes is a named failure
                    return Unreadable(f"read: {type(error).__name__}: {error}"[:300])
        return Unreadable("read: the reading process died twice")

    def close(self) -> None:
        self._kill(self._pool)

    def _new_pool(self) -> ProcessPoolExecutor:
        # spawn: a fork of a process with threads and an event loop may hang
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_begin, initargs=(self._memory_mb,))

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        if pool is self._pool:  # else somebody who saw it break was quicker
            self._pool = self._new_pool()
            self._kill(pool)

    @staticmethod
    def _kill(pool: ProcessPoolExecutor) -> None:
        for process in list((pool._processes or {}).values()):  # the executor has no other way to end one that hangs
            process.kill()
        pool.shutdown(wait=False)  # what was running or waiting there ends as BrokenProcessPool


def _begin(memory_mb: int) -> None:
    """In a reading process: leave Ctrl-C to the parent to answer, end with it, also when it is killed, and take only so much memory
    beside what the program itself has: a document of 10 MB can be written so that it needs many GB."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    statistics = Path("/proc/self/statm")  # elsewhere than on Linux there is no such limit
    if statistics.exists():
        own = int(statistics.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (own + memory_mb * 1_000_000, resource.RLIM_INFINITY))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


@asynccontextmanager
async def open_reader(options: PollerOptions) -> AsyncIterator[ProcessReader]:
    """A pool of reading processes for the life of the block."""
    reader = ProcessReader(options.reading_processes, options.reading_timeout_s, options.reading_memory_mb)
    try:
        yield reader
    finally:
        reader.close()
