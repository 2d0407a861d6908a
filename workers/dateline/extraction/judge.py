"""Judge: what trained models think of the words that may tell an event.

The rules propose (config/ontology.toml); the models dispose. `types` knows which type of event a sentence tells, `reports` whether a
report is of an event that the article reports, not background, opinion or chance, `events` whether the article reports what
several reports tell together. Trained by benchmarks/train_reading.py; the files hold weights of hashed
features, no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.extraction.clauses import main_word, sentence_features, word_features
from dateline.extraction.linear import Floats, LinearModel, load_model
from dateline.extraction.ontology import EVENT_TYPES, Cues
from dateline.language import Span, Token

if TYPE_CHECKING:
    from dateline.extraction.reports import Report

MODELS = Path(__file__).parent / "models"
MODEL_NAMES = ("types", "reports", "events", "briefs")
YES = "yes"
CONSIDERED = 0.08  # reports below it are not kept: of them one in thirty tells of an event
# What the headline tells is what the article is about: less proof is asked for. Over five folds of the events set these give the highest F1
# (material 0.607; one threshold for all: 0.600) and find 5 % more of the central events.
ACCEPTED_TITLE = 0.15
ACCEPTED_BRIEF = 0.25  # a brief tells one thing, however unlikely it sounds; 0.1 found 1 % more types of snippets, and events in none
ACCEPTED_LEAD = 0.3
ACCEPTED = 0.34


@dataclass(frozen=True, slots=True)
class Judge:
    """All models. They are asked in parts: what a sentence shares is scored once."""

    types: LinearModel
    reports: LinearModel
    events: LinearModel
    briefs: LinearModel  # as `events`, of articles that have no headline and few sentences

    def hear(self, sentence: Span, types: Iterable[str], cues: Cues) -> Hearing:
        """Begin with a sentence, whose triggers propose these types."""
        return Hearing(self.types, self.types.scores(sentence_features(sentence, types)), main_word(sentence, cues))

    def worth(self, report: Report, features: Mapping[str, float]) -> float:  # noqa: ARG002  # the one who trains looks at the report
        """How likely it is that a report tells of an event that the article reports, 0..1."""
        return _yes(self.reports, features)

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely it is that the article reports the event, 0..1: the confidence that is printed."""
        return _yes(self._of_events(features), features)

    def because(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to that."""
        return self._of_events(features).parts(features, YES)

    def _of_events(self, features: Mapping[str, float]) -> LinearModel:
        return self.briefs if "brief" in features else self.events


def asked_of(features: Mapping[str, float]) -> float:
    """How likely an event with these features has to be, to be published."""
    if "brief" in features:
        return ACCEPTED_BRIEF
    if "title:True" in features:
        return ACCEPTED_TITLE
    return ACCEPTED_LEAD if "lead:True" in features else ACCEPTED


def _yes(model: LinearModel, features: Mapping[str, float]) -> float:
    return model.shares(model.scores(features))[YES]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the words of one sentence say; `main` is the word that it is about."""

    types: LinearModel
    shared: Floats
    main: Token

    def shares(self, word: Token, types: Iterable[str]) -> dict[str, float]:
        """The probability of each type, if this word tells an event; the ontology thinks it tells one of these types."""
        return self.types.shares(self.shared + self.types.scores(word_features(word, types)))


def open_judge(folder: Path = MODELS) -> Judge:
    """Load the models."""
    types, reports, events, briefs = (load_model(folder / f"{name}.npz") for name in MODEL_NAMES)
    if unknown := set(types.labels) - set(EVENT_TYPES):
        raise ValueError(f"{folder / 'types.npz'}: types that the records do not know: {', '.join(sorted(unknown))}")
    return Judge(types, reports, events, briefs)
