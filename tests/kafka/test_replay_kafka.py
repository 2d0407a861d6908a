"""Replay on a real Apache Kafka: the bytes of the live run, whoever is killed meanwhile, and the live group undisturbed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import pytest
from plain_reading import plain_articles
from world import HERE, World, until

pytestmark = pytest.mark.kafka


async def start_replay(world: World, into: str, rate: float) -> asyncio.subprocess.Process:
    with (world.folder / "replay.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "replay_process.py"), str(world.folder / "spool"), into, str(rate),
            env=os.environ | world.environment(), stdout=log, stderr=log,
        )  # fmt: skip


def read_so_far(world: World) -> int:
    """Articles in the spool, seen from outside."""
    try:
        with sqlite3.connect(world.folder / "spool" / "spool.db", timeout=10) as connection:
            found: int = connection.execute("SELECT COUNT(*) FROM article").fetchone()[0]
            return found
    except sqlite3.OperationalError:  # not made yet
        return 0


async def test_a_replay_writes_the_bytes_of_the_live_run_whoever_is_killed(kafka: str, tmp_path: Path) -> None:
    world = World(kafka, tmp_path)
    into = world.settings.topics.feeds  # another compacted topic
    await world.prepare()
    await world.publish(plain_articles(1_000))
    async with world.working():
        await world.until_idle()
    live = await world.final_events()
    group = await world.progress()

    killed = [await start_replay(world, into, 150) for _ in range(2)]

    async def some_are_read() -> bool:
        return read_so_far(world) > 0

    await until(some_are_read, "a chunk has been read")
    for process in killed:
        process.kill()
    await asyncio.gather(*(process.wait() for process in killed))
    assert 0 < read_so_far(world) < 1_000
    assert await world.records(into) == []

    asked = await start_replay(world, into, 150)  # and this one is asked to stop

    async def goes_on(before: int = read_so_far(world)) -> bool:
        return read_so_far(world) > before

    await until(goes_on, "another chunk has been read")
    asked.terminate()
    assert await asyncio.wait_for(asked.wait(), 30) == 1

    last = [await start_replay(world, into, 1e6) for _ in range(2)]
    assert await asyncio.gather(*(process.wait() for process in last)) == [0, 0], (tmp_path / "replay.log").read_text()[-2000:]
    assert {record.key: record.value for record in await world.records(into)} == live
    assert await world.progress() == group
