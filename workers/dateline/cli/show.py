"""Events and places as a person reads them on a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from dateline.records import Casualties, Count, DateSpan, Event, Party, Place

MAX_EVIDENCE = 2  # quotes shown of each event; JSON has them all


def event_card(event: Event, revision: int | None = None) -> RenderableType:
    """One event in a few lines: what, where, when; who to whom; the toll; the words; the sources."""
    body: list[RenderableType] = [_headline(event)]
    details = [part for part in (_parties(event), _toll(event.casualties), _sources(event, revision)) if part]
    body += [Padding(Text(line), (0, 0, 0, 2)) for line in details]
    body += [Padding(_quote(item.text), (0, 0, 0, 2)) for item in event.evidence[:MAX_EVIDENCE]]
    return Group(*body)


def print_event(console: Console, event: Event, revision: int | None = None) -> None:
    console.print(event_card(event, revision))
    console.print()


def _headline(event: Event) -> Text:
    kind = event.event_type + (f"/{event.event_mode}" if event.event_mode else "")
    line = Text.assemble((kind, "bold"), "  ", (place_line(event.place) or "place unknown", "cyan"), "  ", _when(event.date))
    if event.status != "actual":
        line.append(f"  {event.status}", "yellow")
    line.append(f"  {event.confidence:.2f}", "dim")
    if event.state != "active":
        line.append(f"  {event.state}" + (f" into {event.merged_into}" if event.merged_into else ""), "red")
    return line


def place_line(place: Place | None) -> str:
    """`Deir ez-Zor, Syria`-like: the name, then what holds it, most specific first."""
    if place is None:
        return ""
    parts = [place.name]
    parts += [part for part in (place.admin1, place.country) if part and part != place.name and place.level != "country"]
    return ", ".join(parts) + (f" ({place.level})" if place.level else "")


def _when(date: DateSpan | None) -> str:
    if date is None:
        return "date unknown"
    return date.start.isoformat() if date.start == date.end else f"{date.start} – {date.end}"


def _names(parties: tuple[Party, ...]) -> str:
    return ", ".join(party.name for party in parties)


def _parties(event: Event) -> str:
    who, whom = _names(event.actors) or "unknown", _names(event.recipients)
    line = who + (f" → {whom}" if whom else "")
    return line + (f"   from {event.origin.name}" if event.origin else "") if event.actors or whom or event.origin else ""


def _count(word: str, count: Count | None) -> str:
    if count is None:
        return ""
    if count.high is None:
        return f"at least {count.low} {word}"
    return f"{count.low} {word}" if count.low == count.high else f"{count.low}–{count.high} {word}"


def _toll(casualties: Casualties) -> str:
    return ", ".join(filter(None, (_count("killed", casualties.killed), _count("injured", casualties.injured))))


def _sources(event: Event, revision: int | None) -> str:
    line = f"{event.source_count} source{'s' if event.source_count != 1 else ''}"
    if event.origin_count != event.source_count:
        line += f", {event.origin_count} independent"
    publishers = sorted({source.publisher for source in event.sources if source.publisher})
    if publishers:
        line += f" ({', '.join(publishers)})"
    if event.attribution:
        line += f" · on the word of {', '.join(item.name for item in event.attribution)}"
    line += f" · {event.event_id}"
    return line + (f" rev {revision}" if revision is not None else "")


def _quote(text: str) -> Text:
    return Text(f"“{' '.join(text.split())}”", style="italic dim")
