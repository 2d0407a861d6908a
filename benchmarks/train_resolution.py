"""Learn the weights of config/geography/resolution.json from texts whose place names are resolved, and say what they are worth.

    python benchmarks/train_resolution.py EVALUATION_FOLDER [--write]

Reads places/*.jsonl of the folder. Prints right@161km among the names found: trained on the other corpora (leave one out), and in
five folds by document; then how well scores keep what they promise. With --write the weights, from all corpora, are stored.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, log, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from dateline.config_files import SHIPPED
from dateline.geography import Gazetteer, Home, recognise
from dateline.geography.evidence import Evidence, Name, gather
from dateline.geography.ranking import WEIGHTS, Ranked, Weights, between, in_context, rank, trust, trust_evidence
from dateline.language import parse
from dateline.pipeline import open_reader
from dateline.settings import load

CONTEXT_ROUNDS = 2  # the second reads the context that the first has settled
SHRINK = 1.0  # L2, in units of one name; not tuned
STEPS = 200
FOLDS = 5
RIGHT_KM = 161.0  # what the literature counts as right
POINTS = 12  # of the calibration
# What makes a candidate trusted: its lead over the others, and the evidence that the only place of a name can have or lack
TRUSTED = frozenset(
    [
        "trust.always",
        "trust.alone",
        "trust.lead",
        "level.country",
        "level.admin1",
        "level.region",
        "main_name.city",
        "population.city",
        "containment.told",
        "country_context.share",
        "country_context.named",
        "country_context.beside",
        "admin1_context.share",
        "proximity.near_names",
        "home.country",
    ]
)
Array = np.ndarray[Any, Any]
Outcome = tuple[Evidence, bool]  # what makes the chosen candidate trusted, and whether it is right


@dataclass(frozen=True)
class Case:
    """One annotated name: candidates by their place in the list, `target` to learn from and `near` to be counted as right."""

    target: frozenset[int]
    near: frozenset[int]


@dataclass(frozen=True)
class Document:
    corpus: str
    names: list[Name]
    cases: dict[int, list[Case]]  # by position in names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    settings = load()
    reader = open_reader(settings.reading, settings.geography)
    gazetteer = reader.gazetteer
    documents = [
        document_of(
            path.stem,
            line,
            [*recognise(parse(reader.nlp, line["title"]), gazetteer)],
            recognise(parse(reader.nlp, line["text"]), gazetteer),
            gazetteer,
        )
        for path in sorted((arguments.folder / "places").glob("*.jsonl"))
        for line in map(orjson.loads, path.read_bytes().splitlines())
    ]
    leave_one_out(documents, gazetteer)
    learn(documents, gazetteer, write=arguments.write)


def leave_one_out(documents: Sequence[Document], gazetteer: Gazetteer) -> None:
    """Print what each corpus scores when the weights are learned from the others."""
    for corpus in sorted({document.corpus for document in documents}):
        rounds = fit([document for document in documents if document.corpus != corpus], gazetteer)
        outcomes = outcomes_of([document for document in documents if document.corpus == corpus], rounds, gazetteer)
        print(f"trained on the others: {corpus:10} {share_right(outcomes):.4f} of {len(outcomes)}", flush=True)


def learn(documents: Sequence[Document], gazetteer: Gazetteer, *, write: bool) -> None:
    """Print what folds score, calibrate on them, and store what all documents teach."""
    corpora = sorted({document.corpus for document in documents})
    shuffled = list(documents)
    random.Random(0).shuffle(shuffled)
    held_out: dict[str, list[Outcome]] = {corpus: [] for corpus in corpora}
    for fold in range(FOLDS):
        rounds = fit([document for at, document in enumerate(shuffled) if at % FOLDS != fold], gazetteer)
        for document in shuffled[fold::FOLDS]:
            held_out[document.corpus] += outcomes_of([document], rounds, gazetteer)
    for corpus, outcomes in held_out.items():
        print(f"five folds:            {corpus:10} {share_right(outcomes):.4f} of {len(outcomes)}")
    everything = [outcome for outcomes in held_out.values() for outcome in outcomes]
    trusting = fit_trust(everything)
    trusted = [(trust(evidence, trusting), right) for evidence, right in everything]
    calibration = calibrate(trusted)
    print_reliability([(between(calibration, share), right) for share, right in trusted])
    if write:
        model = {
            "rounds": [shorter(weights) for weights in fit(documents, gazetteer)],
            "trust": shorter(trusting),
            "calibration": calibration,
        }
        path = SHIPPED / WEIGHTS
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(orjson.dumps(model, option=orjson.OPT_INDENT_2) + b"\n")


def shorter(weights: Weights) -> dict[str, float]:
    return {piece: round(weight, 3) for piece, weight in weights.items()}


def document_of(corpus: str, line: dict[str, Any], title: list[Any], text: list[Any], gazetteer: Gazetteer) -> Document:
    """The names of an article, and for those that are annotated, which candidates are right."""
    names = gather([*title, *text], gazetteer, Home(domain=line.get("domain") or None))
    name_at = {order - len(title): at for at, name in enumerate(names) for order in name.order}
    cases: defaultdict[int, list[Case]] = defaultdict(list)
    for gold in line["toponyms"]:
        if gold.get("ignore") or "lat" not in gold:
            continue
        overlaps = [
            (min(toponym.end, gold["end"]) - max(toponym.start, gold["start"]), -at) for at, toponym in enumerate(text) if at in name_at
        ]
        length, at = max(overlaps, default=(0, 0))
        if length > 0:
            cases[name_at[-at]].append(case_of(gold, names[name_at[-at]], gazetteer))
    return Document(corpus, names, dict(cases))


def case_of(gold: dict[str, Any], name: Name, gazetteer: Gazetteer) -> Case:
    same = (at for at, entry in enumerate(name.entries) if str(gazetteer.entry(entry).geonameid) == str(gold.get("geonameid")))
    near = frozenset(
        at
        for at, entry in enumerate(name.entries)
        if km((gazetteer.lat[entry], gazetteer.lon[entry]), (gold["lat"], gold["lon"])) <= RIGHT_KM
    )
    return Case(frozenset(same) or near, near)


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat, lon, to_lat, to_lon = (radians(degrees) for degrees in (*one, *other))
    height = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * 6371 * asin(min(1.0, sqrt(height)))


def fit(documents: Sequence[Document], gazetteer: Gazetteer) -> list[Weights]:
    """One set of weights per round, each learned from the context that the rounds before it settle."""
    rounds = [fit_round([[name.standing for name in document.names] for document in documents], documents)]
    for _ in range(CONTEXT_ROUNDS):
        evidence = [in_context(rank(document.names, gazetteer, rounds), gazetteer) for document in documents]
        rounds.append(fit_round(evidence, documents))
    return rounds


def fit_round(evidence: Sequence[list[list[Evidence]]], documents: Sequence[Document]) -> Weights:
    """Listwise softmax regression: a row per candidate, a group per name."""
    return regress(
        [
            (by_name[at], [candidate in target for candidate in range(len(by_name[at]))], weight)
            for document, by_name in zip(documents, evidence, strict=True)
            for at, target, weight in targets(document)
        ]
    )


def fit_trust(outcomes: Sequence[Outcome]) -> Weights:
    """Logistic regression, as a softmax over the candidate chosen and nothing."""
    return regress([([evidence, {}], [right, not right], 1.0) for evidence, right in outcomes])


def regress(groups: Sequence[tuple[Sequence[Evidence], Sequence[bool], float]]) -> Weights:
    """Weights by piece of evidence. A group is its rows, which of them are right, and how much it counts."""
    rows = [row for group, _, _ in groups for row in group]
    right = np.array([good for _, goods, _ in groups for good in goods], np.float32)
    starts = np.cumsum([0, *(len(group) for group, _, _ in groups[:-1])])
    pieces = sorted({piece for row in rows for piece in row})
    matrix = np.array([[row.get(piece, 0.0) for piece in pieces] for row in rows], np.float32)
    weights = np.array([weight for _, _, weight in groups], np.float32)
    return dict(zip(pieces, descend(matrix, right, starts, weights).tolist(), strict=True))


def targets(document: Document) -> Iterator[tuple[int, frozenset[int], float]]:
    """Names to learn from: the candidates that most annotations of the name call right, and how much the name counts."""
    for at, cases in document.cases.items():
        counts = Counter(candidate for case in cases for candidate in case.target)
        if counts and len(document.names[at].entries) > 1:
            most = max(counts.values())
            yield at, frozenset(candidate for candidate, count in counts.items() if count == most), 1 + log(len(cases))


def descend(matrix: Array, right: Array, starts: Array, weights: Array) -> Array:
    """Adam on the likelihood of the right candidates of each group of rows."""
    spread = matrix.std(0) + 1e-6
    scaled = matrix / spread
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(matrix))))
    solution, first, second = (np.zeros(matrix.shape[1], np.float32) for _ in range(3))
    for step in range(1, STEPS + 1):
        sums = scaled @ solution
        raised = np.exp(sums - np.maximum.reduceat(sums, starts)[group])
        share = raised / np.add.reduceat(raised, starts)[group]
        good = raised * right + 1e-30
        share_of_good = good / np.add.reduceat(good, starts)[group]
        slope = (scaled.T @ ((share - share_of_good) * weights[group]) + SHRINK * solution) / weights.sum()
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        pace = 0.1 if step < 0.6 * STEPS else 0.02
        solution = solution - pace * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    result: Array = solution / spread
    return result


def outcomes_of(documents: Sequence[Document], rounds: Sequence[Weights], gazetteer: Gazetteer) -> list[Outcome]:
    """One per annotated name."""
    found = []
    for document in documents:
        ranked = rank(document.names, gazetteer, rounds)
        for at, cases in document.cases.items():
            best = chosen(ranked[at])
            evidence = {piece: value for piece, value in trust_evidence(ranked[at], best, gazetteer).items() if piece in TRUSTED}
            found += [(evidence, best in case.near) for case in cases]
    return found


def chosen(ranked: Ranked) -> int:
    return max(range(len(ranked.shares)), key=lambda at: (ranked.shares[at], -ranked.name.entries[at]))


def share_right(outcomes: Sequence[tuple[Any, bool]]) -> float:
    return sum(right for _, right in outcomes) / max(1, len(outcomes))


def calibrate(outcomes: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Points of a rising line: as many outcomes between each two, pooled where the share right would fall."""
    ordered = sorted(outcomes)
    bounds = sorted(
        {*(len(ordered) * at // (3 * POINTS) for at in range(3 * POINTS // 2)), *(len(ordered) * at // POINTS for at in range(POINTS + 1))}
    )
    pools = [[list(ordered[start:end])] for start, end in pairwise(bounds) if end > start]
    merged: list[list[tuple[float, bool]]] = []
    for pool in pools:
        merged.append(pool[0])
        while len(merged) > 1 and share_right(merged[-2]) >= share_right(merged[-1]):
            merged[-2:] = [merged[-2] + merged[-1]]
    points = [(round(sum(share for share, _ in pool) / len(pool), 4), round(share_right(pool), 4)) for pool in merged]
    return [(0.0, 0.0), *points]


def print_reliability(outcomes: Sequence[tuple[float, bool]]) -> None:
    table: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, right in outcomes:
        table[int(score * 10)].append((score, right))
    print("score      places  mean score  right")
    for tenth, rows in sorted(table.items()):
        mean = sum(score for score, _ in rows) / len(rows)
        print(f"{tenth / 10:.1f}–{(tenth + 1) / 10:.1f} {len(rows):9} {mean:11.3f} {share_right(rows):6.3f}")


if __name__ == "__main__":
    main()
