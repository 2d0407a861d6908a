"""Topics on a real Apache Kafka: made as DESIGN's table says, and checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from world import World

from dateline.app.options import changelog
from dateline.app.topics import prepare_topics
from dateline.delivery.topics import TopicError

pytestmark = pytest.mark.kafka


async def test_topics_are_made_with_their_settings_and_making_them_again_changes_nothing(kafka: str, tmp_path: Path) -> None:
    world = World(kafka, tmp_path, partitions=3)
    names = world.settings.topics
    counts = await prepare_topics(world.settings)
    assert await prepare_topics(world.settings) == counts
    assert counts[names.articles] == counts[names.mentions] == counts[changelog(world.settings.worker.group)] == 3
    settings = await _settings(kafka, [*counts])
    assert {name: found["cleanup.policy"] for name, found in settings.items()} == {
        names.feeds: "compact",
        names.articles: "delete",
        names.mentions: "delete",
        names.events: "compact",
        names.deadletters: "compact",
        changelog(world.settings.worker.group): "compact",
    }
    assert settings[names.articles]["retention.ms"] == "-1"
    window = world.settings.merging.window_days + world.settings.merging.gap_days
    assert settings[names.mentions]["retention.ms"] == str(window * 86_400_000)


async def test_a_merge_state_with_other_partitions_than_mentions_is_refused(kafka: str, tmp_path: Path) -> None:
    world = World(kafka, tmp_path, partitions=3)
    await _create(kafka, NewTopic(changelog(world.settings.worker.group), 2, 1, topic_configs={"cleanup.policy": "compact"}))
    with pytest.raises(TopicError, match=r"has 3 partitions and .* has 2.*\[worker\] group"):
        await prepare_topics(world.settings)


async def test_a_merge_state_follows_the_partitions_that_mentions_already_has(kafka: str, tmp_path: Path) -> None:
    world = World(kafka, tmp_path, partitions=3)
    await _create(kafka, NewTopic(world.settings.topics.mentions, 5, 1))
    assert (await prepare_topics(world.settings))[changelog(world.settings.worker.group)] == 5


async def test_an_events_topic_that_forgets_is_refused(kafka: str, tmp_path: Path) -> None:
    world = World(kafka, tmp_path)
    await _create(kafka, NewTopic(world.settings.topics.events, 3, 1))
    with pytest.raises(TopicError, match=r"cleanup.policy=delete.*kafka-configs.sh"):
        await prepare_topics(world.settings)


async def _create(bootstrap: str, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([topic])
    await admin.close()


async def _settings(bootstrap: str, names: list[str]) -> dict[str, dict[str, str]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    await admin.close()
    return {name: {entry[0]: entry[1] for entry in entries} for answer in answers for _, _, _, name, entries in answer.resources}
