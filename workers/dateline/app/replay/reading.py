"""Chunks of the articles topic to what their articles say."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from concurrent.futures import Future
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from dateline.app.long_work import Pace
from dateline.app.replay.plan import Plan
from dateline.app.replay.spool import Spool, Task
from dateline.codec import UnreadableRecordError, decode
from dateline.delivery.reading import in_time, read_range
from dateline.english import OtherLanguageError
from dateline.records import Article, Mention

log = logging.getLogger(__name__)


class Pool(Protocol):
    """Reads articles elsewhere."""

    processes: int

    def submit(self, article: Article) -> Future[list[Mention]]: ...


class Chunk:
    """One chunk on its way through the pool: never more in hand than the pool can use."""

    def __init__(self, task: Task, plan: Plan, pool: Pool, in_hand: int, pace: Pace) -> None:
        self._task = task
        self._plan = plan
        self._pool = pool
        self._in_hand = in_hand
        self._pace = pace
        self._waiting: deque[tuple[Article, asyncio.Future[list[Mention]]]] = deque()
        self._said: list[tuple[Article, list[Mention]]] = []
        self._unreadable = 0

    async def read(self, consumer: AIOKafkaConsumer, spool: Spool) -> None:
        """Read it and keep what it says. Cancelled, it has done nothing."""
        tp = TopicPartition(self._plan.articles, int(self._task.name))
        async for record in read_range(consumer, tp, self._task.start, self._task.stop):
            if in_time(record, self._plan.start, self._plan.end) and (article := self._article(record)) is not None:
                await self._pace.turn()
                self._waiting.append((article, asyncio.wrap_future(self._pool.submit(article))))
            if len(self._waiting) >= self._in_hand:
                await self._finish_oldest()
        while self._waiting:
            await self._finish_oldest()
        spool.keep_read(self._task, self._said, self._unreadable)

    def _article(self, record: ConsumerRecord) -> Article | None:
        try:
            return decode(record.value or b"", Article)
        except UnreadableRecordError as error:
            # The worker that read it first put it among the dead letters: here it is only counted.
            log.warning("%s-%d@%d: %s", record.topic, record.partition, record.offset, error)
            self._unreadable += 1
            return None

    async def _finish_oldest(self) -> None:
        article, future = self._waiting.popleft()
        try:
            said = await future
        except OtherLanguageError:
            said = []
        except Exception as error:  # noqa: BLE001 — whatever an article makes go wrong, the others are read
            log.warning("article %s could not be read: %r", article.article_id, error)
            self._unreadable += 1
            return
        self._said.append((article, said))
