"""Records to bytes and back, and the ids made from what they say."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

Record = TypeVar("Record")


class UnreadableRecordError(ValueError):
    """These bytes are no record of the wanted type; the message says where and why."""


class NewerVersionError(UnreadableRecordError):
    """A record written by a newer Dateline than this one: not wrong, but not for us to read."""


@cache
def adapter(record_type: Any) -> TypeAdapter[Any]:
    """The validator of a record type, built once: building costs milliseconds."""
    return TypeAdapter(record_type)


def encode(record: object) -> bytes:
    """The one JSON form of a record: fields in their declared order, UTC times ending in Z. Same record, same bytes."""
    return orjson.dumps(record, option=orjson.OPT_UTC_Z)


def decode(raw: bytes | str, record_type: type[Record]) -> Record:
    """Read a record, or raise `UnreadableRecordError` naming the first field that is wrong. Unknown fields are passed over."""
    try:
        record: Record = adapter(record_type).validate_python(orjson.loads(raw))  # type: ignore[arg-type]  # mypy denies type[T] a hash
    except orjson.JSONDecodeError as error:
        raise UnreadableRecordError(f"not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "record"
        raise UnreadableRecordError(f"not a {record_type.__name__}: {where}: {first['msg']}") from error
    return record


def content_id(*parts: Any) -> str:
    """An id of 24 hex digits made of the parts alone, so that whoever sees the same content makes the same id."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_UTC_Z)).hexdigest()[:24]
