"""Telling two states of the same events apart, in words and numbers."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from dateline.app.replay.topic_state import TopicState, scratch
from dateline.delivery.kafka import KafkaOptions
from dateline.records import Event

EXAMPLES = 5  # told of each kind of difference


@dataclass(frozen=True, slots=True)
class Example:
    """One event that differs: `fields` holds the names of those that changed, with what they were and are."""

    event_id: str
    before: Event | None
    now: Event | None
    fields: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Differences:
    """How a second state differs from a first. Only active events count: one that was merged or retracted is gone."""

    same: int = 0
    new: int = 0
    gone: int = 0
    merged: int = 0  # of those gone, the ones that another event took over
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)  # in how many changed events each field differs
    examples: dict[str, list[Example]] = field(default_factory=lambda: {"new": [], "gone": [], "changed": []})

    @property
    def any(self) -> bool:
        return bool(self.new or self.gone or self.changed)

    def add(self, before: Event | None, now: Event | None) -> None:
        """Take in one event, as it was and as it is."""
        was, is_now = _active(before), _active(now)
        if was is None and is_now is None:
            return
        if was is not None and is_now is not None:
            fields = changed_fields(was, is_now)
            if not fields:
                self.same += 1
                return
            self.changed += 1
            self.fields.update(fields.keys())
            self._exemplify("changed", was, is_now, fields)
        elif is_now is not None:
            self.new += 1
            self._exemplify("new", None, is_now, {})
        elif was is not None:
            self.gone += 1
            self.merged += now is not None and now.state == "merged"
            self._exemplify("gone", was, now, {})

    def _exemplify(self, kind: str, before: Event | None, now: Event | None, fields: dict[str, tuple[Any, Any]]) -> None:
        event = now or before
        if event is not None and len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(Example(event.event_id, before, now, fields))

    def as_json(self) -> dict[str, Any]:
        """Counts, and the examples with their fields."""
        counts = {name: getattr(self, name) for name in ("same", "new", "gone", "merged", "changed")}
        return counts | {
            "fields": dict(self.fields.most_common()),
            "examples": {k: [asdict(e) for e in v] for k, v in self.examples.items()},
        }


def _active(event: Event | None) -> Event | None:
    return event if event is not None and event.state == "active" else None


def changed_fields(before: Event, now: Event) -> dict[str, tuple[Any, Any]]:
    """The fields that differ, as JSON tells them."""
    was, is_now = (orjson.loads(orjson.dumps(event)) for event in (before, now))
    return {name: (was.get(name), value) for name, value in is_now.items() if was.get(name) != value}


async def differences(kafka: KafkaOptions, first: str, second: str) -> Differences:
    """How the events of the topic `second` differ from those of `first`. Raises UnknownTopicError."""
    with tempfile.TemporaryDirectory(prefix="dateline-diff-") as folder, scratch(Path(folder) / "topics.db") as database:
        states = [TopicState(database, name) for name in ("a", "b")]
        for state, topic in zip(states, (first, second), strict=True):
            await state.load(kafka, topic)
        found = Differences()
        for before, now in pairs(*states):
            found.add(before, now)
        return found


def pairs(first: TopicState, second: TopicState) -> Iterator[tuple[Event | None, Event | None]]:
    """Each event that holds in either, as both tell it, the ended included."""
    for was in first.active():
        now = second.get(was.event.event_id)
        yield was.event, now.event if now else None
    for is_now in second.active():
        before = first.get(is_now.event.event_id)
        if before is None or before.event.state != "active":
            yield None, is_now.event


def told(found: Differences) -> Iterable[str]:
    """In words, a line each."""
    yield f"{found.same} the same, {found.new} new, {found.gone} gone ({found.merged} of them merged into others), {found.changed} changed"
    if found.fields:
        yield "changed by field: " + ", ".join(f"{name} {count}" for name, count in found.fields.most_common())
    for kind, examples in found.examples.items():
        for example in examples:
            event = example.now if kind == "new" else example.before
            assert event is not None
            yield f"{kind}: {_headline(event)}  {example.event_id}"
            for name, (was, now) in example.fields.items():
                yield f"    {name}: {_short(was)} → {_short(now)}"


def _headline(event: Event) -> str:
    mode = f"/{event.event_mode}" if event.event_mode else ""
    words = " ".join(event.evidence[0].text.split()) if event.evidence else ""
    where, when = (event.place.name if event.place else "place unknown"), (event.date.start if event.date else "date unknown")
    return f"{event.event_type}{mode}  {where}  {when}  “{words[:80]}”"


def _short(value: Any, limit: int = 160) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"
