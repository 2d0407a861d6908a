"""`dateline tail`: the events topic, as any subscriber sees it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click
import orjson
from rich.console import Console

from dateline.cli.options import bootstrap_option, load_settings
from dateline.cli.show import print_event


@click.command()
@bootstrap_option
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only events of this type (ASSAULT, PROTEST …); may be repeated.")
@click.option("--country", "countries", multiple=True, metavar="CC", help="Only events in this country (ISO 3166: SY); may be repeated.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Only events at least so sure.")
@click.option("--from-beginning", is_flag=True, help="Begin with all that the topic holds.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]), help="Begin with what came since (UTC).")
@click.option("--until-end", is_flag=True, help="Stop at what is the end of the topic now.")
@click.option("--group", help="Go on where this consumer group was, and share the events with its other members.")
@click.option("--topic", help="Read another topic than the settings name, one written by `replay --into` for example.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines on a terminal too; into a pipe it always does.")
def tail(bootstrap: str | None, topic: str | None, as_json: bool, since: datetime | None, **wanted: Any) -> None:
    """Print events as they are published.

    Readable on a terminal, JSON lines into a pipe: the event, and in `_kafka` its revision, partition, offset and time. Every record
    is the whole state of an event: of each event_id the last one holds, and one that is `merged` or `retracted` is no event any more.
    """
    from dateline.delivery.subscribe import EventFilter, subscribe

    try:
        EventFilter.of(wanted["types"], wanted["countries"])
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    settings = load_settings(bootstrap)

    async def run() -> None:
        show = printer(as_json=as_json or not sys.stdout.isatty())
        moment = since.replace(tzinfo=UTC) if since else None
        async for received in subscribe(
            settings.kafka.bootstrap, topic=topic or settings.topics.events, since=moment, **_sequences(wanted)
        ):
            show(received)

    with suppress(KeyboardInterrupt):
        asyncio.run(run())


def _sequences(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value for name, value in wanted.items()}


def printer(*, as_json: bool) -> Callable[[Any], None]:
    """What prints one received event: a JSON line, or a few lines for a person."""
    if not as_json:
        console = Console()
        return lambda received: print_event(console, received.event, received.revision)

    def write(received: Any) -> None:
        where = {"revision": received.revision, "partition": received.partition, "offset": received.offset, "time": received.time}
        line = orjson.dumps(received.event)[:-1] + b',"_kafka":' + orjson.dumps(where) + b"}\n"
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    return write
