"""Why a request failed, told apart as far as it tells what to do: a word for the class, then the particulars."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from typing import Literal

import aiohttp

from dateline.poller.fetching.credentials import without_credentials
from dateline.poller.fetching.network import ForbiddenAddressError

Kind = Literal[
    "address",  # no http(s) address, or a redirect to something that is none
    "certificate",  # the server's certificate is not for this host, not signed, out of date
    "connection",  # none came about, for another reason than those below
    "dns",  # the name does not exist, or could not be looked up just now
    "encoding",  # the body's compression is broken
    "forbidden",  # the address is not on the public internet
    "gone",  # HTTP 410; said by the outcome itself
    "headers",  # too long, too many, or not HTTP
    "host",  # not asked: others come first, or it wants to be left alone; said by hosts
    "http",  # anything else about the answer
    "parse",  # no feed in these bytes; said by parsing
    "proxy",  # our proxy, not the server
    "redirects",  # too many, or in a circle
    "robots",  # the site does not want this page read by programs, or we can't know; said by robots
    "refused",  # nothing listens there
    "reset",  # the server hung up
    "size",  # more bytes than we take
    "status",  # an HTTP status other than 200, 304 and 410
    "timeout",  # no connection, or no full answer in time
    "tls",  # no common way to encrypt
    "unreachable",  # no way to that network
]  # fmt: skip

OURS = ("dns: temporary", "unreachable", "proxy")
"""How reasons begin that speak of our own network more than of the server: no ground to stay away from it for long."""

_PASSING = re.compile(
    r"(?:host|connection|refused|reset|timeout|unreachable|proxy|dns: temporary|status: HTTP (?:408|429|5\d\d)|this site's turn)\b"
)
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
_MAX_REASON = 300


def reason_of(error: Exception) -> str:
    """The reason to keep of what aiohttp or the system raised. No address in it has credentials."""
    kind, told = _classified(error)
    return f"{kind}: {without_credentials(' '.join(told.split()))}"[:_MAX_REASON]


def passes(reason: str) -> bool:
    """Whether what failed for this reason may well succeed in some minutes or hours."""
    return _PASSING.match(reason.removeprefix("robots: ")) is not None


def _classified(error: Exception) -> tuple[Kind, str]:
    match error:
        case aiohttp.InvalidURL():
            return "address", f"not an http(s) address: {error.url}"
        case aiohttp.ClientConnectorCertificateError():
            return "certificate", _of_certificate(error.certificate_error)
        case aiohttp.ClientConnectorDNSError():
            return "dns", _of_name(error.os_error)
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "proxy", str(getattr(error, "os_error", "") or getattr(error, "message", ""))
        case aiohttp.ClientConnectorSSLError():
            return "tls", str(error.os_error)
        case aiohttp.ClientConnectorError():
            return _of_connection(error.os_error)
        case aiohttp.ServerDisconnectedError() | ConnectionResetError() | BrokenPipeError():
            return "reset", "the server hung up"
        case aiohttp.ClientOSError():
            return ("tls", str(error)) if isinstance(error, ssl.SSLError) else _of_connection(error)
        case aiohttp.ClientPayloadError():
            broken = "encoding" in str(error).lower() and "transfer" not in str(error).lower()
            return ("encoding", "broken compression") if broken else ("reset", "the body ended early")
        case aiohttp.ClientResponseError():
            of_headers = "header" in error.message.lower() or error.message.startswith("Got more than")  # of all that aiohttp's parser says
            return ("headers" if of_headers else "http"), error.message
        case _:
            return "http", f"{type(error).__name__}: {error}"


def _of_certificate(error: Exception) -> str:
    return str(getattr(error, "verify_message", "") or error)


def _of_name(error: OSError) -> str:
    if error.errno in _NO_SUCH_NAME:
        return f"no such name: {error.strerror or error}"
    return f"temporary: {error.strerror or error}"


def _of_connection(error: OSError) -> tuple[Kind, str]:
    told = error.strerror or str(error)
    match error:
        case ForbiddenAddressError():
            return "forbidden", str(error)
        case ConnectionRefusedError():
            return "refused", told
        case ConnectionResetError() | BrokenPipeError():
            return "reset", told
        case TimeoutError():
            return "timeout", told
    if "not a public address" in str(error):  # one of several addresses of a name: their errors come as one
        return "forbidden", str(error)
    if error.errno in _UNREACHABLE:
        return "unreachable", told
    return "connection", told
