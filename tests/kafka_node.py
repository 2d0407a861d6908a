"""One real Apache Kafka node for the tests: KRaft, loopback only, its data in a folder that goes with it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
LIBS = HERE / "libs"
STARTS_WITHIN_S = 60
FETCHES_WITHIN_S = 300

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
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


class KafkaMissingError(RuntimeError):
    """No Kafka can be started here; the message says what is missing."""


@contextmanager
def kafka_node(folder: Path) -> Iterator[str]:
    """Run a node in this folder and yield its `host:port`."""
    classpath = _libraries()
    port, controller = free_port(), free_port()
    properties = folder / "server.properties"
    properties.write_text(PROPERTIES.format(port=port, controller=controller, data=folder / "data"))
    java = ["java", "-Xmx512m", "-cp", classpath]
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    with (folder / "console.log").open("wb") as console:
        subprocess.run(
            [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)], check=True, stdout=console, stderr=console
        )
        process = subprocess.Popen([*java, "kafka.Kafka", str(properties)], stdout=console, stderr=console)
    try:
        _wait_until_open(port, process, folder)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _libraries() -> str:
    """The class path of Kafka's jars, fetched by Maven the first time."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None and not (tool == "mvn" and LIBS.is_dir()):
            raise KafkaMissingError(f"{tool!r} is not installed: a real Kafka needs Java 17 and Maven, or DATELINE_TEST_KAFKA=host:port")
    if not LIBS.is_dir():
        incoming = HERE / "libs.incoming"
        fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={incoming}"]
        done = subprocess.run(fetch, cwd=HERE, capture_output=True, text=True, timeout=FETCHES_WITHIN_S, check=False)
        if done.returncode != 0:
            raise KafkaMissingError(f"Maven could not fetch Kafka: {done.stdout[-500:]}{done.stderr[-500:]}")
        incoming.rename(LIBS)  # only a whole set is ever called libs
    return f"{LIBS}/*"


def _wait_until_open(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise KafkaMissingError(f"Kafka did not start: {(folder / 'console.log').read_text()[-1500:]}")
