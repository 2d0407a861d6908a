"""A program of somebody else's, written against version 1 of the events and never touched again. It knows nothing of our code.

Frozen: change it only to correct what never worked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable


def table_of(records: Iterable[tuple[bytes, bytes | None]]) -> dict[str, tuple[object, ...]]:
    """The events that hold, by id: what, where, when, how bad, on whose word."""
    table: dict[str, tuple[object, ...]] = {}
    for key, value in records:
        event_id = key.decode()
        if value is None:
            table.pop(event_id, None)
            continue
        event = json.loads(value)
        if event["version"] != 1:
            raise ValueError(f"not for us: version {event['version']}")
        assert event["event_id"] == event_id
        if event["state"] in ("merged", "retracted"):
            table.pop(event_id, None)
            continue
        place, date, killed = event["place"], event["date"], event["casualties"]["killed"]
        table[event_id] = (
            event["event_type"],
            event["event_mode"],
            event["status"],
            [actor["name"] for actor in event["actors"]],
            [recipient["name"] for recipient in event["recipients"]],
            (place["country"], place["lat"], place["lon"], place["level"]) if place else None,
            (date["start"], date["end"], date["precision"]) if date else None,
            (killed["low"], killed["high"]) if killed else None,
            [(part["article_id"], part["field"], part["start"], part["end"]) for part in event["evidence"]],
            [source["article_id"] for source in event["sources"]],
            event["source_count"],
            event["codes"]["cameo_root"],
            event["confidence"],
        )
    return table
