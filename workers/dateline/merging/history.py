"""What becomes of events over time: what to publish of a change, and what the window lets go of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dateline.merging.block import Block, Group
from dateline.merging.blocks import block_key
from dateline.merging.merged import event_id
from dateline.merging.options import MergingOptions
from dateline.merging.versions import current
from dateline.merging.when import founding_article, horizon, reported
from dateline.records import Event, Evidence, Mention


def changes(before: Mapping[str, Event], now: Iterable[Event]) -> list[Event]:
    """What must be published so that the last record of each id is true: first what is new or changed, then what is no longer.

    `before` is the last published record by id; `now` the active events. An event that is gone was `merged` into the one that now
    rests on the words that founded it, or `retracted` if none does. What the window let go of must have left `before` too.
    """
    active = {event.event_id: event for event in sorted(now, key=lambda event: event.event_id)}
    resting_on: dict[Words, str] = {}
    for event in active.values():
        for words in rests_on(event):
            resting_on.setdefault(words, event.event_id)
    told = [event for event in active.values() if before.get(event.event_id) != event]
    gone = [event for _, event in sorted(before.items()) if event.state == "active" and event.event_id not in active]
    return told + [ended(event, resting_on.get) for event in gone]


Words = tuple[str, Evidence]
"""Words that an event rests on, and as which type, or family of types."""


def rests_on(event: Event) -> Iterator[Words]:
    """The words by which an event that is no longer finds this one: those of its type, then those of its family."""
    for evidence in event.evidence:
        for kind in (event.event_type, block_key(event.event_type)):
            yield kind, evidence


def ended(event: Event, resting_on: Callable[[Words], str | None]) -> Event:
    """What to say of an event that is no longer: `resting_on` gives the id of the first active event that rests on some words.

    It was merged into the event of its type that rests on its founding words, else into one that takes the same for an accident, or
    an attack.
    """
    founding = [evidence for evidence in event.evidence if evidence.article_id == founding_article(event)]
    kinds = (event.event_type, block_key(event.event_type))
    heir = next((heir for kind in kinds for evidence in founding if (heir := resting_on((kind, evidence))) is not None), None)
    return replace(event, state="merged" if heir else "retracted", merged_into=heir)


@dataclass(frozen=True, slots=True)
class Expired:
    """Ids of what can change no more."""

    events: frozenset[str]
    mentions: frozenset[str]


def expired(mentions: Iterable[Mention], watermark: datetime, options: MergingOptions) -> Expired:
    """Which events, with all their mentions, are past the window: those whose newest mention is.

    Whole events only, so that what is left clusters as it did: no mention left was joined to one that goes, and none that is not late
    (`is_late`) can be.
    """
    every, end = list(mentions), horizon(watermark, options)
    if all(reported(mention) >= end for mention in every):
        return Expired(frozenset(), frozenset())
    block = Block(options)
    for mention in current(every):
        block.add(mention)
    past = past_groups(block, watermark, options)
    standing = {mention.mention_id for mention in block}
    gone = {mention.mention_id for group in past for mention in group}
    gone |= {mention.mention_id for mention in every if mention.mention_id not in standing and reported(mention) < end}  # superseded
    return Expired(frozenset(event_id(group[0]) for group in past), frozenset(gone))


def past_groups(block: Block, watermark: datetime, options: MergingOptions) -> list[Group]:
    """The groups of a block that are past the window."""
    end = horizon(watermark, options)
    if all(reported(mention) >= end for mention in block):
        return []
    return [group for group in block.groups() if all(reported(mention) < end for mention in group)]
