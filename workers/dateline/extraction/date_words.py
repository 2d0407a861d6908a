"""Date words: the expressions of a text that say when, each resolved to a span of days.

    for found in expressions("It came two days after the blast.", reference): ...

Grammar only: which event a date belongs to is for `dates` to say.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from dateline.records import DateBasis, DateSpan, Precision

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}  # first month, in the north
_HOLIDAYS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "boxing day": (12, 26), "new year's eve": (12, 31),
    "new year's day": (1, 1), "halloween": (10, 31), "fourth of july": (7, 4), "valentine's day": (2, 14),
}  # fmt: skip
_HOLIDAY = r"Christmas (?:Eve|Day)|New Year[’']s (?:Eve|Day)|Halloween|Boxing Day|Fourth of July|Valentine[’']s Day"
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_FULL_MONTH = r"(?P<month>January|February|April|June|July|August|September|October|November|December)"
_WEEKDAY = r"(?P<weekday>Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)day"
_BEFORE_DAY = rf"(?:{_WEEKDAY},?\s+\(?(?:the\s+)?)?"  # "Friday, May 3": the weekday tells the year
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|a few|few|a couple of)"
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_COUNTS |= {"eleven": 11, "twelve": 12, "a couple of": 2}
_SEVERAL = 3  # "several days ago"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_SEASON = r"(?P<season>spring|summer|fall|autumn|winter)"
_EARLY = r"(?:earlier|later|late|early|mid-?)"
_PATTERNS = tuple(
    (name, re.compile(rf"\b(?:{pattern})", 0 if name in _CASED else re.IGNORECASE))
    for _CASED in (frozenset({"month_day", "day_month", "month_year", "month", "bare_month", "year_of", "holiday"}),)
    for name, pattern in (
        ("iso", r"(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)\b"),
        ("numeric", r"(?P<first>[0-3]?\d)[/.](?P<second>[0-3]?\d)[/.](?P<year>(?:(?:19|20)\d\d|\d\d))\b(?![/.]\d)"),
        ("month_day", rf"{_BEFORE_DAY}{_MONTH}\s+{_DAY}\b(?:,?\s+{_YEAR}\b)?(?!\d|:\d)"),
        ("day_month", rf"{_BEFORE_DAY}{_DAY}\s+(?:of\s+)?{_MONTH}(?!\w)(?:,?\s+{_YEAR}\b)?"),
        ("month_year", rf"{_MONTH}(?:\s+of|,)?\s+{_YEAR}\b"),
        ("month", rf"(?P<which>last|this|in|since|[Ee]arlier in|[Dd]uring|[Ll]ate|[Ee]arly|[Mm]id-?)\s+{_MONTH}(?!\w)"),
        ("anchored", rf"{_COUNT}\s+{_UNIT}\s+(?P<side>after|before|following|later)\b"),
        ("anchored", r"(?P<unit>days|weeks|months|hours)\s+(?P<side>after|before|following|later)\b"),
        ("anchored", r"the\s+(?P<unit>day)\s+(?P<side>before|after)\b"),
        ("anchored", r"(?:the\s+(?P<side>next|following|previous|same|very next)|that)\s+(?P<unit>day|morning|evening|night|afternoon)\b"),
        ("holiday", rf"(?P<holiday>{_HOLIDAY})\b"),
        ("weekday", rf"(?:(?P<which>last|next|this|this past|past|coming)\s+)?{_WEEKDAY}\b"),
        ("day", r"(?P<word>yesterday|today|tonight|tomorrow|this morning|this afternoon|this evening|last night|last evening|overnight)\b"),
        ("ago", rf"(?:about\s+|nearly\s+|almost\s+|over\s+|more than\s+)?{_COUNT}\s+{_UNIT}\s+(?:ago|earlier)\b"),
        ("weekend", r"(?P<which>last|this|this past|over the|at the|next)\s+weekend\b"),
        ("season", rf"(?:(?:in|of|during|since)\s+the\s+|(?P<which>last|this|next)\s+){_SEASON}\b(?:\s+of\s+{_YEAR}\b)?"),
        ("period", rf"(?:{_EARLY}\s+)?(?P<which>last|this|next|the previous|previous|the past|the following)\s+{_UNIT}\b"),
        ("period", rf"{_EARLY}\s+in\s+the\s+{_UNIT}\b"),
        ("period", rf"(?:by\s+)?the\s+end\s+of\s+the\s+{_UNIT}\b"),
        ("recent", r"(?:in\s+)?(?:the\s+)?(?:recent|past few|last few)\s+(?P<unit>days|weeks|months)\b"),
        ("year", rf"(?:in|since|during|of|from|by|{_EARLY}|a|the|their|his|its)\s+{_YEAR}\b(?!-)"),
        ("year_of", rf"{_YEAR}(?=\s+[a-z])"),
        ("bare_month", rf"{_FULL_MONTH}(?:[’']s)?(?=\s+[a-z])"),
    )
)  # fmt: skip
_STAMP = re.compile(r"\b(?:posted|updated?|published|created|modified|copyright)\b[\s:]*(?:on|at)?[\s:]*$", re.IGNORECASE)
_STAMP_CHARS = 24  # before a date that tells when the page was made, not when anything happened
# What stands in every expression of a kind: a sentence without any of these, as half of them are, need not be searched
_HINTS = {
    "digit": re.compile(r"\d"),
    "month": re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE),
    "word": re.compile(
        r"day|week|month|year|hours|night|morning|afternoon|evening|tomorrow|christmas|halloween|fourth|spring|summer|fall|autumn|winter",
        re.IGNORECASE,
    ),
}
_OF_DIGITS = frozenset({"iso", "numeric", "year", "year_of"})
_OF_MONTHS = frozenset({"month_day", "day_month", "month_year", "month", "bare_month"})
_COUNTED_FROM = (
    *((name, pattern) for name, pattern in _PATTERNS if name in ("iso", "month_day", "day_month", "holiday", "weekday")),
    ("holiday", re.compile(r"\b(?P<holiday>Christmas)\b")),  # by itself it is a season
)
_CLAUSE_END = re.compile(r"[,;:—]|\.\s+[A-Z]")
_CLAUSE_CHARS = 80
_DEPENDS_ON_CALENDAR = frozenset({"weekday", "day", "ago", "weekend", "season", "period", "recent", "anchored", "bare_month", "holiday"})


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression: its characters in the text and the days it means."""

    start: int
    end: int
    span: DateSpan
    converse: DateSpan | None = None  # "two days after the blast": `span` is what came after, this the blast
    bare: bool = False  # only a month's name: may be a person's
    counted: bool = False  # from the day the story is at: "the next day"
    whole: int = 0  # of one that is counted the end with the day it is counted from: "a month before the Nov. 8 election"
    clause: int = 0  # where the clause ends that says what it is counted from


