"""Everything on one machine: broker, poller and worker, each a process of its own, and the address where their events can be read."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import platformdirs

from dateline.delivery.broker import embedded_broker

# For this process, which reads the events, and for its parts: the embedded broker knows no idempotent producers, holds everything in
# memory, and one machine needs few partitions.
EMBEDDED = {
    "DATELINE_KAFKA__IDEMPOTENCE": "false",
    "DATELINE_KAFKA__PARTITIONS": "2",
    "DATELINE_KAFKA__REPLICATION_FACTOR": "1",
    "DATELINE_KAFKA__SECURITY_PROTOCOL": "PLAINTEXT",  # loopback; and what a cluster is told of us is not for this broker
    "DATELINE_KAFKA__SASL_USERNAME": "",
    "DATELINE_KAFKA__SASL_PASSWORD": "",
    "DATELINE_KAFKA__SSL_CA_FILE": "",
    "DATELINE_KAFKA__SSL_CERT_FILE": "",
    "DATELINE_WORKER__SESSION_TIMEOUT_S": "6",  # this broker lets a group of one wait for half of it before it may begin
    "DATELINE_WORKER__HEARTBEAT_S": "1",
    "DATELINE_POLLING__SESSION_TIMEOUT_S": "4",
    "DATELINE_POLLING__HEARTBEAT_S": "1",
    "DATELINE_HTTP__WORKER_PORT": "0",  # free ports: two of us may run on one machine, and nobody scrapes a trial
    "DATELINE_HTTP__POLLER_PORT": "0",
}


class PartEndedError(RuntimeError):
    """The poller or the worker ended though nobody asked it to."""


@asynccontextmanager
async def everything(
    bootstrap: str | None, poll_arguments: Sequence[str], worker_arguments: Sequence[str], *, log_file: Path, stops_within_s: float
) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """Run a poller and a worker, on an embedded broker (then in the environment EMBEDDED) unless `bootstrap` names another.

    Yields the broker's address and a task that ends, by PartEndedError, when one of them does.
    """
    async with AsyncExitStack() as stack:
        if bootstrap is None:
            bootstrap = await stack.enter_async_context(embedded_broker(log_file=log_file))
        own = os.environ | {"DATELINE_KAFKA__BOOTSTRAP": bootstrap}
        parts = {
            "worker": await _start("worker", worker_arguments, own, log_file),
            "poller": await _start("poll", poll_arguments, own, log_file),
        }
        stack.push_async_callback(_stop_all, list(parts.values()), stops_within_s)
        watch = asyncio.create_task(_watch(parts, log_file))
        stack.callback(watch.cancel)
        yield bootstrap, watch


async def _start(command: str, arguments: Sequence[str], environment: Mapping[str, str], log_file: Path) -> Process:
    with log_file.open("ab") as log:
        # A session of its own, so that Ctrl-C reaches us alone and we stop the parts in order.
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "--log-level", "info", command, *arguments,
            env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


async def _watch(parts: Mapping[str, Process], log_file: Path) -> None:
    ends = {asyncio.create_task(process.wait()): name for name, process in parts.items()}
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
    name = ends[done.pop()]
    raise PartEndedError(f"the {name} ended with code {parts[name].returncode}: see the end of {log_file}")


async def _stop_all(processes: Sequence[Process], within_s: float) -> None:
    """Ask all to stop, and end those that don't within the time given."""
    for process in processes:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
    ends = [asyncio.create_task(process.wait()) for process in processes]
    _, late = await asyncio.wait(ends, timeout=within_s)
    for process in processes if late else ():
        if process.returncode is None:
            process.kill()
    if late:
        await asyncio.wait(late)


def log_path() -> Path:
    """Where the parts write what they have to say: begun anew by each start."""
    path = platformdirs.user_log_path("dateline", ensure_exists=True) / "up.log"
    path.write_bytes(b"")
    return path
