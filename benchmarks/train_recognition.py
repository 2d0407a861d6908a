"""Train what accepts a name as a place (config/geography/recognition.json) on the place sets of an evaluation folder.

    python benchmarks/train_recognition.py EVALUATION_FOLDER [--write]

Logistic regression over the named features of `dateline.geography.support`; every set weighs the same. Prints how it does on each set
when trained on the other sets alone, and within the sets in five folds by document: precision (of accepted names, those that are toponyms),
recall (of the toponyms that are hit at all). `--write` then trains on all of them and replaces the weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from dateline.config_files import config_file
from dateline.geography import Gazetteer, open_gazetteer
from dateline.geography.hits import Hit, Words, find_hits
from dateline.geography.recognise import WEIGHTS, Weights
from dateline.geography.support import Support
from dateline.language import load_model, parse
from dateline.settings import load

SETS = ("tr-news", "lgl", "geovirus")
FOLDS = 5
RARE = 5  # a feature seen less often is not learnt from
RIDGE = 5.0  # strength of the prior that a feature means nothing
THRESHOLD = -0.5  # log odds: a missed place costs readers of maps more than a false one; clean stays above 0.9 on all three sets
NEWTON_STEPS = 8
NEGLIGIBLE = 0.02


@dataclass(frozen=True, slots=True)
class Example:
    """A hit: what is true of it, and whether annotators took it for a place. `document` counts within its set."""

    document: int
    features: list[str]
    is_place: bool


def documents(folder: Path, name: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """The documents of a set with their gold toponyms, and spaCy's parse of each."""
    settings = load()
    nlp = load_model(settings.reading.model)
    for line in (folder / "places" / f"{name}.jsonl").open("rb"):
        record = orjson.loads(line)
        yield record, parse(nlp, record["text"][: settings.reading.max_text_chars])


def examples(folder: Path, name: str, gazetteer: Gazetteer) -> list[Example]:
    found = []
    for number, (record, doc) in enumerate(documents(folder, name)):
        words = Words.of(doc)
        hits = find_hits(doc, words, gazetteer)
        if not hits:
            continue
        evidence = Support(doc, words, gazetteer, hits)
        for hit in hits:
            is_place = None if hit.is_adjective else _label(hit, words, record["toponyms"])
            if is_place is not None:
                found.append(Example(number, evidence.features(hit), is_place))
    return found


def _label(hit: Hit, words: Words, toponyms: list[dict[str, Any]]) -> bool | None:
    """None where the gold can't teach: streets and sites without coordinates, and names that are only a scrap of a toponym."""
    start, end = words.starts[hit.start], words.end_char(hit.end)
    over = [toponym for toponym in toponyms if start < toponym["end"] and end > toponym["start"]]
    if not over:
        return False
    located = any("lat" in toponym for toponym in over) and not any(toponym.get("ignore") for toponym in over)
    return True if located and any(2 * (end - start) >= toponym["end"] - toponym["start"] for toponym in over) else None


def train(sets: Sequence[Sequence[Example]]) -> Weights:
    """Ridge logistic regression by Newton's method."""
    rows = [example for examples in sets for example in examples]
    seen = Counter(feature for example in rows for feature in example.features)
    column = {feature: at for at, feature in enumerate(sorted(feature for feature, count in seen.items() if count >= RARE), start=1)}
    table = np.zeros((len(rows), len(column) + 1), np.float32)
    table[:, 0] = 1
    for row, example in zip(table, rows, strict=True):
        row[[column[feature] for feature in example.features if feature in column]] = 1
    gold = np.array([example.is_place for example in rows], np.float32)
    weight = np.concatenate([np.full(len(examples), len(rows) / len(sets) / len(examples), np.float32) for examples in sets])
    ridge = np.full(table.shape[1], RIDGE, np.float32)
    ridge[0] = 0.001
    learnt = np.zeros(table.shape[1], np.float32)
    for _ in range(NEWTON_STEPS):
        odds = 1 / (1 + np.exp(-np.clip(table @ learnt, -30, 30)))
        slope = table.T @ (weight * (gold - odds)) - ridge * learnt
        bend = (table * (weight * np.maximum(odds * (1 - odds), 1e-4))[:, None]).T @ table + np.diag(ridge)
        learnt += np.linalg.solve(bend, slope)
    by_feature = {feature: round(float(learnt[at]), 3) for feature, at in column.items() if abs(learnt[at]) >= NEGLIGIBLE}
    return Weights(by_feature, round(float(learnt[0]), 3), THRESHOLD)


def figures(judged: Sequence[tuple[Example, bool]]) -> str:
    accepted = [example for example, taken in judged if taken]
    right = sum(example.is_place for example in accepted)
    places = sum(example.is_place for example, _ in judged)
    return f"precision {right / max(1, len(accepted)):.3f}   recall {right / max(1, places):.3f}   of {len(judged)} hits"


def judge(weights: Weights, rows: Sequence[Example]) -> list[tuple[Example, bool]]:
    return [(example, weights.accept(example.features)) for example in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()

    gazetteer = open_gazetteer(load().geography)
    sets = {name: examples(arguments.folder, name, gazetteer) for name in SETS}
    for name, rows in sets.items():
        others = train([other for at, other in sets.items() if at != name])
        print(f"{name:10} trained on the others  {figures(judge(others, rows))}", flush=True)
    folded: dict[str, list[tuple[Example, bool]]] = {name: [] for name in SETS}
    for fold in range(FOLDS):
        weights = train([[example for example in rows if example.document % FOLDS != fold] for rows in sets.values()])
        for name, rows in sets.items():
            folded[name] += judge(weights, [example for example in rows if example.document % FOLDS == fold])
    for name, judged in folded.items():
        print(f"{name:10} five folds             {figures(judged)}", flush=True)
    if arguments.write:
        weights = train(list(sets.values()))
        told = {"threshold": weights.threshold, "bias": weights.bias, "weights": dict(sorted(weights.by_feature.items()))}
        config_file(WEIGHTS).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main()
