"""A small world of reports: what invented articles say of invented events, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dateline.codec import content_id
from dateline.merging import MergingOptions, block_key, keywords
from dateline.records import Casualties, Codes, Count, DateBasis, DateSpan, Evidence, Level, Mention, Party, Place, Producer, Source, Status
from dateline.settings import load

OPTIONS: MergingOptions = load().merging


def place(name: str, lat: float, lon: float, *, level: Level = "city", admin1: str | None = "North", country: str | None = "XA") -> Place:
    radius = {"country": 500.0, "admin1": 100.0}.get(level, 5.0)
    return Place(
        name=name, text=name, geonameid=int(content_id(name, lat)[:6], 16), feature=None, lat=lat, lon=lon, country=country, admin1=admin1,
        admin1_code=f"{country}-{admin1}" if admin1 else None, admin2=None, level=level, radius_km=radius, score=0.8, basis="trigger",
    )  # fmt: skip


ALDER = place("Alder", 10.0, 10.0)
ALDER_MILLS = place("Alder Mills", 10.1, 10.1)  # 16 km from Alder
BIRCH = place("Birch", 14.0, 10.0)  # 440 km from Alder, same province
CEDAR = place("Cedar", 10.2, 10.0, admin1="South")  # 22 km from Alder, over the border of the province
NORTH = place("North", 12.0, 10.0, level="admin1")
XANIA = place("Xania", 12.0, 12.0, level="country", admin1=None)


def on(day: int, *, month: int = 5, basis: DateBasis = "stated") -> DateSpan:
    return DateSpan(start=date(2026, month, day), end=date(2026, month, day), precision="day", text=None, basis=basis)


SECOND_OF_MAY = on(2)


def report(
    article: str,
    words: str,
    *,
    published: int | None = 3,
    where: Place | None = ALDER,
    when: DateSpan | None = SECOND_OF_MAY,
    killed: int | str | tuple[int, int | None] | None = None,
    injured: int | None = None,
    actors: Sequence[str] = (),
    recipients: Sequence[str] = (),
    mode: str | None = None,
    status: Status = "actual",
    event_type: str = "ASSAULT",
    publisher: str | None = None,
    agency: str | None = None,
    version: int = 1,
    confidence: float = 0.7,
    central: bool = False,
    said: str | None = None,
) -> Mention:
    """What `article`, published on that day of May 2026, says; its evidence is `words`, its publisher one of its own.

    `killed` may be words for one person.
    """
    low, high = (killed, killed) if isinstance(killed, int) else (1, 1) if isinstance(killed, str) else killed or (0, None)
    return Mention(
        mention_id=content_id("mention", article, said or words),
        block=block_key(event_type),
        article_version=version,
        title=None,
        event_type=event_type,  # type: ignore[arg-type]
        event_mode=mode,
        contexts=(),
        status=status,
        actors=tuple(Party(name=name, text=name) for name in actors),
        recipients=tuple(Party(name=name, text=name) for name in recipients),
        place=where,
        origin=None,
        date=when,
        casualties=Casualties(
            killed=None if killed is None else Count(low=low, high=high, text=str(killed)),
            injured=None if injured is None else Count(low=injured, high=injured, text=str(injured)),
        ),
        evidence=(Evidence(article_id=article, field="text", start=0, end=len(words), text=words),),
        source=Source(
            article_id=article,
            url=f"https://{article}.example/story",
            publisher=publisher or f"The {article}",
            published=None if published is None else datetime(2026, 5, published, 12, tzinfo=UTC),
            origin=agency,
        ),
        attribution=(),
        central=central,
        codes=Codes(acled_event=None, acled_sub_event=None, cameo_root=None),
        confidence=confidence,
        producer=Producer(name="dateline", version="0", model="test"),
        keywords=keywords(None, words),
    )


def edited(mention: Mention, **changed: object) -> Mention:
    """The same words of the next version of the article."""
    return replace(mention, article_version=mention.article_version + 1, **changed)  # type: ignore[arg-type]
