"""The compiled gazetteer's file: named columns of numbers and bytes, mapped read-only and shared by every process that opens it.

    write_index(path, version, {"lat": array, ...})
    columns = open_index(path, version)["lat"]

Layout: magic, length of the header, header (JSON: version, checksum, place and type of each column), columns. A file that was cut,
altered or made for another version is never half-read: `open_index` checks the checksum of it all first.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

_MAGIC = b"DLGAZ\x00\x00\x01"
_ALIGN = 64
_MAX_HEADER = 1 << 20
_CHUNK = 1 << 20

Columns = Mapping[str, memoryview]


class DamagedIndexError(RuntimeError):
    """The file is not a whole index of the wanted version. It can be deleted and built again."""


def write_index(path: Path, version: str, columns: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write the columns so that whoever looks sees the old file or the whole new one."""
    directory: dict[str, tuple[str, int, int]] = {}
    parts: list[bytes] = []
    at = 0
    for name, column in columns.items():
        raw = np.ascontiguousarray(column).tobytes()
        directory[name] = (column.dtype.char, at, len(raw))
        padding = -len(raw) % _ALIGN
        parts.append(raw + bytes(padding))
        at += len(raw) + padding
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    header = orjson.dumps({"version": version, "order": sys.byteorder, "columns": directory, "crc32": checksum, "length": at})
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".part", delete=False) as file:
        try:
            file.write(_MAGIC + len(header).to_bytes(4, "little") + header)
            file.write(bytes(-file.tell() % _ALIGN))
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)  # built by root into an image, read by others
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def open_index(path: Path, version: str) -> Columns:
    """Map the columns of an index whose version starts with `version`. Raises DamagedIndexError, or FileNotFoundError."""
    with path.open("rb") as file:
        header, start = _read_header(file, version)
        _check_body(file, start, header)
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return {name: mapped[start + at : start + at + length].cast(kind) for name, (kind, at, length) in header["columns"].items()}


def _read_header(file: BinaryIO, version: str) -> tuple[dict[str, Any], int]:
    lead = file.read(len(_MAGIC) + 4)
    length = int.from_bytes(lead[len(_MAGIC) :], "little")
    if lead[: len(_MAGIC)] != _MAGIC or not 0 < length <= _MAX_HEADER:
        raise DamagedIndexError("it does not start as an index does")
    try:
        header: dict[str, Any] = orjson.loads(file.read(length))
    except orjson.JSONDecodeError as error:
        raise DamagedIndexError("its header is unreadable") from error
    if not str(header.get("version")).startswith(version) or header.get("order") != sys.byteorder:
        raise DamagedIndexError("it was made by another version, from other data or on another kind of machine")
    return header, file.tell() + -file.tell() % _ALIGN


def _check_body(file: BinaryIO, start: int, header: dict[str, Any]) -> None:
    """Read rather than map: pages that were only checked do not then count as this process's memory."""
    file.seek(start)
    length = checksum = 0
    while chunk := file.read(_CHUNK):
        length += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
    if length != header["length"] or checksum != header["crc32"]:
        raise DamagedIndexError(f"its {length} bytes are not the {header['length']} that were written")
