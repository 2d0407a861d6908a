"""Milliseconds that one more mention costs in a merge block, at 100, 1,000 and 10,000 mentions of one country within the window.

    python benchmarks/merge_speed.py [--sizes 100 1000 10000]

The block is a war's: many strikes on a few towns in three weeks, each told by one to forty outlets. A report holds a few words that only
those of its event share, and others as often as news holds them (config/word_frequencies.tsv). The baseline is what merging must beat
to keep up: reading one article of 300 words.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime, timedelta
from random import Random

from dateline.codec import content_id
from dateline.config_files import config_file
from dateline.merging import Block, block_key, keywords, merged
from dateline.merging.words import WORD_FREQUENCIES
from dateline.records import Casualties, Codes, Count, DateSpan, Evidence, Mention, Place, Producer, Source
from dateline.settings import load

START = datetime(2026, 5, 1, tzinfo=UTC)
DAYS = 21
TOWNS = [(f"Town{letter}", 48 + number / 5, 37 + number / 7) for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz")]
EVENT_WORDS = 12  # that only reports of one event share: its people, streets, weapons
TOLD = 5  # of these, in each report


def mentions(count: int, random: Random) -> list[Mention]:
    found: list[Mention] = []
    event = 0
    news = word_frequencies()
    while len(found) < count:
        event += 1
        at = START + timedelta(days=DAYS * random.random())
        own = [f"Name{event}x{number}" for number in range(EVENT_WORDS)]
        town, killed = random.choice(TOWNS), random.randint(0, 9)
        for _ in range(min(int(random.paretovariate(0.7)), 40)):
            words = [word for word, share in news if random.random() < share]
            found.append(_mention(len(found), town, at, killed, random.sample(own, TOLD) + words, random))
    return sorted(found[:count], key=lambda mention: mention.source.published or START)


def word_frequencies() -> list[tuple[str, float]]:
    """Words, and in what share of news articles each stands."""
    lines = config_file(WORD_FREQUENCIES).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(word, int(count) / 10_000) for word, count in pairs]


def _mention(number: int, town: tuple[str, float, float], at: datetime, killed: int, words: list[str], random: Random) -> Mention:
    article = content_id("article", number)
    text = f"Shelling killed {killed} people in {town[0]}, as " + " ".join(words[:12])
    place = Place(
        name=town[0], text=town[0], geonameid=int(content_id(town[0])[:6], 16), feature="PPL", lat=town[1], lon=town[2], country="XA",
        admin1="East", admin1_code="XA-E", admin2=None, level="city", radius_km=5.0, score=0.8, basis="trigger",
    )  # fmt: skip
    published = at + timedelta(hours=30 * random.random())
    return Mention(
        mention_id=content_id("mention", article), block=block_key("ASSAULT"), article_version=1, title=None,
        event_type="ASSAULT", event_mode="heavy-weapons", contexts=(), status="actual", actors=(), recipients=(), place=place, origin=None,
        date=DateSpan(start=_day(at), end=_day(at), precision="day", text=None, basis="stated"),
        casualties=Casualties(killed=Count(low=killed, high=killed, text=str(killed))),
        evidence=(Evidence(article_id=article, field="text", start=0, end=len(text), text=text),),
        source=Source(article_id=article, url=None, publisher=f"Paper {number % 300}", published=published, origin=None),
        attribution=(), central=True, codes=Codes(acled_event=None, acled_sub_event=None, cameo_root=None), confidence=0.8,
        producer=Producer(name="dateline", version="0", model="none"), keywords=keywords(None, f"{text}. The {' '.join(words)}."),
    )  # fmt: skip


def _day(at: datetime) -> date:
    return at.date()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000])
    arguments = parser.parse_args()
    for size in arguments.sizes:
        block, stream = Block(load().merging), mentions(size, Random(1))
        start = time.process_time()
        last = start
        for number, mention in enumerate(stream):
            if number == size - size // 10:
                last = time.process_time()
            block.add(mention)
            for group in block.regroup().new:
                merged(group)
        end = time.process_time()
        groups = block.groups()
        print(
            f"{size:6} mentions, {len(groups):5} events, the largest of {max(map(len, groups)):3}: "
            f"{1000 * (end - start) / size:6.2f} ms a mention, of the last tenth {1000 * (end - last) / (size // 10):6.2f} ms"
        )


if __name__ == "__main__":
    main()
