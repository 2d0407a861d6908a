"""A worker with plain readers as a process, so that a test can do things to it. Settings come from the environment, and so do its ills:

    DATELINE_TEST_PROCESSES=2         articles are read by a real pool of so many processes
    DATELINE_TEST_CLOCK_S=-86400      its clock is wrong by so many seconds
    DATELINE_TEST_FILE_BYTES=0        it can't write a file longer than this: what a full disk looks like from inside
    DATELINE_TEST_DIE_AT=events:30    it dies when it has delivered to this topic so many times, before it does anything else

SIGUSR1 makes its consumer fetch no more, though it stays in the group; SIGUSR2 blocks its event loop for ever.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from plain_reading import PlainPool, open_plain

from dateline.app.worker.service import run_worker
from dateline.delivery.outbox import Outbox
from dateline.pool import ReaderPool
from dateline.settings import load


def fall_ill() -> None:
    if seconds := os.environ.get("DATELINE_TEST_CLOCK_S"):
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(seconds)), tick=True).start()
    if limit := os.environ.get("DATELINE_TEST_FILE_BYTES"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    if moment := os.environ.get("DATELINE_TEST_DIE_AT"):
        die_at(*moment.split(":"))
    signal.signal(signal.SIGUSR1, lambda *_: fetch_no_more())
    signal.signal(signal.SIGUSR2, lambda *_: time.sleep(3600))


def die_at(topic: str, times: str) -> None:
    send, left = Outbox.send, [int(times)]

    async def send_and_die(self: Outbox, records: Any, *more: Any, **named: Any) -> Any:
        delivered = await send(self, records, *more, **named)
        left[0] -= any(topic in record.topic for record in records)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return delivered

    Outbox.send = send_and_die  # type: ignore[method-assign]


def fetch_no_more() -> None:
    async def for_ever(*_: object, **__: object) -> None:
        await asyncio.sleep(3600)

    AIOKafkaConsumerThread.getmany = for_ever


if __name__ == "__main__":
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    fall_ill()
    settings = load()
    processes = os.environ.get("DATELINE_TEST_PROCESSES")
    with ReaderPool(settings.reading, settings.geography, int(processes), open_plain) if processes else nullcontext(PlainPool()) as pool:
        run_worker(settings, pool)
