"""Furniture: what a page puts between the sentences of its story, and HTML left in a text. Blanked out, so that no offset moves.

    plain = furniture.without(text)      # as long as `text`; every character of it is the same or a space

Bylines, credits, captions, "Read more:", "Sign up for our newsletter", copyright lines, times of live blogs, tags, entities: the words
are in config/boilerplate.toml. What is left out is a whole line or a whole sentence, never a part of one.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from html import unescape
from pathlib import Path

_LONGEST = 300  # characters: what is longer is a paragraph of the story, whatever it begins with

_HIDDEN = (("<script", "</script"), ("<style", "</style"), ("<!--", "--"))  # what opens and what closes it, both followed by ">"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,10}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+(?![\s\"”’)])[^.!?\n]*)*(?:[.!?]+[\"”’)]*)?")
_SPACES = re.compile(r"\s+")
_AROUND = ' \t.,:;!?…*|>»«›‹→•·-–—_[]()"“”'

_NAME = r"[A-Z][\w.'’-]{0,30}"
_BYLINE = re.compile(
    rf"(?:By|BY|Written by|Story by|Reported by) {_NAME}(?: {_NAME}){{1,4}}(?:(?:,| and| &|\s[|/-]) ?[A-Z@][^.!?]{{0,100}})?"
)
_CLOCK = r"\d{1,2}(?:[:.]\d\d ?(?:[ap]\.?m\.?)?|h\d\d| ?[ap]\.?m\.?)(?: ?\(?(?:[A-Z]{2,4}|local time)\)?)?"
_ENTRY = re.compile(rf"(?:(?:Updated|UPDATED|Update|Posted|Published)(?: at)?:? )?{_CLOCK}(?: ?[-–—|:])?", re.IGNORECASE)
_AGENCY = re.compile(r"\s{0,9}\((?:[A-Z][A-Za-z]{1,14}|[A-Z]{2,6})(?: News)?\) ?(?:—|–|--|-)\s")


@dataclass(frozen=True, slots=True)
class Furniture:
    """The wordings of config/boilerplate.toml."""

    whole: frozenset[str]
    begins: tuple[str, ...]
    line_begins: tuple[str, ...]
    holds: re.Pattern[str]

    def without(self, text: str) -> str:
        """The text with its furniture as spaces. Line breaks stay. Linear in the text's length."""
        plain = self._without_markup(text)
        if agency := _AGENCY.match(plain):
            plain = _blank(agency.group()) + plain[agency.end() :]
        return _LINE.sub(lambda line: self._line(line.group()), plain)

    def _without_markup(self, text: str) -> str:
        if "<" in text:
            for opening, closing in _HIDDEN:
                text = _without_hidden(text, opening, closing)
            text = _TAG.sub(lambda found: _blank(found.group()), text)
        return _ENTITY.sub(lambda found: _spelt(found.group()), text) if "&" in text else text

    def _line(self, line: str) -> str:
        """A line, or what is left of it."""
        if len(line) <= _LONGEST and (_normal(line).startswith(self.line_begins) or _is_sign(line.strip())):
            return _blank(line)
        return _SENTENCE.sub(lambda sentence: self._sentence(sentence.group()), line)

    def _sentence(self, sentence: str) -> str:
        return _blank(sentence) if len(sentence) <= _LONGEST and self._is_furniture(_normal(sentence)) else sentence

    def _is_furniture(self, said: str) -> bool:
        return said.strip(_AROUND) in self.whole or said.startswith(self.begins) or self.holds.search(said) is not None


def load_furniture(path: Path) -> Furniture:
    """Read config/boilerplate.toml."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Furniture(
        frozenset(raw["whole"]), tuple(raw["begins"]), tuple(raw["line_begins"]), re.compile("|".join(map(re.escape, raw["holds"])))
    )


def _is_sign(line: str) -> bool:
    """A byline, or the time of a live blog's entry."""
    return _BYLINE.fullmatch(line) is not None or _ENTRY.fullmatch(line) is not None


def _normal(words: str) -> str:
    return _SPACES.sub(" ", words).strip().lower().replace("’", "'")


def _without_hidden(text: str, opening: str, closing: str) -> str:
    """The text without what stands between these marks; an opening that nothing closes hides nothing."""
    low, parts, at = text.lower(), [], 0
    if len(low) != len(text):
        return text  # letters whose small form is longer: too rare to count positions for
    while (begin := low.find(opening, at)) >= 0 and (end := low.find(closing + ">", begin)) >= 0:
        end += len(closing) + 1
        parts += [text[at:begin], _blank(text[begin:end])]
        at = end
    return "".join([*parts, text[at:]])


def _blank(found: str) -> str:
    return "".join(letter if letter == "\n" else " " for letter in found)


def _spelt(entity: str) -> str:
    """The character that an entity stands for, with spaces up to the entity's length."""
    character = unescape(entity)
    if len(character) != 1 or not character.isprintable():
        character = " "
    return character.ljust(len(entity))
