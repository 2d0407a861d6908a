"""Fit the weights of merging (config/dateline.toml, [merging.weights]) on reports of known incidents.

    python benchmarks/train_merging.py ARTICLES.jsonl INCIDENTS.jsonl

INCIDENTS: a line per incident, {"incident", "articles": [ids]}. The main assault that each article tells of is taken for the incident;
pairs of them are told apart by logistic regression. Prints what held-out fifths of the time give, then the weights of all, ready to paste.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.cli.articles_in import read_articles
from dateline.merging.evidence import candidates, measure, weight_names
from dateline.merging.table import Table
from dateline.pool import ReaderPool, in_order
from dateline.records import Article, Mention
from dateline.settings import load

Floats = NDArray[np.float64]
FOLDS = 5
RIDGE = 1e-3
TYPES = ("ASSAULT", "ACCIDENT")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pieces of evidence (a column for each weight, the first all ones), whether they are one incident, and when."""

    pieces: Floats
    same: Floats
    fold: NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("incidents", type=Path)
    arguments = parser.parse_args()
    incidents = [json.loads(line) for line in arguments.incidents.read_text().splitlines()]
    report(read_pairs(main_mentions(read(arguments.articles)), incidents))


def read(path: Path) -> Iterator[list[Mention]]:
    settings = load()
    with ReaderPool(settings.reading, settings.geography, None) as pool:
        articles = (item for item in read_articles(str(path)) if isinstance(item, Article))
        for _, future in in_order(articles, pool.submit, 8):
            yield future.result()


def main_mentions(articles: Iterable[list[Mention]]) -> list[Mention]:
    """The one that each article is about: central before not, then the most confident."""
    found = []
    for mentions in articles:
        told = [mention for mention in mentions if mention.event_type in TYPES and mention.status == "actual"]
        if told:
            found.append(max(told, key=lambda mention: (mention.central, mention.confidence, mention.mention_id)))
    return found


def read_pairs(mentions: list[Mention], incidents: list[dict[str, Any]]) -> Pairs:
    options = load().merging
    incident_of = {article: incident["incident"] for incident in incidents for article in incident["articles"]}
    mentions = sorted((m for m in mentions if m.source.published and m.source.article_id in incident_of), key=lambda m: m.source.published)  # type: ignore[arg-type, return-value]
    table, pieces, same, fold = Table(options), [], [], []
    told = np.array([incident_of[mention.source.article_id] for mention in mentions])
    for number, mention in enumerate(mentions):
        row = table.add(mention)
        rows, alike = candidates(table, row, options)
        measured = measure(table, row, rows, alike, options)
        pieces.append(np.column_stack([np.ones(len(rows)), *(measured[name] for name in weight_names()[1:])]))
        same.append(told[rows] == told[number])
        fold.append(np.full(len(rows), number * FOLDS // len(mentions)))
    return Pairs(np.vstack(pieces), np.concatenate(same).astype(np.float64), np.concatenate(fold))


def fit(pieces: Floats, same: Floats) -> Floats:
    """Logistic regression by Newton's method, with a ridge that keeps rare pieces small."""
    weights = np.zeros(pieces.shape[1])
    ridge = RIDGE * np.eye(len(weights))
    ridge[0, 0] = 0
    for _ in range(30):
        chance = 1 / (1 + np.exp(-pieces @ weights))
        slope = pieces.T @ (chance - same) / len(same) + ridge @ weights
        curve = (pieces * (chance * (1 - chance))[:, None]).T @ pieces / len(same) + ridge
        weights -= np.linalg.solve(curve + 1e-9 * np.eye(len(weights)), slope)
    return weights


def report(pairs: Pairs) -> None:
    held_out = np.zeros(len(pairs.same))
    for number in range(FOLDS):
        here = pairs.fold == number
        held_out[here] = pairs.pieces[here] @ fit(pairs.pieces[~here], pairs.same[~here])
    print(f"# {len(pairs.same)} pairs, {pairs.same.sum():.0f} of one incident; of held-out pairs:")
    for least in (-1.0, 0.0, 1.0):
        linked = held_out >= least
        precision, recall = pairs.same[linked].mean(), pairs.same[linked].sum() / pairs.same.sum()
        print(f"# log odds from {least:4.1f}: precision {precision:.3f}, recall {recall:.3f}")
    print("[merging.weights]")
    for name, weight in zip(weight_names(), fit(pairs.pieces, pairs.same), strict=True):
        print(f"{name} = {weight:.2f}")


if __name__ == "__main__":
    main()
