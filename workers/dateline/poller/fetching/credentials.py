"""What is shown to whom: headers that a feed's owner gave us, by the beginning of the addresses that may see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from pydantic import TypeAdapter, ValidationError

_CREDENTIALS = TypeAdapter(Mapping[str, Mapping[str, str]])
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_PORTS = {"http": 80, "https": 443}


def read_credentials(told: str) -> Mapping[str, Mapping[str, str]]:
    """Credentials from JSON; none from nothing. Raises ValueError, whose message does not repeat any of it."""
    if not told.strip():
        return {}
    try:
        return _CREDENTIALS.validate_json(told)
    except ValidationError:
        raise ValueError("poller.credentials is not an object of headers by the beginning of addresses, as JSON") from None


def headers_for(url: str, credentials: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The headers for this address: of every entry with its scheme, host and port whose path it begins with.

    Asked again for each redirect, so that nothing is ever shown to another host, nor in clear text what is meant for https.
    """
    found: dict[str, str] = {}
    if not credentials:  # nearly always
        return found
    wanted = urlsplit(url)
    for beginning, headers in sorted(credentials.items(), key=lambda entry: len(entry[0])):
        allowed = urlsplit(beginning)
        if _origin(allowed) == _origin(wanted) and (wanted.path or "/").startswith(allowed.path or "/"):
            found.update(headers)
    return found


def without_credentials(text: str) -> str:
    """The address, or addresses in a text, without user names and passwords: the form that is kept, logged and published."""
    return _USER.sub("", text)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme.lower(), parts.hostname, parts.port or _PORTS.get(parts.scheme.lower())
