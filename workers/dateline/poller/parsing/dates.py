"""Dates as feeds write them: the two standard forms fast, all else by dateparser, and none where two readings are possible."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from dateparser.date import DateDataParser

MAX_CHARS = 100  # longer ones are no dates
MAX_MISSES = 5  # unreadable dates of one document before the slow reader is no longer asked: it takes 10 to 100 ms for each

_RFC822 = re.compile(
    r"(?:[^\W\d]{2,9}\.?,?\s+)?\d{1,2}[\s-]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?[\s-]+(?:\d{2}|\d{4})"
    r"(?:\s+\d{1,2}:\d{2}(?::\d{2})?)(?:\s*(?:[+-]\d{4}|([a-z]{1,5})))?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"\d{4}-?\d{2}-?\d{2}(?:[T\s]\s*\d{1,2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?", re.IGNORECASE
)
_SECONDS = re.compile(r"(\d{9,10})(?:\d{3})?")
_NUMBERS = re.compile(r"\D*(\d{1,2})([./-])(\d{1,2})[./-](?:\d{4}|\d{2})\b")
_ZONES = {  # names that email.utils does not know, with the one meaning that they have where dates are written so; hours from UTC
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "SAST": 2, "CAT": 2,
    "EAT": 3, "WAT": 1, "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "VET": -4, "PET": -5, "COT": -5, "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
_LANGUAGES = [
    "en", "es", "fr", "de", "pt", "it", "nl", "ru", "uk", "pl", "cs", "sk", "hu", "ro", "bg", "el", "tr", "ar", "fa", "he", "hi", "zh",
    "ja", "ko", "id", "vi", "th", "sv", "da", "nb", "fi",
]  # fmt: skip
_SETTINGS = {
    "PARSERS": ["absolute-time"],  # "today" of a document is not known
    "STRICT_PARSING": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "DATE_ORDER": "DMY",  # told only where it makes no difference: see _is_ambiguous
    "TIMEZONE": "UTC",
    "TO_TIMEZONE": "UTC",
    "RETURN_AS_TIMEZONE_AWARE": True,
}


class Dates:
    """Reads the dates of one document, in its language where that is told. A date without zone is taken as UTC."""

    def __init__(self, language: str | None) -> None:
        first = re.split("[-_]", language or "", maxsplit=1)[0].lower()
        self._languages = sorted(_LANGUAGES, key=lambda language: language != first)
        self.misses = 0  # dates that could not be read

    def read(self, value: object) -> datetime | None:
        """The moment in UTC, or None where there is none or more than one."""
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return None
        text = " ".join(value[: MAX_CHARS + 1].split())
        if not text or len(text) > MAX_CHARS or not re.search(r"\d", text):
            return None
        try:
            return (_standard(text) or self._unusual(text)) if not _SECONDS.fullmatch(text) else _of_seconds(text)
        except (ValueError, OverflowError):
            return None

    def _unusual(self, text: str) -> datetime | None:
        if self.misses >= MAX_MISSES or _is_ambiguous(text):
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = DateDataParser(languages=self._languages, use_given_order=True, settings=_SETTINGS)
            found: datetime | None = reader.get_date_data(text).date_obj
        if found:
            return found.astimezone(UTC)
        self.misses += 1
        return None


def _standard(text: str) -> datetime | None:
    """ISO 8601 and RFC 3339, RFC 822 and 5322, with the liberties that are often taken. Raises ValueError for a 31st of November."""
    if _ISO.fullmatch(text):
        stamp = re.sub(r"\s*(UTC|GMT)$", "Z", text.upper()).replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
        return _utc(datetime.fromisoformat(stamp))
    if found := _RFC822.fullmatch(text):
        parts = parsedate_tz(text)
        if parts:
            zone = (found[1] or "").upper()
            offset = parts[9] if parts[9] is not None and zone not in _ZONES else _ZONES.get(zone, 0) * 3_600
            return datetime(*parts[:6], tzinfo=timezone(timedelta(seconds=offset))).astimezone(UTC)
    return None


def _of_seconds(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    number = int(text)
    return datetime.fromtimestamp(number / 1_000 if len(text) > 10 else number, UTC)


def _is_ambiguous(text: str) -> bool:
    """Whether day and month could change places: "03/04/2025". With dots the day is first wherever dots are used."""
    found = _NUMBERS.match(text)
    return bool(found and found[2] != "." and int(found[1]) <= 12 and int(found[3]) <= 12 and found[1] != found[3])


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
