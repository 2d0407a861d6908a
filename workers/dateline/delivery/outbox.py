"""The outbox: everything a process sends, with one answer to a broker that does not take it.

outbox = Outbox(producer, kafka, topics.deadletters, metrics)
await outbox.send(records)                                   # returns when they are on the broker, or not at all
await outbox.bury(source, error, stage="extract")            # the input goes to the dead letters
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from dateline.delivery.deadletters import Input, dead_letter
from dateline.delivery.kafka import KafkaOptions
from dateline.delivery.last_words import stop_hard
from dateline.delivery.metrics import Metrics
from dateline.delivery.producing import Outgoing, TooLargeError, UndeliverableError, deliver


@dataclass(frozen=True, slots=True)
class Outbox:
    """A started producer and what is needed to use it safely."""

    producer: AIOKafkaProducer
    kafka: KafkaOptions
    deadletters: str
    metrics: Metrics

    async def send(self, records: Sequence[Outgoing], within_s: float | None = None) -> list[RecordMetadata]:
        """Deliver, or end the process: what can't be delivered must not be acknowledged, and waiting for ever helps nobody.

        `within_s` is how long to try: `kafka.patience_s` if not given. None may be larger than topics take: see `too_large`.
        """
        try:
            return await deliver(self.producer, records, self.kafka.patience_s if within_s is None else within_s)
        except (UndeliverableError, TooLargeError) as error:
            stop_hard(f"not delivered: {error}")

    def too_large(self, records: Iterable[Outgoing]) -> TooLargeError | None:
        """Why topics don't take these, or None where they do."""
        for record in records:
            size = len(record.value or b"") + len(record.key or b"")
            if size > self.kafka.max_message_bytes:
                return TooLargeError(f"a record of {size} bytes for {record.topic!r}; {self.kafka.max_message_bytes} are taken")
        return None

    async def bury(self, source: Input, error: BaseException, *, stage: str, attempts: int = 1) -> None:
        """Put an input that can't be read where a person will find it. What is too long even for that is cut, and says so."""
        limit = self.kafka.max_message_bytes
        await self.send([dead_letter(self.deadletters, source, error, stage=stage, attempts=attempts, max_bytes=limit)])
        self.metrics.deadletters.labels(stage).inc()
