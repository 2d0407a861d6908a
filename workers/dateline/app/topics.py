"""Which topics this installation needs."""

from __future__ import annotations

from datetime import timedelta

from dateline.app.options import changelog
from dateline.delivery.topics import ensure_topics
from dateline.settings import Settings


async def prepare_topics(settings: Settings) -> dict[str, int]:
    """Make and check every topic, the merge state's included; return the partitions of each. Raises TopicError."""
    return await ensure_topics(
        settings.kafka,
        settings.topics,
        merge_window=timedelta(days=settings.merging.window_days + settings.merging.gap_days),
        changelogs=[changelog(settings.worker.group)],
    )
