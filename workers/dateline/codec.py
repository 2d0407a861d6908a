"""Records to bytes and back, and the ids made from what they say."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from dateline.records import VERSION
from dateline.versions import FIRST, upcast, version_of

Record = TypeVar("Record")

UNKNOWN = "unknown"
"""The field, a record's last, that keeps what a newer program of the same version added to it."""


class UnreadableRecordError(ValueError):
    """These bytes are no record of the wanted type; the message says where and why."""


class NewerVersionError(UnreadableRecordError):
    """A record written by a newer Dateline than this one: not wrong, but not for us to read."""


@cache
def adapter(record_type: Any) -> TypeAdapter[Any]:
    """The validator of a record type, built once: building costs milliseconds."""
    return TypeAdapter(record_type)


def encode(record: object) -> bytes:
    """The one JSON form of a record: fields in their declared order, UTC times ending in Z. Same record, same bytes.

    What a record keeps as UNKNOWN stands behind its own fields, as it came.
    """
    raw = orjson.dumps(record, option=orjson.OPT_UTC_Z)
    unknown = getattr(record, UNKNOWN, None)
    if unknown is None:
        return raw
    if not unknown:
        return raw.removesuffix(b',"unknown":{}}') + b"}"
    told = orjson.loads(raw)
    del told[UNKNOWN]
    return orjson.dumps(told | {name: value for name, value in unknown.items() if name not in told})


def decode(raw: bytes | str, record_type: type[Record]) -> Record:
    """Read a record of any version up to ours. Raises UnreadableRecordError naming the first field that is wrong, or NewerVersionError.

    Unknown fields are passed over, or kept in a type that has a field named UNKNOWN: one that is read, changed and written again.
    """
    try:
        told = orjson.loads(raw)
        if isinstance(told, dict):
            told = _in_todays_shape(told, record_type)
        record: Record = adapter(record_type).validate_python(told)  # type: ignore[arg-type]  # mypy denies type[T] a hash
    except orjson.JSONDecodeError as error:
        raise UnreadableRecordError(f"not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "record"
        raise UnreadableRecordError(f"not a valid {record_type.__name__}: {where}: {first['msg']}") from error
    return record


def _in_todays_shape(told: dict[str, Any], record_type: type) -> dict[str, Any]:
    name, version = record_type.__name__, version_of(told, record_type.__name__)
    if isinstance(version, int):  # else validation says what is wrong
        if version > VERSION:
            raise NewerVersionError(f"written by a newer Dateline: {name} of version {version}, and this one reads up to {VERSION}")
        if version < FIRST:
            raise UnreadableRecordError(f"not a valid {name}: there never was a version {version}")
        told = upcast(told, name)
    fields = getattr(record_type, "__dataclass_fields__", {})
    if UNKNOWN in fields:
        told[UNKNOWN] = {name: value for name, value in told.items() if name not in fields or name == UNKNOWN}
    return told


def content_id(*parts: Any) -> str:
    """An id of 24 hex digits made of the parts alone, so that whoever sees the same content makes the same id."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_UTC_Z)).hexdigest()[:24]
