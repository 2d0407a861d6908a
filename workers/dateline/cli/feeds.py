"""`dateline feeds`: the list of feeds, and how they are."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from rich.console import Console
from rich.table import Column, Table

from dateline.cli.checked import explain
from dateline.cli.options import bootstrap_option, load_settings
from dateline.cli.times import span, when

if TYPE_CHECKING:
    from dateline.app.polling.feed_list import Added
    from dateline.poller import Feed, FeedState, Health

READ_IN_PART = 3  # exit code: some of the input could not be used
PIPED_WIDTH = 220  # characters of a table that nobody's terminal limits: room for long addresses and reasons
page_text_option = click.option("--page-text/--no-page-text", default=True, show_default=True, help="Read the text of each item's page.")


@click.group()
def feeds() -> None:
    """The list of feeds: what is on it, how each feed is, what a poll would bring.

    The list is on the feeds topic. Pollers that run notice within seconds what is added or removed.
    """


@feeds.command("list")
@bootstrap_option
@click.option("--failing", is_flag=True, help="Only feeds that fail, or are not polled any more.")
@click.option("--silent", "only_silent", is_flag=True, help="Only feeds without anything new for far longer than is usual for them.")
@click.option("--sort", type=click.Choice(["url", "last-new-item", "next-poll", "failures"]), default="url", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line a feed.")
def list_feeds(bootstrap: str | None, failing: bool, only_silent: bool, sort: str, as_json: bool) -> None:
    """List the feeds: health, last new item, next poll, interval, failures and why, as their poller saved them last; and how it
    stands with the hub that a feed names: "push" while it has promised to push.

    What brought nothing new is saved once in an hour (polling.save_every_s), what changed at once.
    """
    from dateline.app.polling.feed_topic import read_book
    from dateline.poller import silent

    settings, now = load_settings(bootstrap), datetime.now(UTC)
    book = asyncio.run(read_book(settings.kafka, settings.topics.feeds))
    rows = [
        row
        for known in book.known.values()
        if known.feed
        and (row := Row(known.feed, known.state, known.health, silent(known.state, now, settings.poller)))
        and (row.health in ("failing", "gone") or not failing)
        and (row.silent or not only_silent)
    ]
    rows.sort(key=lambda row: (row.sort_key(sort), row.feed.url))
    if as_json:
        for row in rows:
            sys.stdout.buffer.write(orjson.dumps(row.as_json()) + b"\n")
    else:
        _print_table(rows, now)


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as it is listed."""

    feed: Feed
    state: FeedState | None
    health: Health
    silent: bool

    def sort_key(self, by: str) -> float:
        """Worst first: the longest silence, the next to be polled, the most failures."""
        state = self.state
        match by:
            case "last-new-item":
                return state.last_new_item.timestamp() if state and state.last_new_item else 0
            case "next-poll":
                return state.next_poll.timestamp() if state and state.next_poll and not state.retired else 0
            case "failures":
                return -(state.failures if state else 0)
        return 0

    def as_json(self) -> dict[str, object]:
        """The feed, and its state without the table of seen items, which only its size is worth telling of."""
        row = {name: getattr(self.feed, name) for name in self.feed.__dataclass_fields__}
        if self.state:
            row |= {name: getattr(self.state, name) for name in self.state.__dataclass_fields__ if name != "seen"}
            row["seen"] = len(self.state.seen)
        return row | {"health": self.health, "silent": self.silent}


def _print_table(rows: list[Row], now: datetime) -> None:
    from dateline.poller.websub import standing

    names = ["feed", "health", "last new item", "next poll", "interval", "hub", "failures", "reason"]
    table = Table(*(Column(name, overflow="fold", min_width=30 if name == "feed" else None) for name in names))
    for row in rows:
        state, how = row.state, row.health + (", silent" if row.silent else "")
        if state is None:
            table.add_row(row.feed.url, how, "–", "soon" if row.health == "new" else "–", "–", "", "", "")
            continue
        next_poll = "never" if state.retired else when(state.next_poll)
        interval = f"{span(state.interval_s)} ({state.interval_basis})" if state.interval_basis else "–"
        hub = standing(state.push, now) if state.push else ""
        failures = str(state.failures or "")
        table.add_row(state.url, how, when(state.last_new_item), next_poll, interval, hub, failures, state.last_reason or "")
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


