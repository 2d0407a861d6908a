"""Train the model that says which sentences are worth parsing, and say how much of what is told it keeps.

    python benchmarks/train_candidates.py ../shared/eval [--write]

Of annotated articles (annotated.py) it learns which sentences state an event; of others what the rest of extraction makes of every
sentence that holds a trigger: one that states an event of a mention, or whose report the judge takes for as likely, should be parsed.
Those are the stories of places/ and the first of merge/. None of events/, on which extraction as a whole is scored. Run it again when the
triggers or the judge have changed much.

The file holds weights of hashed words, no text.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from annotated import Gold, with_events
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
ANNOTATED = ("noted", "written")
WEIGHTS = {"merge/articles": 0.6, "noted": 3.0, "written": 3.0}  # shootings all of them; readers are right more often than the judge
WORTH = 0.25  # from which on a report is taken for one of an event
L2 = 4e-5  # 1e-5 and 1e-4 keep one in a hundred fewer
FOLDS = 5


@dataclasses.dataclass(frozen=True)
class Told:
    """A sentence, and whether a reader says that it states an event; None where nobody read it."""

    example: Example
    words: int
    states: bool | None


@dataclasses.dataclass(frozen=True)
class Listener(Judge):
    """Remembers what each sentence is worth."""

    worth_of: dict[int, float] = dataclasses.field(default_factory=dict)

    def worth(self, report: Report, features: Mapping[str, float]) -> float:
        worth = super().worth(report, features)
        self.worth_of[report.sentence] = max(worth, self.worth_of.get(report.sentence, 0.0))
        return worth


def told_in(reader: Reader, words: EventWords, article: Article, gold: Gold | None, fold: int, weight: float) -> Iterator[Told]:
    """The sentences of an article that hold a trigger."""
    quotes = _quotes(article.text, gold["events"]) if gold else []
    likely = set() if gold else _likely(reader, article)
    for number, sentence in enumerate(parse(reader.parser, reader.furniture.without(article.text)).sents):
        features = words.features([token.lower_ for token in sentence])
        states = any(start < sentence.end_char and sentence.start_char < end for start, end in quotes)
        if features:
            label = YES if states or number in likely else NO
            yield Told(Example(features, (label,), fold, weight), len(sentence), states if gold else None)


def _quotes(text: str, events: Sequence[Gold]) -> list[tuple[int, int]]:
    found = [(text.find(one["evidence"]), len(one["evidence"])) for one in events]
    return [(start, start + length) for start, length in found if start >= 0]


def _likely(reader: Reader, article: Article) -> set[int]:
    """The sentences that state an event of a mention, or whose report the judge takes for likely."""
    listener = Listener(*(getattr(reader.judge, field.name) for field in dataclasses.fields(Judge)))
    stated = [
        span for mention in dataclasses.replace(reader, judge=listener).read(article) for span in mention.evidence if span.field == "text"
    ]
    text = parse(reader.parser, reader.furniture.without(article.text))
    told = {
        number
        for number, sentence in enumerate(text.sents)
        if any(span.start < sentence.end_char and sentence.start_char < span.end for span in stated)
    }
    return told | {number for number, worth in listener.worth_of.items() if worth >= WORTH}


def read_all(folder: Path) -> Iterator[Told]:
    settings = load()
    reader = open_reader(settings.reading, settings.geography)
    assert reader.parser.parts is not None
    words = event_words(reader.ontology, reader.parser.parts.words.lemmas)
    reader = dataclasses.replace(reader, parser=dataclasses.replace(reader.parser, wanted=lambda sentence: bool(words.features(sentence))))
    read: set[str] = set()
    for name in ("events", *ANNOTATED):
        for number, (article, gold) in enumerate(with_events(folder, name)):
            read.add(_beginning(article.text))
            yield from told_in(reader, words, article, gold, number % FOLDS, WEIGHTS.get(name, 0.0))
    for name, limit in SETS.items():
        articles = [one for one in read_articles(str(folder / f"{name}.jsonl")) if isinstance(one, Article)]
        for number, article in enumerate(articles[:limit]):
            if _beginning(article.text) not in read:
                with contextlib.suppress(OtherLanguageError):
                    yield from told_in(reader, words, article, None, number % FOLDS, WEIGHTS.get(name, 1.0))


def _beginning(text: str) -> str:
    return " ".join(text.split())[:200]


def learn(told: Sequence[Told]) -> LinearModel:
    """One column of weights: log odds that the sentence is worth parsing."""
    both = train([one.example for one in told if one.example.weight], (YES, NO), L2, rate=0.1)
    return LinearModel((YES,), both.weights[:, :1] - both.weights[:, 1:], both.bias[:1] - both.bias[1:])


def held_out(told: Sequence[Told]) -> None:
    """Of the words in annotated sentences with a trigger the share that is parsed, and the share kept of those that state an event."""
    models = [learn([one for one in told if one.example.fold != fold]) for fold in range(FOLDS)]
    told = [one for one in told if one.states is not None]
    odds = np.array([float(models[one.example.fold].scores(one.example.features)[0] + models[one.example.fold].bias[0]) for one in told])
    words, states = np.array([one.words for one in told]), np.array([bool(one.states) for one in told])
    for least in (-1.5, LIKELY, -0.9, -0.6, -0.3):
        chosen = odds >= least
        print(f"log odds {least:4.1f}: words {words[chosen].sum() / words.sum():.3f}, kept {states[chosen].sum() / states.sum():.3f}")


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
