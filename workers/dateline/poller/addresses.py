"""Web addresses: one form of each, and what it tells of its owner."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit, urlunsplit

from dateline.config_files import config_file

# Parameters that say where the reader came from, not what is read. A short list of our own: courlan's also drops what names the
# article on some sites (?cid=, ?gallery=), and two articles would become one.
_TRACKING = re.compile(
    r"(utm_|at_|mc_|pk_|mtm_|ns_|wt_|ga_|hsa_|vero_|__twitter_|stm_)\w*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|"
    r"cmp|cmpid|xtor|ocid|ito|smid|ftag|maca|traffic_source|s_cid|ncid|wpisrc|_hs\w+|mkt_tok|oly_\w+_id|ref_src|syndication",
    re.IGNORECASE,
)
# fmt: off
_GENERIC_USE = frozenset([
    "ac", "ai", "am", "cc", "cf", "cm", "co", "eu", "fm", "ga", "gg", "gq", "im", "io", "la", "ly", "me", "ml", "nu", "sh", "st", "su",
    "tk", "to", "tv", "vc", "ws",
])
# fmt: on
"""Country domains that are mostly sold to others, and two that stand for no ISO country."""


def canonical(url: str) -> str:
    """The address without tracking parameters, fragment, default port, credentials and capitals in the host."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if ":" in host:
        host = f"[{host}]"
    if port and port != {"http": 80, "https": 443}.get(parts.scheme):
        host = f"{host}:{port}"
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKING.fullmatch(part.partition("=")[0]))
    return urlunsplit((parts.scheme.lower(), host, parts.path or "/", query, ""))


def without_scheme(url: str) -> str:
    """What stays the same when a site moves from http to https."""
    return url.partition("://")[2]


def names_an_article(url: str) -> bool:
    """False for a site's front page: feeds without article addresses link every item there."""
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def domain(url: str) -> str | None:
    """The host, without the "www." that says nothing."""
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None


def home_country(host: str) -> str | None:
    """The country of a news outlet's host, ISO 3166-1: as config/outlets.toml says of it or of what it stands under, else by its
    country-code domain; None for generic domains and those used like one."""
    labels = host.lower().split(".")
    outlets = _outlets()
    for start in range(len(labels) - 1):
        if country := outlets.get(".".join(labels[start:])):
            return country
    ending = host.rpartition(".")[2].lower()
    if len(ending) != 2 or not ending.isalpha() or not ending.isascii() or ending in _GENERIC_USE:
        return None
    return "GB" if ending == "uk" else ending.upper()


@cache
def _outlets() -> Mapping[str, str]:
    """Countries by domain, read once per process."""
    raw = tomllib.loads(config_file("outlets.toml").read_text(encoding="utf-8"))
    return {domain: country for country, domains in raw.items() for domain in domains}
