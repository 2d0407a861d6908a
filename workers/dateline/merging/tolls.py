"""One toll out of many."""

from __future__ import annotations

from collections.abc import Sequence

from dateline.records import Count


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
    agreeing = max(([other for other in counts if _agree(count, other)] for count in counts), key=len)
    if 2 * len(agreeing) > len(counts) and all(_agree(one, other) for one in agreeing for other in agreeing):
        counts = agreeing
    low, highs = max(count.low for count in counts), [count.high for count in counts if count.high is not None]
    high = min(highs, default=None)
    if high is not None and high < low:  # they contradict each other
        low, high = min(count.low for count in counts), max(low, *highs)
    return Count(low=low, high=high, text=counts[-1].text)


def _agree(one: Count, other: Count) -> bool:
    return (other.high is None or one.low <= other.high) and (one.high is None or other.low <= one.high)
