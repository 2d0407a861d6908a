"""From linked mentions to groups of mentions, each group one event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dateline.merging.evidence import NEVER
from dateline.merging.links import Links
from dateline.merging.options import MergingOptions
from dateline.merging.table import Table


@dataclass(slots=True)
class _Sum:
    """What is known of the links between two clusters."""

    total: int = 0
    known: int = 0
    never: bool = False

    def add(self, other: _Sum) -> None:
        self.total += other.total
        self.known += other.known
        self.never = self.never or other.never


@dataclass(slots=True)
class _Cluster:
    """A group while it grows."""

    rows: list[int]
    articles: set[int]
    full: bool
    sums: dict[int, _Sum] = field(default_factory=dict)  # by the number of another cluster


def gather(rows: Sequence[int], table: Table, links: Links, options: MergingOptions) -> list[list[int]]:
    """Put together the rows of a component that are one event: average linkage, the best links followed first.

    Two clusters become one when the mean score over all pairs of them reaches `join`, a pair without a link counting as `unlinked`;
    never when something rules a pair out, nor when one article tells both. So no chain of vague reports leads from one event to the next.
    """
    clusters = {row: _Cluster([row], {int(table["article"][row])}, links.is_full(row)) for row in rows}
    of_row = {row: row for row in rows}
    wanted = []
    for row in rows:
        for other in links.of(row, NEVER):
            if row < other and other in of_row:
                score = links.score(row, other)
                assert score is not None
                link = _Sum(score, 1) if score > NEVER else _Sum(0, 0, never=True)
                clusters[row].sums[other] = clusters[other].sums[row] = link
                if score > NEVER:
                    wanted.append((-score, *_ids(row, other, table), row, other))
    # Links are shared by both sides until one of them grows; `_join` makes its own sums
    for _, _, _, row, other in sorted(wanted):
        here, there = of_row[row], of_row[other]
        if here != there and _may_join(clusters[here], clusters[there], there, options):
            larger, smaller = (here, there) if len(clusters[here].rows) >= len(clusters[there].rows) else (there, here)
            for moved in clusters[smaller].rows:
                of_row[moved] = larger
            _join(clusters, larger, smaller)
    return [cluster.rows for cluster in clusters.values()]


def _ids(row: int, other: int, table: Table) -> tuple[str, str]:
    one, two = table.mentions[row], table.mentions[other]
    assert one is not None and two is not None  # noqa: PT018
    return min(one.mention_id, two.mention_id), max(one.mention_id, two.mention_id)


def _may_join(here: _Cluster, there: _Cluster, number: int, options: MergingOptions) -> bool:
    link = here.sums[number]
    if link.never or not here.articles.isdisjoint(there.articles):
        return False
    # A mention with more partners than are kept has links that we don't know of: they don't count against it
    missing = 0 if here.full or there.full else len(here.rows) * len(there.rows) - link.known
    return link.total + missing * options.unlinked * 1000 >= options.join * 1000 * (link.known + missing)


def _join(clusters: dict[int, _Cluster], larger: int, smaller: int) -> None:
    into, gone = clusters[larger], clusters.pop(smaller)
    into.rows += gone.rows
    into.articles |= gone.articles
    into.full = into.full or gone.full
    del into.sums[smaller]
    for number, link in gone.sums.items():
        if number == larger:
            continue
        neighbour = clusters[number]
        del neighbour.sums[smaller]
        together = _Sum()
        together.add(link)
        if number in into.sums:
            together.add(into.sums[number])
        into.sums[number] = neighbour.sums[larger] = together


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
