"""From linked mentions to groups of mentions, each group one event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dateline.merging.evidence import NEVER
from dateline.merging.links import Links
from dateline.merging.options import MergingOptions
from dateline.merging.table import Table


def gather(rows: Sequence[int], table: Table, links: Links, options: MergingOptions) -> list[list[int]]:
    """Put together the rows of a component that are one event: average linkage, the best links followed first.

    Two clusters become one when the mean score over all pairs of them reaches `join`, a pair without a link counting as `unlinked`;
    never when something rules a pair out, nor when one article tells both. So no chain of vague reports leads from one event to the next.
    """
    clusters = _Clusters(rows, table, links, options)
    for here, there in clusters.wanted(_ids(rows, table)):
        clusters.join(here, there)
    return clusters.members()


def _ids(rows: Sequence[int], table: Table) -> list[str]:
    return [mention.mention_id for row in rows if (mention := table.mentions[row]) is not None]


class _Clusters:
    """Groups while they grow, numbered by one of their members; rows are numbered by their position."""

    def __init__(self, rows: Sequence[int], table: Table, links: Links, options: MergingOptions) -> None:
        count = len(rows)
        self._rows, self._options = rows, options
        self._of = list(range(count))  # by member: the number of its cluster
        self._members = [[number] for number in range(count)]
        self._articles = [{int(table["article"][row])} for row in rows]
        # A mention with more partners than are kept has links that we don't know of: they don't count against it
        self._full = [links.is_full(row) for row in rows]
        scores = np.zeros((count, count), dtype=np.int64)
        place = {row: number for number, row in enumerate(rows)}
        for number, row in enumerate(rows):
            for other, score in links.scored(row):
                if (there := place.get(other)) is not None:
                    scores[number, there] = scores[there, number] = score or 1  # 0 stands for no link, and a thousandth for nothing
        self._never = scores == NEVER
        self._total = np.where(self._never, 0, scores)
        self._known = (self._total != 0).astype(np.int64)

    def wanted(self, ids: Sequence[str]) -> list[tuple[int, int]]:
        """The linked pairs, the best first; of equals by their ids, so that the order does not depend on the rows."""
        rank = np.argsort(np.argsort(np.array(ids)))
        first, second = np.nonzero(np.triu(self._known))
        low, high = np.minimum(rank[first], rank[second]), np.maximum(rank[first], rank[second])
        order = np.lexsort((high, low, -self._total[first, second]))
        return list(zip(first[order].tolist(), second[order].tolist(), strict=True))

    def join(self, one: int, other: int) -> None:
        """Make one cluster of those of these two members, if they may be."""
        here, there = self._of[one], self._of[other]
        if here == there or not self._may_join(here, there):
            return
        if len(self._members[here]) < len(self._members[there]):
            here, there = there, here
        for member in self._members[there]:
            self._of[member] = here
        self._members[here] += self._members[there]
        self._articles[here] |= self._articles[there]
        self._full[here] = self._full[here] or self._full[there]
        self._members[there] = []
        for sums in (self._total, self._known):
            _add(sums, here, there)
        self._never[here] |= self._never[there]
        self._never[:, here] |= self._never[:, there]

    def _may_join(self, here: int, there: int) -> bool:
        if self._never[here, there] or not self._articles[here].isdisjoint(self._articles[there]):
            return False
        known = int(self._known[here, there])
        whole = self._full[here] or self._full[there]
        missing = 0 if whole else len(self._members[here]) * len(self._members[there]) - known
        told = int(self._total[here, there]) + missing * self._options.unlinked * 1000
        return told >= self._options.join * 1000 * (known + missing)

    def members(self) -> list[list[int]]:
        return [[self._rows[member] for member in members] for members in self._members if members]


def _add(sums: NDArray[np.int64], here: int, there: int) -> None:
    """Count what is known of one cluster to another."""
    sums[here] += sums[there]
    sums[:, here] += sums[:, there]


def one_of_each_article(rows: Iterable[int], table: Table) -> list[list[int]]:
    """What is too large to look at pair by pair, and so alike that there is no need: one group, and what its articles tell twice."""
    group, twice, articles = [], [], set()
    for row in rows:
        article = int(table["article"][row])
        if article in articles:
            twice.append([row])
        else:
            articles.add(article)
            group.append(row)
    return [group, *twice]
