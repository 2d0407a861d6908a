"""The words of an article that tell it from others, and how much each of them tells.

A word's weight comes from a fixed table (config/word_frequencies.tsv) and not from a count over what is at hand: a weight that moves
with what else is in the window would make an event depend on when it was last looked at (DESIGN, invariant 3).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path

from dateline.config_files import config_file

WORD_FREQUENCIES = "word_frequencies.tsv"
_WORD = re.compile(r"\d{1,3}-(?:year|month)-old|[^\W_]+(?:['’][^\W_]+)?")
_BEFORE_SENTENCE = re.compile(r"(?:^|[.!?:\n]\s*|[\"“‘(]\s*)$")
_MIN_CHARS = 2  # one letter or digit tells nothing
_MAX_COUNT = 8  # how often a word stands in a text counts up to here: a live blog repeats itself
MAX_KEYWORDS = 60  # of an article: with twice as many, reports of one shooting were told apart no better
MAX_WORDS_READ = 5_000  # of one article: what is longer says no more of what it is about


class WordTableError(ValueError):
    """The table of word frequencies is not in the form we know; the message names the line."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """Tenths of natural logarithms of how rare a word is: 0 for one in every article, 23 for one in ten, 46 for one in a hundred."""

    known: Mapping[str, int]
    unknown: int

    def of(self, word: str) -> int:
        return self.known.get(word, self.unknown)


@cache
def word_weights() -> WordWeights:
    """The table of config/, read once per process."""
    return read_word_weights(config_file(WORD_FREQUENCIES))


def read_word_weights(path: Path) -> WordWeights:
    """Read a table of `word<TAB>articles in ten thousand that hold it`; `#` begins a comment. Words not in it are the rarest."""
    known: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        word, _, count = line.partition("\t")
        if not count.isdigit() or not 0 < int(count) <= 10_000:
            raise WordTableError(f"{path}, line {number}: not a word, a tab and a count from 1 to 10000: {line[:80]!r}")
        known[word] = round(10 * log(10_000 / int(count)))
    return WordWeights(known, max(known.values(), default=0) + 5)


def keywords(title: str | None, text: str, weights: WordWeights | None = None) -> dict[str, int]:
    """The most telling words of an article, each with its weight, the weightiest first.

    Names keep their capital: words that stand in the text with one inside a sentence, and nowhere without.
    """
    weights = weights or word_weights()
    counts: Counter[str] = Counter(word.lower() for word in _words(title or ""))
    inside: set[str] = set()
    small: set[str] = set()
    for number, match in enumerate(_WORD.finditer(text)):
        if number == MAX_WORDS_READ:
            break
        word = _bare(match.group())
        counts[word.lower()] += 1
        if not word[0].isupper():
            small.add(word)
        elif _BEFORE_SENTENCE.search(text, max(0, match.start() - 4), match.start()) is None:
            inside.add(word.lower())
    told = {
        word: round(weights.of(word) * (1 + log(min(count, _MAX_COUNT))))
        for word, count in counts.items()
        if len(word) >= _MIN_CHARS and weights.of(word) > 0
    }
    best = sorted(told.items(), key=lambda item: (-item[1], item[0]))[:MAX_KEYWORDS]
    return {(word.capitalize() if word in inside and word not in small else word): weight for word, weight in best}


def is_name(keyword: str) -> bool:
    return keyword[:1].isupper()


def age(keyword: str) -> bool:
    """ "24-year-old": tells one person from another."""
    return keyword.endswith("-old") and keyword[:1].isdigit()


def telling(texts: Iterable[str], weights: WordWeights) -> dict[str, int]:
    """Every telling word of these texts in lower case, with its weight."""
    return {word: weight for word in sorted(distinct_words(texts)) if (weight := weights.of(word)) > 0}


def distinct_words(texts: Iterable[str]) -> set[str]:
    """In lower case, without those of one letter."""
    return {word.lower() for text in texts for word in _words(text) if len(word) >= _MIN_CHARS}


def _words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text)[:MAX_WORDS_READ]]


def _bare(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s") or word
