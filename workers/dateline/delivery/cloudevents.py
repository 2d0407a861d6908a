"""The headers of the events topic: CloudEvents 1.0 in Kafka's binary form, so that generic tools understand our records."""

from __future__ import annotations

from datetime import UTC, datetime

from dateline.delivery.producing import Headers
from dateline.records import Event

SOURCE = "/dateline"
REVISION = "dateline-revision"


def event_headers(event: Event, revision: int) -> Headers:
    """What depends on the path a record took stands here and not in its value (DESIGN, invariant 3)."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": f"{event.event_id}:{revision}",
        "ce_source": SOURCE,
        "ce_type": f"dateline.event.{event.state}",
        "ce_time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
        REVISION: str(revision),
    }
    return tuple((name, text.encode()) for name, text in attributes.items())