@dataclass(frozen=True, slots=True)
class Reference:
    """What relative dates count from."""

    published: date | None
    story: date | None = None  # the day the text has told of last; publication where it has told none
    future: bool = False

    @property
    def base(self) -> date | None:
        return self.story or self.published


def expressions(text: str, reference: Reference) -> Iterator[Expression]:
    """The date expressions of a text, not overlapping, surest kinds first. Relative ones need a publication date."""
    hints = {hint for hint, pattern in _HINTS.items() if pattern.search(text)}
    taken: list[tuple[int, int]] = []
    for name, pattern in _PATTERNS:
        if ("digit" if name in _OF_DIGITS else "month" if name in _OF_MONTHS else "word") not in hints:
            continue
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            if _STAMP.search(text, max(0, match.start() - _STAMP_CHARS), match.start()):
                continue
            found = _resolve(name, match, reference)
            if found is not None:
                taken.append(match.span())
                yield found


def _resolve(name: str, match: re.Match[str], reference: Reference) -> Expression | None:
    parts, text = match.groupdict(), match.group().lstrip("(")
    if name in _DEPENDS_ON_CALENDAR and reference.published is None:
        return None
    try:
        if name == "anchored":
            return _anchored(parts, text, match, reference)
        span = _span_of(name, parts, text, reference)
    except (ValueError, OverflowError):
        return None  # "February 31", or before the calendar begins
    return None if span is None else Expression(match.start(), match.end(), span, bare=name in ("bare_month", "year_of"))


def _span_of(name: str, parts: dict[str, str | None], text: str, reference: Reference) -> DateSpan | None:
    if name in ("iso", "month_day", "day_month"):
        return _day_of_month(parts, text, reference)
    if name == "holiday":
        return _holiday(parts["holiday"] or "", text, reference)
    if name == "numeric":
        return _numeric(parts, text, reference.published)
    if name in ("month_year", "month", "year", "year_of", "bare_month"):
        return _month_or_year(parts, text, reference)
    assert reference.published is not None
    return _relative(name, parts, text, reference.published, reference.future)


def _span(start: date, end: date, precision: Precision, text: str, basis: DateBasis) -> DateSpan:
    return DateSpan(start=start, end=end, precision=precision, text=text, basis=basis)


def _month_number(text: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(text.lower().rstrip(".")[:3]))


def _weekday_number(text: str) -> int:
    return next(number for number, name in enumerate(_DAYS) if name.startswith(text.lower()[:3]))


