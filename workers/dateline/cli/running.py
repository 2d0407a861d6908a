"""`dateline up`, `poll` and `worker`: the parts that run until they are told to stop."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from dateline.cli.options import bootstrap_option, load_settings

if TYPE_CHECKING:
    from dateline.poller import Feed
    from dateline.settings import Settings


@click.command()
@bootstrap_option
@click.option("--feeds", metavar="FILE.opml|URL", help="Feeds to read; a small bundled feed if not given.")
@click.option("--workers", type=click.IntRange(1), help="Processes that read at once; all cores but one if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines on a terminal too; into a pipe it always does.")
def up(bootstrap: str | None, feeds: str | None, workers: int | None, as_json: bool) -> None:
    """Run everything on this machine and print events as they arrive.

    Starts an embedded broker (in memory: what it holds is gone when it stops), a poller and a worker. With --bootstrap it uses that
    Kafka instead. Ctrl-C stops it.
    """
    from dateline.app.up import EMBEDDED
    from dateline.cli.gazetteer import ensure_gazetteer
    from dateline.settings import load

    if feeds and not feeds.startswith(("http://", "https://")) and not Path(feeds).is_file():
        raise click.BadParameter(f"no file {feeds!r}, and not an http(s) address", param_hint="--feeds")
    if bootstrap is None:
        os.environ.update(EMBEDDED)
    settings = load()
    ensure_gazetteer(settings.geography)
    asyncio.run(_up(settings, bootstrap, feeds, workers, as_json=as_json or not sys.stdout.isatty()))


async def _up(settings: Settings, bootstrap: str | None, feeds: str | None, workers: int | None, *, as_json: bool) -> None:
    from dateline.app.stopping import stop_on_signals
    from dateline.app.up import everything, log_path
    from dateline.pool import default_processes

    log_file = log_path()
    processes = workers or max(1, default_processes() - 1)
    say = Console(stderr=True, highlight=False).print
    say(f"Reading {feeds or 'the bundled demo feed (--feeds FILE.opml|URL reads others)'}; log: {log_file}")
    poll = ["--feeds", feeds] if feeds else ["--demo"]
    async with everything(
        bootstrap, poll, ["--workers", str(processes)], log_file=log_file, stops_within_s=settings.worker.drain_s + 5
    ) as (address, ended):
        say(f"Events are on topic {settings.topics.events} at {address}: dateline tail --bootstrap {address} --from-beginning")
        printing = asyncio.create_task(_print_events(address, settings, as_json=as_json))
        stop = asyncio.create_task(stop_on_signals().wait())
        done, _ = await asyncio.wait({printing, stop, ended}, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (printing, stop):
            waiting.cancel()
        say("Stopping …")
        for task in done - {stop}:
            await task  # raises what ended it


async def _print_events(address: str, settings: Settings, *, as_json: bool) -> None:
    from dateline.cli.tail import printer
    from dateline.delivery.kafka import UnknownTopicError
    from dateline.delivery.subscribe import subscribe

    show = printer(as_json=as_json)
    while True:
        with suppress(UnknownTopicError):  # the worker makes the topics when it starts
            async for received in subscribe(address, from_beginning=True, topic=settings.topics.events):
                show(received)
        await asyncio.sleep(0.2)


@click.command()
@bootstrap_option
@click.option("--feeds", metavar="FILE.opml|URL", help="Feeds to put on the list first, as `dateline feeds import` does.")
@click.option("--demo", is_flag=True, help="Serve the small bundled feed and put that on the list.")
@click.option("--once", is_flag=True, help="Poll every feed one time and end. Exit code 1 if none could be read.")
def poll(bootstrap: str | None, feeds: str | None, demo: bool, once: bool) -> None:
    """Poll the feeds on the list and put their articles on the articles topic, until told to stop.

    The list is on the feeds topic (`dateline feeds`), and so is what feeds brought before. Start several: they share the feeds, and
    those of one that ends go to the others. Serves /live, /ready and /metrics.
    """
    from dateline.poller import read_feeds

    if feeds and demo:
        raise click.UsageError("--demo brings its own feeds: give it or --feeds, not both")
    settings = load_settings(bootstrap)
    listed = read_feeds(feeds) if feeds else []
    outcomes = asyncio.run(_poll(settings, listed, demo=demo, once=once))
    if once:
        click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "no feeds")
        if not outcomes.keys() - {"failed", "gone"}:
            sys.exit(1)


async def _poll(settings: Settings, feeds: list[Feed], *, demo: bool, once: bool) -> Counter[str]:
    from dateline.app.demo import serve_demo
    from dateline.app.polling.service import serve_poller
    from dateline.app.stopping import stop_on_signals
    from dateline.config_files import config_file

    stop = stop_on_signals()
    if not demo:
        return await serve_poller(settings, feeds, stop, once=once)
    async with serve_demo(config_file("demo")) as bundled:
        local = settings.model_copy(update={"poller": replace(settings.poller, allow_private_addresses=True)})
        return await serve_poller(local, bundled, stop, once=once)


@click.command()
@bootstrap_option
@click.option("--workers", type=click.IntRange(1), help="Processes that read at once; all cores if not given.")
def worker(bootstrap: str | None, workers: int | None) -> None:
    """Extract events from articles and merge them, until told to stop.

    Start as many as there are partitions: they share the articles. What is in hand at SIGTERM is finished first. Serves /live, /ready
    and /metrics.
    """
    from dateline.app.worker.service import run_worker
    from dateline.cli.gazetteer import ensure_gazetteer
    from dateline.pool import ReaderPool

    settings = load_settings(bootstrap)
    ensure_gazetteer(settings.geography)
    with ReaderPool(settings.reading, settings.geography, workers) as pool:
        run_worker(settings, pool)
