"""Place names as people write them, brought to one form to look them up by."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

_LETTERS = {ord(char): None for char in "'’‘ʻʼʿʾ`´.\u0300\u0301"} | {ord(char): " " for char in "-‐‑–—_/,()\u00a0"}
# Letters that Unicode does not take apart into a base letter and a mark
_LETTERS |= {
    ord(a): b
    for a, b in zip(
        "øØłŁđĐıħŧæÆœŒþðəƏ", ("o", "o", "l", "l", "d", "d", "i", "h", "t", "ae", "ae", "oe", "oe", "th", "d", "e", "e"), strict=True
    )
}
_SHORT_FORMS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
# The Arabic article, also assimilated to a following sun letter, and as the Maghreb and Egypt write it
_ARTICLES = frozenset(
    ["al", "el", "ul", "ad", "ed", "adh", "an", "en", "ar", "er", "as", "es", "ash", "esh", "at", "et", "ath", "az", "ez"]
)
_ENDING = re.compile(r"(?<=\w\w\w)(?:[ae]h?|h)$")
_DOUBLED = re.compile(r"(.)\1")
_LAST_LATIN = "\u024f"


def fold(name: str) -> str:
    """Drop what writers vary: case, marks, apostrophes, dots, hyphens, "the", Saint or St."""
    name = name.casefold()
    if not name.isascii():
        name = "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(char))
    words = name.translate(_LETTERS).split()
    while len(words) > 1 and words[0] == "the":
        del words[0]
    if len(words) > 1:
        words = [_SHORT_FORMS.get(word, word) for word in words]
    return " ".join(words)


def fold_loosely(name: str) -> str:
    """Drop also what transliteration from Arabic varies: the article, doubled letters, the ending -ah or -eh. For a second try only."""
    words = fold(name).split()
    kept = [word for word in words if word not in _ARTICLES] or words
    return " ".join(_ENDING.sub("", _DOUBLED.sub(r"\1", word)) for word in kept)


def key_of(folded: str) -> int:
    """64 bits that stand for a folded name: among a million names, one look-up in ten trillion finds a stranger."""
    return int.from_bytes(blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def is_latin(name: str) -> bool:
    """Whether every letter is one that English text may carry."""
    return name.isascii() or all(
        char <= _LAST_LATIN or "\u1e00" <= char <= "\u1eff" or "\u02b0" <= char <= "\u02ff" or "\u2010" <= char <= "\u201f" for char in name
    )
