"""`dateline replay`: articles read again, with the extraction of today."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
import platformdirs

from dateline.cli.options import bootstrap_option, load_settings
from dateline.cli.progress import showing_steps

if TYPE_CHECKING:
    from dateline.app.replay import Replayed
    from dateline.settings import Settings

DIFFERENT = 3  # exit code of --diff


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
@click.option(
    "--articles-topic", metavar="TOPIC", help="Read another topic than the settings name, one of `dateline backfill` for example."
)
@click.option("--into", metavar="TOPIC", help="Publish to another events topic than the settings name; made if it is not there.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Read at most so many articles a second.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read at once; all cores if not given.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would change and publish nothing. The replay after it need not read again.")
@click.option("--anew", is_flag=True, help="Begin again: forget what an earlier start of this replay left.")
@click.option("--spool", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Where what was read is kept meanwhile.")
@click.option("--diff", nargs=2, metavar="A B", help="Only tell how the events of topic B differ from those of A. Exit code 3 if they do.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures at the end as JSON.")
def replay(bootstrap: str | None, diff: tuple[str, str] | None, as_json: bool, **wanted: Any) -> None:
    """Read articles again and bring an events topic to what they now say.

    Publishes what is new or changed, and ends what is no longer seen. Does not disturb the live group. A second replay finds nothing to
    change. Events that also rest on articles outside of --from and --to are left as they are.

    What was read is kept on disk until all is published (3 kB a mention): a replay that was stopped or killed goes on when it is started
    again with the same topics and bounds. Started several times at once on one machine, its processes share the work.
    """
    from dateline.app.replay import told

    settings = load_settings(bootstrap)
    if diff:
        _tell_apart(settings, *diff, as_json=as_json)
        return
    result = _replay(settings, **wanted)
    if as_json:
        figures = {field.name: getattr(result, field.name) for field in fields(result)} | {"changes": result.changes.as_json()}
        sys.stdout.buffer.write(orjson.dumps(figures) + b"\n")
        return
    click.echo(
        f"{result.articles} articles read ({result.unreadable} could not be), {result.mentions} mentions, {result.events} events; "
        f"{result.published} records published"
        + (f", {result.kept} events left as they are: they rest on other articles too" if result.kept else "")
    )
    for line in told(result.changes) if wanted["dry"] else ():
        click.echo(line)
    if result.by_another:
        click.echo("another process of this replay publishes them")


def _tell_apart(settings: Settings, first: str, second: str, *, as_json: bool) -> None:
    from dateline.app.replay import differences, told

    found = asyncio.run(differences(settings.kafka, first, second))
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(found.as_json()) + b"\n")
    else:
        for line in told(found):
            click.echo(line)
    sys.exit(DIFFERENT if found.any else 0)


def _replay(
    settings: Settings,
    *,
    start: datetime | int | None,
    end: datetime | int | None,
    articles_topic: str | None,
    into: str | None,
    rate: float | None,
    workers: int | None,
    dry: bool,
    anew: bool,
    spool: Path | None,
) -> Replayed:
    from dateline.app.long_work import StoppedError
    from dateline.app.replay import Plan, Replaying
    from dateline.app.stopping import stop_on_signals
    from dateline.app.topics import prepare_topics
    from dateline.cli.gazetteer import ensure_gazetteer
    from dateline.pool import ReaderPool

    plan = Plan(articles=articles_topic or settings.topics.articles, into=into or settings.topics.events, start=start, end=end)
    folder = (spool or platformdirs.user_state_path("dateline") / "replays") / plan.name(settings.kafka.bootstrap)
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
    if not dry:
        asyncio.run(prepare_topics(settings.model_copy(update={"topics": replace(settings.topics, events=plan.into)})))
    ensure_gazetteer(settings.geography)

    async def run(show: Callable[[str, int, int], None]) -> Replayed:
        stop = stop_on_signals()
        return await Replaying(settings, plan, folder, show, stop, rate=rate, dry=dry).run(pool)

    with showing_steps() as show, ReaderPool(settings.reading, settings.geography, workers) as pool:
        try:
            return asyncio.run(run(show))
        except StoppedError:
            raise RuntimeError("stopped. The same call again goes on from here; what is done so far is in " + str(folder)) from None
