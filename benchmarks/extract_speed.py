"""Articles a second of Dateline's reading on one core, against spaCy alone over the same texts, in turns in one run.

    python benchmarks/extract_speed.py ARTICLES.jsonl [--rounds 3] [--limit 200]

The baseline is `spacy.load(model).pipe(texts)` as it comes. The machine may be shared and noisy: quote the ratio.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import spacy

from dateline.archives.json_lines import read_articles
from dateline.pipeline import open_reader
from dateline.records import Article
from dateline.settings import load


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process, which other users of the machine disturb least."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=200)
    arguments = parser.parse_args()

    settings = load()
    articles = [item for item in read_articles(str(arguments.articles)) if isinstance(item, Article)][: arguments.limit]
    stock = spacy.load(settings.reading.model)
    reader = open_reader(settings.reading, settings.geography)
    jobs: dict[str, Callable[[], object]] = {
        "spaCy alone": lambda: [None for _ in stock.pipe(article.text for article in articles)],
        "dateline geoparse": lambda: [reader.geoparse(article) for article in articles],
        "dateline extract": lambda: [reader.read(article) for article in articles],
    }
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for work in jobs.values():
        work()  # warm-up: caches and string stores fill
    for _ in range(arguments.rounds):
        for name, work in jobs.items():
            taken[name].append(seconds(work))
    base = statistics.median(taken["spaCy alone"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:18} {len(articles) / median:7.1f} articles/s   {base / median:5.2f} × spaCy alone")


if __name__ == "__main__":
    main()
