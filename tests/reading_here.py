"""A Reader in this very process: small documents of our own need no process that can be killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from dateline.poller import Unreadable

P = ParamSpec("P")
T = TypeVar("T")


async def here(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unreadable:
    return function(*args, **kwargs)
