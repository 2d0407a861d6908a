"""One toll out of many."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.records import Casualties, Count

_ONE = re.compile(r"\b(?:one|1|only|single|lone|sole)\b", re.IGNORECASE)


def merged_casualties(told: Sequence[Casualties], origin_of: Sequence[int]) -> Casualties:
    """The killed and the injured out of what each source tells, in the order of publication."""
    killed = merged_toll(_numbers([one.killed for one in told]), origin_of)
    injured = merged_toll([one.injured for one in told], origin_of)
    return Casualties(killed=killed, injured=None if _died_since(told, origin_of, killed, injured) else injured)


def _died_since(told: Sequence[Casualties], origin_of: Sequence[int], killed: Count | None, injured: Count | None) -> bool:
    """Whether the one wounded of some reports is among the dead of others: as many origins tell only the dead as tell both."""
    if killed is None or killed.low < 1 or injured is None or injured.high != 1:
        return False
    dead = [(one.injured, origin) for one, origin in zip(told, origin_of, strict=True) if one.killed and one.killed.low]
    both = {origin for hurt, origin in dead if hurt}
    only_dead = {origin for hurt, origin in dead if not hurt}
    return 0 < len(only_dead) >= len(both)


def merged_toll(told: Sequence[Count | None], origin_of: Sequence[int]) -> Count | None:
    """What most independent origins say, each by its newest figure; else the range of the figures. `told` is in the order of publication.

    Figures that agree narrow each other ("at least 5" and "7" make 7). Of figures that don't, those that more than half of the origins
    agree on hold; without such, all are kept from the lowest to the highest. The words are those of the newest that agrees.
    """
    newest: dict[int, Count] = {}
    for count, origin in zip(told, origin_of, strict=True):
        if count is not None:
            newest.pop(origin, None)  # to the end: the dict stays in order of publication
            newest[origin] = count
    if not newest:
        return None
    counts = list(newest.values())
    distinct = {(count.low, count.high): count for count in counts}.values()
    agreeing = max(([other for other in counts if _agree(count, other)] for count in distinct), key=len)
    if 2 * len(agreeing) > len(counts) and _overlap(agreeing):
        counts = agreeing
    low, highs = max(count.low for count in counts), [count.high for count in counts if count.high is not None]
    high = min(highs, default=None)
    if high is not None and high < low:  # they contradict each other
        low, high = min(count.low for count in counts), max(low, *highs)
    return Count(low=low, high=high, text=counts[-1].text)


def _numbers(told: Sequence[Count | None]) -> Sequence[Count | None]:
    """Without those that speak of one dead and give no number, where others count more: "killed an officer", and "three dead"."""
    numbers = [count if count and ((count.low, count.high) != (1, 1) or _ONE.search(count.text or "")) else None for count in told]
    return numbers if any(count and count.low > 1 for count in numbers) else told


def _overlap(counts: Sequence[Count]) -> bool:
    low = max(count.low for count in counts)
    return all(count.high is None or low <= count.high for count in counts)


def _agree(one: Count, other: Count) -> bool:
    return (other.high is None or one.low <= other.high) and (one.high is None or other.low <= one.high)
