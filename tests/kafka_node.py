"""One real Apache Kafka node for the tests: KRaft, loopback only, its data in a folder that goes with it.

with KafkaNode(folder) as node:
    node.bootstrap       # `host:port` of the node itself
    node.proxied         # what it tells those who come through a proxy (tests/proxy.py) to `node.behind`: nobody listens there yet
    node.restart()       # the node is killed and comes back with its data
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NoReturn, Self

import pytest

HERE = Path(__file__).parent
LIBS = HERE / "libs"
STARTS_WITHIN_S = 60
FETCHES_WITHIN_S = 300

SINGLE_NODE = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
"""
"""What every node of ours is, apart from its listeners."""

LISTENERS = """
listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxied}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
"""


class KafkaMissingError(RuntimeError):
    """No Kafka can be started here; the message says what is missing."""


def not_tested(error: KafkaMissingError) -> NoReturn:
    """Skip what needs a real Kafka, loudly; in CI that is a failure."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"the tests on a real Kafka must run in CI: {error}")
    pytest.skip(f"NOT TESTED ON A REAL KAFKA: {error}")


class KafkaNode:
    """A node that runs while the block does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._java = java_with_kafka()
        self._properties = folder / "server.properties"
        self._port, self._behind, self._proxied = free_port(), free_port(), free_port()
        self._properties.write_text(
            (SINGLE_NODE + LISTENERS).format(
                port=self._port, behind=self._behind, proxied=self._proxied, controller=free_port(), data=folder / "data"
            )
        )
        self.bootstrap, self.proxied = f"127.0.0.1:{self._port}", f"127.0.0.1:{self._proxied}"
        self.behind = self._behind

    def __enter__(self) -> Self:
        with self._console() as console:
            format_storage(self._java, self._properties, console)
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Kill the node without a warning, and start it again with what its disk holds."""
        self.kill()
        self._start()

    def _start(self) -> None:
        with self._console() as console:
            self._process = subprocess.Popen([*self._java, "kafka.Kafka", str(self._properties)], stdout=console, stderr=console)
        wait_until_open(self._port, self._process, self._folder)

    def _console(self) -> IO[bytes]:
        return (self._folder / "console.log").open("ab")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def format_storage(java: Sequence[str], properties: Path, console: IO[bytes], *arguments: str) -> None:
    """Make the empty storage that a node of these properties starts from."""
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    form = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties), *arguments]
    subprocess.run(form, check=True, stdout=console, stderr=console)


def java_with_kafka() -> list[str]:
    """How Java is called with Kafka's jars on its class path; Maven fetches them the first time."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None and not (tool == "mvn" and LIBS.is_dir()):
            raise KafkaMissingError(f"{tool!r} is not installed: a real Kafka needs Java 17 and Maven, or DATELINE_TEST_KAFKA=host:port")
    with (HERE / "libs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes that share the tests need it at the same time
        if not LIBS.is_dir():
            _fetch()
    return ["java", "-Xmx512m", "-cp", f"{LIBS}/*"]


def _fetch() -> None:
    incoming = HERE / "libs.incoming"
    fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={incoming}"]
    done = subprocess.run(fetch, cwd=HERE, capture_output=True, text=True, timeout=FETCHES_WITHIN_S, check=False)
    if done.returncode != 0:
        raise KafkaMissingError(f"Maven could not fetch Kafka: {done.stdout[-500:]}{done.stderr[-500:]}")
    incoming.rename(LIBS)  # only a whole set is ever called libs


def wait_until_open(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise KafkaMissingError(f"Kafka did not start: {(folder / 'console.log').read_text()[-1500:]}")
