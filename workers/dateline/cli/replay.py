"""`dateline replay`: articles read again, with the extraction of today."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from dateline.cli.options import bootstrap_option, load_settings


class BoundType(click.ParamType):
    """A time or an offset."""

    name = "TIME|OFFSET"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime | int:
        text = str(value)
        if text.isdecimal():
            return int(text)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither a time (2025-12-20, 2025-12-20T18:00Z) nor an offset (1200)", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


@click.command()
@bootstrap_option
@click.option(
    "--from", "start", type=BoundType(), help="Begin with articles that reached the topic then, or at this offset of each partition."
)
@click.option("--to", "end", type=BoundType(), help="Stop before; at what is the end of the topic now if not given.")
@click.option("--articles-topic", metavar="TOPIC", help="Read another topic than the settings name.")
@click.option("--into", metavar="TOPIC", help="Publish to another events topic than the settings name; made if it is not there.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read at once; all cores if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures at the end as JSON.")
def replay(
    bootstrap: str | None,
    start: datetime | int | None,
    end: datetime | int | None,
    articles_topic: str | None,
    into: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Read articles again and bring an events topic to what they now say.

    Publishes what is new or changed, and ends what is no longer seen. Does not disturb the live group: it reads under a group of its
    own (GROUP.replay.TOPIC). A second replay finds nothing to change. Events that also rest on articles outside of --from and --to
    are left as they are.
    """
    from dateline.app.replay import replay as run
    from dateline.app.topics import prepare_topics
    from dateline.pool import ReaderPool

    settings = load_settings(bootstrap)
    target = into or settings.topics.events
    asyncio.run(prepare_topics(settings.model_copy(update={"topics": replace(settings.topics, events=target)})))
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ReaderPool(settings.reading, settings.geography, workers) as pool,
    ):
        steps: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = progress.add_task(step)
            progress.update(steps[step], completed=done, total=total)

        result = asyncio.run(
            run(
                settings,
                pool,
                start=start,
                end=end,
                articles=articles_topic or settings.topics.articles,
                into=target,
                progress=show,
            )
        )
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(asdict(result)) + b"\n")
        return
    click.echo(
        f"{result.articles} articles read ({result.unreadable} could not be), {result.mentions} mentions, {result.events} events; "
        f"{result.published} records published, {result.kept} events left as they are"
    )
