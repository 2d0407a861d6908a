"""Brokers to test against: the embedded one, and a real Apache Kafka that is started once for all tests that ask for it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from kafka_node import KafkaMissingError, KafkaNode, not_tested

from dateline.delivery.broker import embedded_broker


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> str:
    """The `host:port` of a real Apache Kafka: DATELINE_TEST_KAFKA, or a node started with Java and Maven."""
    given: str = os.environ.get("DATELINE_TEST_KAFKA") or request.getfixturevalue("kafka_node").bootstrap
    return given


@pytest.fixture(scope="session")
def kafka_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    """A node of our own, started once: for tests that ask for a Kafka, and those that do things to it."""
    try:
        with KafkaNode(tmp_path_factory.mktemp("kafka")) as node:
            yield node
    except KafkaMissingError as error:
        not_tested(error)


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[str]:
    async with embedded_broker(log_file=tmp_path / "broker.log") as bootstrap:
        yield bootstrap
