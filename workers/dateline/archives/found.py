"""What an archive gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dateline.records import Article


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A web page. `seen`: when whoever saved it got it, where that is known."""

    where: str
    body: bytes
    content_type: str | None
    url: str | None
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A record, or the rest of a file, that can't be read."""

    where: str
    why: str


Found = Article | SavedPage | Broken
