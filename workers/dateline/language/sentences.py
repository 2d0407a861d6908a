"""Sentences by rule: where a sentence surely ends. What is left in one piece here, the parser may still part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dateline.language.tokens import Slice

# "BEIRUT (AP) —", "COLUMBIA, Ky. (WBKO) -", "KANSAS CITY, Mo. --": a town in capitals, what holds it, the agency, a dash
DATELINE = re.compile(
    r"\W{0,3}[A-ZÀ-ÖØ-Þ]{3}[A-ZÀ-ÖØ-Þ.'’-]*(?:,? [A-Z][A-Za-z.'’-]{0,30}){0,6},? ?(?:\([^)\n]{1,40}\))? ?(?:—|–|--|-|―)\s+"
)

_STOPS = frozenset(".!?…") | {"...", "?!", "!!", "??"}
_CLOSING = frozenset("\"'”’)]»") | {"''"}
_LONGEST = 128  # tokens of one piece: a list without a full stop is cut, so that no tree grows with the text; few sentences are longer


def sentences(words: Sequence[str], starts: Sequence[int], text: str) -> list[Slice]:
    """The sentences of a text, from its tokens and where each starts. They cover it without gap.

    The tokenizer leaves the full stop of an abbreviation at its word, so one that stands alone ends a sentence, unless a small letter
    follows; so does an empty line. A dateline is a sentence: left to itself the parser makes a subject of it.
    """
    dateline = DATELINE.match(text)
    after_dateline = dateline.end() if dateline else 0
    found, begin = [], 0
    for at in range(1, len(words)):
        dated = starts[at - 1] < after_dateline <= starts[at]
        if dated or at - begin >= _LONGEST or _ends(words, at):
            found.append((begin, at))
            begin = at
    if words:
        found.append((begin, len(words)))
    return found


def _ends(words: Sequence[str], at: int) -> bool:
    """Whether a sentence ends before token `at`."""
    before = words[at - 1]
    if before.isspace():
        return "\n\n" in before or ("\n" in before and at > 1 and _stops(words, at - 2) and not words[at][0].islower())
    return not words[at].isspace() and words[at] not in _CLOSING and not words[at][0].islower() and _stops(words, at - 1)


def _stops(words: Sequence[str], at: int) -> bool:
    """Whether the token, or the one before a closing quotation mark, is a full stop."""
    while at > 0 and words[at] in _CLOSING:
        at -= 1
    return words[at] in _STOPS
