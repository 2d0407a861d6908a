"""Replay: read articles again, with the extraction of today, and bring an events topic to what they now say.

    replaying = Replaying(settings, plan, folder, progress, stop)
    done = await replaying.run(pool)                       # as often as needed: it goes on where it was stopped or killed

Three steps, and what each gives is kept in a spool on disk (`spool`), so that none needs memory for more than a share of a year:
articles are read in chunks of a partition, mentions merged block by block in event time (`event_time`), and the events told against
what the topic holds (`comparing`). Chunks and blocks are claimed one by one, so several processes share them. `diff` tells topics apart.
"""

from dateline.app.replay.diff import Differences, differences, told
from dateline.app.replay.plan import Plan, StaleSpoolError
from dateline.app.replay.run import Replayed, Replaying

__all__ = ["Differences", "Plan", "Replayed", "Replaying", "StaleSpoolError", "differences", "told"]
