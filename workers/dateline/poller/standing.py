"""How a feed is, from its state and the time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dateline.poller.feeds import FeedState
from dateline.poller.options import PollerOptions
from dateline.poller.schedule import is_silent

Health = Literal["new", "well", "empty", "failing", "gone", "newer"]
"""Never polled; read without trouble; the same, and never a single item in it; failing since its last success; not polled any more; left
to a newer Dateline, which wrote what is known of it."""


def health(state: FeedState | None) -> Health:
    if state is None or state.last_polled is None:
        return "new"
    if state.retired:
        return "gone"
    if state.failures:
        return "failing"
    return "well" if state.last_new_item else "empty"


def silent(state: FeedState | None, now: datetime, options: PollerOptions) -> bool:
    """Whether nothing new came for far longer than is usual for this feed, however well its server answers.

    Never within `silent_min_s`, for feeds sleep at night, and never of a feed whose habit is not known yet.
    """
    if state is None or state.last_new_item is None or state.retired:
        return False
    quiet_s = (now - state.last_new_item).total_seconds()
    return quiet_s >= options.schedule.silent_min_s and is_silent(state, now, options.schedule.silent_gaps)
