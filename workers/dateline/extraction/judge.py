"""Judge: what two trained models think of the words that may tell an event: of which type it is, and whether the article reports it.

The rules propose (config/ontology.toml); the models dispose. `types` knows a sentence's type of event, `reports` whether what some
sentences tell together is an event that the article reports, not background, opinion or chance. Trained by
benchmarks/train_reading.py; the files hold weights of hashed features only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Span, Token

from dateline.extraction.clauses import main_word, sentence_features, word_features
from dateline.extraction.linear import Floats, LinearModel, load_model
from dateline.extraction.ontology import EVENT_TYPES, Cues

MODELS = Path(__file__).parent / "models"
REPORTED = "reported"  # the label of the second model that says yes
ACCEPTED = 0.35  # F1 over five folds of the events set is about the same between 0.3 and 0.4


@dataclass(frozen=True, slots=True)
class Judge:
    """Both models. They are asked in parts: what a sentence shares is scored once."""

    types: LinearModel
    reports: LinearModel

    def hear(self, sentence: Span, types: Iterable[str], cues: Cues) -> Hearing:
        """Begin with a sentence, whose triggers propose these types."""
        return Hearing(self.types, self.types.scores(sentence_features(sentence, types)), main_word(sentence, cues))

    def probability(self, features: Mapping[str, float]) -> float:
        """How likely it is that the article reports the event, 0..1."""
        return self.reports.shares(self.reports.scores(features))[REPORTED]


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
    """Load both models."""
    types = load_model(folder / "types.npz")
    if unknown := set(types.labels) - set(EVENT_TYPES):
        raise ValueError(f"{folder / 'types.npz'}: types that the records do not know: {', '.join(sorted(unknown))}")
    return Judge(types, load_model(folder / "reports.npz"))
