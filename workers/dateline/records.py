"""The records: every shape that travels on a topic, and the words its fields may hold.

One record is one JSON object in UTF-8. Times are RFC 3339 in UTC, countries ISO 3166-1 alpha-2, coordinates WGS84 degrees,
places GeoNames ids. A field that does not apply is null or an empty list, never missing. `schemas/` is generated from here.

A record's value holds nothing that depends on the path it took (DESIGN, invariant 3): revision numbers and processing times
travel in message headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator

VERSION = 1
"""Version of every record's shape; a breaking change raises it."""


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]
"""A moment in UTC; a time without zone is taken as UTC."""

EventType = Literal[
    "ASSAULT", "COERCE", "PROTEST", "MOBILIZE", "SANCTION", "THREATEN", "RETREAT", "CONCEDE", "AID", "COOPERATE", "CONSULT",
    "AGREE", "SUPPORT", "REQUEST", "ACCUSE", "REJECT", "DISASTER", "ACCIDENT",
]  # fmt: skip
Status = Literal["actual", "future", "hypothetical", "denied"]
State = Literal["active", "merged", "retracted"]
Level = Literal["site", "city", "admin2", "admin1", "country"]
Precision = Literal["day", "week", "month", "year"]
DateBasis = Literal["stated", "relative", "publication"]
PublishedBasis = Literal["stated", "first_seen"]
TextBasis = Literal["page", "feed"]
EvidenceField = Literal["title", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who published an article. `country` is the publisher's home, where known."""

    name: str | None = None
    domain: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of one article. `text` is what evidence offsets count characters of: it is never changed after this point."""

    article_id: str
    text: str
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    language: str | None = None  # ISO 639-1
    published: Instant | None = None
    published_basis: PublishedBasis | None = None
    updated: Instant | None = None
    fetched: Instant | None = None
    feed_id: str | None = None
    publisher: Publisher | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    origin: str | None = None  # the agency or outlet it was copied from, where told
    text_basis: TextBasis | None = None
    content_hash: str | None = None
    version: int = 1  # of this article: 1, 2 … as its publisher edits it
    schema_version: int = VERSION  # of this record's shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An actor or recipient: `text` as written, `name` canonical where known."""

    name: str
    text: str
    kind: str | None = None  # state, military, police, rebels, party, civilians, company, igo, ngo, media, person …
    country: str | None = None
    sector: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One resolved place. `radius_km` is the half-width of what the name covers; `basis` the evidence that decided."""

    name: str
    text: str
    geonameid: int | None  # None for regions GeoNames does not list
    feature: str | None  # GeoNames feature code: PPL, ADM1, PCLI …
    lat: float
    lon: float
    country: str | None
    admin1: str | None
    admin1_code: str | None  # ISO 3166-2
    admin2: str | None
    level: Level | None
    radius_km: float
    score: float  # 0..1
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """When: first and last day, both included. `basis` tells a date read in the text from one inferred."""

    start: date
    end: date
    precision: Precision
    text: str | None
    basis: DateBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many people: a range, both ends included; `high` null when only a lower bound is told. `text` is what it rests on."""

    low: int
    high: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualties:
    killed: Count | None = None
    injured: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Characters `start` up to (not including) `end` of an article's title or text; `text` is what stands there."""

    article_id: str
    field: EvidenceField
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One article behind an event. `origin` is the agency it was copied from, where told; `casualties` are its own figures."""

    article_id: str
    url: str | None
    publisher: str | None
    published: Instant | None
    origin: str | None
    casualties: Casualties = Casualties()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Whom the text names as its source: `name` canonical where known, `text` as written."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The same type in the code books that analysts already use."""

    acled_event: str | None
    acled_sub_event: str | None
    cameo_root: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """What made a record."""

    name: str
    version: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """What one article says of one event. Its id is made of the article and what is said, so the same article gives the same ids.

    `block` is the key under which mentions that may be one event meet (see `dateline.merging`).
    """

    mention_id: str
    block: str
    article_version: int
    title: str | None
    event_type: EventType
    event_mode: str | None
    contexts: tuple[str, ...]
    status: Status
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    place: Place | None
    origin: Place | None
    date: DateSpan | None
    casualties: Casualties
    evidence: tuple[Evidence, ...]
    source: Source
    attribution: tuple[Attribution, ...]
    central: bool
    codes: Codes
    confidence: float
    producer: Producer
    keywords: Mapping[str, int] = field(default_factory=dict)  # of the article: its most telling words, names with a capital, and weights
    fingerprint: tuple[str, ...] = ()  # of the article's text: two that agree in one place are copies
    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Says that mentions of this article older than `article_version` no longer hold: it was edited or withdrawn."""

    article_id: str
    article_version: int
    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The current state of one event. The running revision number is a header, not a field."""

    event_id: str
    state: State
    merged_into: str | None
    event_type: EventType
    event_mode: str | None
    contexts: tuple[str, ...]
    status: Status
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    place: Place | None
    origin: Place | None
    date: DateSpan | None
    casualties: Casualties
    evidence: tuple[Evidence, ...]
    sources: tuple[Source, ...]
    source_count: int
    origin_count: int  # independent origins: ten copies of one wire story count once
    attribution: tuple[Attribution, ...]
    central: bool
    codes: Codes
    confidence: float  # 0..1
    first_reported: Instant | None
    last_reported: Instant | None
    producer: Producer
    version: int = VERSION
