"""Count in how many of ten thousand news articles each word stands: what config/word_frequencies.tsv is made by.

    python benchmarks/count_words.py EVALUATION_FOLDER > config/word_frequencies.tsv

Words in fewer than one article in four hundred are left out: they are rare, and it does not matter how rare.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import orjson

from dateline.merging.words import distinct_words

SETS = ("places/lgl", "places/tr-news", "places/geovirus", "types/plv-train", "events/articles", "merge/articles")
LEAST = 1 / 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    counts: Counter[str] = Counter()
    articles = 0
    for name in SETS:
        for line in (folder / f"{name}.jsonl").read_bytes().splitlines():
            article = orjson.loads(line)
            counts.update(distinct_words([article.get("title") or "", article["text"]]))
            articles += 1
    print(f"# Word, and in how many of ten thousand articles it stands: counted by benchmarks/count_words.py in {articles} news articles")
    print(f"# of local and world news ({', '.join(SETS)}). Words that are not here are rarer than all that are.")
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if count >= LEAST * articles:
            print(f"{word}\t{round(10_000 * count / articles)}")


if __name__ == "__main__":
    main()
