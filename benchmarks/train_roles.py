"""Train roles.npz: which of those told of are the actors and the recipients of an event. Say how well it does on articles not learnt from.

    python benchmarks/train_roles.py EVALUATION_FOLDER          # five-fold figures only
    python benchmarks/train_roles.py EVALUATION_FOLDER --write  # then learns from all articles and writes the file

The sets of annotated articles are those of `annotated`. Each annotated event that extraction finds, as the scorer matches them, is an
example for each of its contenders; each is read as the other models of this checkout find it, so run this after train_reading.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import orjson
from annotated import Gold, with_events
from learning import Example, module_at, train

import dateline.pipeline as pipeline
from dateline.english import OtherLanguageError
from dateline.extraction.contenders import Contender, Telling, contender_features, contenders
from dateline.extraction.judge import MODELS
from dateline.extraction.linear import Features, LinearModel, save_model
from dateline.extraction.players import Players
from dateline.extraction.roles import FILE, LABELS, Parts, Roles, decide
from dateline.records import Article, Party
from dateline.settings import load

SETS = ("events", "noted", "written")
WEIGHTS = {"seed": 10.0}  # the seed story is the one that must come out right; no figure counts it
FOLDS = 5
BUCKETS = 131_072
L2 = 1e-4
STEPS = 150
SAME = 0.5  # of the words of the longer of two names in the other: surely the same
ANNOTATED = ("actors", "recipients")


@dataclasses.dataclass(frozen=True)
class Asked:
    """An event as it was found, and those who may have a part in it."""

    event: Telling
    found: Sequence[Contender]
    features: Sequence[Features]


@dataclasses.dataclass(frozen=True)
class Matched:
    """An event that was found, with the annotated one that it is."""

    of_set: str
    fold: int
    gold: Gold
    asked: Asked


@dataclasses.dataclass(frozen=True)
class Listener(Roles):
    """Leaves the parts as the rules give them, and remembers what it was asked."""

    asked: list[Asked] = dataclasses.field(default_factory=list)

    def cast(self, event: Telling, events: Sequence[Telling], players: Players) -> Parts:
        found = contenders(event, events, players)
        self.asked.append(Asked(event, found, contender_features(event, events, found, players)))
        return Parts(tuple(event.actors), tuple(event.recipients), ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the model of this checkout")
    options = parser.parse_args()
    scorer = module_at(options.folder / "score_events.py")
    matched = [one for name in (*SETS, *WEIGHTS) for one in read_set(options.folder, name, scorer)]
    print(f"{len(matched)} events with {sum(len(one.asked.found) for one in matched)} contenders")
    of_fold = [learn([one for one in matched if one.fold != fold], scorer) for fold in range(FOLDS)]
    for title, cast in (("rules", _by_rules), ("model", lambda one: _by_model(one, of_fold[one.fold]))):
        for name in (*SETS, "all"):
            print(f"{title} {name:8}", tally([one for one in matched if one.of_set in (SETS if name == "all" else (name,))], cast, scorer))
    if options.write:
        save_model(MODELS / FILE, learn(matched, scorer))
        print("written to", MODELS / FILE)


def read_set(folder: Path, name: str, scorer: ModuleType) -> Iterator[Matched]:
    """The events of a set that are found."""
    settings, nothing = load(), LinearModel(LABELS, np.zeros((1, len(LABELS)), np.float32), np.zeros(len(LABELS), np.float32))
    pipeline.open_roles = lambda: Listener(nothing)  # type: ignore[attr-defined]
    reader = pipeline.open_reader(settings.reading, settings.geography)
    for article, gold in with_events(folder, name):
        yield from _matched(dataclasses.replace(reader, roles=Listener(nothing)), article, gold, name, scorer)


def _matched(reader: pipeline.Reader, article: Article, gold: Gold, name: str, scorer: ModuleType) -> Iterator[Matched]:
    try:
        mentions = reader.read(article)
    except OtherLanguageError:
        return
    assert isinstance(reader.roles, Listener)
    rows = [orjson.loads(orjson.dumps(mention)) for mention in mentions]
    likeness = [[scorer.affinity(event, row) for row in rows] for event in gold["events"]]
    fold = zlib.crc32(article.article_id.encode()) % FOLDS
    for at, place in scorer.best_matching(likeness):
        yield Matched(name, fold, gold["events"][at], reader.roles.asked[place])


def learn(matched: Sequence[Matched], scorer: ModuleType) -> LinearModel:
    examples = [
        Example(features, (label,), one.fold, WEIGHTS.get(one.of_set, 1.0))
        for one in matched
        for contender, features in zip(one.asked.found, one.asked.features, strict=True)
        if (label := _label(contender.party, one.gold, scorer)) is not None
    ]
    return train(examples, LABELS, L2, STEPS, buckets=BUCKETS)


def _label(party: Party, gold: Gold, scorer: ModuleType) -> str | None:
    """Which part the annotation gives; None where it gives one to somebody of whom only a part of the name is the same."""
    parts = []
    for role in ANNOTATED:
        if not _is_any(party, gold.get(role) or (), scorer):
            continue
        if not any(_is_same(name, told, scorer) for name in gold[role] for told in (party.name, party.text)):
            return None
        parts.append(role)
    return "both" if len(parts) == len(ANNOTATED) else parts[0].removesuffix("s") if parts else "none"


def _is_any(party: Party, names: Sequence[str], scorer: ModuleType) -> bool:
    """Whether the scorer takes a party for one of these."""
    return bool(scorer.names_agree(names, [party.name, party.text]))


def _is_same(one: str, other: str, scorer: ModuleType) -> bool:
    ours, theirs = set(scorer.words(one)), set(scorer.words(other))
    return len(ours & theirs) >= SAME * max(len(ours), len(theirs), 1)


def _by_rules(one: Matched) -> Parts:
    return Parts(tuple(one.asked.event.actors), tuple(one.asked.event.recipients), ())


def _by_model(one: Matched, model: LinearModel) -> Parts:
    return decide(one.asked.event, one.asked.found, Roles(model).shares(one.asked.features))


def tally(matched: Sequence[Matched], cast: Callable[[Matched], Parts], scorer: ModuleType) -> str:
    """Of events with an annotated party in a role, where one of ours is right; of the parties that we name, how many are right."""
    lines = []
    parts = [cast(one) for one in matched]
    for role in ANNOTATED:
        told = [(one.gold.get(role) or [], getattr(part, role)) for one, part in zip(matched, parts, strict=True)]
        asked = [any(_is_any(party, names, scorer) for party in ours) for names, ours in told if names]
        right = [_is_any(party, names, scorer) for names, ours in told for party in ours]
        free = [bool(ours) for names, ours in told if not names]
        lines.append(
            f"{role} {np.mean(asked):.3f} of {len(asked)}, named right {np.mean(right):.3f} of {len(right)}, "
            f"invented {sum(free)} of {len(free)}"
        )
    return "; ".join(lines)


if __name__ == "__main__":
    sys.exit(main())
