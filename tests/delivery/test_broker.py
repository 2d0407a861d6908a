"""The embedded broker: there when asked for, gone with whoever asked."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace

import pytest
from world import until

from dateline.app.topics import prepare_topics
from dateline.delivery.broker import BrokerError, embedded_broker
from dateline.delivery.kafka import make_producer
from dateline.delivery.producing import Outgoing, UndeliverableError, deliver
from dateline.settings import load

OWNER = """
import asyncio, sys
from dateline.delivery.broker import embedded_broker

async def main():
    async with embedded_broker() as bootstrap:
        print(bootstrap, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_topics_can_be_made_on_it_and_making_them_again_changes_nothing(embedded: str) -> None:
    defaults = load()
    kafka = replace(defaults.kafka, bootstrap=embedded, partitions=2, idempotence=False)
    settings = defaults.model_copy(update={"kafka": kafka})
    counts = await prepare_topics(settings)
    assert set(counts.values()) == {2}
    assert await prepare_topics(settings) == counts


async def test_it_dies_with_its_owner() -> None:
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, stdout=PIPE)
    assert owner.stdout is not None
    host, port = (await owner.stdout.readline()).decode().strip().split(":")
    owner.kill()
    await owner.wait()

    async def gone() -> bool:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return True
        writer.close()
        return False

    await until(gone, "the broker is gone", 10)


async def test_a_taken_port_is_refused_and_not_somebody_elses_broker_used(embedded: str) -> None:
    port = int(embedded.rpartition(":")[2])
    with pytest.raises(BrokerError, match=f"port {port} is taken"):
        async with embedded_broker(port):
            pass


async def test_what_is_not_delivered_is_an_error_and_not_silence() -> None:
    kafka = replace(load().kafka, idempotence=False, request_timeout_s=1)
    async with embedded_broker() as bootstrap:
        producer = make_producer(replace(kafka, bootstrap=bootstrap))
        await producer.start()
        (first,) = await deliver(producer, [Outgoing(topic="t", key=b"k", value=b"v")], patience_s=5)
        assert first.offset == 0
    with pytest.raises(UndeliverableError, match="'t'"):
        await deliver(producer, [Outgoing(topic="t", key=b"k", value=b"v")], patience_s=0)
    await producer.stop()
