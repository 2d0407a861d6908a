"""Train the model that says which sentences are worth parsing, and say how much of what is told it keeps.

    python benchmarks/train_candidates.py ../shared/eval [--write]

It learns from what the rest of extraction makes of every sentence that holds a trigger: one that states an event of a mention, or whose
report the judge takes for as likely, should be parsed. So no annotation is needed; stories are those of places/ and the first of merge/,
without those of events/, on which extraction as a whole is scored. Run it again when the triggers or the judge have changed much.

The file holds weights of hashed words, no text.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from train_reading import NO, YES, Example, train

from dateline.archives.json_lines import read_articles
from dateline.english import OtherLanguageError
from dateline.extraction import EventWords, event_words
from dateline.extraction.candidates import LIKELY, SENTENCES
from dateline.extraction.judge import Judge
from dateline.extraction.linear import LinearModel, save_model
from dateline.extraction.reports import Report
from dateline.language import parse
from dateline.pipeline import Reader, open_reader
from dateline.records import Article
from dateline.settings import load

SETS = {"places/lgl": None, "places/tr-news": None, "places/geovirus": None, "merge/articles": 900}  # and how many stories of each
WEIGHTS = {"merge/articles": 0.6}  # all of them tell of shootings
WORTH = 0.25  # from which on a report is taken for one of an event
L2 = 4e-5  # 1e-5 and 1e-4 keep one in a hundred fewer
FOLDS = 5


@dataclasses.dataclass(frozen=True)
class Told:
    """A sentence, and how sure the article's events are that it states; 0 for none."""

    example: Example
    words: int
    confidence: float


@dataclasses.dataclass(frozen=True)
class Listener(Judge):
    """Remembers what each sentence is worth."""

    worth_of: dict[int, float] = dataclasses.field(default_factory=dict)

    def worth(self, report: Report, features: Mapping[str, float]) -> float:
        worth = super().worth(report, features)
        self.worth_of[report.sentence] = max(worth, self.worth_of.get(report.sentence, 0.0))
        return worth


def told_in(reader: Reader, words: EventWords, article: Article, fold: int, weight: float) -> Iterator[Told]:
    """The sentences of an article that hold a trigger."""
    listener = Listener(*(getattr(reader.judge, field.name) for field in dataclasses.fields(Judge)))
    mentions = dataclasses.replace(reader, judge=listener).read(article)
    stated = [(span.start, span.end, one.confidence) for one in mentions for span in one.evidence if span.field == "text"]
    for number, sentence in enumerate(parse(reader.parser, reader.furniture.without(article.text)).sents):
        features = words.features([token.lower_ for token in sentence])
        sure = max((sure for start, end, sure in stated if start < sentence.end_char and sentence.start_char < end), default=0.0)
        if features:
            label = YES if sure or listener.worth_of.get(number, 0.0) >= WORTH else NO
            yield Told(Example(features, (label,), fold, weight), len(sentence), sure)


def read_all(folder: Path) -> Iterator[Told]:
    settings = load()
    reader = open_reader(settings.reading, settings.geography)
    assert reader.parser.parts is not None
    words = event_words(reader.ontology, reader.parser.parts.words.lemmas)
    reader = dataclasses.replace(reader, parser=dataclasses.replace(reader.parser, wanted=lambda sentence: bool(words.features(sentence))))
    scored = {_beginning(article.text) for article in read_articles(str(folder / "events/articles.jsonl")) if isinstance(article, Article)}
    for name, limit in SETS.items():
        articles = [one for one in read_articles(str(folder / f"{name}.jsonl")) if isinstance(one, Article)]
        for number, article in enumerate(articles[:limit]):
            if _beginning(article.text) not in scored:
                with contextlib.suppress(OtherLanguageError):
                    yield from told_in(reader, words, article, number % FOLDS, WEIGHTS.get(name, 1.0))


def _beginning(text: str) -> str:
    return " ".join(text.split())[:200]


def learn(told: Sequence[Told]) -> LinearModel:
    """One column of weights: log odds that the sentence is worth parsing."""
    both = train([one.example for one in told], (YES, NO), L2, rate=0.1)
    return LinearModel((YES,), both.weights[:, :1] - both.weights[:, 1:], both.bias[:1] - both.bias[1:])


def held_out(told: Sequence[Told]) -> None:
    """Of the words in sentences with a trigger the share that is parsed, and what is kept of how sure the events are."""
    models = [learn([one for one in told if one.example.fold != fold]) for fold in range(FOLDS)]
    odds = np.array([float(models[one.example.fold].scores(one.example.features)[0] + models[one.example.fold].bias[0]) for one in told])
    words, sure = np.array([one.words for one in told]), np.array([one.confidence for one in told])
    for least in (-1.5, -1.0, LIKELY, -0.2):
        chosen = odds >= least
        print(f"log odds {least:4.1f}: words {words[chosen].sum() / words.sum():.3f}, kept {sure[chosen].sum() / sure.sum():.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the model of this checkout")
    arguments = parser.parse_args()
    told = list(read_all(arguments.folder))
    print(f"{len(told)} sentences, worth parsing {sum(one.example.labels == (YES,) for one in told) / len(told):.3f}")
    held_out(told)
    if arguments.write:
        save_model(SENTENCES, learn(told))
        print("written to", SENTENCES)


if __name__ == "__main__":
    main()
