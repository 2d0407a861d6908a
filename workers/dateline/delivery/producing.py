"""Producing: records out, and certainty that they are on the broker before anything else happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

Headers = tuple[tuple[str, bytes], ...]

IN_FLIGHT = 256  # records sent before the first is awaited: bounds memory, and is more than one article or merge makes
RETRY_AFTER_S = 1.0

log = logging.getLogger(__name__)


class UndeliverableError(RuntimeError):
    """The broker did not take these records for longer than we may wait. Whoever gets this must not acknowledge its input."""


class TooLargeError(ValueError):
    """One record is larger than the broker takes: no use trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One record on its way out. `partition` only where the key is not to decide."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


async def deliver(producer: AIOKafkaProducer, records: Iterable[Outgoing], patience_s: float) -> list[RecordMetadata]:
    """Send these records, in order, and return once every in-sync replica has them all.

    A broker that can't be reached is tried again until `patience_s` has passed (an idempotent producer would go on for ever by itself);
    a record that had arrived all the same is then there twice, which upserts allow. Raises UndeliverableError or TooLargeError.
    """
    rest, done = iter(records), []
    while batch := list(islice(rest, IN_FLIGHT)):
        try:
            async with asyncio.timeout(patience_s):
                done += await _deliver_batch(producer, batch)
        except TimeoutError:
            raise UndeliverableError(f"{len(batch)} records to {batch[0].topic!r}: not confirmed within {patience_s:.0f} s") from None
    return done


async def _deliver_batch(producer: AIOKafkaProducer, batch: Sequence[Outgoing]) -> list[RecordMetadata]:
    while True:
        try:
            sent = [await _send(producer, record) for record in batch]
            return list(await asyncio.gather(*sent))
        except MessageSizeTooLargeError as error:
            raise TooLargeError(str(error)) from error
        except KafkaError as error:
            if not error.retriable:
                raise UndeliverableError(f"{len(batch)} records to {batch[0].topic!r}: {type(error).__name__}: {error}") from error
            log.warning("delivery to %s failed, trying again: %r", batch[0].topic, error)
            await asyncio.sleep(RETRY_AFTER_S)


async def _send(producer: AIOKafkaProducer, record: Outgoing) -> asyncio.Future[RecordMetadata]:
    future: asyncio.Future[RecordMetadata] = await producer.send(
        record.topic, value=record.value, key=record.key, headers=list(record.headers), partition=record.partition
    )
    return future
