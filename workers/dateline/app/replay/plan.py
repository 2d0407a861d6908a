"""What a replay is to do, decided once at its beginning: a second start of the same call goes on with it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import dateline
from dateline.codec import content_id
from dateline.config_files import SHIPPED
from dateline.delivery.reading import Bound
from dateline.settings import Settings


class StaleSpoolError(RuntimeError):
    """What an earlier start left was made by another extraction: to go on with it would mix the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which articles, and which events topic they are for. Bounds are times of arrival, or offsets of every partition."""

    articles: str
    into: str
    start: Bound = None
    end: Bound = None

    def name(self, bootstrap: str) -> str:
        """The same for the same call, and so the name of what an earlier start of it left."""
        return content_id("replay", bootstrap, self.articles, self.into, _bound(self.start), _bound(self.end))


def _bound(bound: Bound) -> str | int | None:
    return bound.isoformat() if isinstance(bound, datetime) else bound


def extraction(settings: Settings) -> str:
    """A fingerprint of all that decides what articles say and how it is merged: program, data files, settings."""
    own = os.environ.get("DATELINE_CONFIG_DIR")
    parts = (settings.reading, settings.geography, settings.merging)
    folders = (Path(dateline.__file__).parent, SHIPPED, *([Path(own)] if own else []))
    return content_id(*(asdict(part) for part in parts), *(_contents(folder) for folder in folders))


@cache
def _contents(folder: Path) -> str:
    told = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            told.update(f"{file.relative_to(folder)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return told.hexdigest()
