"""The language model: spaCy's English pipeline, loaded once per process and made to use one core well."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
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


# "BEIRUT (AP) —", "COLUMBIA, Ky. (WBKO) -", "KANSAS CITY, Mo. --": a town in capitals, what holds it, the agency, a dash
DATELINE = re.compile(r"\W{0,3}[A-Z]{3}[A-Z.'’-]*(?:,? [A-Z][A-Za-z.'’-]{0,30}){0,6},? ?(?:\([^)\n]{1,40}\))? ?(?:—|–|--|-|―)\s+")


def parse(nlp: Language, text: str) -> Doc:
    """A parsed text, in which a sentence ends where the dateline does: left to itself the parser makes a subject of it."""
    doc = nlp.make_doc(text)
    dateline = DATELINE.match(text)
    after_dateline = dateline.end() if dateline else 0
    for token in doc[1:]:
        if doc[token.i - 1].idx < after_dateline <= token.idx:
            token.is_sent_start = True
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc
