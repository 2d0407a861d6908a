"""The events of one block, with no more of it in memory than its window of event time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from dateline.merging import LONG_AGO, Block, MergingOptions, merged, past_groups, reported
from dateline.records import Event, Mention

SWEEP_EVERY = timedelta(days=1)  # of event time: what a day more in memory costs is nothing beside the window of six weeks


def events_of(mentions: Iterable[Mention], options: MergingOptions) -> Iterator[Event]:
    """The events that these mentions of one block tell of. They come in the order of `reported`, of each article one version.

    None is late then, so the events are those of all mentions at once. What tells no time at all stays until the end: it may be
    reported again at any time.
    """
    block, swept = Block(options), LONG_AGO
    for mention in mentions:
        moment = reported(mention)
        if moment - swept >= SWEEP_EVERY:
            swept = moment
            for group in past_groups(block, moment, options):
                if any(reported(member) > LONG_AGO for member in group):
                    yield merged(group)
                    for member in group:
                        block.discard(member.mention_id)
            block.regroup()
        block.add(mention)
    yield from map(merged, block.groups())
