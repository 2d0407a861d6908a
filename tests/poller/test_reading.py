"""Reading processes meet hostile input: what they run here is what it may do to them."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from dying import begin_and_hang
from world import until

from dateline.poller import ProcessReader, Unreadable


async def test_what_dies_or_raises_in_a_reading_process_is_a_named_failure() -> None:
    reader = ProcessReader(processes=2, timeout_s=30, memory_mb=800)
    try:
        assert await reader(int, "7") == 7
        assert await reader(int, "x") == Unreadable("read: ValueError: invalid literal for int() with base 10: 'x'")
        assert await reader(signal.raise_signal, signal.SIGKILL) == Unreadable("read: the reading process died twice")
        assert await reader(int, "8") == 8
        assert await reader(bytearray, 900_000_000) == Unreadable("read: takes more than 800 MB")
        assert await reader(bytearray, 100_000_000) == bytearray(100_000_000)
    finally:
        reader.close()


async def test_a_hanging_read_ends_and_its_neighbours_are_done() -> None:
    reader = ProcessReader(processes=1, timeout_s=12, memory_mb=800)
    try:
        hanging, neighbour = await asyncio.gather(reader(signal.pause), reader(int, "9"))
        assert hanging == Unreadable("read: not done within 12 s")
        assert neighbour == 9
    finally:
        reader.close()


async def test_a_read_that_is_given_up_does_not_answer_the_next(tmp_path: Path) -> None:
    reader = ProcessReader(processes=1, timeout_s=60, memory_mb=800)
    try:
        given_up = asyncio.create_task(reader(begin_and_hang, tmp_path / "begun"))
        await until(lambda: asyncio.to_thread((tmp_path / "begun").exists), "it is being read")
        given_up.cancel()
        assert await reader(int, "9") == 9
        assert given_up.cancelled()
    finally:
        reader.close()
