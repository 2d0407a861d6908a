"""One toll out of many."""

from __future__ import annotations

from collections.abc import Sequence

from dateline.records import Count


def merged_toll(told: Sequence[Count | None], origin_of: Sequence[int]) -> Count | None:
    """The range of the figures that hold: of each independent origin its newest. `told` is in the order of publication.

    Figures that agree narrow each other ("at least 5" and "7" make 7); figures that don't are kept from the lowest to the highest.
    The words are those of the newest.
    """
    newest: dict[int, Count] = {}
    for count, origin in zip(told, origin_of, strict=True):
        if count is not None:
            newest.pop(origin, None)  # to the end: the dict stays in order of publication
            newest[origin] = count
    if not newest:
        return None
    counts = list(newest.values())
    low, highs = max(count.low for count in counts), [count.high for count in counts if count.high is not None]
    high = min(highs, default=None)
    if high is not None and high < low:  # they contradict each other
        low, high = min(count.low for count in counts), max(low, *highs)
    return Count(low=low, high=high, text=counts[-1].text)
