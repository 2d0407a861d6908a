"""Fit the weights of merging (config/dateline.toml, [merging.weights]) on reports of known incidents.

    python benchmarks/train_merging.py ARTICLES.jsonl INCIDENTS.jsonl --others ARTICLES.jsonl ...

INCIDENTS: a line per incident, {"incident", "articles": [ids]}. The main assault that each article tells of is taken for the incident;
pairs of them are told apart by logistic regression. Every pair is learnt from again without its places, its tolls, its days and all of
these, so that words and names decide where nothing else is told. Beside them stand pairs from unlike articles among the OTHERS, and
copies of those, of which only the words are told.
Prints what held-out fifths of the time give, then the weights of all, ready to paste.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.archives.json_lines import read_articles
from dateline.merging.evidence import candidates, measure, weight_names
from dateline.merging.table import Table
from dateline.merging.when import FAR_OFF
from dateline.pool import ReaderPool, in_order
from dateline.records import Article, Mention
from dateline.settings import load

Floats = NDArray[np.float64]
FOLDS = 5
RIDGE = 1e-5  # of the mean loss: at 1e-3, 85 of 1,600 right pairs fewer at as many wrong ones; at 1e-5 boosted trees find no more
TYPES = ("ASSAULT", "ACCIDENT")
UNLIKE = 0.25  # cosine of the words of two articles that surely tell of different things
COPIES_COUNT = 3
OTHERS_COUNT = 10  # times as much as a pair of reports of shootings: they are few, and stand for all other kinds of news
NAMES = ("names", "rare_names", "parties", "other_age", "both_central", "one_central", "same_mode")
AGAINST = ("other_killed", "other_injured", "other_type", "elsewhere")  # shootings are often told with a toll: by itself that says nothing
HIDDEN = {
    "place": ("same_spot", "near", "same_province", "within", "elsewhere"),
    "toll": ("same_killed", "other_killed", "same_injured", "other_injured"),
    "days": ("same_day", "next_day", "near_day", "far_day", "other_week", "apart"),
}


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
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    incidents = [json.loads(line) for line in arguments.incidents.read_text().splitlines()]
    told = same_incidents(main_mentions(read(arguments.articles)), incidents)
    articles = [mentions for path in arguments.others for mentions in read(path)]
    every = [mention for mentions in articles for mention in mentions]
    report(told, unlike(every), twins(every))


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


def same_incidents(mentions: list[Mention], incidents: list[dict[str, Any]]) -> Pairs:
    """Pairs of reports of known incidents."""
    incident_of = {article: incident["incident"] for incident in incidents for article in incident["articles"]}
    known = [mention for mention in mentions if mention.source.published and mention.source.article_id in incident_of]
    found = measured(known)
    told = np.array([incident_of[mention.source.article_id] for mention in _in_time(known)])
    return Pairs(found.pieces, (told[found.first] == told[found.second]).astype(np.float64), found.second * FOLDS // len(known))


def unlike(mentions: list[Mention]) -> Pairs:
    """Pairs of mentions in articles that surely tell of different things."""
    found = measured([mention for mention in mentions if mention.source.published])
    kept = found.pieces[found.pieces[:, weight_names().index("words")] < UNLIKE] if len(mentions) else found.pieces
    return Pairs(kept, np.zeros(len(kept)), np.zeros(len(kept), dtype=np.int64))


def _columns(told: dict[str, Floats], count: int) -> Floats:
    return np.column_stack([np.ones(count), *(told[name] for name in weight_names()[1:])])


def twins(mentions: Iterable[Mention]) -> Pairs:
    """Each mention and what a copy of its article says, with nothing told but the words: no name, place, day or toll."""
    options, pieces = load().merging, [np.zeros((0, len(weight_names())))]
    for mention in mentions:
        table = Table(options)
        table.add(mention)
        row = table.add(replace(mention, source=replace(mention.source, article_id="copy")))
        rows, alike = candidates(table, row, options)
        pieces.append(_columns(measure(table, row, rows, alike, options), len(rows)))
    found = np.vstack(pieces)
    found[:, [weight_names().index(piece) for names in (*HIDDEN.values(), NAMES) for piece in names]] = 0
    found[:, weight_names().index("unplaced")] = 1
    return Pairs(found, np.ones(len(found)), np.zeros(len(found), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Measured:
    pieces: Floats
    first: NDArray[np.int64]  # positions of the two mentions, in order of time
    second: NDArray[np.int64]


def measured(mentions: list[Mention]) -> Measured:
    """Every pair that merging would look at."""
    options = load().merging
    table, pieces, first, second = Table(options), [np.zeros((0, len(weight_names())))], [], []
    for mention in _in_time(mentions):
        row = table.add(mention)
        rows, alike = candidates(table, row, options)
        pieces.append(_columns(measure(table, row, rows, alike, options), len(rows)))
        first.append(rows)
        second.append(np.full(len(rows), row))
    return Measured(np.vstack(pieces), np.concatenate(first), np.concatenate(second))


def _in_time(mentions: Iterable[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda mention: (mention.source.published or FAR_OFF, mention.mention_id))


def hiding(pairs: Pairs) -> Pairs:
    """The pairs, and again without what they tell of place, toll, days and all of these."""
    hidden = [*((name,) for name in HIDDEN), tuple(HIDDEN)]
    copies = [pairs.pieces]
    for names in hidden:
        copy = pairs.pieces.copy()
        for name in names:
            copy[:, [weight_names().index(piece) for piece in HIDDEN[name]]] = 0
        if "place" in names:
            copy[:, weight_names().index("unplaced")] = 1
        copies.append(copy)
    return Pairs(np.vstack(copies), np.tile(pairs.same, len(copies)), np.tile(pairs.fold, len(copies)))


def fit(pieces: Floats, same: Floats) -> Floats:
    """The weights of all pieces; those of `AGAINST` that would speak for one event are held at nothing."""
    used = np.ones(pieces.shape[1], dtype=bool)
    against = np.isin(weight_names(), AGAINST)
    while True:
        weights = np.zeros(len(used))
        weights[used] = _regression(pieces[:, used], same)
        if not (wrong := against & (weights > 0)).any():
            return weights
        used &= ~wrong


def _regression(pieces: Floats, same: Floats) -> Floats:
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


def report(told: Pairs, others: Pairs, copies: Pairs) -> None:
    def learnt(pairs: Pairs) -> Floats:
        every = [hiding(pairs), *[others] * OTHERS_COUNT, *[copies] * COPIES_COUNT]
        return fit(np.vstack([one.pieces for one in every]), np.concatenate([one.same for one in every]))

    held_out = np.zeros(len(told.same))
    for number in range(FOLDS):
        here = told.fold == number
        held_out[here] = told.pieces[here] @ learnt(Pairs(told.pieces[~here], told.same[~here], told.fold[~here]))
    print(f"# {len(told.same)} pairs, {told.same.sum():.0f} of one incident; of held-out pairs:")
    print_linked(held_out, told.same)
    weights = learnt(told)
    print(f"# {len(others.same)} unlike pairs (not held out):")
    print_linked(others.pieces @ weights, others.same)
    print(f"# {len(copies.same)} copies (not held out):")
    print_linked(copies.pieces @ weights, copies.same)
    print("[merging.weights]")
    for name, weight in zip(weight_names(), weights, strict=True):
        print(f"{name} = {weight:.2f}")


def print_linked(odds: Floats, same: Floats) -> None:
    for least in (-1.5, -1.0, 0.0, 1.0):
        right, wrong = same[odds >= least].sum(), (1 - same)[odds >= least].sum()
        print(f"#   log odds from {least:4.1f}: {right:.0f} right, {wrong:.0f} wrong")


if __name__ == "__main__":
    main()
