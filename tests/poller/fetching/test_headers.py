"""What answers' headers say about time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.poller.fetching.headers import fresh_for, retry_after

NOW = datetime(2025, 12, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 120 ", 120), ("0", 0), ("99999999999999999999", 999999999999), ("Sat, 20 Dec 2025 12:05:00 GMT", 300),
        ("Sat, 20 Dec 2025 11:00:00 GMT", 0), ("soon", None), ("-5", None), ("1.5", None), ("", None), (None, None), ("١٢", None),
        ("Mon, 99 Foo 2025 99:99:99 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_in_either_form(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "max-age=600"}, 600), ({"Cache-Control": 'Public, MAX-AGE="600"'}, 600),
        ({"Cache-Control": "max-age=600", "Age": "200"}, 400), ({"Cache-Control": "max-age=600", "Age": "900"}, None),
        ({"Cache-Control": "no-cache, max-age=315360000"}, None), ({"Cache-Control": "no-store,max-age=600"}, None),
        ({"Cache-Control": "max-age=0", "Expires": "Sat, 20 Dec 2025 13:00:00 GMT"}, None),
        ({"Cache-Control": "max-age=often"}, None), ({"Expires": "Sat, 20 Dec 2025 13:00:00 GMT"}, 3600), ({"Expires": "0"}, None),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"Expires": "Sat, 20 Dec 2025 13:00:00 GMT", "Date": "Sat, 20 Dec 2025 12:59:00 GMT"}, 60),
        ({"Cache-Control": "max-age=600", "Pragma": "no-cache"}, None), ({}, None),
    ],
)  # fmt: skip
def test_how_long_an_answer_stays_fresh(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_for(headers, NOW) == seconds


HEADER = st.text(max_size=60)


@given(st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Date", "Age", "Pragma"]), HEADER), HEADER)
def test_no_header_is_too_strange(headers: dict[str, str], value: str) -> None:
    fresh, after = fresh_for(headers, NOW), retry_after(value, NOW)
    assert fresh is None or fresh > 0
    assert after is None or after >= 0
