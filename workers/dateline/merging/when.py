"""The time of a mention: the days on which what it tells may have happened, and the moment it was told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from dateline.merging.options import MergingOptions
from dateline.records import Event, Mention

LONG_AGO = datetime.min.replace(tzinfo=UTC)
FAR_OFF = datetime.max.replace(tzinfo=UTC)


def told(mention: Mention) -> bool:
    """Whether the text itself says when it happened."""
    return mention.date is not None and mention.date.basis != "publication"


def days(mention: Mention, options: MergingOptions) -> tuple[int, int] | None:
    """First and last day (ordinals) on which it may have happened; None where nothing tells.

    What no text dates happened shortly before it was published, or, when it has not happened yet, shortly before or after.
    """
    if mention.date is not None and told(mention):
        return mention.date.start.toordinal(), mention.date.end.toordinal()
    if mention.source.published is None:
        return (mention.date.start.toordinal(), mention.date.end.toordinal()) if mention.date else None
    published = mention.source.published.date().toordinal()
    ahead = 0 if mention.status in ("actual", "denied") else options.undated_days
    return published - options.undated_days, published + ahead


def reported(mention: Mention) -> datetime:
    """When it was told: the publication, else the end of the day it tells of, else long ago, so that it does not stay for ever."""
    if mention.source.published is not None:
        return mention.source.published
    return datetime.combine(mention.date.end, time.max, tzinfo=UTC) if mention.date else LONG_AGO


def is_late(published: datetime, watermark: datetime, options: MergingOptions) -> bool:
    """Whether an article comes later than the window: then what it might have joined may be gone already."""
    return published < _before(watermark, options.window_days)


def horizon(watermark: datetime, options: MergingOptions) -> datetime:
    """What was last reported before this can be joined by no article that is not late: one may reach `gap_days` behind the window."""
    return _before(watermark, options.window_days + options.gap_days)


def _before(moment: datetime, days: int) -> datetime:
    """So many days before, as far as the calendar goes: a watermark that nothing has raised yet is at its beginning."""
    return moment - min(timedelta(days=days), moment - LONG_AGO)


def precedence(mention: Mention) -> tuple[datetime, str, str]:
    """The order in which mentions count as first: the founding mention of an event is its least."""
    return mention.source.published or FAR_OFF, mention.source.article_id, mention.mention_id


def founding_article(event: Event) -> str:
    """The article whose mention founded the event: sources are kept in the order of `precedence`."""
    return event.sources[0].article_id
