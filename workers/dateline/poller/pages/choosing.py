"""Choosing: the page's text or the feed's own, whichever has more of the article and less of what stands around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from dateline.records import TextBasis

_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*\Z")
_GO_ON = (
    "read more|continue reading|read the full (?:story|article)|weiterlesen|mehr lesen|lire la suite|leer más|seguir leyendo|leggi tutto|"
    "continua a leggere|leia mais|lees meer|läs mer|les mer|læs mere|czytaj dalej|читать далее"
)
_CUT = re.compile(rf"(?:…|\.\.\.|\[(?:…|\.\.\.)\]|(?:\A|\n|[.…»\]]\s?)(?:{_GO_ON})[^\n]{{0,80}})[\s»›→>.)\]]*\Z", re.IGNORECASE)
_LINE_CHARS = 100  # a longer line is prose, however it ends
_ALIKE = 0.1  # share of the longer one: texts whose lengths differ less are one text, and the cleaner one is taken
_CUT_COUNTS = 0.5  # of its prose: a text that says it goes on elsewhere gives way to one half as long that is whole


class _Worth(NamedTuple):
    prose: int  # characters in sentences and paragraphs
    share: float  # of all characters
    cut: bool


def better_text(page: str, feed: str, *, paywall: bool = False) -> tuple[str, TextBasis]:
    """The better of the two texts of an article, and where it is from. What a paywall leaves of a page serves only where the feed
    has nothing."""
    if not page or (paywall and feed):
        return feed, "feed"
    if not feed:
        return page, "page"
    here, there = _worth(page), _worth(feed)
    if here.cut == there.cut and abs(here.prose - there.prose) <= _ALIKE * max(here.prose, there.prose):
        return (page, "page") if here.share >= there.share else (feed, "feed")
    return (page, "page") if _counted(here) >= _counted(there) else (feed, "feed")


def _counted(worth: _Worth) -> float:
    return worth.prose * (_CUT_COUNTS if worth.cut else 1)


def _worth(text: str) -> _Worth:
    lines = [line for line in text.split("\n") if line]
    prose = sum(len(line) for line in lines if len(line) >= _LINE_CHARS or _SENTENCE_END.search(line))
    return _Worth(prose, prose / max(1, sum(map(len, lines))), _CUT.search(text) is not None)
