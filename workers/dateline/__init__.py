"""Dateline: the world's news feeds as a stream of events.

What other programs import:

    from dateline import subscribe, current_events      # see dateline.delivery.subscribe
    from dateline.records import Event
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dateline.delivery.kafka import UnknownTopicError
    from dateline.delivery.subscribe import EventFilter, Received, current_events, subscribe

__version__ = "0.1.0"

__all__ = ["EventFilter", "Received", "UnknownTopicError", "current_events", "subscribe"]


def __getattr__(name: str) -> Any:
    """Import the Kafka client only for who subscribes: reading processes and the command line's help need none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("dateline.delivery.subscribe"), name)
