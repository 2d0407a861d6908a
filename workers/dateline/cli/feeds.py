"""`dateline feeds`: the list of feeds, and how they are."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from rich.console import Console
from rich.table import Table

from dateline.cli.options import bootstrap_option, load_settings

if TYPE_CHECKING:
    from dateline.app.polling.feed_list import Added
    from dateline.poller import Feed, FeedState, PollResult

READ_IN_PART = 3  # exit code: some of the input could not be used
page_text_option = click.option("--page-text/--no-page-text", default=True, show_default=True, help="Read the text of each item's page.")


@click.group()
def feeds() -> None:
    """The list of feeds: what is on it, how each feed is, what a poll would bring.

    The list is on the feeds topic. Pollers that run notice within seconds what is added or removed.
    """


@feeds.command("list")
@bootstrap_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line a feed.")
def list_feeds(bootstrap: str | None, as_json: bool) -> None:
    """List the feeds: last new item, next poll, interval, failures and why, as their poller saved them last; and how it stands with
    the hub that a feed names: "push" while it has promised to push.

    What brought nothing new is saved once in an hour (polling.save_every_s), what changed at once.
    """
    from dateline.app.polling.feed_topic import read_book
    from dateline.poller.websub import standing

    settings = load_settings(bootstrap)
    book = asyncio.run(read_book(settings.kafka, settings.topics.feeds))
    listed = sorted(((known.feed, known.state) for known in book.known.values() if known.feed), key=lambda pair: pair[0].url)
    if as_json:
        for feed, state in listed:
            sys.stdout.buffer.write(orjson.dumps(_row(feed, state)) + b"\n")
        return
    table = Table("feed", "last new item", "next poll", "interval", "hub", "failures", "reason")
    for feed, state in listed:
        if state is None:
            table.add_row(feed.url, "–", "soon", "–", "", "", "never polled")
            continue
        next_poll = "never" if state.retired else _time(state.next_poll)
        interval = f"{state.interval_s / 60:.0f} min"
        hub = standing(state.push, datetime.now(UTC)) if state.push else ""
        table.add_row(state.url, _time(state.last_new_item), next_poll, interval, hub, str(state.failures or ""), state.last_reason or "")
    Console().print(table)


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
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print the articles as JSON lines, as they would go on the topic.")
def check(url: str, as_json: bool) -> None:
    """Poll the feed at URL once, publish nothing, and show what it would bring. Exit code 1 if it can't be read."""
    from dateline.codec import encode
    from dateline.poller import feed

    try:
        wanted = feed(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    result = asyncio.run(_poll_once(wanted))
    if as_json:
        for article in result.articles:
            sys.stdout.buffer.write(encode(article) + b"\n")
    else:
        reason = f": {result.state.last_reason}" if result.state.last_reason else ""
        click.echo(f"{url}: {result.outcome}{reason}; {len(result.articles)} articles; next poll {_time(result.state.next_poll)}")
        for article in result.articles:
            click.echo(
                f"  {_time(article.published)}  {len(article.text):6} characters ({article.text_basis})  {article.title or article.url}"
            )
    if result.outcome in ("failed", "gone"):
        sys.exit(1)


async def _poll_once(wanted: Feed) -> PollResult:
    from dateline.poller import open_fetcher, open_reader, poll
    from dateline.settings import load

    options = load().poller
    async with open_fetcher(options) as fetcher, open_reader(options) as read:
        return await poll(wanted, None, fetcher=fetcher, read=read, options=options, now=datetime.now(UTC))


def _row(feed: Feed, state: FeedState | None) -> dict[str, object]:
    """The feed, and its state without the table of seen items, which only its size is worth telling of."""
    row = {name: getattr(feed, name) for name in feed.__dataclass_fields__}
    if state:
        row |= {name: getattr(state, name) for name in state.__dataclass_fields__ if name != "seen"} | {"seen": len(state.seen)}
    return row


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "–"
