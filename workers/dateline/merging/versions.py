"""Of each article only what its newest version says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dateline.codec import encode
from dateline.merging.when import precedence
from dateline.records import Mention, Withdrawal


def current(mentions: Iterable[Mention], withdrawals: Iterable[Withdrawal] = ()) -> list[Mention]:
    """What holds now, in the order of `precedence`: each mention once, of each article only what its newest version says."""
    newest: defaultdict[str, int] = defaultdict(int)
    for withdrawal in withdrawals:
        newest[withdrawal.article_id] = max(newest[withdrawal.article_id], withdrawal.article_version)
    every = list(mentions)
    for mention in every:
        newest[mention.source.article_id] = max(newest[mention.source.article_id], mention.article_version)
    standing: dict[str, Mention] = {}
    for mention in every:
        if mention.article_version == newest[mention.source.article_id]:
            twin = standing.get(mention.mention_id)
            standing[mention.mention_id] = mention if twin is None else _one_of(mention, twin)
    return sorted(standing.values(), key=precedence)


def _one_of(mention: Mention, twin: Mention) -> Mention:
    """Two records of one id and version differ only when two releases of the program wrote them: any rule will do, if it is one."""
    return mention if mention == twin else max(mention, twin, key=encode)
