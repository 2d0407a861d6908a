"""Dates: what a text says of when, resolved against the day it was published."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from dateutil.relativedelta import relativedelta
from spacy.tokens import Span, Token

from dateline.extraction.grammar import climb, tree_distance
from dateline.records import DateBasis, DateSpan, Precision

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?P<weekday>Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)day"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|a few|few)"
_COUNTS = {word: number for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)}
_UNIT = r"(?P<unit>day|week|month|year)s?"
_PATTERNS = tuple(
    (name, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE if name not in ("month_day", "day_month", "month_year", "month") else 0))
    for name, pattern in (
        ("iso", r"(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)"),
        ("month_day", rf"{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?(?!\d|:)"),
        ("day_month", rf"{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"),
        ("month_year", rf"{_MONTH}(?:\s+of|,)?\s+{_YEAR}"),
        ("month", rf"(?P<which>last|this|in|since|[Ee]arlier in|late|early|mid-?)\s+{_MONTH}"),
        ("weekday", rf"(?:(?P<which>last|next|this|this past|past|coming)\s+)?{_WEEKDAY}"),
        ("day", r"(?P<word>yesterday|today|tonight|tomorrow|this morning|this afternoon|this evening|last night|overnight)"),
        ("ago", rf"(?:about\s+|nearly\s+|almost\s+)?{_COUNT}\s+{_UNIT}\s+(?:ago|earlier)"),
        ("period", rf"(?P<which>earlier this|later this|last|this|next|the previous|previous|the past|the following)\s+{_UNIT}"),
        ("weekend", r"(?P<which>last|this|over the|at the|next)\s+weekend"),
        ("year", rf"(?:in|since|during|of|from|by)\s+{_YEAR}"),
    )
)
_PRECISIONS = ("day", "week", "month", "year")
MAX_EXPRESSIONS = 20  # of a sentence: bounds the work on tables and lists
MAX_STEPS = 9  # in the tree between a trigger and its date: further apart they belong to different statements


@dataclass(frozen=True, slots=True)
class _Found:
    """A date expression: what it means, and the first of its tokens."""

    span: DateSpan
    token: Token


class DateReader:
    """Reads the date expressions of a sentence once, and gives each trigger the one nearest to it in the tree."""

    __slots__ = ("_anchors", "_found", "_published", "_sentence")

    def __init__(self, sentence: Span, published: date | None, anchors: Sequence[Token]) -> None:
        self._sentence, self._published = sentence, published
        self._anchors = frozenset(anchor.i for anchor in anchors)
        self._found: dict[bool, list[_Found]] = {}

    def near(self, anchor: Token, future: bool) -> DateSpan | None:
        """The date of what an anchor tells: the nearest expression, a day before a month or a year at the same distance."""
        if future not in self._found:
            self._found[future] = [
                _Found(span, token)
                for start, span in islice(expressions(self._sentence.text, self._published, future), MAX_EXPRESSIONS)
                if (token := _token_at(self._sentence, start)) is not None
            ]
        ranked = sorted(
            (tree_distance(found.token, anchor), _PRECISIONS.index(found.span.precision), found.token.i, place)
            for place, found in enumerate(self._found[future])
            if not self._belongs_below(found.token, anchor)
        )
        return self._found[future][ranked[0][3]].span if ranked and ranked[0][0] <= MAX_STEPS else None

    def _belongs_below(self, token: Token, anchor: Token) -> bool:
        """Whether the date hangs on another trigger, apart from this one: "struck in response to an attack last week"."""
        around = {above.i for above in climb(anchor)}
        for above in climb(token):
            if above.i in around:
                return False
            if above.i in self._anchors:
                return True
        return False


def _token_at(sentence: Span, offset: int) -> Token | None:
    """The token that holds a character; of an expression that begins with a preposition, the word behind it."""
    span = sentence.doc.char_span(sentence.start_char + offset, sentence.start_char + offset + 1, alignment_mode="expand")
    if span is None or not len(span):
        return None
    return next((token for token in (span[0], *span[0].rights) if token.pos_ != "ADP"), span[0])


def expressions(text: str, published: date | None, future: bool = False) -> Iterator[tuple[int, DateSpan]]:
    """The date expressions of a text with the offsets they begin at, not overlapping. Relative ones need `published`."""
    taken: list[tuple[int, int]] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            span = _resolve(name, match, published, future)
            if span is not None:
                taken.append(match.span())
                yield match.start(), span


def _resolve(name: str, match: re.Match[str], published: date | None, future: bool) -> DateSpan | None:
    parts = match.groupdict()
    try:
        if name in ("iso", "month_day", "day_month"):
            return _day_of_month(parts, match.group(), published, future)
        if name in ("month_year", "month", "year"):
            return _month_or_year(parts, match.group(), published)
        return _relative(name, parts, match.group(), published, future) if published else None
    except (ValueError, OverflowError):
        return None  # "February 31", or before the calendar begins


def _span(start: date, end: date, precision: Precision, text: str, basis: DateBasis) -> DateSpan:
    return DateSpan(start=start, end=end, precision=precision, text=text, basis=basis)


def _month_number(text: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(text.lower().rstrip(".")[:3]))


def _day_of_month(parts: dict[str, str | None], text: str, published: date | None, future: bool) -> DateSpan | None:
    name = parts["month"] or ""
    month = int(name) if name.isdigit() else _month_number(name)
    day, year = int(parts["day"] or 0), parts["year"]
    if year:
        found = date(int(year), month, day)
    elif published is None:
        return None
    else:
        found = date(published.year, month, day)
        if found > published + timedelta(days=1 if not future else 300):
            found = date(published.year - 1, month, day) if (found - published).days > 60 or not future else found
        elif future and (published - found).days > 60:
            found = date(published.year + 1, month, day)
    return _span(found, found, "day", text, "stated")


def _month_or_year(parts: dict[str, str | None], text: str, published: date | None) -> DateSpan | None:
    told = parts.get("year")
    year = int(told) if told else None
    if not parts.get("month"):
        return _span(date(year, 1, 1), date(year, 12, 31), "year", text, "stated") if year else None
    month = _month_number(parts["month"] or "")
    if year is None:
        if published is None:
            return None
        year = published.year if month <= published.month else published.year - 1
        if parts.get("which") == "last" and month == published.month:
            year = published.year - 1
    return _span(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month", text, "stated")


def _relative(name: str, parts: dict[str, str | None], text: str, published: date, future: bool) -> DateSpan | None:
    if name == "weekday":
        found = _weekday(parts, published, future)
        return _span(found, found, "day", text, "relative")
    if name == "day":
        word = (parts["word"] or "").lower()
        found = published + timedelta(days={"yesterday": -1, "last night": -1, "tomorrow": 1}.get(word, 0))
        return _span(found, found, "day", text, "relative")
    if name == "weekend":
        saturday = published - timedelta(days=(published.weekday() - 5) % 7)
        if (parts["which"] or "").lower() == "next":
            saturday += timedelta(days=7)
        return _span(saturday, saturday + timedelta(days=1), "week", text, "relative")
    if name == "ago":
        word = (parts["count"] or "").lower()
        count = int(word) if word.isdigit() else _COUNTS.get(word, 1 if word in ("a", "an") else 3)
        return _period(parts["unit"] or "", -count, published, text, vague=count > 1 or parts["unit"] != "day")
    which = (parts["which"] or "").lower()
    steps = -1 if which in ("last", "the previous", "previous", "the past") else 1 if which in ("next", "the following") else 0
    return _period(parts["unit"] or "", steps, published, text, vague=True)


def _weekday(parts: dict[str, str | None], published: date, future: bool) -> date:
    day = next(number for number, name in enumerate(_DAYS) if name.startswith((parts["weekday"] or "").lower()[:3]))
    which = (parts["which"] or "").lower()
    back = (published.weekday() - day) % 7
    if which in ("next", "coming") or (future and not which):
        return published + timedelta(days=(day - published.weekday()) % 7 or 7)
    recent = 1 if which == "last" else -1  # days: what was yesterday is not called "last Thursday"
    return published - timedelta(days=back + 7 if back <= recent else back)


def _period(unit: str, steps: int, published: date, text: str, vague: bool) -> DateSpan | None:
    unit = unit.lower()
    if unit == "day":
        found = published + timedelta(days=steps)
        return _span(found, found, "day", text, "relative")
    if unit == "week":
        monday = published + timedelta(days=7 * steps - published.weekday())
        return _span(monday, monday + timedelta(days=6), "week", text, "relative")
    if unit == "month":
        first = published.replace(day=1) + relativedelta(months=steps)
        return _span(first, first.replace(day=monthrange(first.year, first.month)[1]), "month", text, "relative")
    year = published.year + steps
    return _span(date(year, 1, 1), date(year, 12, 31), "year", text, "relative") if vague else None
