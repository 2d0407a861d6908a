"""The topics: made with the settings that DESIGN's table asks for, and checked at every start.

counts = await ensure_topics(kafka, names, merge_window=timedelta(days=14), changelogs=["dateline-merge-changelog"])
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from dateline.delivery.kafka import HEADROOM, KafkaOptions, TopicNames, make_admin, start

VISIBLE_WITHIN_S = 15.0  # a new topic reaches every broker's metadata in milliseconds; longer means that the cluster is ill
FOREVER = "-1"
POLICY, RETENTION, MAX_BYTES, TIMES = "cleanup.policy", "retention.ms", "max.message.bytes", "message.timestamp.type"


class TopicError(RuntimeError):
    """A topic is not as it must be, or could not be made; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a topic must be like. `partitions` as a name: as many as that topic has."""

    name: str
    partitions: int | str
    config: Mapping[str, str]


async def ensure_topics(
    kafka: KafkaOptions, names: TopicNames, *, merge_window: timedelta, changelogs: Iterable[str] = ()
) -> dict[str, int]:
    """Make the topics that are missing, check those that are there; return the partitions of each.

    A changelog holds the merge state of the partitions of the mentions topic, one to one, so it must have as many.
    Raises TopicError.
    """
    wanted = wanted_topics(kafka, names, merge_window, changelogs)
    admin = make_admin(kafka)
    await start(admin, kafka)
    try:
        ours = [topic for topic in wanted if isinstance(topic.partitions, int)]
        counts = await _make_missing(admin, ours, {}, kafka.replication_factor)
        counts |= await _make_missing(admin, [topic for topic in wanted if topic not in ours], counts, kafka.replication_factor)
        _check_partitions(wanted, counts)
        await _check_compaction(admin, wanted)
    finally:
        await admin.close()
    return counts


def wanted_topics(kafka: KafkaOptions, names: TopicNames, merge_window: timedelta, changelogs: Iterable[str] = ()) -> list[Wanted]:
    """DESIGN's table of topics, as settings."""
    # The broker's clock, not a producer's: one that is set wrong would have its records refused, or mentions deleted before they are read
    ours = {MAX_BYTES: str(kafka.max_message_bytes), TIMES: "LogAppendTime"}
    compacted, kept = ours | {POLICY: "compact"}, ours | {POLICY: "delete", RETENTION: FOREVER}
    for_the_window = kept | {RETENTION: str(int(merge_window.total_seconds() * 1000))}
    return [
        Wanted(names.feeds, kafka.partitions, compacted),
        Wanted(names.articles, kafka.partitions, kept),
        Wanted(names.mentions, kafka.partitions, for_the_window),
        Wanted(names.events, kafka.partitions, compacted),
        Wanted(names.deadletters, kafka.partitions, compacted | {MAX_BYTES: str(kafka.max_message_bytes + HEADROOM)}),
        *(Wanted(changelog, names.mentions, compacted) for changelog in changelogs),
    ]


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    # All topics, not ours by name: some brokers create what they are asked about.
    return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics() if topic["error_code"] == 0}


async def _partitions_of(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The partitions of these topics, once the brokers have told each other of the new ones."""
    try:
        async with asyncio.timeout(VISIBLE_WITHIN_S):
            while True:
                counts = await _partitions(admin)
                if all(counts.get(name) for name in names):
                    return {name: counts[name] for name in names}
                await asyncio.sleep(0.05)
    except TimeoutError:
        absent = ", ".join(name for name in names if not counts.get(name))
        raise TopicError(f"made {absent}, and {VISIBLE_WITHIN_S:.0f} s later the cluster doesn't show it: is a broker down?") from None


async def _make_missing(
    admin: AIOKafkaAdminClient, wanted: Sequence[Wanted], counts: Mapping[str, int], replication: int
) -> dict[str, int]:
    """Make those of the topics that aren't there; return the partitions of all of them as they are."""
    there = await _partitions(admin)
    new = [
        NewTopic(
            topic.name,
            topic.partitions if isinstance(topic.partitions, int) else counts[topic.partitions],
            replication,
            topic_configs=dict(topic.config),
        )
        for topic in wanted
        if topic.name not in there
    ]
    for name, code, message in (await admin.create_topics(new)).topic_errors if new else ():
        if code not in (0, TopicAlreadyExistsError.errno):  # another worker that starts beside us may have been quicker
            raise TopicError(f"could not make the topic {name!r}: {message or for_code(code).__name__}. Make it by hand or allow us to.")
    return await _partitions_of(admin, [topic.name for topic in wanted])


def _check_partitions(wanted: Iterable[Wanted], counts: Mapping[str, int]) -> None:
    for topic in wanted:
        if isinstance(topic.partitions, str) and counts[topic.name] != counts[topic.partitions]:
            raise TopicError(
                f"{topic.partitions!r} has {counts[topic.partitions]} partitions and {topic.name!r}, which holds the merge state, has "
                f"{counts[topic.name]}. Partitions can't be changed under a merge state: set [worker] group to a new name and replay."
            )


async def _check_compaction(admin: AIOKafkaAdminClient, wanted: Iterable[Wanted]) -> None:
    """A topic that must be compacted and is not forgets the last state of an event or feed after a week, without a word."""
    compacted = [topic.name for topic in wanted if topic.config[POLICY] == "compact"]
    answers: list[Any] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in compacted])
    for _, _, _, name, entries in (resource for answer in answers for resource in answer.resources):
        policy = {entry[0]: entry[1] for entry in entries}.get(POLICY)
        if policy is not None and "compact" not in policy:
            raise TopicError(
                f"the topic {name!r} has {POLICY}={policy} and would lose records that are still true. Set it to compact: "
                f"kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config {POLICY}=compact"
            )
