"""How right and how fast the text of news pages is read, beside trafilatura as it comes, in one run.

    python benchmarks/page_text.py EVALUATION_PAGES_FOLDER [--rounds 3] [--worst 10]

The folder is laid out as scrapinghub's article-extraction-benchmark: ground-truth.json and html/ID.html.gz. The measure is its
paper's: token 4-grams (with counts) of the text found and the true one, precision and recall of each page, averaged over pages; F1 is
made of the two averages. The machine may be shared and noisy: quote pages a second as the ratio.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from dateline.poller.pages import page_text, read_page
from dateline.settings import load

_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True)
class Match:
    """4-grams of one page: in both texts, only in the one found, only in the true one."""

    both: int
    found_only: int
    true_only: int

    @property
    def precision(self) -> float:
        if not self.found_only and not self.true_only:
            return 1.0
        return self.both / (self.both + self.found_only) if self.both else 0.0

    @property
    def recall(self) -> float:
        if not self.found_only and not self.true_only:
            return 1.0
        return self.both / (self.both + self.true_only) if self.both else 0.0


def match(found: str, true: str) -> Match:
    """Compare two texts as the paper does."""
    ours, theirs = _grams(found), _grams(true)
    both = (ours & theirs).total()
    return Match(both, ours.total() - both, theirs.total() - both)


def _grams(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    return Counter(tuple(tokens[i : i + 4]) for i in range(max(1, len(tokens) - 3)) if tokens)


def overall(matches: list[Match]) -> tuple[float, float, float]:
    """F1, precision and recall over all pages."""
    precision = statistics.mean(m.precision for m in matches if m.both + m.found_only)
    recall = statistics.mean(m.recall for m in matches if m.both + m.true_only)
    return 2 * precision * recall / (precision + recall), precision, recall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worst", type=int, default=0, help="name the pages that ours reads worst")
    arguments = parser.parse_args()

    truth = json.loads((arguments.folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {key: gzip.decompress((arguments.folder / "html" / f"{key}.html.gz").read_bytes()) for key in truth}
    limit = load().poller.max_text_chars
    readers: dict[str, Callable[[bytes], str | None]] = {
        "trafilatura": lambda body: trafilatura.extract(body, include_comments=False),
        "favor_precision": lambda body: trafilatura.extract(body, include_comments=False, favor_precision=True),
        "dateline": lambda body: page_text(body, None, limit),
        "and all it says": lambda body: read_page(body, None, "https://news.example/story", limit).text,
    }
    texts: dict[str, dict[str, str]] = {}
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for reader in readers.values():
        reader(next(iter(pages.values())))  # warm-up: stop lists and patterns are made at first use
    for _ in range(arguments.rounds):
        for name, reader in readers.items():
            start = time.process_time()
            texts[name] = {key: reader(body) or "" for key, body in pages.items()}
            taken[name].append(time.process_time() - start)
    base = statistics.median(taken["trafilatura"])
    for name, found in texts.items():
        f1, precision, recall = overall([match(found[key], truth[key]["articleBody"]) for key in truth])
        median = statistics.median(taken[name])
        print(
            f"{name:16} F1 {f1:.4f}  P {precision:.4f}  R {recall:.4f}   {len(pages) / median:6.1f} pages/s"
            f"   {base / median:5.2f} × trafilatura"
        )
    matches = {key: match(texts["dateline"][key], truth[key]["articleBody"]) for key in truth}
    for key, m in sorted(matches.items(), key=lambda item: item[1].precision + item[1].recall)[: arguments.worst]:
        print(f"{m.precision:.3f} {m.recall:.3f} {key[:8]} {truth[key].get('url', '')}")


if __name__ == "__main__":
    main()
