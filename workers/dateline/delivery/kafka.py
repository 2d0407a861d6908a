"""The connection: how to reach Kafka, what the topics are called, and the two clients everything is built on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

HEADROOM = 1_000_000
"""Bytes a record may be longer than what it was made of: a dead letter is its input and headers, and must fit where that fitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """How to reach the cluster, and how topics are made on it."""

    bootstrap: str
    partitions: int
    replication_factor: int
    idempotence: bool
    request_timeout_s: float
    linger_ms: int
    max_message_bytes: int
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNames:
    """The five topics of DESIGN, as this installation calls them."""

    feeds: str
    articles: str
    mentions: str
    events: str
    deadletters: str


def make_producer(options: KafkaOptions) -> AIOKafkaProducer:
    """A producer that is told of a delivery only when every in-sync replica has the record. Start and stop it yourself."""
    return AIOKafkaProducer(
        bootstrap_servers=options.bootstrap,
        acks="all",
        enable_idempotence=options.idempotence,
        linger_ms=options.linger_ms,
        request_timeout_ms=int(options.request_timeout_s * 1000),
        max_request_size=options.max_message_bytes + HEADROOM,
        compression_type="gzip",
    )


def make_consumer(options: KafkaOptions, *topics: str, group: str | None = None, **more: Any) -> AIOKafkaConsumer:
    """A consumer of raw bytes that commits nothing by itself. Start and stop it yourself."""
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=options.bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=options.max_message_bytes,
        request_timeout_ms=int(options.request_timeout_s * 1000),
        **more,
    )
