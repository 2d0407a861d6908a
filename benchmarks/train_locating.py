"""Learn the weights of config/geography/locating.toml from annotated events, and say how well they do on articles not learnt from.

    python benchmarks/train_locating.py EVALUATION_FOLDER          # five-fold figures only
    python benchmarks/train_locating.py EVALUATION_FOLDER --write  # then learns from all articles and writes the file

The sets of annotated articles are those of `annotated`. Every annotated event is asked for, whether extraction finds it or not: at
its own trigger where there is one in the quote that states it, else at the head of the quote.
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from annotated import with_events
from numpy.typing import NDArray

from dateline.config_files import config_file
from dateline.extraction import extract
from dateline.geography import Weights, Whereabouts
from dateline.geography.locate import choose
from dateline.geography.locating.features import Candidate, Happening, candidates, event_features
from dateline.geography.locating.scene import Scene
from dateline.geography.locating.weighing import Features
from dateline.language import Doc, Span, Token
from dateline.pipeline import Reader, open_reader
from dateline.records import Article, Place
from dateline.settings import load

Vector = NDArray[np.float64]

SETS = ("events", "noted", "written")
FOLDS = 5
INNER_FOLDS = 7  # within what is learnt from: the second model must see the first one's answers on articles that one does not know
MIN_COUNT = 4  # a feature met in fewer candidates says nothing
PULL_WHERE = 8.0  # of the weights towards EXPECTED; 4 to 20 differ by 0.005
PULL_TOLD = 10.0  # towards 0; 4 to 16 differ by 0.005
RADIUS_KM = {"site": 50, "city": 50, "admin2": 100, "admin1": 250}  # within which a place is right, by the level of the annotated one

# What grammar lets one expect of a candidate's features. Learning starts here and moves only as far as the examples ask: without it
# five-fold 0.781 of the annotated places were found, with it 0.790; these alone find 0.755.
EXPECTED = {
    "inside": 2.0,
    "direct:at": 2.0,
    "direct:within": 0.8,
    "direct:of": 0.7,
    "direct:on": 0.5,
    "direct:obj": 0.5,
    "direct:from": -0.7,
    "direct:subj": -1.0,
    "clause:at": 1.5,
    "clause:within": 0.5,
    "clause:on": 0.3,
    "clause:from": -0.7,
    "clause:subj": -0.7,
    "below:at": 0.3,
    "said": -0.5,
    "said:at": -1.0,
    "same:part": -0.3,
    "same:subj": -0.3,
    "nearest": 0.5,
    "before:at": 0.7,
    "before:said": -0.5,
    "earlier:at": 0.3,
    "earlier:said": -0.5,
    "after:at": 0.5,
    "last placed": 0.3,
    "echo": 0.5,
    "title:at": 0.8,
    "lead:at": 0.6,
    "inner": 0.7,
    "outer": -0.7,
    "share": 0.5,
    "most": 0.3,
    "level:site": 0.4,
    "level:city": 0.4,
    "level:country": -0.3,
    "level:None": -1.0,
}


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated event, with the places that it may have been at. `right`: the indices of those that are right."""

    of_set: str
    article: str
    gold: dict[str, Any] | None
    scene: Scene
    happening: Happening
    found: list[Candidate]
    right: tuple[int, ...]
    own_trigger: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="write config/geography/locating.toml")
    options = parser.parse_args()
    settings = load()
    reader = open_reader(settings.reading, settings.geography)
    path = config_file("geography/locating.toml")
    examples = list(read_examples(options.folder, reader))
    print(f"{len(examples)} events, {sum(one.gold is not None for one in examples)} with a place")
    answers = list(held_out(examples, reader.weights, learn))
    for of_set in SETS:
        print(of_set, tally([(one, place) for one, place in answers if one.of_set == of_set]))
    if options.write:
        write(path, learn(examples, reader.weights))


def read_examples(folder: Path, reader: Reader) -> Iterator[Example]:
    for of_set in SETS:
        for article, gold in with_events(folder, of_set):
            if gold["events"]:
                yield from _examples_of(of_set, article, gold["events"], reader)


def _examples_of(of_set: str, article: Article, events: list[dict[str, Any]], reader: Reader) -> Iterator[Example]:
    whole = replace(reader, parser=replace(reader.parser, wanted=None))
    asked = cache(lambda: _read(article, reader))
    # Where extraction does not find an annotated event, its sentence may be one that it does not even look at
    anyhow = cache(lambda: _read(article, whole))
    for event in events:
        example = _example(of_set, article, event, *asked(), reader.weights)
        if example is None or not example.own_trigger:
            example = _example(of_set, article, event, *anyhow(), reader.weights)
        if example is not None:
            yield example


def _read(article: Article, reader: Reader) -> tuple[Doc, Doc, Scene, list[tuple[Span, str | None]]]:
    title, text, in_title, in_text = reader.names(article)
    return title, text, Scene(title, text, in_title, in_text), _triggers(title, text, reader)


