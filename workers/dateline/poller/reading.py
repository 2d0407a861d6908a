"""Reading in other processes: feedparser and trafilatura hold the event loop up for seconds, and hostile input for ever.

async with open_reader(options) as read:
    parsed = await read(parse_feed, body, url, ...)     # or Unreadable
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from dateline.poller.options import PollerOptions
from dateline.poller.parsing import Unreadable

P = ParamSpec("P")
T = TypeVar("T")

_LENGTH_BYTES = 8


class Reader(Protocol):
    """Runs a blocking function somewhere; a crash, a hang or an error of it is `Unreadable`."""

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable: ...


class ProcessReader:
    """So many processes, begun when they are first needed. One that hangs or dies is replaced, and what died is tried once more."""

    def __init__(self, processes: int, timeout_s: float, memory_mb: int) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._turns = asyncio.Semaphore(processes)  # what waits for a process is not timed
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
        async with self._turns:
            for _ in range(2):
                process = self._idle.pop() if self._idle else await _begun(self._memory_mb)
                self._busy.add(process)
                goes_on = False
                try:
                    async with asyncio.timeout(self._timeout_s):
                        found, goes_on = await process.run(function, args, kwargs)
                    return cast(T | Unreadable, found)
                except TimeoutError:
                    return Unreadable(f"read: not done within {self._timeout_s:g} s")
                except (EOFError, ConnectionError):
                    continue
                finally:
                    self._busy.discard(process)
                    if goes_on:
                        self._idle.append(process)
                    else:  # also when we are cancelled: its answer would be taken for the next one's
                        process.kill()
        return Unreadable("read: the reading process died twice")

    def close(self) -> None:
        for process in (*self._idle, *self._busy):
            process.kill()


@dataclass(frozen=True, slots=True, eq=False)
class _Process:
    """A reading process and the socket to it. What is asked and answered is pickled, an answer with its length before it.

    The standard library's pool hands everything through two threads and a queue, at 200 µs of the polling process a document, where
    this takes 80.
    """

    process: SpawnProcess
    answers: asyncio.StreamReader
    asks: asyncio.StreamWriter

    async def run(self, function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[object, bool]:
        """What the function returns or an Unreadable, and whether the process goes on. Raises EOFError or ConnectionError if it died."""
        self.asks.write(pickle.dumps((function, args, kwargs)))
        await self.asks.drain()
        length = int.from_bytes(await self.answers.readexactly(_LENGTH_BYTES))
        found, goes_on = pickle.loads(await self.answers.readexactly(length))  # noqa: S301 — by our own process
        return found, goes_on

    def kill(self) -> None:
        self.process.kill()
        self.asks.close()


async def _begun(memory_mb: int) -> _Process:
    ours, theirs = socket.socketpair()
    # spawn: a fork of a process with threads and an event loop may hang
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, memory_mb), daemon=True)
    with theirs:
        process.start()
    return _Process(process, *await asyncio.open_connection(sock=ours))


def _serve(connection: socket.socket, memory_mb: int) -> None:
    """A reading process: answer until it is killed, or has taken more than it may, for that is not given back."""
    _begin(memory_mb)
    goes_on = True
    with connection.makefile("rwb") as pipe, suppress(EOFError):  # whoever asked is gone
        while goes_on:
            function, args, kwargs = pickle.load(pipe)  # noqa: S301 — by our own process
            answer, goes_on = _answer(partial(function, *args, **kwargs), memory_mb)
            pipe.write(len(answer).to_bytes(_LENGTH_BYTES))
            pipe.write(answer)
            pipe.flush()


def _answer(function: Callable[[], object], memory_mb: int) -> tuple[bytes, bool]:
    try:
        return pickle.dumps((function(), True)), True
    except MemoryError:
        return pickle.dumps((Unreadable(f"read: takes more than {memory_mb} MB"), False)), False
    except Exception as error:  # noqa: BLE001 — whatever a parser does to hostile bytes is a named failure
        return pickle.dumps((Unreadable(f"read: {type(error).__name__}: {error}"[:300]), True)), True


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
