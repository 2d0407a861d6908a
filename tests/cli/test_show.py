"""What a person sees of an event."""

from __future__ import annotations

import re

from plain_reading import read_plain
from rich.console import Console

from dateline.cli.show import print_event
from dateline.merging import merge_all
from dateline.records import Article, Event, Evidence
from dateline.settings import load


def shown(text: str, evidence: str, because: tuple[str, ...] = ()) -> str:
    """An event with this evidence, as printed on a terminal."""
    article = Article(article_id="a", text="ASSAULT SY 2025-12-20 killed 3")
    (event,) = merge_all(read_plain(article), load().merging)
    start = text.index(evidence)
    quoted = Evidence(article_id="a", field="text", start=start, end=start + len(evidence), text=evidence)
    values = {name: getattr(event, name) for name in Event.__dataclass_fields__} | {"evidence": (quoted,)}
    console = Console(width=160, force_terminal=True, color_system="standard")
    with console.capture() as captured:
        print_event(console, Event(**values), articles={"a": Article(article_id="a", text=text)}, because=because)
    return captured.get()


def test_evidence_is_underlined_in_its_sentence() -> None:
    text = "It rained. Police said gunmen killed three men\nnear the port. The shops are shut."
    printed = shown(text, "gunmen killed three men")
    assert re.findall(r"\x1b\[[\d;]*4m(.*?)\x1b", printed) == ["gunmen killed three men"]
    assert "“Police said gunmen killed three men near the port.”" in re.sub(r"\x1b\[[\d;]*m", "", printed)


def test_reasons_are_printed_where_given() -> None:
    assert "told by a verb +0.6" in shown("Gunmen killed three men.", "Gunmen killed three men.", ("told by a verb +0.6",))
