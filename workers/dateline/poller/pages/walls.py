"""Walls: what stands on a page in place of its article, and must not be taken for it. The words are in config/pages.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from dateline.config_files import config_file
from dateline.poller.addresses import names_an_article

Wall = Literal["paywall", "consent", "missing", "challenge"]
"""The article goes on for those who pay; not before we consent; it is not there; not for machines."""

_ERROR_ADDRESS = re.compile(r"/(?:404|error|not-?found|page-?not-?found)(?:\.\w{2,5})?/?\Z", re.IGNORECASE)
_LOOKED_AT = 4_000  # characters of everything a page says: a wall says what it is at once
_HEADLINE_CHARS = 60  # of a title that says nothing but that there is no page
_ERROR_CHARS = 300  # of a text that says the same


@dataclass(frozen=True, slots=True)
class Walls:
    """The wordings of config/pages.toml."""

    short_chars: int
    paywall: re.Pattern[str]
    consent_hosts: frozenset[str]
    consent: re.Pattern[str]
    consent_words: int
    missing: re.Pattern[str]
    challenge: re.Pattern[str]

    def on(self, *, url: str, title: str | None, text: str, whole: str, free: bool | None) -> Wall | None:
        """What stands in the article's place, or None. `text` is what was taken for the article, `whole` all that the page says,
        `free` what it says of itself (schema.org)."""
        if self._is_consent_host(url):
            return "consent"
        if not names_an_article(url) or _ERROR_ADDRESS.search(urlsplit(url).path):
            return "missing"  # sent to the front page
        if len(text) >= self.short_chars:
            return "paywall" if free is False and self.paywall.search(_plain(text[-_ERROR_CHARS:])) else None
        heading, text, whole = _plain(title or ""), _plain(text), _plain(whole[:_LOOKED_AT])
        if self.missing.search(heading[:_HEADLINE_CHARS]) and len(text) < self.short_chars / 2:
            return "missing"
        if len(text) < _ERROR_CHARS and self.missing.search(text):
            return "missing"
        if len(set(self.consent.findall(text))) >= self.consent_words:
            return "consent"
        if self.challenge.match(heading) or (len(text) < _ERROR_CHARS and self.challenge.search(whole)):
            return "challenge"
        return "paywall" if free is False or self.paywall.search(whole) else None

    def _is_consent_host(self, url: str) -> bool:
        return (urlsplit(url).hostname or "").partition(".")[0] in self.consent_hosts


@cache
def walls() -> Walls:
    """The wordings in config/, read once per process."""
    raw = tomllib.loads(config_file("pages.toml").read_text(encoding="utf-8"))
    return Walls(
        short_chars=raw["short_chars"],
        paywall=_any_of(raw["paywall"]),
        consent_hosts=frozenset(raw["consent_hosts"]),
        consent=_any_of(raw["consent"]),
        consent_words=raw["consent_words"],
        missing=_any_of(raw["missing"]),
        challenge=_any_of(raw["challenge"]),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(phrase)}" for phrase in sorted(phrases, key=len, reverse=True)))


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