@feeds.command()
@bootstrap_option
@click.argument("url")
@click.option("--name", help="The publisher's name.")
@click.option("--country", metavar="CC", help="The publisher's home: two letters of ISO 3166-1.")
@click.option("--language", metavar="LL", help="The language it writes in, where the feed does not say.")
@page_text_option
def add(bootstrap: str | None, url: str, name: str | None, country: str | None, language: str | None, page_text: bool) -> None:
    """Put the feed at URL on the list, or give it other settings if it is there."""
    from dateline.poller import feed

    try:
        wanted = feed(url, name=name, country=country, language=language, page_text=page_text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    _add(bootstrap, [wanted])


@feeds.command("import")
@bootstrap_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_feeds(bootstrap: str | None, file: Path) -> None:
    """Put the feeds of an OPML file on the list; feeds that are there get the file's settings.

    Exit code 3 if some of its outlines can't be used: each is named with its line and the reason.
    """
    from dateline.poller import read_opml

    listed = read_opml(file)
    _add(bootstrap, listed.feeds)
    for refused in listed.refused:
        click.echo(f"{file}, line {refused.line}: refused: {refused.reason}", err=True)
    if listed.refused:
        sys.exit(READ_IN_PART)


def _add(bootstrap: str | None, wanted: tuple[Feed, ...] | list[Feed]) -> None:
    from dateline.app.polling.feed_list import add_feeds

    settings = load_settings(bootstrap)
    result: Added = asyncio.run(add_feeds(settings.kafka, settings.topics, wanted))
    click.echo(f"{len(result.added)} added, {len(result.changed)} changed, {len(result.there)} already there")


@feeds.command()
@bootstrap_option
@click.argument("names", metavar="URL|ID ...", nargs=-1, required=True)
def remove(bootstrap: str | None, names: tuple[str, ...]) -> None:
    """Take feeds from the list. What is known of them is kept: one that is added again goes on where it was.

    Exit code 1 if no feed of that address or id is on the list.
    """
    from dateline.app.polling.feed_list import remove_feeds

    settings = load_settings(bootstrap)
    gone, unknown = asyncio.run(remove_feeds(settings.kafka, settings.topics, names))
    for feed in gone:
        click.echo(f"removed {feed.url}")
    for name in unknown:
        click.echo(f"not on the list: {name}", err=True)
    if unknown:
        sys.exit(1)


@feeds.command()
@bootstrap_option
def export(bootstrap: str | None) -> None:
    """Write the list as OPML, which `dateline feeds import` reads, to standard output."""
    from dateline.app.polling.feed_topic import read_book
    from dateline.poller import write_opml

    settings = load_settings(bootstrap)
    book = asyncio.run(read_book(settings.kafka, settings.topics.feeds))
    listed = sorted((known.feed for known in book.known.values() if known.feed), key=lambda feed: feed.url)
    sys.stdout.buffer.write(write_opml(listed))


@feeds.command()
@bootstrap_option
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print the articles as JSON lines, as they would go on the topic.")
def check(bootstrap: str | None, url: str, as_json: bool) -> None:
    """Poll the feed at URL once, publish and save nothing, and explain what a poll would do.

    Compares with what is known of the feed where a broker can be reached. Exit code 1 if the feed can't be read.
    """
    from dateline.app.checking import check_feed
    from dateline.codec import encode
    from dateline.poller import feed

    try:
        wanted = feed(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    found = asyncio.run(check_feed(wanted, load_settings(bootstrap)))
    if as_json:
        for article in found.result.articles:
            sys.stdout.buffer.write(encode(article) + b"\n")
    else:
        for line in explain(found):
            click.echo(line)
    if found.result.outcome in ("failed", "gone", "postponed"):
        if as_json:
            click.echo(f"{url}: {found.result.state.last_reason or found.result.outcome}", err=True)
        sys.exit(1)
