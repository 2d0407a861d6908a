"""`dateline extract` and `dateline geoparse`: articles in, JSON lines out, no broker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dateline.archives.json_lines import read_articles
from dateline.cli.show import print_event
from dateline.codec import encode
from dateline.english import OtherLanguageError
from dateline.records import Article, Event, Place

if TYPE_CHECKING:  # the command line starts without the stages' modules
    from dateline.geography import Resolution, Toponym
    from dateline.pipeline import Explained

SOME_INPUT_UNREADABLE = 3  # exit code: the rest was done


@dataclass
class Tally:
    """What a batch has done so far."""

    articles: int = 0
    unreadable: list[str] = field(default_factory=list)
    other_language: int = 0

    def reject(self, why: str) -> None:
        self.unreadable.append(why)
        click.echo(f"dateline: {why}", err=True)


_source = click.argument("source", default="-", metavar="[FILE|URL|-]")
_workers = click.option("--workers", type=click.IntRange(1), help="Processes that read at once; all cores if not given.")


@click.command()
@_source
@click.option("--merge", is_flag=True, help="Read the whole input, merge what its articles say, and print the final events.")
@click.option("--explain", is_flag=True, help="Say which words, rules and weights are behind each event.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines on a terminal too; into a pipe it always does.")
@_workers
def extract(source: str, merge: bool, explain: bool, as_json: bool, workers: int | None) -> None:
    """Print the events that articles report.

    Reads JSON lines with `id` (or `article_id`) and `text`, and `title`, `url`, `published` where known, from FILE or standard
    input, or the page at URL. Prints an event a line, in the order of the input; on a terminal for people to read. Articles in other
    languages than English are passed over and counted. Exit code 3: some input could not be read.
    """
    from dateline.merging import merge_all
    from dateline.settings import load

    merging, tally = load().merging, Tally()
    show = _event_printer(as_json or not sys.stdout.isatty(), explain)
    results = _run(source, workers, tally, lambda pool: pool.submit_read_explained)
    # Without --merge each article is a world of its own: what it says is printed before the next is waited for.
    for world in [list(results)] if merge else ([result] for result in results):
        articles = {article.article_id: article for article, _ in world}
        told = [mention for _, found in world for mention in found]
        for event in merge_all([mention for mention, _ in told], merging):
            show(event, articles, _reasons(event, told))
    _finish(tally)


def _reasons(event: Event, told: list[Explained]) -> list[str]:
    """The reasons of the mentions that an event was merged from: those whose evidence it has."""
    held = set(event.evidence)
    return [
        line
        for mention, because in told
        if mention.event_type == event.event_type and held.issuperset(mention.evidence)
        for line in because
    ]


@click.command()
@_source
@click.option("--explain", is_flag=True, help="Print with each place the likeliest candidates, and what spoke for them.")
@_workers
@click.option("--map", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the places on a map: FILE.png.")
def geoparse(source: str, explain: bool, workers: int | None, picture: Path | None) -> None:
    """Print the places that articles name, resolved to GeoNames.

    Reads its input as `dateline extract` does and prints a line {id, places} for each article, in order. Offsets count the
    characters of `text`. Exit code 3: some input could not be read.
    """
    from dateline.cli.map import PlaceMap
    from dateline.geography import open_gazetteer
    from dateline.settings import load

    tally, drawn = Tally(), PlaceMap(picture) if picture is not None else None
    for article, found in _run(source, workers, tally, lambda pool: pool.submit_explain if explain else pool.submit_geoparse):
        places = [_explained(*one) if explain else _located(*one) for one in found]
        _write(orjson.dumps({"id": article.article_id, "places": places}))
        if drawn is not None:
            drawn.add([one.place if explain else one for _, one in found])
    if drawn is not None:
        drawn.draw(open_gazetteer(load().geography))
    _finish(tally)


def _located(toponym: Toponym, place: Place) -> dict[str, Any]:
    return {"start": toponym.start, "end": toponym.end, **asdict(place)}


def _explained(toponym: Toponym, resolution: Resolution) -> dict[str, Any]:
    return _located(toponym, resolution.place) | {"candidates": [asdict(candidate) for candidate in resolution.candidates]}


def _run(
    source: str, workers: int | None, tally: Tally, job: Callable[[Any], Callable[[Article], Future[Any]]]
) -> Iterator[tuple[Article, Any]]:
    """Each readable article with its result, in the order of the input, with progress on a terminal."""
    from dateline.cli.gazetteer import ensure_gazetteer
    from dateline.pool import ReaderPool, in_order
    from dateline.settings import load

    settings = load()
    ensure_gazetteer(settings.geography)
    columns = (SpinnerColumn(), TextColumn("{task.completed} articles, {task.fields[rate]:.1f}/s"), TimeElapsedColumn())
    console = Console(stderr=True)
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ReaderPool(settings.reading, settings.geography, workers) as pool,
    ):
        task = progress.add_task("reading", total=None, rate=0.0)
        for article, future in in_order(
            _articles(source, tally, settings), job(pool), pool.processes * settings.worker.articles_per_process
        ):
            tally.articles += 1
            progress.update(task, advance=1, rate=tally.articles / max(progress.tasks[0].elapsed or 1.0, 1e-3))
            error = future.exception()
            if isinstance(error, OtherLanguageError):
                tally.other_language += 1
            elif error is None:
                yield article, future.result()
            else:
                tally.reject(f"article {article.article_id!r}: {type(error).__name__}: {error}")


def _articles(source: str, tally: Tally, settings: Any) -> Iterator[Article]:
    if source.startswith(("http://", "https://")):
        from dateline.app.one_article import article_at

        yield article_at(source, settings.poller)
        return
    for item in read_articles(source):
        if isinstance(item, str):
            tally.reject(item)
        else:
            yield item


def _event_printer(as_json: bool, explain: bool) -> Callable[[Event, dict[str, Article], list[str]], None]:
    console = Console()

    def show(event: Event, articles: dict[str, Article], because: list[str]) -> None:
        if not as_json:
            print_event(console, event, articles=articles, because=because if explain else ())
        elif explain:
            _write(orjson.dumps({**orjson.loads(encode(event)), "explain": because}))
        else:
            _write(encode(event))

    return show


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _finish(tally: Tally) -> None:
    if tally.other_language:
        click.echo(f"dateline: {tally.other_language} articles in other languages were passed over", err=True)
    if tally.unreadable:
        click.echo(f"dateline: {len(tally.unreadable)} inputs could not be read, {tally.articles} articles were", err=True)
        sys.exit(SOME_INPUT_UNREADABLE)
