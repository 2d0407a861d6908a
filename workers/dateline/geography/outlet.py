"""What an outlet's address tells of the places that it writes about: its country, and the town that it is named after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dateline.geography.gazetteer import Gazetteer

# Domains of countries that are sold to everybody for what they spell
_DOMAINS_FOR_ALL = frozenset(["ai", "am", "cc", "co", "fm", "gg", "im", "io", "la", "ly", "me", "nu", "st", "to", "tv", "ws"])
_LEADS = ("", "the", "my", "thisis", "daily", "thedaily", "online", "news")  # what stands before a town's name in an outlet's
_GENERIC_HOME = "US"  # local outlets at .com, .net and .org are American, but for few
_MIN_LETTERS = 5  # of a town's name in a domain: "parisnews.com" speaks of Paris, "romance.com" not of Rome
_MIN_PEOPLE = 5000  # of a town that has a paper of its own: Register in Georgia has none
_MAX_LETTERS = 63  # DNS allows no longer label


@dataclass(frozen=True, slots=True)
class Home:
    """Who published a text. `country` is ISO 3166; `domain` the host name of the outlet's pages."""

    country: str | None = None
    domain: str | None = None

    def code(self) -> str | None:
        """The country told, or that of the domain: "example.co.uk" is British. None for "example.com"."""
        if self.country or not self.domain:
            return self.country
        top = self.domain.rsplit(".", 1)[-1].lower()
        if len(top) != 2 or top in _DOMAINS_FOR_ALL:
            return None
        return "GB" if top == "uk" else top.upper()


NOWHERE = Home()


def is_in_domain(folded: str, home: Home) -> bool:
    """Whether the outlet carries this name in its address."""
    return len(folded) >= _MIN_LETTERS and folded.replace(" ", "") in (home.domain or "").lower()


def towns_of_outlet(home: Home, gazetteer: Gazetteer) -> tuple[str, list[int]] | None:
    """The town's name that the outlet's begins with ("dallasnews.com", "onlineathens.com"), and the towns at home that bear it."""
    country = gazetteer.country_by_code(home.code() or _GENERIC_HOME)
    for name in _beginnings(home.domain or ""):
        towns = [
            match.entry
            for match in gazetteer.find(name)
            if match.primary and gazetteer.country[match.entry] == country and gazetteer.level(match.entry) == "city"
        ]
        if any(gazetteer.population[town] >= _MIN_PEOPLE for town in towns) and not gazetteer.is_common_word(name):
            return name, towns
    return None


def _beginnings(domain: str) -> Iterator[str]:
    for label in sorted(domain.lower().split(".")[:-1], key=len, reverse=True):
        for lead in _LEADS:
            if label.startswith(lead):
                rest = label[:_MAX_LETTERS].removeprefix(lead)
                yield from (rest[:end] for end in range(len(rest), _MIN_LETTERS - 1, -1))
