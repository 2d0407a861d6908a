"""Canonical addresses: which address of a page is its own, if what it claims can be believed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import tld

from dateline.poller.addresses import canonical, names_an_article

_OTHER_FORM = re.compile(r"(?:amp|amp\.html?|print|mobile|m|full|single|page/\d+|\d+|index\.\w{3,5}|default\.\w{3,5})", re.IGNORECASE)
"""What another form of one page's address has behind the address itself."""
_NAMES_ITSELF = re.compile(r"\d{4,}|\w+(?:-\w+){2,}")  # a path that tells its article without a query: 12345, ferry-sinks-on-lake


def canonical_address(claim: str, found_at: str) -> str | None:
    """The claimed address without what only tracks readers; None when a page there is hardly this one: on another site, a front page,
    or the section that the page stands in, as some sites claim of all their pages."""
    try:
        claimed, found = urlsplit(claim), urlsplit(found_at)
    except ValueError:
        return None
    if site(claim) != site(found_at) or not names_an_article(claim):
        return None
    path, own = claimed.path.strip("/"), found.path.strip("/")
    if own.startswith(path + "/") and not _OTHER_FORM.fullmatch(own.removeprefix(path + "/")):
        return None
    if path == own and found.query and not claimed.query and not _NAMES_ITSELF.search(path):
        return None  # story.php?id=7 does not become story.php
    return canonical(claim)


def site(url: str) -> str | None:
    """What one owner registered: "bbc.co.uk" of news.bbc.co.uk; the last two labels where no registry is known."""
    host = urlsplit(url).hostname
    if not host:
        return None
    return tld.get_fld(url, fail_silently=True) or (host if host.replace(".", "").isdigit() else ".".join(host.split(".")[-2:]))
