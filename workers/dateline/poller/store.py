"""The order in which a poll's results are kept, so that a crash at any moment loses nothing and gives no version two contents."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from dateline.poller.feeds import FeedState
from dateline.poller.polls import PollResult
from dateline.records import Article


class Store(Protocol):
    """Where articles and states are kept. Each call returns only when what it was given is safe there."""

    async def save(self, state: FeedState) -> None: ...

    async def publish(self, articles: Sequence[Article]) -> None: ...


async def keep(before: FeedState | None, result: PollResult, store: Store) -> None:
    """Announce, publish, save.

    Articles are published before the state that knows them is saved, so a crash between repeats them rather than loses them. What
    is about to be published is announced first: after a crash the next poll knows that these versions may be out. Unchanged, they
    go out again, the same id and version; edited meanwhile, they go out as the next version. Without the announcement an edit
    during the crash would give one version two contents.
    """
    if result.articles:
        await store.save(_announced(before, result))
        await store.publish(result.articles)
    await store.save(result.state)


def _announced(before: FeedState | None, result: PollResult) -> FeedState:
    """The state before, except that it knows of the versions on their way.

    It forgets the validators and the body's hash: they are of the document before, and should the feed go back to that one after
    a crash, "not changed" would leave the versions that went out meanwhile as the last word.
    """
    before = before or FeedState(feed_id=result.state.feed_id, url=result.state.url)
    on_their_way = {article.article_id for article in result.articles}
    seen = {
        key: dataclasses.replace(item, delivered=False) if item.article_id in on_their_way else item
        for key, item in result.state.seen.items()
    }
    return dataclasses.replace(before, seen=seen, etag=None, last_modified=None, body_hash=None)
