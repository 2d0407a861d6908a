"""Merging: from what articles say of events to the events, each once.

    words = keywords(title, text)                    # what an article is about, for its mentions to be told apart by
    prints = fingerprint(text)                       # by which copies of one text know each other
    key = block_key(event_type)                      # mentions that may be one event meet under the same key
    block = Block(options)                           # a block that keeps its groups up to date; merged(group) is the event of one
    events = cluster(mentions, options)              # the events that these mentions tell of
    records = changes(published, events)             # what to publish so that the last record of every id is true
    gone = expired(mentions, watermark, options)     # what the window of event time lets go of
    events = merge_all(mentions, options)            # every block at once, for batches

Pure functions of sets: the same mentions in any order, twice over, or in any number of parts give the same events with the same ids
(DESIGN, invariants 2 and 3). Nothing here knows of topics or of the time of day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dateline.merging.block import Block, Group, Regrouped
from dateline.merging.blocks import block_key
from dateline.merging.copies import fingerprint
from dateline.merging.history import Expired, Words, changes, ended, expired, past_groups, rests_on
from dateline.merging.merged import event_id, merged
from dateline.merging.options import MergingOptions
from dateline.merging.versions import current
from dateline.merging.when import FAR_OFF, LONG_AGO, is_late, reported
from dateline.merging.words import keywords
from dateline.records import Event, Mention, Withdrawal

__all__ = [
    "LONG_AGO",
    "Block",
    "Expired",
    "Group",
    "MergingOptions",
    "Regrouped",
    "Words",
    "block_key",
    "changes",
    "cluster",
    "current",
    "ended",
    "event_id",
    "expired",
    "fingerprint",
    "is_late",
    "keywords",
    "merge_all",
    "merged",
    "past_groups",
    "reported",
    "rests_on",
]


def cluster(mentions: Iterable[Mention], options: MergingOptions, withdrawals: Iterable[Withdrawal] = ()) -> list[Event]:
    """The events that these mentions tell of, in order of their ids.

    Of each article only the newest version counts, as far as the mentions and withdrawals know of it.
    """
    return _events(current(mentions, withdrawals), options)


def merge_all(mentions: Iterable[Mention], options: MergingOptions, withdrawals: Iterable[Withdrawal] = ()) -> list[Event]:
    """The events of all blocks, by first report; of those reported together first what the articles are mainly about, and the surest."""
    blocks: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in current(mentions, withdrawals):
        blocks[mention.block].append(mention)
    events = [event for block in blocks.values() for event in _events(block, options)]
    return sorted(events, key=lambda event: (event.first_reported or FAR_OFF, not event.central, -event.confidence, event.event_id))


def _events(mentions: Iterable[Mention], options: MergingOptions) -> list[Event]:
    block = Block(options)
    for mention in mentions:
        block.add(mention)
    return sorted((merged(group) for group in block.groups()), key=lambda event: event.event_id)
