"""A linear model over hashed features: small enough to ship, cheap enough to ask for every sentence, with no text in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Features = Mapping[str, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One column of weights per label, one row per bucket; features that share a bucket share its weight."""

    labels: tuple[str, ...]
    weights: Floats  # buckets × labels
    bias: Floats  # labels

    def scores(self, features: Features) -> Floats:
        """Log odds before normalisation, one per label. Scores of parts add up, so what a sentence shares is scored once."""
        if not features:
            return np.zeros(len(self.labels), dtype=np.float32)
        rows = buckets_of(features, len(self.weights))
        values = np.fromiter(features.values(), dtype=np.float32, count=len(features))
        return values @ self.weights[rows]

    def parts(self, features: Features, label: str) -> dict[str, float]:
        """What each feature adds to the log odds of a label, as against the mean of all labels; not where nothing is learnt of it."""
        rows = buckets_of(features, len(self.weights))
        own = self.weights[rows, self.labels.index(label)] - self.weights[rows].mean(axis=1)
        return {name: float(value * part) for (name, value), part in zip(features.items(), own, strict=True) if value * part}

    def shares(self, scores: Floats) -> dict[str, float]:
        """The probability of each label, given the added scores of all features."""
        odds = np.exp(scores + self.bias - np.max(scores + self.bias))
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))

    def shares_of(self, examples: Sequence[Features]) -> Floats:
        """The probabilities of the labels for several sets of features, none empty, at once: a row each."""
        if not examples:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        sizes = [len(features) for features in examples]
        names = chain.from_iterable(examples)
        rows = np.fromiter((_number(name) for name in names), dtype=np.intp, count=sum(sizes)) % len(self.weights)
        values = np.fromiter(chain.from_iterable(features.values() for features in examples), dtype=np.float32, count=sum(sizes))
        starts = np.cumsum([0, *sizes[:-1]])
        odds = np.add.reduceat(self.weights[rows] * values[:, None], starts, axis=0) + self.bias
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares: Floats = odds / odds.sum(axis=1, keepdims=True)
        return shares


@lru_cache(maxsize=100_000)  # most features are met again and again: a third of the time of a checksum
def _number(name: str) -> int:
    return crc32(name.encode())


def buckets_of(features: Features, count: int) -> NDArray[np.intp]:
    """The bucket of each feature: the same on every machine and in every process."""
    return np.fromiter((crc32(name.encode()) % count for name in features), dtype=np.intp, count=len(features))


def load_model(path: Path) -> LinearModel:
    """Read a model that `benchmarks/train_reading.py` wrote."""
    with np.load(path, allow_pickle=False) as file:
        labels = tuple(str(label) for label in file["labels"])
        return LinearModel(labels, file["weights"].astype(np.float32), file["bias"].astype(np.float32))


def save_model(path: Path, model: LinearModel) -> None:
    np.savez_compressed(path, labels=np.array(model.labels), weights=model.weights.astype(np.float16), bias=model.bias)
