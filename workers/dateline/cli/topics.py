"""`dateline topics`: the topics on the broker."""

from __future__ import annotations

import asyncio
import sys

import click
import orjson

from dateline.cli.options import bootstrap_option, load_settings


@click.group()
def topics() -> None:
    """Make and check the topics that Dateline needs."""


@topics.command()
@bootstrap_option
@click.option("--json", "as_json", is_flag=True, help="Print {topic: partitions} as JSON.")
def create(bootstrap: str | None, as_json: bool) -> None:
    """Make the topics that are missing and check those that are there.

    Prints each with its number of partitions. Safe to repeat; a worker does the same when it starts.
    """
    from dateline.app.topics import prepare_topics

    counts = asyncio.run(prepare_topics(load_settings(bootstrap)))
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(counts) + b"\n")
    else:
        for name, partitions in counts.items():
            click.echo(f"{name}  {partitions} partitions")