def _day_of_month(parts: dict[str, str | None], text: str, reference: Reference) -> DateSpan | None:
    name = parts["month"] or ""
    month = int(name) if name.isdigit() else _month_number(name)
    day, year = int(parts["day"] or 0), parts["year"]
    if year:
        found = date(int(year), month, day)
    elif reference.published is None:
        return None
    else:
        found = _nearest_year(month, day, parts.get("weekday"), reference.published, reference.future)
    return _span(found, found, "day", text, "stated")


def _holiday(name: str, text: str, reference: Reference) -> DateSpan:
    assert reference.published is not None
    month, day = _HOLIDAYS[name.replace("’", "'").lower()]
    found = _nearest_year(month, day, None, reference.published, reference.future)
    return _span(found, found, "day", text, "relative")


_YEARS_BACK = 6  # within which a weekday falls on the same day of the month again


def _nearest_year(month: int, day: int, weekday: str | None, published: date, future: bool) -> date:
    """The year that a day without one means: the last it has been, or the next it will be; its weekday must fit, if told."""
    years = [published.year + 1, *range(published.year, published.year - _YEARS_BACK, -1)]
    known = [found for year in years if (found := _day_or_none(year, month, day)) is not None]
    if weekday is not None:
        known = [found for found in known if found.weekday() == _weekday_number(weekday)] or known
    if future:
        known = [found for found in known if (published - found).days <= 60] or known
        return min(known, key=lambda found: abs(found - published))
    past = [found for found in known if found <= published + timedelta(days=1)]
    return max(past) if past else min(known)


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(parts: dict[str, str | None], text: str, published: date | None) -> DateSpan | None:
    """ "03/04/2015": month first or day first, whichever lies nearest before the publication; None where both may be."""
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    first, second = int(parts["first"] or 0), int(parts["second"] or 0)
    known = {found for found in (_day_or_none(year, first, second), _day_or_none(year, second, first)) if found is not None}
    if len(known) > 1:
        if published is None:
            return None
        past = [found for found in known if found <= published]
        known = {max(past) if past else min(known)}
    return next((_span(found, found, "day", text, "stated") for found in known), None)


def _month_or_year(parts: dict[str, str | None], text: str, reference: Reference) -> DateSpan | None:
    told, published = parts.get("year"), reference.published
    year = int(told) if told else None
    if not parts.get("month"):
        return _span(date(year, 1, 1), date(year, 12, 31), "year", text, "stated") if year else None
    month = _month_number(parts["month"] or "")
    if year is None:
        if published is None:
            return None
        year = published.year if month <= published.month else published.year - 1
        if reference.future and month < published.month:
            year = published.year + 1
        if reference.future and month > published.month:
            year = published.year
        if parts.get("which") == "last" and month == published.month:
            year = published.year - 1
    return _span(date(year, month, 1), _end_of_month(date(year, month, 1)), "month", text, "stated")


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _relative(name: str, parts: dict[str, str | None], text: str, published: date, future: bool) -> DateSpan | None:
    if name == "weekday":
        found = _weekday(parts, published, future)
        return _span(found, found, "day", text, "relative")
    if name == "day":
        return _day_word(parts["word"] or "", published, text)
    if name == "weekend":
        saturday = published - timedelta(days=(published.weekday() - 5) % 7)
        if (parts["which"] or "").lower() == "next":
            saturday += timedelta(days=7)
        return _span(saturday, saturday + timedelta(days=1), "week", text, "relative")
    if name == "season":
        return _season(parts, published, text)
    if name == "recent":
        days = {"days": 7, "weeks": 31, "months": 183}[(parts["unit"] or "").lower()]
        return _span(published - timedelta(days=days), published, "week" if days == 7 else "month", text, "relative")
    if name == "ago":
        return _period(parts["unit"] or "", -_number(parts["count"]), published, text)
    which = (parts.get("which") or "").lower()
    steps = -1 if which in ("last", "the previous", "previous", "the past") else 1 if which in ("next", "the following") else 0
    return _period(parts["unit"] or "", steps, published, text)


def _number(word: str | None) -> int:
    word = (word or "").lower()
    return int(word) if word.isdigit() else _COUNTS.get(word, _SEVERAL)


def _day_word(word: str, published: date, text: str) -> DateSpan:
    """ "Overnight" and "last night" may be told on the evening before or the morning after."""
    word = word.lower()
    steps = {"yesterday": -1, "tomorrow": 1, "overnight": -1, "last night": -1, "last evening": -1}.get(word, 0)
    found = published + timedelta(days=steps)
    return _span(found, published if word == "overnight" else found, "day", text, "relative")


