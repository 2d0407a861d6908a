"""The language model: spaCy's English pipeline, loaded once per process and made to use one core well."""

from __future__ import annotations

from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from thinc.api import NumpyOps
from threadpoolctl import threadpool_limits


class OpenBlasOps(NumpyOps):  # type: ignore[misc]  # thinc is untyped
    """spaCy's numpy operations with numpy's own matrix product.

    thinc multiplies with BLIS; numpy's OpenBLAS gave the same 48,540 parses of 120 news stories in 0.53 of the time (docs/decisions.md).
    """

    name = "numpy"

    def gemm(self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        return np.dot(x.T if trans1 else x, y.T if trans2 else y, out=out)


def load_model(name: str) -> Language:
    """Load a spaCy pipeline by the name of its package, for one core: as many processes run as there are cores."""
    threadpool_limits(limits=1, user_api="blas")
    nlp = spacy.load(name)
    ops = OpenBlasOps()
    for _, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for layer in model.walk() if model is not None else ():
            layer.ops = ops
    return nlp
