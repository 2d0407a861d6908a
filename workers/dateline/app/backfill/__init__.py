"""Backfill: archives onto an articles topic, in the order of publication, however large and old they are.

    done = await Backfilling(settings, paths, topic, folder, progress, stop).run()     # goes on where it was stopped or killed

Archives are read into a table on disk (`sorting`), which tells versions of one article apart and sorts; then the articles go out, oldest
first. `dateline replay --articles-topic TOPIC` makes events of them: in event time, so none is late.
"""

from dateline.app.backfill.run import Backfilled, Backfilling, BusyError
from dateline.app.backfill.sorting import backfill_name

__all__ = ["Backfilled", "Backfilling", "BusyError", "backfill_name"]
