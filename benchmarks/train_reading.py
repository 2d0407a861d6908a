"""Train the models of workers/dateline/extraction/models on an evaluation folder, and say how well they do on what they have not seen.

    python benchmarks/train_reading.py ../shared/eval [--write]

types.npz     the type of event that a sentence tells: types/plv-train.jsonl, types/plover-gsr.jsonl and the sentences that
              readers of articles quote (annotated.py)
reports.npz   which of the reports that the rules find are of an event that those readers found, or of the type that a snippet tells
events.npz    which of the events that reports add up to they found
briefs.npz    the same of snippets: which are of the type that is told

All also on own_sentences.toml, which was written for this project.

plv-train comes from the public Zero-Shot-PLOVER repository (Hu 2024), plover-gsr from PLOVER's gold records (CC BY-SA 4.0), events was
annotated for this project.

The files hold weights of hashed features, no text. Every figure printed is of five folds by article, each read by models that have not
seen it. Run it again when the rules that propose events have changed.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import orjson
from annotated import ARTICLE_SETS, Gold, with_events, with_gold
from learning import BUCKETS, Example, module_at, train

import dateline.pipeline as pipeline
from dateline.archives.json_lines import article_from
from dateline.english import OtherLanguageError
from dateline.extraction.clauses import main_word, sentence_features, word_features
from dateline.extraction.judge import MODELS, YES, Judge, asked_of
from dateline.extraction.linear import Features, LinearModel, save_model
from dateline.extraction.ontology import EVENT_TYPES
from dateline.extraction.parties import read_parties
from dateline.extraction.reports import Report, types_at
from dateline.extraction.triggers import TriggerFinder
from dateline.language import Span, Token
from dateline.records import Article, Mention
from dateline.settings import load

FOLDS = 5
OLD_NAMES = {"DEMAND": "REQUEST", "FIGHT": "ASSAULT", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE"}  # of PLOVER's first edition
SNIPPETS = ("plv-train", "plover-gsr")
OWN = Path(__file__).parent / "own_sentences.toml"
L2 = {"types": 2e-4, "reports": 2e-4, "events": 5e-4, "briefs": 2e-3}  # found by trying halves over five folds
NO = "no"
ANSWERS = (YES, NO)
SNIPPET_WEIGHT = 0.1  # of a snippet's events beside an article's: there are three times as many, and every snippet tells one
WEIGHTS = {"events": 1.0, "noted": 1.0, "written": 0.5, "own": 0.5, "seed": 10.0}  # the seed story is the one that must come out right

Row = dict[str, Any]
"""An event that was found, as the scorers read it."""


@dataclasses.dataclass(frozen=True)
class Listener(Judge):
    """Remembers the reports it was asked about, and what it was asked."""

    reported: list[Report] = dataclasses.field(default_factory=list)
    asked: list[Features] = dataclasses.field(default_factory=list)

    def worth(self, report: Report, features: Features) -> float:
        self.reported.append(report)
        self.asked.append(dict(features))
        return 0.0


@dataclasses.dataclass(frozen=True)
class Recorder(Judge):
    """Judges by its models, but accepts every event that reports add up to, and remembers what speaks for each that is told."""

    asked: list[Features] = dataclasses.field(default_factory=list)

    def probability(self, features: Features) -> float:  # noqa: ARG002
        return 1.0

    def because(self, features: Features) -> dict[str, float]:
        self.asked.append(dict(features))
        return {}


@dataclasses.dataclass(frozen=True)
class Read:
    """One article as read: what was found in it, as the scorers read it, and what a model was asked about each."""

    name: str
    article: Article
    gold: Gold
    fold: int
    rows: list[Row]
    asked: list[Features]


def type_examples(reader: pipeline.Reader, folder: Path) -> Iterator[Example]:
    """Sentences whose type is known; all of them parsed, whether or not reading them would be."""
    parser = dataclasses.replace(reader.parser, wanted=None)
    for name in SNIPPETS:
        for number, (article, gold) in enumerate(with_gold(folder / f"types/{name}.jsonl", folder / f"types/{name}.jsonl")):
            text = pipeline.parse(parser, article.text)
            yield _example(reader, text.sents[0], _types(gold), number % FOLDS)
    for number, (article, gold) in enumerate(_own()):
        if gold["types"]:
            yield _example(reader, pipeline.parse(parser, article.text).sents[0], _types(gold), number % FOLDS)
    for name in ("events", "noted", "written"):
        for number, (article, gold) in enumerate(with_events(folder, name)):  # the folds of `read_apart`
            for sentence in pipeline.parse(parser, article.text).sents:
                for word, types in _told_at(sentence, gold["events"], main_word(sentence, reader.ontology.cues)).items():
                    yield _example(reader, sentence, tuple(sorted(types)), number % FOLDS, word)


def _told_at(sentence: Span, events: Sequence[Gold], main: Token) -> dict[Token, set[str]]:
    """The types that a sentence tells, by the word that names the event and by the main word."""
    found: dict[Token, set[str]] = {}
    for event in events:
        start = sentence.doc.text.find(event["evidence"])
        if start >= 0 and sentence.start_char <= start + len(event["evidence"]) // 2 < sentence.end_char:
            at = start + max(event["evidence"].find(event.get("anchor") or ""), 0)
            named = [token for token in sentence if at <= token.idx < at + len(event.get("anchor") or "")]
            head = next((token for token in named if token.head not in named or token.head.i == token.i), main)
            for word in (main, head):
                found.setdefault(word, set()).add(event["type"])
    return found


def _types(gold: Gold) -> tuple[str, ...]:
    return tuple(OLD_NAMES.get(name, name) for name in gold["types"])


def _example(reader: pipeline.Reader, sentence: Span, labels: tuple[str, ...], fold: int, word: Token | None = None) -> Example:
    """`word`: the one that names the event; if nobody said which, the main word."""
    finder = TriggerFinder(reader.ontology, read_parties(sentence.doc, reader.actors, False), False, frozenset())
    types, told = types_at(finder.find(sentence)), word or main_word(sentence, reader.ontology.cues)
    features = sentence_features(sentence, sorted({name for names in types.values() for name in names}))
    return Example(features | word_features(told, types.get(told.i, ())), labels, fold)


def _own() -> Iterator[tuple[Article, Gold]]:
    """The sentences written for this project, as briefs."""
    for label, sentences in tomllib.loads(OWN.read_text(encoding="utf-8")).items():
        for number, sentence in enumerate(sentences):
            gold = {"id": f"{label}-{number}", "text": sentence, "types": [] if label == "none" else [label]}
            article = article_from(orjson.dumps(gold), number)
            assert isinstance(article, Article)
            yield article, gold


def read_apart(reader: pipeline.Reader, folder: Path, name: str, of_fold: Sequence[LinearModel]) -> list[Read]:
    """Every report of every article of a set, read with the types model that has not seen it."""
    found = []
    for number, (article, row) in enumerate(_set(folder, name)):
        judge = Listener(of_fold[number % FOLDS], *(reader.judge.reports,) * 3)
        with contextlib.suppress(OtherLanguageError):  # a sentence of names: it tells nothing then
            dataclasses.replace(reader, judge=judge).read(article)
        rows = [_row(report, {"title": article.title or "", "text": article.text}) for report in judge.reported]
        found.append(Read(name, article, row, number % FOLDS, rows, judge.asked))
    return found


def _set(folder: Path, name: str) -> Iterator[tuple[Article, Gold]]:
    if name in ARTICLE_SETS:
        return with_events(folder, name)
    return _own() if name == "own" else with_gold(folder / f"types/{name}.jsonl", folder / f"types/{name}.jsonl")


def _row(report: Report, texts: dict[str, str]) -> Row:
    """A report as the scorers read an event."""
    span, place = report.evidence, report.where.place if report.where else None
    return {
        "event_type": report.event_type,
        "evidence": [{"text": texts[span.field][span.start : span.end]}],
        "actors": [dataclasses.asdict(party) for party in report.actors],
        "recipients": [dataclasses.asdict(party) for party in report.recipients],
        "place": dataclasses.asdict(place) if place else None,
        "date": {"start": report.date.start.isoformat(), "end": report.date.end.isoformat()} if report.date else None,
    }


def report_examples(read: Read, scorer: ModuleType) -> list[Example]:
    """Reports that fit a gold event, and those that fit none."""
    if read.name not in ARTICLE_SETS:
        return [
            _answer(features, row["event_type"] in _types(read.gold), read) for features, row in zip(read.asked, read.rows, strict=True)
        ]
    fits = [any(scorer.affinity(event, row) > 0 for event in read.gold["events"]) for row in read.rows]
    return [_answer(features, right, read) for features, right in zip(read.asked, fits, strict=True)]


def read_together(reader: pipeline.Reader, read: Read, judge: Judge) -> Read:
    """The events that the reports of an article add up to."""
    recorder = Recorder(judge.types, judge.reports, judge.events, judge.briefs)
    mentions: list[Mention] = []
    with contextlib.suppress(OtherLanguageError):
        mentions = dataclasses.replace(reader, judge=recorder).read(read.article)
    return dataclasses.replace(read, rows=[_plain(mention) for mention in mentions], asked=recorder.asked)


def event_examples(read: Read, scorer: ModuleType) -> list[Example]:
    """Events that the scorer matches with gold, and those that it does not."""
    if read.name not in ARTICLE_SETS:
        good = {number for number, row in enumerate(read.rows) if row["event_type"] in _types(read.gold)}
    else:
        good = {j for _, j in scorer.best_matching([[scorer.affinity(event, row) for row in read.rows] for event in read.gold["events"]])}
    return [_answer(features, number in good, read) for number, features in enumerate(read.asked)]


def _answer(features: Features, right: bool, read: Read) -> Example:
    return Example(features, (YES if right else NO,), read.fold, WEIGHTS.get(read.name, SNIPPET_WEIGHT))


def _plain(mention: Mention) -> Row:
    """A mention as the scorers read it."""
    row: Row = orjson.loads(orjson.dumps(mention, default=lambda value: dataclasses.asdict(value)))
    return row


def by_fold(examples: Sequence[Example], labels: Sequence[str], l2: float) -> list[LinearModel]:
    """One model per fold, trained on the others."""
    return [train([one for one in examples if one.fold != fold], labels, l2) for fold in range(FOLDS)]


def figures(reads: Sequence[Read], likely: Callable[[Read, Features], float], events: ModuleType, snippets: ModuleType) -> None:
    """What the scorers say of the folds put together."""
    rows = {name: [one for one in reads if one.name == name] for name in ("events", *SNIPPETS)}
    kept: dict[str, list[Row]] = {}
    for name, part in rows.items():
        kept[name] = [
            row | {"confidence": chance}
            for read in part
            for row, features in zip(read.rows, read.asked, strict=True)
            if (chance := likely(read, features)) >= asked_of(features)
        ]
    for group in ("material", "verbal", "all"):
        result, _, _ = events.score([read.gold for read in rows["events"]], kept["events"], group)
        print(f"events {group:9}", {key: result[key] for key in ("precision", "recall", "f1", "central_recall", "predicted", "matched")})
    print("   mode", result["attributes"].get("mode"))
    for name in SNIPPETS:
        print(name, snippets.score([read.gold | {"types": _types(read.gold)} for read in rows[name]], kept[name])[0])


def reliability(pairs: Sequence[tuple[float, bool]]) -> None:
    """Of the events printed at a confidence, how many are right."""
    for low in np.arange(0, 1, 0.1):
        inside = [right for chance, right in pairs if low <= chance < low + 0.1]
        if inside:
            print(f"   {low:.1f}-{low + 0.1:.1f}  {len(inside):5}  right {sum(inside) / len(inside):.2f}")


def held_out(of_fold: Sequence[LinearModel], examples: Sequence[Example]) -> float:
    """Share of examples that the model which has not seen them gets right."""
    hits = 0
    for example in examples:
        model = of_fold[example.fold]
        shares = model.shares(model.scores(example.features))
        hits += max(shares, key=lambda name: shares[name]) in example.labels
    return hits / len(examples)


def _empty(labels: Sequence[str]) -> LinearModel:
    return LinearModel(tuple(labels), np.zeros((BUCKETS, len(labels)), np.float32), np.zeros(len(labels), np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the models of this checkout")
    arguments = parser.parse_args()
    reader = _untrained_reader()
    events, snippets = module_at(arguments.folder / "score_events.py"), module_at(arguments.folder / "score_types.py")

    examples = list(type_examples(reader, arguments.folder))
    of_fold = by_fold(examples, EVENT_TYPES, L2["types"])
    print(f"types: {len(examples)} sentences, right on held-out folds {held_out(of_fold, examples):.3f}")
    apart = [read for name in (*ARTICLE_SETS, *SNIPPETS, "own") for read in read_apart(reader, arguments.folder, name, of_fold)]
    reports = [example for read in apart for example in report_examples(read, events)]
    report_of = by_fold(reports, ANSWERS, L2["reports"])
    print(f"reports: {len(reports)}, right on held-out folds {held_out(report_of, reports):.3f}")
    judges = [Judge(*models, report_of[0], report_of[0]) for models in zip(of_fold, report_of, strict=True)]
    together = [read_together(reader, read, judges[read.fold]) for read in apart]
    asked = [example for read in together for example in event_examples(read, events)]
    events_asked, briefs_asked = ([one for one in asked if ("brief" in one.features) == brief] for brief in (False, True))
    event_of, brief_of = by_fold(events_asked, ANSWERS, L2["events"]), by_fold(briefs_asked, ANSWERS, L2["briefs"])
    print(f"events: {len(events_asked)}, right on held-out folds {held_out(event_of, events_asked):.3f}")
    print(f"briefs: {len(briefs_asked)}, right on held-out folds {held_out(brief_of, briefs_asked):.3f}")

    def likely(read: Read, features: Features) -> float:
        model = (brief_of if "brief" in features else event_of)[read.fold]
        return model.shares(model.scores(features))[YES]

    figures(together, likely, events, snippets)
    for name, sets in (("articles", ("events",)), ("snippets", SNIPPETS)):
        print(f"confidence, {name}")
        chosen = [(read, example) for read in together if read.name in sets for example in event_examples(read, events)]
        reliability([(likely(read, one.features), one.labels == (YES,)) for read, one in chosen])
    if arguments.write:
        MODELS.mkdir(exist_ok=True)
        for name, whole, labels in (
            ("types", examples, EVENT_TYPES),
            ("reports", reports, ANSWERS),
            ("events", events_asked, ANSWERS),
            ("briefs", briefs_asked, ANSWERS),
        ):
            save_model(MODELS / f"{name}.npz", train(whole, labels, L2[name]))
        print("written to", MODELS)


def _untrained_reader() -> pipeline.Reader:
    """A reader whose models know nothing yet."""
    settings, nothing = load(), _empty(ANSWERS)
    pipeline.open_judge = lambda: Judge(_empty(EVENT_TYPES), nothing, nothing, nothing)  # type: ignore[attr-defined]
    return pipeline.open_reader(settings.reading, settings.geography)


if __name__ == "__main__":
    sys.exit(main())
