"""Whether a text is English, where nobody says: by the small words that every text is full of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LOOKED_AT = 4000  # characters of a text, from its beginning
_NON_LATIN = re.compile(r"[^\W\d_\u0041-\u024f\u1e00-\u1eff]")
_SHARE = 0.06  # of the words of 1,654 English news texts more are in the list; of 67 other languages' texts, fewer, save two
_PARAGRAPH = 60  # words: in a sentence or two the share is chance
_FEW_WORDS = 20  # a headline may have none, and names of other languages: "Al Qaeda in the Arabian Peninsula", "Rio de la Plata"


_HEADLINE = 8  # words: shorter, one foreign word may be part of a name


class OtherLanguageError(ValueError):
    """The article is in a language that we do not read."""


@dataclass(frozen=True, slots=True)
class English:
    """Knows English by its function words, and others by theirs; both in lower case."""

    own: frozenset[str]
    foreign: frozenset[str]

    def check(self, language: str | None, text: str) -> None:
        """Raise OtherLanguageError where the language told, or else the text, is not English."""
        if language:
            if not language.lower().startswith("en"):
                raise OtherLanguageError(f"the article's language is {language}")
        elif not self.is_english(text):
            raise OtherLanguageError("the text is not English")

    def is_english(self, text: str) -> bool:
        """Whether a text is English as far as one can see: so is one that shows nothing either way."""
        words = [word.lower() for word in _WORD.findall(text[:_LOOKED_AT])]
        letters = sum(map(len, words))
        if 2 * len(_NON_LATIN.findall(text[:_LOOKED_AT])) > letters:
            return False
        own, foreign = sum(word in self.own for word in words), sum(word in self.foreign for word in words)
        if len(words) < _FEW_WORDS:
            return foreign < own + (2 if own or len(words) < _HEADLINE else 1)
        return own >= foreign and own > (0 if len(words) < _PARAGRAPH else _SHARE * len(words))


def load_english(path: Path) -> English:
    """Read config/english.toml."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return English(frozenset(raw["english"]), frozenset(raw["foreign"]))
