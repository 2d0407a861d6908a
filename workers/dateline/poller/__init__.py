"""The poller: feeds of the open web as articles.

    feeds = read_feeds("feeds.opml")                                 # list[Feed]; an address gives one feed
    async with open_fetcher(options) as fetcher, open_reader(options) as read:
        result = await poll(feed, state, fetcher=fetcher, read=read, options=options, now=now)
        result.outcome     # news, unchanged, not_modified, failed (reason and next poll in the state), gone
        result.articles    # what is new or edited, as versions of articles, oldest first
        result.state       # the FeedState to hand in next time
        await keep(state, result, store)                             # articles first, then the state

Inside: opml (the list) → fetching (bytes) → parsing (items) → identity (which item is which, by its claims) → comparing (what differs from
what is known) → changes (what is to be told) → visits (its page fetched) → pages (read) → articles. polls is one step of it all; pushes
the same for what a hub sent; single a page outside any feed. feeds is a feed's state, folding how it is kept in little memory, schedule
when it is asked again, standing how it is; websub the protocol of hubs, subscribing what the state becomes by it; store the order of
keeping. Nothing here knows of topics.
"""

from dateline.poller.comparing import Document
from dateline.poller.feeds import FeedState, SeenItem, as_listed
from dateline.poller.fetching import Busy, Fetched, Fetcher, Gone, HttpFetcher, NotModified, Retry, open_fetcher
from dateline.poller.folding import encode_state, fold
from dateline.poller.opml import Feed, FeedList, Refused, UnreadableFeedListError, feed, parse_opml, read_feeds, read_opml, write_opml
from dateline.poller.options import PollerOptions
from dateline.poller.pages import page_text
from dateline.poller.parsing import FeedLink, Item, ParsedFeed, Unreadable, discover, parse_feed
from dateline.poller.polls import PollOutcome, PollResult, Step, poll
from dateline.poller.reading import ProcessReader, Reader, open_reader
from dateline.poller.schedule import failed
from dateline.poller.single import UnreadablePageError, read_article, saved_article
from dateline.poller.standing import Health, health, silent
from dateline.poller.store import Store, keep

__all__ = [
    "Busy",
    "Document",
    "Feed",
    "FeedLink",
    "FeedList",
    "FeedState",
    "Fetched",
    "Fetcher",
    "Gone",
    "Health",
    "HttpFetcher",
    "Item",
    "NotModified",
    "ParsedFeed",
    "PollOutcome",
    "PollResult",
    "PollerOptions",
    "ProcessReader",
    "Reader",
    "Refused",
    "Retry",
    "SeenItem",
    "Step",
    "Store",
    "Unreadable",
    "UnreadableFeedListError",
    "UnreadablePageError",
    "as_listed",
    "discover",
    "encode_state",
    "failed",
    "feed",
    "fold",
    "health",
    "keep",
    "open_fetcher",
    "open_reader",
    "page_text",
    "parse_feed",
    "parse_opml",
    "poll",
    "read_article",
    "read_feeds",
    "read_opml",
    "saved_article",
    "silent",
    "write_opml",
]  # fmt: skip
