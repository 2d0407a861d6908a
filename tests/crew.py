"""A crew of workers, each a process: started, stopped, killed, and started again by a supervisor when one ends by itself.

async with Crew(world, 2, DATELINE_TEST_PROCESSES="1") as crew:
    await crew.kill(crew.workers[0])
"""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from world import World, until

from dateline.app.worker.service import STOPS_WITHIN_S


@dataclass(frozen=True, slots=True)
class Worker:
    process: Process
    log: Path

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    async def until_it_says(self, words: str) -> None:
        async def said() -> bool:
            return self.says(words)

        await until(said, f"a worker says {words!r}")

    def children(self) -> list[int]:
        """The processes of its pool."""
        pid = self.process.pid
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


class Crew:
    """Workers of one world. `ended_by_itself`: those that did, with their exit codes."""

    def __init__(self, world: World, size: int, **ills: str) -> None:
        self._world, self._size, self._ills = world, size, ills
        self._watching: dict[int, asyncio.Task[None]] = {}
        self._number = 0
        self.workers: list[Worker] = []
        self.ended_by_itself: list[tuple[Worker, int]] = []

    async def __aenter__(self) -> Self:
        for _ in range(self._size):
            await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            codes = [await self.stop(worker) for worker in self.workers[:]]
            assert not any(codes), f"workers that were to stop ended with {codes}"
        for worker in self.workers[:]:
            await self.kill(worker)

    async def start(self, **ills: str) -> Worker:
        self._number += 1
        log = self._world.folder / f"{self._world.settings.worker.group}-{self._number}.log"
        worker = Worker(await self._world.start_process(log=log, **(self._ills | ills)), log)
        self.workers.append(worker)
        self._watching[worker.process.pid] = asyncio.create_task(self._start_again(worker))
        return worker

    async def stop(self, worker: Worker) -> int:
        """Ask it to end, and return its exit code: within its deadline, or the test fails. 0 too where it had not begun."""
        self._dismiss(worker)
        with suppress(ProcessLookupError):
            worker.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(worker.process.wait(), self._world.settings.worker.drain_s + STOPS_WITHIN_S)
        return 0 if code == -signal.SIGTERM and not worker.says("starting: ") else code

    async def kill(self, worker: Worker) -> None:
        self._dismiss(worker)
        with suppress(ProcessLookupError):
            worker.process.kill()
        await worker.process.wait()

    def _dismiss(self, worker: Worker) -> None:
        self.workers.remove(worker)
        self._watching.pop(worker.process.pid).cancel()

    async def _start_again(self, worker: Worker) -> None:
        code = await worker.process.wait()
        self.ended_by_itself.append((worker, code))
        self.workers.remove(worker)
        await self.start()
