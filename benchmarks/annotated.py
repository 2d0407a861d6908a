"""Articles with the events that a careful reader found in them, to train on and to measure with.

events    annotated for this project's evaluation; what every figure is of
seed      the story that the project starts from
noted     other articles of the evaluation folder, read for this project: annotations.jsonl tells what they report, and where it stands in
          their texts, which are not ours to copy
written   own_stories.jsonl: stories written for this project, fictional, of the kinds of news that the others have too few of
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from dateline.archives.json_lines import article_from, read_articles
from dateline.records import Article

HERE = Path(__file__).parent
ANNOTATIONS = HERE / "annotations.jsonl"
STORIES = HERE / "own_stories.jsonl"
FOLDERS = {"events": "events", "seed": "../seed"}
ARTICLE_SETS = (*FOLDERS, "noted", "written")

Gold = dict[str, Any]


def with_events(folder: Path, name: str) -> Iterator[tuple[Article, Gold]]:
    """The articles of a set, each with `{"id", "events"}` as the scorers read it. `folder`: the evaluation folder.

    Events of `noted` and `written` tell also their `anchor`: the words of the evidence that name the event.
    """
    match name:
        case "noted":
            yield from _noted(folder)
        case "written":
            yield from _written()
        case _:
            yield from with_gold(folder / FOLDERS[name] / "articles.jsonl", folder / FOLDERS[name] / "gold.jsonl")


def with_gold(articles: Path, gold: Path) -> Iterator[tuple[Article, Gold]]:
    """Articles of one file with the rows of the same id of another."""
    by_id = {row["id"]: row for row in rows(gold)}
    for article in read_articles(str(articles)):
        if isinstance(article, Article):
            yield article, by_id[article.article_id]


def rows(path: Path) -> list[Gold]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def _noted(folder: Path) -> Iterator[tuple[Article, Gold]]:
    noted: dict[str, dict[str, Gold]] = {}
    for row in rows(ANNOTATIONS):
        noted.setdefault(row["set"], {})[row["id"]] = row
    for name, of_set in noted.items():
        for article in read_articles(str(folder / f"{name}.jsonl")):
            if isinstance(article, Article) and (row := of_set.get(article.article_id)):
                yield article, {"id": row["id"], "events": [_quoted(event, article) for event in row["events"]]}


def _quoted(event: Gold, article: Article) -> Gold:
    field, start, end = event["evidence"]
    text = article.title or "" if field == "title" else article.text
    first, last = event.get("anchor", (start, end))
    return event | {"evidence": text[start:end], "anchor": text[first:last]}


def _written() -> Iterator[tuple[Article, Gold]]:
    for number, row in enumerate(rows(STORIES)):
        article = article_from(orjson.dumps({key: value for key, value in row.items() if key != "events"}), number)
        assert isinstance(article, Article)
        yield article, {"id": row["id"], "events": row["events"]}
