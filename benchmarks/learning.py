"""What the scripts that train linear models share."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from dateline.extraction.linear import Features, LinearModel, buckets_of

BUCKETS = 32768

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """Features, and the labels of which one is right."""

    features: Features
    labels: tuple[str, ...]
    fold: int
    weight: float = 1.0


def train(
    examples: Sequence[Example], labels: Sequence[str], l2: float, steps: int = 200, rate: float = 0.03, buckets: int = BUCKETS
) -> LinearModel:
    """Multinomial logistic regression by Adam; where several labels are right, any of them is."""
    rows, right, weight = (
        _Rows.of(examples, buckets),
        _right(examples, labels),
        np.array([example.weight for example in examples], np.float32),
    )
    weights, bias = np.zeros((buckets, len(labels)), np.float32), np.zeros(len(labels), np.float32)
    momentum = [np.zeros_like(part) for part in (weights, weights, bias, bias)]
    for step in range(1, steps + 1):
        odds = rows.times(weights) + bias
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        wanted = shares * right
        wanted /= wanted.sum(axis=1, keepdims=True)
        error = (shares - wanted) * (weight / weight.sum())[:, None]
        for part, slope, at in ((weights, rows.turned_times(error) + l2 * weights, 0), (bias, error.sum(axis=0), 2)):
            momentum[at] = 0.9 * momentum[at] + 0.1 * slope
            momentum[at + 1] = 0.999 * momentum[at + 1] + 0.001 * slope * slope
            part -= rate * (momentum[at] / (1 - 0.9**step)) / (np.sqrt(momentum[at + 1] / (1 - 0.999**step)) + 1e-8)
    return LinearModel(tuple(labels), weights, bias)


@dataclass(frozen=True)
class _Rows:
    """A sparse matrix, one row per example: the buckets of all examples one after the other, and where each begins."""

    columns: NDArray[np.intp]
    values: Matrix
    starts: NDArray[np.intp]
    row: NDArray[np.intp]  # of each value
    buckets: int

    @classmethod
    def of(cls, examples: Sequence[Example], buckets: int) -> _Rows:
        sizes = np.array([len(example.features) for example in examples])
        columns = np.concatenate([buckets_of(example.features, buckets) for example in examples])
        values = np.concatenate([np.fromiter(example.features.values(), np.float32) for example in examples])
        return cls(columns, values, np.cumsum(sizes) - sizes, np.repeat(np.arange(len(examples)), sizes), buckets)

    def times(self, weights: Matrix) -> Matrix:
        product: Matrix = np.add.reduceat(weights[self.columns] * self.values[:, None], self.starts, axis=0)
        return product

    def turned_times(self, error: Matrix) -> Matrix:
        spread = error[self.row] * self.values[:, None]
        parts = [np.bincount(self.columns, weights=spread[:, label], minlength=self.buckets) for label in range(error.shape[1])]
        return np.stack(parts, axis=1).astype(np.float32)


def _right(examples: Sequence[Example], labels: Sequence[str]) -> Matrix:
    right = np.zeros((len(examples), len(labels)), np.float32)
    for number, example in enumerate(examples):
        right[number, [labels.index(label) for label in example.labels]] = 1
    return right


def module_at(path: Path) -> ModuleType:
    """A scorer of the evaluation folder, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
