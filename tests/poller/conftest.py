from __future__ import annotations

import dataclasses

import pytest

from dateline.poller import PollerOptions
from dateline.settings import load


@pytest.fixture(scope="session")
def options() -> PollerOptions:
    """The shipped settings, except that tests play their servers on this machine."""
    return dataclasses.replace(load().poller, allow_private_addresses=True, max_items=50, max_seen_items=50, fetch_timeout_s=5)
