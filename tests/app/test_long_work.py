"""What work of hours has in common."""

from __future__ import annotations

import pytest

from dateline.app import long_work
from dateline.app.long_work import Pace


async def test_the_rate_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, waited = 100.0, 0.0

    async def sleep(seconds: float) -> None:
        nonlocal clock, waited
        waited += seconds
        clock += seconds

    monkeypatch.setattr(long_work, "monotonic", lambda: clock)
    monkeypatch.setattr(long_work.asyncio, "sleep", sleep)
    pace = Pace(4)
    for _ in range(41):
        await pace.turn()
    assert waited == pytest.approx(10)
    clock += 1000  # a pause earns no burst
    for _ in range(5):
        await pace.turn()
    assert waited == pytest.approx(11)