def _season(parts: dict[str, str | None], published: date, text: str) -> DateSpan:
    """Three months; of a season without a year the one that began last."""
    month, told = _SEASONS[(parts["season"] or "").lower()], parts["year"]
    first = date(int(told) if told else published.year, month, 1)
    if not told:
        which = (parts["which"] or "").lower()
        if first > published and which != "next":
            first = first.replace(year=first.year - 1)
        if which == "last" and published <= _end_of_month(first + relativedelta(months=2)):
            first = first.replace(year=first.year - 1)
        if which == "next" and first <= published:
            first = first.replace(year=first.year + 1)
    return _span(first, _end_of_month(first + relativedelta(months=2)), "month", text, "relative")


def _weekday(parts: dict[str, str | None], published: date, future: bool) -> date:
    day = _weekday_number(parts["weekday"] or "")
    which = (parts["which"] or "").lower()
    back = (published.weekday() - day) % 7
    if which in ("next", "coming"):
        return published + timedelta(days=(day - published.weekday()) % 7 or 7)
    if future and which != "last":
        return published + timedelta(days=(day - published.weekday()) % 7)
    recent = 1 if which == "last" else -1  # days: what was yesterday is not called "last Thursday"
    return published - timedelta(days=back + 7 if back <= recent else back)


def _period(unit: str, steps: int, published: date, text: str) -> DateSpan | None:
    """The day, calendar week, month or year that lies so many steps from publication."""
    unit = unit.lower()
    if unit == "day":
        found = published + timedelta(days=steps)
        return _span(found, found, "day", text, "relative")
    if unit == "week":
        monday = published + timedelta(days=7 * steps - published.weekday())
        return _span(monday, monday + timedelta(days=6), "week", text, "relative")
    if unit == "month":
        first = published.replace(day=1) + relativedelta(months=steps)
        return _span(first, _end_of_month(first), "month", text, "relative")
    year = published.year + steps
    return _span(date(year, 1, 1), date(year, 12, 31), "year", text, "relative")


_VAGUE_DAYS = {"hour": (0, 0), "day": (2, 7), "week": (10, 42), "month": (45, 365)}  # "days after": least and most
_SLACK_DAYS = {"week": 1, "month": 10, "year": 60}  # "a month later" is no matter of days


def _anchored(parts: dict[str, str | None], text: str, match: re.Match[str], reference: Reference) -> Expression | None:
    """A day counted from another event: "two days after the blast", "the following day"."""
    base = reference.base
    assert base is not None
    unit, side = (parts["unit"] or "").lower().rstrip("s"), (parts["side"] or "").lower()
    sign = -1 if side in ("before", "previous") else 1
    if unit in ("morning", "evening", "night", "afternoon"):
        unit = "day"
    if "count" in parts:
        days = _number(parts["count"]) * {"day": 1, "week": 7, "month": 30, "year": 365}[unit]
        slack = _SLACK_DAYS.get(unit, 0)
        least, most = days - slack, days + slack
    elif text.lower().startswith(("the", "that")):
        least = most = 0 if side in ("same", "") else 1
    else:
        least, most = _VAGUE_DAYS[unit]
    behind = _day_behind(match.string, match.end(), reference) if side in ("before", "after") else None
    if behind is not None:
        base, converse = behind.span.start, behind.span
    elif unit == "hour" or (side not in ("before", "after") and "count" not in parts):
        converse = None
    else:
        converse = _between(base, -sign * least, -sign * most, text)
    span, whole = _between(base, sign * least, sign * most, text), behind.end if behind else match.end()
    clause = _clause_end(match.string, match.end())
    return Expression(match.start(), match.end(), span, converse, counted=True, whole=whole, clause=clause)


def _day_behind(text: str, at: int, reference: Reference) -> Expression | None:
    """The day that is counted from where the same clause tells it: "a month before the Nov. 8 election", "a few days before Christmas"."""
    end = min(_clause_end(text, at), at + _CLAUSE_CHARS)
    for name, pattern in _COUNTED_FROM:
        match = pattern.search(text, at, end)
        found = _resolve(name, match, reference) if match else None
        if found is not None:
            return found
    return None


def _clause_end(text: str, at: int) -> int:
    mark = _CLAUSE_END.search(text, at)
    return mark.start() if mark else len(text)


def _between(base: date, one: int, other: int, text: str) -> DateSpan:
    low, high = sorted((one, other))
    width = high - low
    precision: Precision = "day" if width <= 1 else "week" if width <= 7 else "month" if width <= 60 else "year"
    return _span(base + timedelta(days=low), base + timedelta(days=high), precision, text, "relative")
