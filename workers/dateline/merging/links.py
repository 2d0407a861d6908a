"""Which mentions of a block are linked: each with its likeliest partners, as far as the odds reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dateline.merging.evidence import NEVER, candidates, scores
from dateline.merging.options import MergingOptions
from dateline.merging.table import Table

Score = int
"""Thousandths of the logarithm of the odds, or `NEVER`."""


class Links:
    """Links between the rows of a table; what they are depends on the rows that are alive, not on the order in which they came.

    Two rows are linked when their words alone would make them one event, and either is among the other's `max_links` likeliest: that
    bounds a block in which everything resembles everything. A link whose score is `NEVER` keeps apart what others would join.
    """

    def __init__(self, table: Table, options: MergingOptions) -> None:
        self._table = table
        self._options = options
        self._least = round(options.join * 1000)
        self._own: dict[int, dict[int, tuple[int, Score]]] = {}  # by row: its likeliest partners, with soft and true score
        self._held_by: dict[int, set[int]] = {}
        self._weakest = np.zeros(0, dtype=np.int64)  # by row: the soft score that a partner must reach to be among its own

    def add(self, row: int) -> set[int]:
        """Link a new row. The answer is every row whose links changed."""
        self._held_by[row] = set()
        self._weakest = np.append(self._weakest, np.full(row + 1 - len(self._weakest), self._least))
        changed = {row}
        partners, softs, true = self._partners(row)
        self._take(row, partners, softs, true)
        changed.update(self._own[row])
        for other, soft, score in zip(partners.tolist(), softs.tolist(), true.tolist(), strict=True):
            if soft >= self._weakest[other]:
                changed.update((other, *self._offer(other, row, soft, score)))
        return changed

    def drop(self, row: int) -> set[int]:
        """Forget a row that is no longer alive. The answer is every other row whose links changed."""
        changed = set(self.of(row, NEVER))
        for other in self._own.pop(row):
            self._held_by[other].discard(row)
        for other in sorted(self._held_by.pop(row)):
            was_full = self.is_full(other)
            del self._own[other][row]
            if was_full:  # one that it had no room for may take the place
                before = set(self._own[other])
                for partner in before:
                    self._held_by[partner].discard(other)
                self._take(other, *self._partners(other))
                changed |= {other, *before, *self._own[other]}
        changed.discard(row)
        return changed

    def of(self, row: int, least: Score) -> list[int]:
        """The rows linked to this one with at least this score, each once."""
        own = self._own[row]
        found = [other for other, (_, score) in own.items() if score >= least]
        return found + [other for other in self._held_by[row] if other not in own and self._own[other][row][1] >= least]

    def scored(self, row: int) -> Iterator[tuple[int, Score]]:
        """A row's likeliest partners, with the score of each; the row may be among those of others too."""
        for other, (_, score) in self._own[row].items():
            yield other, score

    def is_full(self, row: int) -> bool:
        """Whether a row may have more partners than are kept: then a missing link says nothing."""
        return len(self._own[row]) >= self._options.max_links

    def renumbered(self, table: Table, row_of: dict[int, int]) -> Links:
        """The same links among the rows of another table."""
        links = Links(table, self._options)
        links._own = {row_of[row]: {row_of[other]: link for other, link in own.items()} for row, own in self._own.items()}
        links._held_by = {row_of[row]: {row_of[other] for other in others} for row, others in self._held_by.items()}
        links._weakest = np.array([self._weakest[row] for row in row_of], dtype=np.int64)
        return links

    def _partners(self, row: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
        """The rows that it may be linked to, the likeliest first, with their soft and true scores."""
        if not self._table["timed"][row]:
            return (np.zeros(0, dtype=np.int64),) * 3
        rows, alike = candidates(self._table, row, self._options)
        true, soft = scores(self._table, row, rows, alike, self._options)
        kept = soft >= self._least
        rows, true, soft = rows[kept], true[kept], soft[kept]
        order = sorted(range(len(rows)), key=lambda at: (-soft[at], self._id(int(rows[at]))))
        return rows[order], soft[order], true[order]

    def _take(self, row: int, partners: object, softs: object, true: object) -> None:
        """Make the first `max_links` of these a row's own."""
        limit = self._options.max_links
        triples = zip(partners.tolist()[:limit], softs.tolist(), true.tolist())  # type: ignore[attr-defined]  # noqa: B905
        self._own[row] = {other: (soft, score) for other, soft, score in triples}
        for other in self._own[row]:
            self._held_by[other].add(row)
        self._weakest[row] = min((soft for soft, _ in self._own[row].values()), default=0) if self.is_full(row) else self._least

    def _offer(self, row: int, partner: int, soft: int, score: Score) -> Iterator[int]:
        """Make `partner` one of a row's own if it is among its likeliest; the answer is whoever had to go."""
        own = self._own[row]
        own[partner] = soft, score
        self._held_by[partner].add(row)
        if len(own) > self._options.max_links:
            last = max(own, key=lambda other: (-own[other][0], self._id(other)))
            del own[last]
            self._held_by[last].discard(row)
            yield last
        if self.is_full(row):
            self._weakest[row] = min(soft for soft, _ in own.values())

    def _id(self, row: int) -> str:
        mention = self._table.mentions[row]
        return mention.mention_id if mention else ""
