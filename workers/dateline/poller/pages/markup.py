"""Markup: the bytes of a page as a tree of elements, whatever their encoding, bounded in depth (by libxml2, 256) and in size."""

from __future__ import annotations

import codecs
import re
from email.message import Message

import lxml.html
from charset_normalizer import from_bytes
from lxml import etree

MAX_ELEMENTS = 60_000  # the largest of 181 news pages has 12,000; a hundred thousand take trafilatura a minute
_GUESSED_FROM = 50_000  # bytes that the encoding is guessed from: more say no more, and guessing is slow
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_META_CHARSET = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_READ_AS = {  # what browsers take these names for: the larger character sets that pages really use under them (WHATWG)
    "ascii": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip


def parse_page(body: bytes, content_type: str | None = None) -> lxml.html.HtmlElement | None:
    """The page's tree without comments; None when it is empty, no HTML, or too large to be an article."""
    # Bytes, so that an XML declaration inside does not matter; NUL ends a document for libxml2
    text = decode_page(body, content_type).replace("\0", "").encode("utf-8", "ignore")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return tree if sum(1 for _ in tree.iter()) <= MAX_ELEMENTS else None


def decode_page(body: bytes, content_type: str | None = None) -> str:
    """Text of a page: by its byte order mark; as UTF-8 where it is that, whatever is declared; as declared by server or page; guessed.

    Bytes that mean nothing become U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    declared = _codec(_header_charset(content_type)) or _codec(_meta_charset(body))
    if declared in ("utf-16", "utf-16-le", "utf-16-be") or _looks_like_utf_16(body):
        return body.decode("utf-16-be" if declared == "utf-16-be" or body[:1] == b"\0" else "utf-16-le", "replace")
    if declared not in ("iso2022_jp", "hz"):  # these are ASCII to look at
        as_utf8 = body.decode("utf-8", "replace")
        broken = as_utf8.count("\ufffd")
        beyond_ascii = len(as_utf8) - len(as_utf8.encode("ascii", "ignore"))
        if broken * 5 <= beyond_ascii:  # one here and there is common; in another encoding's text nearly all are
            return as_utf8
    if declared is None or declared == "utf-8":
        best = from_bytes(body[:_GUESSED_FROM]).best()
        declared = _codec(best.encoding if best else None) or "cp1252"
    return body.decode(declared, "replace")


def _header_charset(content_type: str | None) -> str | None:
    message = Message()
    message["Content-Type"] = content_type or ""
    try:
        return message.get_content_charset()
    except (LookupError, ValueError):
        return None


def _meta_charset(body: bytes) -> str | None:
    found = _META_CHARSET.search(body[:4096])
    return found[1].decode("ascii", "ignore") if found else None


def _codec(name: str | None) -> str | None:
    """Python's codec for a charset's name, None for an unknown one and for codecs that are none of text."""
    try:
        codec = codecs.lookup((name or "").strip().lower())
    except (LookupError, ValueError):
        return None
    known = _READ_AS.get(codec.name, codec.name)
    return known if codec._is_text_encoding and known not in ("utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape") else None


def _looks_like_utf_16(body: bytes) -> bool:
    """Every other byte of Latin markup is NUL in UTF-16."""
    start = body[:200]
    return len(start) >= 20 and start.count(0) * 5 >= len(start) * 2
