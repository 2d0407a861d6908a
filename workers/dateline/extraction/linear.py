"""A linear model over hashed features: small enough to ship, cheap enough to ask for every sentence, with no text in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