def _example(
    of_set: str,
    article: Article,
    event: dict[str, Any],
    title: Doc,
    text: Doc,
    scene: Scene,
    triggers: list[tuple[Span, str | None]],
    weights: Weights,
) -> Example | None:
    quote = _quote(event["evidence"], text) or _quote(event["evidence"], title)
    if quote is None:
        return None
    own = [span for span, kind in triggers if kind == event["type"] and span.doc is quote.doc and _overlap(span, quote)]
    trigger = own[0] if own else _head(quote)
    kind = weights.kind(event["type"], event["mode"])
    happening = Happening(trigger, trigger.root, scene.sentence(trigger.root), kind, event["type"])
    found = candidates(scene, happening)
    right = tuple(at for at, one in enumerate(found) if is_right(event["place"], one.place))
    return Example(of_set, article.article_id, event["place"], scene, happening, found, right, bool(own))


def _quote(evidence: str, doc: Doc) -> Span | None:
    at = doc.text.find(evidence)
    return doc.char_span(at, at + len(evidence)) if at >= 0 else None


def _triggers(title: Doc, text: Doc, reader: Reader) -> list[tuple[Span, str | None]]:
    """What extraction asks for in an article."""
    asked: list[tuple[Span, str | None]] = []

    def note(trigger: Span, event_type: str | None, _mode: str | None) -> Whereabouts:
        asked.append((trigger, event_type))
        return Whereabouts(place=None, origin=None)

    extract(
        title, text, ontology=reader.ontology, actors=reader.actors, judge=reader.judge, roles=reader.roles, published=None, locate=note
    )
    return asked


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _head(quote: Span) -> Span:
    """The word that states the event: the quote's root, or the verb nearest to it where that is a name or a particle."""
    root = quote.root
    if root.pos_ not in ("VERB", "NOUN"):
        root = min((token for token in quote if token.pos_ == "VERB"), key=_depth, default=root)
    return quote.doc[root.i : root.i + 1]


def _depth(token: Token) -> int:
    depth = 0
    while token.head.i != token.i:
        token, depth = token.head, depth + 1
    return depth


def is_right(gold: dict[str, Any] | None, place: Place) -> bool:
    if gold is None:
        return False
    limit = RADIUS_KM.get(gold["level"])
    return gold["country"] == place.country if limit is None else _km(gold["lat"], gold["lon"], place.lat, place.lon) <= limit


def _km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    phi1, lam1, phi2, lam2 = map(radians, (lat1, lon1, lat2, lon2))
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin((lam2 - lam1) / 2) ** 2
    return 12742 * asin(min(1.0, sqrt(half)))


def learn(examples: Sequence[Example], base: Weights) -> Weights:
    """Both tables of weights. The second learns from answers that the first gives to articles it has not learnt from."""
    events, told = [], []
    for fold in range(INNER_FOLDS):
        inner = replace(base, where=learn_where([one for one in examples if _fold(one.article, INNER_FOLDS) != fold]))
        for one in examples:
            if _fold(one.article, INNER_FOLDS) == fold and one.found:
                best, share = choose(one.found, inner)
                events.append(event_features(one.scene, one.happening, best, share))
                told.append(one.gold is not None)
    return replace(base, where=learn_where(examples), told=learn_told(events, told))


def learn_where(examples: Sequence[Example]) -> dict[str, float]:
    """Multinomial logistic regression: the right candidates of an event against its others."""
    groups = [([one.features for one in example.found], set(example.right)) for example in examples if example.right]
    names = _names((features for group, _ in groups for features in group), EXPECTED)
    matrix = _matrix([features for group, _ in groups for features in group], names)
    right = np.array([at in chosen for group, chosen in groups for at in range(len(group))])
    starts = np.cumsum([0, *(len(group) for group, _ in groups)])[:-1]
    sizes = np.array([len(group) for group, _ in groups])
    expected = np.array([EXPECTED.get(name, 0.0) for name in names])

    def loss(weights: Vector) -> tuple[float, Vector]:
        sums = matrix @ weights
        total, shares = _softmax(sums, starts, sizes)
        of_right, within = _softmax(np.where(right, sums, -1e9), starts, sizes)
        away = weights - expected
        return float((total - of_right).sum() + PULL_WHERE / 2 * away @ away), matrix.T @ (shares - within) + PULL_WHERE * away

    return dict(zip(names, minimise(loss, expected.copy()).tolist(), strict=True))


def learn_told(events: Sequence[Features], told: Sequence[bool]) -> dict[str, float]:
    """Logistic regression: events with a place against those without."""
    names = _names(events, ())
    matrix, right = _matrix(events, names), np.array(told, dtype=float)
    pull = np.array([0.001 if name == "always" else PULL_TOLD for name in names])

    def loss(weights: Vector) -> tuple[float, Vector]:
        sums = matrix @ weights
        value = (np.logaddexp(0, sums) - right * sums).sum() + (pull * weights * weights).sum() / 2
        return float(value), matrix.T @ (1 / (1 + np.exp(-sums)) - right) + pull * weights

    return dict(zip(names, minimise(loss, np.zeros(len(names))).tolist(), strict=True))


