"""`dateline backfill`: archives onto an articles topic."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
import platformdirs

from dateline.cli.options import bootstrap_option, load_settings
from dateline.cli.progress import showing_steps

if TYPE_CHECKING:
    from dateline.app.backfill import Backfilled

IN_PART = 3  # exit code: some records could not be read


@click.command()
@bootstrap_option
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--articles-topic", metavar="TOPIC", help="Where the articles go: the articles topic's name with .backfill behind, or this one."
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Publish at most so many articles a second.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read pages; all cores if not given.")
@click.option("--anew", is_flag=True, help="Begin again: forget what an earlier start of this backfill left.")
@click.option("--spool", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Where articles are sorted meanwhile.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures at the end as JSON.")
def backfill(
    bootstrap: str | None,
    paths: tuple[Path, ...],
    articles_topic: str | None,
    rate: float | None,
    workers: int | None,
    anew: bool,
    spool: Path | None,
    as_json: bool,
) -> None:
    """Put the articles of archives on an articles topic of their own, in order of publication.

    FILE is JSON lines (.jsonl, .jsonl.gz, as for `dateline extract`), a WARC file (.warc, .warc.gz, as Common Crawl's news), or a folder
    of saved pages. `dateline replay --articles-topic TOPIC` then makes events of them: in event time, so that however old they are, none
    is late. Ids are made of addresses and texts: a second backfill and replay of the same files changes no event.

    Articles are sorted on disk. A backfill that was stopped or killed goes on when the same call is given again. A record that can't be
    read is named on standard error, and the rest goes on; the exit code is 3 then.
    """
    from dateline.app.backfill import Backfilling, backfill_name
    from dateline.app.long_work import StoppedError
    from dateline.app.stopping import stop_on_signals
    from dateline.app.topics import prepare_topics
    from dateline.pool import default_processes

    settings = load_settings(bootstrap)
    topic = articles_topic or f"{settings.topics.articles}.backfill"
    folder = (spool or platformdirs.user_state_path("dateline") / "backfills") / backfill_name(settings.kafka.bootstrap, topic, paths)
    if anew:
        shutil.rmtree(folder, ignore_errors=True)
    asyncio.run(prepare_topics(settings.model_copy(update={"topics": replace(settings.topics, articles=topic)})))

    async def run(show: Callable[[str, int, int], None]) -> Backfilled:
        processes = workers or default_processes()
        return await Backfilling(settings, paths, topic, folder, show, stop_on_signals(), rate, processes).run()

    with showing_steps() as show:
        try:
            done = asyncio.run(run(show))
        except StoppedError:
            raise RuntimeError(f"stopped. The same call again goes on from here; what is done so far is in {folder}") from None
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(asdict(done) | {"topic": topic}) + b"\n")
    else:
        click.echo(f"{done.articles} articles on {topic}, {done.broken} records could not be read")
    if done.broken:
        sys.exit(IN_PART)
