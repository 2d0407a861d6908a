"""Events and places as a person reads them on a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from dateline.records import Article, Casualties, Count, DateSpan, Event, Evidence, Party, Place

MAX_EVIDENCE = 2  # quotes shown of each event; JSON has them all
MAX_AROUND = 200  # characters of the sentence shown before and behind the evidence
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s|\n\s*\n")


def event_card(
    event: Event, revision: int | None = None, articles: Mapping[str, Article] | None = None, because: Sequence[str] = ()
) -> RenderableType:
    """One event in a few lines: what, where, when; who to whom; the toll; the words; the sources; and why, where given.

    With the articles at hand by their id, the evidence is underlined in the sentence it stands in.
    """
    body: list[RenderableType] = [_headline(event)]
    details = [part for part in (_parties(event), _toll(event.casualties), _sources(event, revision)) if part]
    body += [Padding(Text(line), (0, 0, 0, 2)) for line in details]
    body += [Padding(_quote(item, (articles or {}).get(item.article_id)), (0, 0, 0, 2)) for item in event.evidence[:MAX_EVIDENCE]]
    body += [Padding(Text(line, style="dim"), (0, 0, 0, 4)) for line in because]
    return Group(*body)


def print_event(
    console: Console,
    event: Event,
    revision: int | None = None,
    articles: Mapping[str, Article] | None = None,
    because: Sequence[str] = (),
) -> None:
    console.print(event_card(event, revision, articles, because))
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


def _quote(evidence: Evidence, article: Article | None) -> Text:
    """The evidence, in its sentence where the article is at hand."""
    before, behind = _around(evidence, article) if article else ("", "")
    marked = (" ".join(evidence.text.split()), "underline" if article else "")
    return Text.assemble("“", before, marked, behind, "”", style="italic dim")


def _around(evidence: Evidence, article: Article) -> tuple[str, str]:
    """The rest of the sentence before and behind the evidence, each on one line and not too long."""
    text = (article.title or "") if evidence.field == "title" else article.text
    before = text[max(0, evidence.start - MAX_AROUND) : evidence.start]
    ends = [found.end() for found in _SENTENCE_END.finditer(before)]
    before = before[ends[-1] :] if ends else before
    behind = text[evidence.end : evidence.end + MAX_AROUND]
    if evidence.text.rstrip('"”’)')[-1:] in (".", "!", "?"):
        behind = ""
    elif end := _SENTENCE_END.search(behind):
        behind = behind[: end.end()]
    return _one_line(before), _one_line(behind).rstrip()


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