def _names(examples: Any, always: Any) -> list[str]:
    counts = Counter(name for features in examples for name, value in features.items() if value)
    return sorted(name for name in counts.keys() | set(always) if counts[name] >= MIN_COUNT or name in always)


def _matrix(examples: Sequence[Features], names: Sequence[str]) -> Vector:
    return np.array([[features.get(name, 0.0) for name in names] for features in examples])


def _softmax(sums: Vector, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[Vector, Vector]:
    """Per group: the logarithm of the sum of exponentials, and the share of each member."""
    highest = np.maximum.reduceat(sums, starts)
    parts = np.exp(sums - np.repeat(highest, sizes))
    total = np.add.reduceat(parts, starts)
    return highest + np.log(total), parts / np.repeat(total, sizes)


def minimise(loss: Callable[[Vector], tuple[float, Vector]], weights: Vector, rounds: int = 300, memory: int = 10) -> Vector:
    """L-BFGS with backtracking (Nocedal & Wright 2006, algorithm 7.5)."""
    moves: list[tuple[Vector, Vector]] = []
    value, slope = loss(weights)
    for _ in range(rounds):
        step = -_direction(slope, moves)
        size = 1.0
        while (tried := loss(weights + size * step))[0] > value + 1e-4 * size * (slope @ step) and size > 1e-8:
            size /= 2
        moved, turned = size * step, tried[1] - slope
        if moved @ turned > 1e-10:
            moves = [*moves, (moved, turned)][-memory:]
        done = abs(value - tried[0]) < 1e-9 * max(1.0, abs(value))
        weights, (value, slope) = weights + moved, tried
        if done:
            break
    return weights


def _direction(slope: Vector, moves: Sequence[tuple[Vector, Vector]]) -> Vector:
    """The slope times the inverse curvature that the last moves showed."""
    found, parts = slope.copy(), []
    for moved, turned in reversed(moves):
        parts.append(part := moved @ found / (turned @ moved))
        found -= part * turned
    if not moves:
        return found / max(1.0, float(np.linalg.norm(slope)))
    moved, turned = moves[-1]
    found *= moved @ turned / (turned @ turned)
    for (moved, turned), part in zip(moves, reversed(parts), strict=True):
        found += moved * (part - turned @ found / (turned @ moved))
    return found


def tally(answers: Sequence[tuple[Example, Place | None]]) -> str:
    """How often the answers are right, and how often places printed with each score are."""
    lines = []
    found = [(one, place) for one, place in answers if one.own_trigger]
    for title, chosen in (("all events", answers), ("those that extraction finds", found)):
        placed = [(one, place) for one, place in chosen if one.gold is not None]
        free = [place for one, place in chosen if one.gold is None]
        right = sum(place is not None and is_right(one.gold, place) for one, place in placed)
        country = sum(place is not None and one.gold is not None and place.country == one.gold["country"] for one, place in placed)
        lines.append(
            f"{title}: place {right / len(placed):.3f} country {country / len(placed):.3f} ({len(placed)}), "
            f"none invented {sum(place is None for place in free) / len(free):.3f} ({len(free)})"
        )
    scored = [(place.score, is_right(one.gold, place)) for one, place in answers if place]
    for low in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        here = [right for score, right in scored if low <= score < (low + 0.1 if low else 0.3)]
        lines.append(f"scored {low:.1f}: {sum(here)} of {len(here)} right")
    return "\n  ".join(["", *lines])


def held_out(
    examples: Sequence[Example], base: Weights, learner: Callable[[Sequence[Example], Weights], Weights]
) -> Iterator[tuple[Example, Place | None]]:
    for fold in range(FOLDS):
        weights = learner([one for one in examples if _fold(one.article, FOLDS) != fold], base)
        for one in examples:
            if _fold(one.article, FOLDS) == fold:
                yield one, _answer(one, weights)


def _answer(one: Example, weights: Weights) -> Place | None:
    if not one.found:
        return None
    best, share = choose(one.found, weights)
    chance = weights.chance(event_features(one.scene, one.happening, best, share))
    return replace(best.place, score=sqrt(chance * share * best.place.score)) if chance >= weights.least else None


def _fold(article: str, folds: int) -> int:
    return zlib.crc32(article.encode()) % folds


def write(path: Path, weights: Weights) -> None:
    """Replace the tables of weights, keep what stands before them."""
    head = re.split(r"^\[where\]$", path.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    tables = ""
    for name, table in (("where", weights.where), ("told", weights.told)):
        lines = (f'"{feature}" = {weight:.2f}' for feature, weight in sorted(table.items()) if abs(weight) >= 0.005)
        tables += f"[{name}]\n" + "\n".join(lines) + "\n\n"
    path.write_text(head + tables.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
