"""Where a text names places: the gazetteer's names found in it, accepted or not on what spaCy and the neighbouring words say.

spaCy's entities alone miss and mangle much (a headline in Title Case is one entity to it), the gazetteer's names alone hit too much
(there is a town called Police). So every run of capitalised words is looked up, longest first, and the evidence for each hit is weighed:
its weights (config/geography/recognition.json) are a logistic regression's, trained by benchmarks/train_recognition.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import orjson

from dateline.config_files import config_file
from dateline.geography.gazetteer import Gazetteer
from dateline.geography.hits import Hit, Words, find_hits
from dateline.geography.support import Support
from dateline.geography.toponyms import Kind, Toponym

if TYPE_CHECKING:  # spaCy takes two seconds to load, and whoever only opens the gazetteer does not need it
    from dateline.language import Doc

WEIGHTS = "geography/recognition.json"


def recognise(doc: Doc, gazetteer: Gazetteer) -> list[Toponym]:
    """The place names in a text, in text order, none overlapping. Offsets count characters of `doc.text`."""
    words = Words.of(doc)
    hits = find_hits(doc, words, gazetteer)
    if not hits:
        return []
    evidence = Support(doc, words, gazetteer, hits)
    weights = _weights()
    found = []
    for hit in hits:
        if hit.is_adjective:
            kind = _demonym(hit, evidence, gazetteer)
        elif evidence.is_somebody(hit) or not (_is_told(hit, evidence) or weights.accept(evidence.features(hit))):
            kind = None
        else:
            kind = "nested" if evidence.is_nested(hit) else "name"
        if kind is not None:
            found.append(_toponym(words, hit, kind, evidence))
    return found


def _is_told(hit: Hit, evidence: Support) -> bool:
    """Loosely spelled, and called a place: "the Ash Shaddadi military base". Too rare in news of the West for weights to be learnt."""
    return hit.loose and evidence.head(hit)[1] is not None


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature adds to the log odds that a hit is a place; accepted from `threshold` on."""

    by_feature: dict[str, float]
    bias: float
    threshold: float

    def accept(self, features: list[str]) -> bool:
        return self.bias + sum(self.by_feature.get(feature, 0.0) for feature in features) >= self.threshold


@cache
def _weights() -> Weights:
    read = orjson.loads(config_file(WEIGHTS).read_bytes())
    return Weights(read["weights"], read["bias"], read["threshold"])


def _demonym(hit: Hit, evidence: Support, gazetteer: Gazetteer) -> Kind | None:
    label = evidence.label(hit)
    if label == "PERSON" or (label == "NONE" and gazetteer.is_common_word(hit.name)):
        return None
    return "demonym"


def _toponym(words: Words, hit: Hit, kind: Kind, evidence: Support) -> Toponym:
    end, level = evidence.head(hit) if kind != "demonym" else (hit.end, None)
    start_char, end_char = words.starts[hit.start], words.end_char(end)
    return Toponym(
        start=start_char,
        end=end_char,
        text=words.text[start_char:end_char],
        name=hit.name,
        kind=kind,
        level=level,
        container=evidence.container(hit),
    )
