"""From mentions to groups of mentions, each group one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from dateline.codec import encode
from dateline.merging.features import NONE, Columns, columns
from dateline.merging.options import MergingOptions
from dateline.merging.score import links, place_points
from dateline.merging.when import precedence
from dateline.records import Mention, Withdrawal

Group = tuple[Mention, ...]
"""The mentions of one event, the founding one first."""


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


def gather(mentions: Iterable[Mention], options: MergingOptions) -> list[Group]:
    """Put together the mentions that are one event; a function of the set of mentions alone. Takes what `current` gives.

    The best links are followed first. A group is joined to another only when every mention of the one may be the same event as every
    mention of the other (complete linkage on what rules it out), so that no chain of reports leads from one event to the next.
    """
    standing = list(mentions)
    table = columns(standing, options)
    groups = [_Cluster.of(table, row) for row in range(len(table.mentions))]
    of_row = list(range(len(groups)))
    for row, other in _best_links_first(table, options):
        here, there = groups[of_row[row]], groups[of_row[other]]
        if here is not there and here.may_join(there, table, options):
            larger, smaller = (here, there) if len(here.rows) >= len(there.rows) else (there, here)
            target = of_row[larger.rows[0]]
            larger.join(smaller)
            for moved in smaller.rows:
                of_row[moved] = target
    found = [[table.mentions[row] for row in groups[number].rows] for number in sorted(set(of_row))]
    timed = {mention.mention_id for mention in table.mentions}
    alone = [[mention] for mention in standing if mention.mention_id not in timed]
    return sorted((tuple(sorted(group, key=precedence)) for group in found + alone), key=lambda group: precedence(group[0]))


def _best_links_first(table: Columns, options: MergingOptions) -> list[tuple[int, int]]:
    """Pairs of rows by falling score, then by their ids."""
    scored = []
    for row in range(len(table.mentions)):
        others, scores = links(table, row, options)
        scored += [(-score, row, other) for score, other in zip(scores.tolist(), others.tolist(), strict=True)]
    scored.sort(key=lambda link: (link[0], table.mentions[link[1]].mention_id, table.mentions[link[2]].mention_id))
    return [(row, other) for _, row, other in scored]


@dataclass(slots=True)
class _Cluster:
    """A group while it grows, with what is needed to see that nothing in it rules another group out.

    Type, status and country need no check: they are the same along every link. Days may lie `date_slack_days` apart: all pairs of two
    groups do exactly when the latest first day and the earliest last day do.
    """

    rows: list[int]
    articles: set[int]
    modes: set[int]
    latest_first: int
    earliest_last: int
    places: dict[tuple[int, int, int], int] = field(default_factory=dict)  # one row for each different place

    @classmethod
    def of(cls, table: Columns, row: int) -> _Cluster:
        mode, scale = int(table.mode[row]), int(table.scale[row])
        return cls(
            rows=[row],
            articles={int(table.article[row])},
            modes=set() if mode == NONE else {mode},
            latest_first=int(table.first_day[row]),
            earliest_last=int(table.last_day[row]),
            places={} if scale == NONE else {(int(table.spot[row]), scale, int(table.province[row])): row},
        )

    def may_join(self, other: _Cluster, table: Columns, options: MergingOptions) -> bool:
        if not self.articles.isdisjoint(other.articles) or len(self.modes | other.modes) > 1:
            return False
        gap = max(self.latest_first, other.latest_first) - min(self.earliest_last, other.earliest_last)
        if gap > options.date_slack_days:
            return False
        theirs = np.array([row for place, row in other.places.items() if place not in self.places], dtype=np.int64)
        mine = [row for place, row in self.places.items() if place not in other.places]
        return not len(theirs) or all(np.isfinite(place_points(table, row, theirs, options)).all() for row in mine)

    def join(self, other: _Cluster) -> None:
        self.rows += other.rows
        self.articles |= other.articles
        self.modes |= other.modes
        self.latest_first = max(self.latest_first, other.latest_first)
        self.earliest_last = min(self.earliest_last, other.earliest_last)
        self.places = {**other.places, **self.places}
