from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from poller.traps import Traps, open_traps

from dateline.poller import PollerOptions
from dateline.settings import load


@pytest.fixture(scope="session")
def options() -> PollerOptions:
    """The shipped settings, except that tests play their servers on this machine and don't wait."""
    shipped = load().poller
    return dataclasses.replace(
        shipped,
        allow_private_addresses=True,
        hosts=dataclasses.replace(shipped.hosts, spacing_s=0),
        max_items=50,
        max_seen_items=50,
        fetch_timeout_s=5,
    )


@pytest.fixture
async def traps() -> AsyncIterator[Traps]:
    async with open_traps() as traps:
        yield traps
