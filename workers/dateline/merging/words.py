"""The words of a mention: what it says, and the names it says it with.

Words are common by a fixed list and not by a count over the block: a weight that moves with what else is in the window would make an
event depend on when it was last looked at (DESIGN, invariant 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dateline.records import Mention

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“‘(]\s*)$")
_MIN_CHARS = 2  # one letter or digit tells nothing
_MAX_WORDS = 200  # of one mention; evidence is a sentence or a few, and what is longer is bounded here


def said(mention: Mention, common: frozenset[str]) -> frozenset[str]:
    """The telling words of title and evidence in lower case, without those of the place: the place is weighed on the map."""
    texts = [mention.title or "", *(evidence.text for evidence in mention.evidence)]
    return _telling((word for text in texts for word in _WORD.findall(text)), mention, common)


def named(mention: Mention, common: frozenset[str]) -> frozenset[str]:
    """The words of proper names in parties and evidence, in lower case, without those of the place.

    A capital counts as a name's only inside a sentence; titles capitalise everything and are left out.
    """
    texts = [party.text for party in (*mention.actors, *mention.recipients)]
    names = [word for text in texts for word in _WORD.findall(text) if word[0].isupper()]
    for evidence in mention.evidence:
        if evidence.field == "text":
            names += [
                m.group()
                for m in _WORD.finditer(evidence.text)
                if m.group()[0].isupper() and not _starts_sentence(evidence.text, m.start())
            ]
    return _telling(names, mention, common)


def _telling(words: Iterable[str], mention: Mention, common: frozenset[str]) -> frozenset[str]:
    """The first words in lower case that are neither common nor the place's."""
    idle = common | _place_words(mention)
    distinct = dict.fromkeys(word.lower() for word in words)
    return frozenset([word for word in distinct if len(word) >= _MIN_CHARS and word not in idle][:_MAX_WORDS])


def _starts_sentence(text: str, start: int) -> bool:
    return _SENTENCE_START.search(text, max(0, start - 4), start) is not None


def _place_words(mention: Mention) -> frozenset[str]:
    place = mention.place
    if place is None:
        return frozenset()
    names = (place.name, place.text, place.admin1 or "", place.admin2 or "")
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))
