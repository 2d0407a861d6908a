"""A world for a worker: topics of its own on a broker, articles put in, and what comes out at the other ends."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from plain_reading import PlainPool

from dateline.app.topics import prepare_topics
from dateline.app.worker.service import work
from dateline.codec import decode, encode
from dateline.delivery.kafka import TopicNames, make_consumer, make_producer
from dateline.delivery.producing import Headers, Outgoing, deliver
from dateline.records import Article, Event
from dateline.settings import Settings, load

HERE = Path(__file__).parent
DEADLINE_S = 60.0
LOOK_EVERY_S = 0.05


class World:
    """Settings with fresh names, and the verbs a test needs."""

    def __init__(
        self, bootstrap: str, folder: Path, *, partitions: int = 3, idempotence: bool = True, session_timeout_s: float = 15
    ) -> None:
        name = f"t{uuid.uuid4().hex[:10]}"
        defaults = load()
        kafka = replace(
            defaults.kafka, bootstrap=bootstrap, partitions=partitions, idempotence=idempotence, patience_s=20, request_timeout_s=15
        )
        topics = TopicNames(**{field: f"{name}.{field}" for field in asdict(defaults.topics)})
        worker = replace(defaults.worker, group=name, session_timeout_s=session_timeout_s, heartbeat_s=1, commit_interval_s=0.2, drain_s=10)
        polling = replace(defaults.polling, group=f"{name}-pollers", session_timeout_s=6, heartbeat_s=1, let_go_s=2)
        poller = replace(defaults.poller, allow_private_addresses=True)
        http = replace(defaults.http, worker_port=0, poller_port=0)
        self.folder = folder
        self.settings: Settings = defaults.model_copy(
            update={"kafka": kafka, "topics": topics, "worker": worker, "polling": polling, "poller": poller, "http": http}
        )

    async def prepare(self) -> None:
        await prepare_topics(self.settings)

    async def publish(self, articles: Iterable[Article]) -> None:
        await self.put(self.settings.topics.articles, [(article.article_id.encode(), encode(article)) for article in articles])

    async def put(
        self, topic: str, records: Iterable[tuple[bytes | None, bytes | None]], partition: int | None = None, headers: Headers = ()
    ) -> None:
        producer = make_producer(replace(self.settings.kafka, max_message_bytes=10_000_000))  # strangers send more than we would
        await producer.start()
        try:
            await deliver(
                producer,
                [Outgoing(topic=topic, key=key, value=value, headers=tuple(headers), partition=partition) for key, value in records],
                patience_s=30,
            )
        finally:
            await producer.stop()

    async def records(self, topic: str) -> list[ConsumerRecord]:
        consumer = make_consumer(self.settings.kafka)
        await consumer.start()
        try:
            tps = self._partitions(topic)
            ends = await _ends(consumer, tps)
            await consumer.seek_to_beginning(*tps)
            records: list[ConsumerRecord] = []
            while any([await consumer.position(tp) < ends[tp] for tp in tps]):
                records += [record for batch in (await consumer.getmany(timeout_ms=500)).values() for record in batch]
            return records
        finally:
            await consumer.stop()

    async def letters(self) -> list[ConsumerRecord]:
        return await self.records(self.settings.topics.deadletters)

    async def final_events(self) -> dict[bytes, bytes]:
        """What a compacted events topic ends with: the last record of each id, where it is active."""
        last = {record.key: record.value for record in await self.records(self.settings.topics.events)}
        return {key: value for key, value in last.items() if decode(value, Event).state == "active"}

    async def progress(self) -> tuple[int, int]:
        """Committed and existing offsets of the topics the worker reads, summed."""
        async with self._looking() as consumer:
            return await self._progress(consumer)

    async def _progress(self, consumer: AIOKafkaConsumer) -> tuple[int, int]:
        tps = self._partitions(self.settings.topics.articles) + self._partitions(self.settings.topics.mentions)
        ends = await _ends(consumer, tps)
        return sum([await consumer.committed(tp) or 0 for tp in tps]), sum(ends.values())

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = make_consumer(self.settings.kafka, group=self.settings.worker.group)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    def _partitions(self, topic: str) -> list[TopicPartition]:
        return [TopicPartition(topic, partition) for partition in range(self.settings.kafka.partitions)]

    async def until_done(self, records: int) -> None:
        """Wait until so many articles and mentions have been acknowledged, all partitions together."""
        async with self._looking() as consumer:

            async def so_many() -> bool:
                return (await self._progress(consumer))[0] >= records

            await until(so_many, f"{records} records are acknowledged")

    async def until_idle(self, within_s: float = DEADLINE_S) -> None:
        """Wait until everything put in has been acknowledged, articles and the mentions made of them."""
        async with self._looking() as consumer:

            async def idle() -> bool:
                done, end = await self._progress(consumer)
                return done == end

            await until(idle, "everything is acknowledged", within_s)

    @asynccontextmanager
    async def working(self, pool: PlainPool | None = None) -> AsyncIterator[None]:
        """A worker in this process."""
        stopping = asyncio.Event()
        worker = asyncio.create_task(work(self.settings, pool or PlainPool(), stopping))
        try:
            yield
        finally:
            stopping.set()
            await worker

    async def start_process(self, *, log: Path | None = None, **ills: str) -> Process:
        """A worker in a process of its own, to be killed. `ills` are further environment variables (see worker_process.py)."""
        with (log or self.folder / f"worker-{uuid.uuid4().hex[:6]}.log").open("wb") as out:
            return await asyncio.create_subprocess_exec(
                sys.executable, str(HERE / "worker_process.py"), env=os.environ | self.environment() | ills, stdout=out, stderr=out
            )

    def environment(self) -> dict[str, str]:
        sections = {name: asdict(getattr(self.settings, name)) for name in ("kafka", "topics", "reading", "worker", "polling", "http")}
        sections["poller"] = {"allow_private_addresses": self.settings.poller.allow_private_addresses}
        return {f"DATELINE_{section}__{name}".upper(): str(value) for section, values in sections.items() for name, value in values.items()}


async def _ends(consumer: AIOKafkaConsumer, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Where each partition ends, as a fetch tells it: the embedded broker's list of offsets counts its last batch as one record."""
    consumer.assign(tps)
    for tp, end in (await consumer.end_offsets(tps)).items():
        consumer.seek(tp, max(0, end - 1))
    while any(consumer.highwater(tp) is None for tp in tps):
        await consumer.getmany(timeout_ms=100)
    return {tp: consumer.highwater(tp) for tp in tps}


async def until(condition: Callable[[], Awaitable[bool]], what: str, within_s: float = DEADLINE_S) -> None:
    """Wait for a condition, not for a time."""
    try:
        async with asyncio.timeout(within_s):
            while not await condition():  # noqa: ASYNC110 — it happens in other processes, which set no event of ours
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError(f"{within_s:.0f} s have passed and it is not so that {what}") from None
