"""A reading pool for tests of delivery: an article's text is lines that say plainly what is reported, and no model reads them.

    Article(text="ASSAULT SY 2025-12-20 killed 3")

The words `crash` and `hang` are what they say: a reading whose process dies, and one that takes too long; `foreign` is a text in
another language. `PlainPool` only says so; processes opened with `open_plain` do so.
"""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from typing import get_args

from pebble import ProcessExpired

from dateline.codec import content_id
from dateline.english import OtherLanguageError
from dateline.merging import block_key
from dateline.records import (
    Article,
    Casualties,
    Codes,
    Count,
    DateSpan,
    EventType,
    Evidence,
    Mention,
    Place,
    Producer,
    Publisher,
    Source,
)

PLACES = {"SY": (35.33, 40.14), "US": (41.88, -87.63), "IN": (28.65, 77.23), "KE": (-1.28, 36.82)}
START = datetime(2025, 12, 20, tzinfo=UTC)


class PlainPool:
    """Reads at once and in this process."""

    processes = 2

    def __init__(self) -> None:
        self.attempts: dict[str, int] = {}

    def submit(self, article: Article) -> Future[list[Mention]]:
        self.attempts[article.article_id] = self.attempts.get(article.article_id, 0) + 1
        reading: Future[list[Mention]] = Future()
        if article.text == "crash":
            reading.set_exception(ProcessExpired("the process died", 1, 1))
        elif article.text == "crash once" and self.attempts[article.article_id] == 1:
            reading.set_exception(ProcessExpired("the process was killed", -9, 1))
        elif article.text == "hang":
            reading.set_exception(TimeoutError("took too long"))
        elif article.text == "foreign":
            reading.set_exception(OtherLanguageError("the text is not English"))
        else:
            reading.set_result(read_plain(article))
        return reading


class PlainReader:
    """Reads in a process of a real pool."""

    def read(self, article: Article) -> list[Mention]:
        if article.text == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        while article.text == "hang":
            pass
        if article.text == "foreign":
            raise OtherLanguageError("the text is not English")
        return read_plain(article)


def open_plain(options: object, geography: object) -> PlainReader:
    return PlainReader()


def read_plain(article: Article) -> list[Mention]:
    found, at = [], 0
    for line in article.text.splitlines():
        words = line.split()
        if words and words[0] in get_args(EventType):
            found.append(_mention(article, line, at))
        at += len(line) + 1
    return found


def _mention(article: Article, line: str, at: int) -> Mention:
    event_type, country, day, *toll = line.split()
    on = date.fromisoformat(day)
    place = Place(
        name=country, text=country, geonameid=sum(map(ord, country)), feature="PPL", lat=PLACES[country][0], lon=PLACES[country][1],
        country=country, admin1=None, admin1_code=None, admin2=None, level="city", radius_km=5.0, score=0.9, basis="only",
    )  # fmt: skip
    when = DateSpan(start=on, end=on, precision="day", text=day, basis="stated")
    killed = Count(low=int(toll[1]), high=int(toll[1]), text=toll[1]) if toll else None
    return Mention(
        mention_id=content_id("plain", article.article_id, event_type, country, day),
        block=block_key(event_type),
        article_version=article.version,
        title=article.title,
        event_type=event_type,  # type: ignore[arg-type]
        event_mode=None,
        contexts=(),
        status="actual",
        actors=(),
        recipients=(),
        place=place,
        origin=None,
        date=when,
        casualties=Casualties(killed=killed),
        evidence=(Evidence(article_id=article.article_id, field="text", start=at, end=at + len(line), text=line),),
        source=Source(
            article_id=article.article_id,
            url=article.url,
            publisher=article.publisher.name if article.publisher else None,
            published=article.published,
            origin=None,
        ),
        attribution=(),
        central=True,
        codes=Codes(acled_event=None, acled_sub_event=None, cameo_root=None),
        confidence=0.8,
        producer=Producer(name="plain", version="1", model="none"),
    )


def plain_articles(count: int) -> list[Article]:
    """So many articles over ten days: several tell of each event, some of two, every ninth is edited, every tenth tells of none."""
    articles = []
    for number in range(count):
        day = START + timedelta(hours=240 * number // count)
        told = [f"{kind} {country} {day.date()} killed {number % 3 + 1}" for kind, country in _subjects(number)]
        articles.append(_article(number, 1, day, "\n".join(told) or "nothing happened"))
        if number % 9 == 0:
            articles.append(_article(number, 2, day, f"PROTEST KE {day.date()}"))
    return articles


def _subjects(number: int) -> list[tuple[str, str]]:
    if number % 10 == 0:
        return []
    kinds, countries = ("ASSAULT", "PROTEST", "DISASTER", "CONSULT"), sorted(PLACES)
    first = kinds[number % 4], countries[number // 4 % 4]
    return [first, ("ACCIDENT", countries[number % 3])] if number % 7 == 0 else [first]


def _article(number: int, version: int, published: datetime, text: str) -> Article:
    return Article(
        article_id=content_id("article", number),
        url=f"https://news.example/{number}",
        title=f"Report {number}",
        text=text,
        published=published,
        published_basis="stated",
        fetched=published + timedelta(minutes=5),
        publisher=Publisher(name=f"Paper {number % 20}", domain="news.example", country="GB"),
        version=version,
    )
