"""Dates as feeds write them; none where two readings are possible."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.poller.parsing.dates import Dates

TEN = datetime(2025, 12, 20, 10, tzinfo=UTC)
DAY = datetime(2025, 12, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Sat, 20 Dec 2025 10:00:00 GMT", TEN), ("20 Dec 25 11:00 +0100", TEN), ("Sat, 20 Dec 2025 05:00:00 EST", TEN),
        ("Sat, 20 Dec 2025 11:00:00 CET", TEN), ("Sat, 20 Dec 2025 19:00:00 JST", TEN), ("Saturday, 20 December 2025 10:00:00 Z", TEN),
        ("Sat, 20 Dec 2025 10:00:00 -0000", TEN), ("Sat, 20 Dec 2025 11:00:00 GMT+1", TEN), ("Sat,20 Dec 2025 5:00 AM EST", TEN),
        ("2025-12-20T10:00:00Z", TEN), ("2025-12-20T11:00:00.000+01:00", TEN), ("2025-12-20 11:00:00 +0100", TEN),
        ("2025-12-20T10:00", TEN),
        ("2025-12-20 10:00:00 UTC", TEN), ("20251220T100000Z", TEN), ("2025-12-20", DAY), ("  2025-12-20\n", DAY), ("1766224800", TEN),
        (1766224800, TEN), ("1766224800000", TEN), ("sáb, 20 dic 2025 10:00", TEN), ("20 décembre 2025", DAY),
        ("20. Dezember 2025 10:00", TEN),
        ("Сб, 20 декабря 2025 13:00:00 +0300", TEN), ("2025年12月20日 10:00", TEN), ("٢٠ ديسمبر ٢٠٢٥", DAY), ("20/12/2025", DAY),
        ("12/20/2025", DAY), ("20.12.2025", DAY), ("03.04.2025", datetime(2025, 4, 3, tzinfo=UTC)),
        ("03/03/2025", datetime(2025, 3, 3, tzinfo=UTC)),
        ("03/04/2025", None), ("3-4-2025 10:00", None), ("Today", None), ("yesterday", None), ("2 hours ago", None), ("soon", None),
        ("", None),
        ("2025", None), ("December 2025", None), ("10:00", None), ("31 Nov 2025", None), ("Mon, 31 Nov 2025 10:00:00 GMT", None),
        ("0000-00-00 00:00:00", None), ("1" * 5_000, None), (None, None), (True, None), (["2025"], None), (10**30, None),
    ],
)  # fmt: skip
def test_a_date_in_any_dress(written: object, moment: datetime | None) -> None:
    assert Dates(None).read(written) == moment


def test_unreadable_dates_do_not_hold_a_feed_up() -> None:
    dates = Dates("en")
    assert [dates.read(f"{number}th of Octember 2025") for number in range(10)] == [None] * 10
    assert dates.read("20 décembre 2025") is None  # no longer asked
    assert dates.read("2025-12-20") == DAY


@settings(deadline=None)
@given(st.one_of(st.text(st.sampled_from("0123456789-:TZ+/., GMTEST年"), max_size=30), st.integers()))
def test_no_date_raises(written: object) -> None:
    moment = Dates(None).read(written)
    assert moment is None or moment.tzinfo is UTC
