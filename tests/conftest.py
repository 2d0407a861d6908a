"""Brokers to test against: the embedded one, and a real Apache Kafka that is started once for all tests that ask for it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from kafka_node import KafkaMissingError, kafka_node

from dateline.delivery.broker import embedded_broker


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `host:port` of a real Apache Kafka: DATELINE_TEST_KAFKA, or a node started with Java and Maven."""
    if given := os.environ.get("DATELINE_TEST_KAFKA"):
        yield given
        return
    try:
        with kafka_node(tmp_path_factory.mktemp("kafka")) as bootstrap:
            yield bootstrap
    except KafkaMissingError as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"the tests on a real Kafka must run in CI: {error}")
        pytest.skip(f"NOT TESTED ON A REAL KAFKA: {error}")


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[str]:
    async with embedded_broker(log_file=tmp_path / "broker.log") as bootstrap:
        yield bootstrap
