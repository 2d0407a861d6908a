"""A merge block that keeps its groups up to date as mentions come and go: only what a mention touches is grouped afresh.

    block = Block(options)
    block.add(mention); block.discard(mention_id)
    change = block.regroup()          # the groups that are no longer, and the new ones

The groups are a function of the set of mentions alone, whatever the order in which they came, or came and went: links depend on the two
mentions they join, components on the links, and each component is grouped by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dateline.merging.gather import gather, one_of_each_article
from dateline.merging.links import Links
from dateline.merging.options import MergingOptions
from dateline.merging.table import Table
from dateline.merging.when import precedence
from dateline.records import Mention

Group = tuple[Mention, ...]
"""The mentions of one event, the founding one first."""

# A component larger than `max_component` is taken apart by following only links this much stronger (thousandths of log odds)
_STEPS = tuple(range(0, 3_500, 500))
_MANY_EMPTY = 256  # empty rows are cleared away when there are so many, and more of them than of the others


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Groups that differ from those before."""

    gone: list[Group]
    new: list[Group]


@dataclass(frozen=True, slots=True)
class _Component:
    """Rows that no link leaves, and the groups they make."""

    rows: tuple[int, ...]
    groups: tuple[Group, ...]


class Block:
    """The mentions that may be one event; one of each id, of each article one version (see `current`)."""

    def __init__(self, options: MergingOptions) -> None:
        self._options = options
        self._table = Table(options)
        self._links = Links(self._table, options)
        self._row_of: dict[str, int] = {}
        self._component_of: dict[int, _Component] = {}
        self._changed: set[int] = set()
        self._left: list[_Component] = []  # components of rows that were dropped since the last regrouping

    def __len__(self) -> int:
        return len(self._row_of)

    def __iter__(self) -> Iterator[Mention]:
        for row in self._row_of.values():
            mention = self._table.mentions[row]
            assert mention is not None
            yield mention

    def get(self, mention_id: str) -> Mention | None:
        row = self._row_of.get(mention_id)
        return None if row is None else self._table.mentions[row]

    def add(self, mention: Mention) -> None:
        """Take in a mention, in the place of one with the same id."""
        self.discard(mention.mention_id)
        row = self._row_of[mention.mention_id] = self._table.add(mention)
        self._changed |= self._links.add(row)

    def discard(self, mention_id: str) -> None:
        row = self._row_of.pop(mention_id, None)
        if row is None:
            return
        self._table.drop(row)
        self._changed |= self._links.drop(row)
        self._changed.discard(row)
        if (component := self._component_of.pop(row, None)) is not None:
            self._left.append(component)

    def groups(self) -> list[Group]:
        """Every group, by its founding mention."""
        self.regroup()
        components = {id(component): component for component in self._component_of.values()}
        return sorted((group for component in components.values() for group in component.groups), key=lambda group: precedence(group[0]))

    def regroup(self) -> Regrouped:
        """Group afresh what changed since the last time."""
        gone: dict[tuple[str, ...], Group] = {}
        new: dict[tuple[str, ...], Group] = {}
        pending, done = self._changed, set[int]()
        for component in self._left:
            self._dissolve(component, gone, pending)
        while pending:
            row = pending.pop()
            if row in done or self._table.mentions[row] is None:
                continue
            rows, is_whole = self._component(row)
            for member in rows:
                if (before := self._component_of.get(member)) is not None:
                    self._dissolve(before, gone, pending)
            component = self._grouped(rows, is_whole)
            self._component_of.update(dict.fromkeys(rows, component))
            done.update(rows)
            new.update((_ids(group), group) for group in component.groups)
        self._changed, self._left = set(), []
        same = [ids for ids, group in gone.items() if new.get(ids) == group]
        for ids in same:
            del gone[ids], new[ids]
        self._clear_away()
        return Regrouped(list(gone.values()), list(new.values()))

    def _dissolve(self, component: _Component, gone: dict[tuple[str, ...], Group], pending: set[int]) -> None:
        gone.update((_ids(group), group) for group in component.groups)
        for row in component.rows:
            if self._component_of.get(row) is component:
                del self._component_of[row]
                pending.add(row)

    def _component(self, row: int) -> tuple[list[int], bool]:
        """The rows that links lead to, by the weakest links that lead to no more than `max_component`; and whether that could be kept."""
        least = round(self._options.join * 1000)
        for step in _STEPS:
            rows, whole = self._reached(row, least + step, self._options.max_component)
            if whole:
                return rows, True
        return self._reached(row, least + _STEPS[-1], len(self._row_of))[0], False

    def _reached(self, row: int, least: int, limit: int) -> tuple[list[int], bool]:
        reached, waiting = {row}, [row]
        while waiting:
            more = set(self._links.of(waiting.pop(), least)) - reached
            if len(reached) + len(more) > limit:
                return [], False
            reached |= more
            waiting += more
        return sorted(reached, key=self._order), True

    def _order(self, row: int) -> tuple[object, ...]:
        mention = self._table.mentions[row]
        assert mention is not None
        return precedence(mention)

    def _grouped(self, rows: list[int], is_whole: bool) -> _Component:
        if len(rows) == 1:
            found = [rows]
        elif is_whole:
            found = gather(rows, self._table, self._links, self._options)
        else:
            found = one_of_each_article(rows, self._table)
        return _Component(tuple(rows), tuple(tuple(self._mentions(group)) for group in found))

    def _mentions(self, rows: Iterable[int]) -> list[Mention]:
        return sorted((mention for row in rows if (mention := self._table.mentions[row]) is not None), key=precedence)

    def _clear_away(self) -> None:
        """Number the rows anew without the empty ones."""
        empty = len(self._table) - len(self._row_of)
        if empty < _MANY_EMPTY or empty < len(self._row_of):
            return
        table, row_of = Table(self._options), dict[int, int]()
        for row in sorted(self._row_of.values()):
            mention = self._table.mentions[row]
            assert mention is not None
            row_of[row] = table.add(mention)
        self._links = self._links.renumbered(table, row_of)
        self._table = table
        self._row_of = {mention_id: row_of[row] for mention_id, row in self._row_of.items()}
        moved: dict[int, _Component] = {}
        for component in {id(component): component for component in self._component_of.values()}.values():
            rows = tuple(row_of[row] for row in component.rows)
            moved.update(dict.fromkeys(rows, _Component(rows, component.groups)))
        self._component_of = moved


def _ids(group: Group) -> tuple[str, ...]:
    return tuple(mention.mention_id for mention in group)
