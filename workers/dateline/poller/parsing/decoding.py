"""From bytes to characters, whatever the server and the document say of themselves.

Bytes that read as UTF-8 are UTF-8: text in another encoding hardly ever does by chance. Only then does a declaration count, the
document's own before the server's, whose default covers all that lies there.
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_TWO_BYTES = ((re.compile(rb"(?:[\t\n\r <{]\0){2}|[<{]\0"), "utf-16-le"), (re.compile(rb"(?:\0[\t\n\r <{]){2}|\0[<{]"), "utf-16-be"))
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']|<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_SEVEN_BITS = re.compile(rb"\x1b[$(]")  # ISO-2022 writes Japanese and Korean in ASCII after an escape
_WIDER = {  # what is written under the name of a smaller encoding, as browsers read it
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
}  # fmt: skip
# Python has codecs for names, escapes and archives too
_OF_TEXTS = re.compile(r"(utf|iso|cp|gb|big5|euc|shift|koi|mac|tis|kz|johab|hz|ptcp)[\w-]*|ascii")
_ENOUGH = 30  # bytes beyond ASCII: from fewer, Western words were taken for Arabic
_SAMPLE = 20_000  # bytes from which an undeclared encoding is guessed: a second for longer ones


def decode(body: bytes, content_type: str | None) -> str:
    """The characters of a document. Never fails: what no encoding explains becomes U+FFFD."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    for opening, encoding in _TWO_BYTES:
        if opening.match(body):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    if not _SEVEN_BITS.search(body):
        text = body.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        if broken == 0 or broken * 20 < sum(map(len, re.findall(r"[^\x00-\x7f]+", text))):  # a cut or garbled character here and there
            return text
    for encoding in declared:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode(_guess(body) or "cp1252", "replace")


def _guess(body: bytes) -> str | None:
    """The encoding in which these bytes look most like text of some language, where there are enough to tell."""
    first = re.search(rb"[\x80-\xff]", body)
    sample = body[max(0, first.start() - 100) :][:_SAMPLE] if first else b""
    if len(re.findall(rb"[\x80-\xff]", sample)) < _ENOUGH:
        return None
    best = charset_normalizer.from_bytes(sample).best()
    return _codec(best.encoding) if best else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    own = _DECLARED.search(body[:4_096])
    served = _CHARSET.search(content_type or "")
    names = (own and (own[1] or own[2]).decode("ascii", "replace"), served and served[1])
    return [codec for name in names if name and (codec := _codec(name)) and codec != "utf-8"]


def _codec(name: str | None) -> str | None:
    """The name of Python's codec that reads texts said to be in this encoding."""
    try:
        codec = codecs.lookup(name or "").name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(codec, codec) if _OF_TEXTS.fullmatch(codec) else None
