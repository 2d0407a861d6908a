"""WebSub on the poller: hubs asked to push, and what they push read at once.

    async with open_websub(feeds, callbacks, options, fetcher=…, read=…, watch=…) as websub:
        await websub.run(stop)                      # raises what ends the poller too

Inside: asking (which hubs are to be asked, and asking them) and endpoint (what hubs send us) → pending (pushed documents waiting to be
read, bounded) → the poller's own way to change a feed's state, in turn with its polls. The protocol is dateline.poller.websub.
"""

from dateline.app.websub.feeds import Feeds, Watch
from dateline.app.websub.service import WebSub, callbacks_of, open_websub

__all__ = ["Feeds", "Watch", "WebSub", "callbacks_of", "open_websub"]
