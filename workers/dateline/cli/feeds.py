"""`dateline feeds`: how the feeds are."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import orjson
from rich.console import Console
from rich.table import Table

from dateline.cli.options import bootstrap_option, load_settings

if TYPE_CHECKING:
    from dateline.poller import Feed, FeedState, PollResult


@click.group()
def feeds() -> None:
    """Look at feeds: how they are, and what a poll would bring."""


@feeds.command("list")
@bootstrap_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line a feed.")
def list_feeds(bootstrap: str | None, as_json: bool) -> None:
    """List the feeds that were polled: last success, last new item, next poll, failures and why."""
    from dateline.app.polling import read_states

    settings = load_settings(bootstrap)
    states = sorted(asyncio.run(read_states(settings.kafka, settings.topics.feeds)).values(), key=lambda state: state.url)
    if as_json:
        for state in states:
            sys.stdout.buffer.write(orjson.dumps(_row(state)) + b"\n")
        return
    table = Table("feed", "last success", "last new item", "next poll", "failures", "reason")
    for state in states:
        times = (_time(state.last_success), _time(state.last_new_item), "never" if state.retired else _time(state.next_poll))
        table.add_row(state.url, *times, str(state.failures), state.last_reason or "")
    Console().print(table)


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


def _row(state: FeedState) -> dict[str, object]:
    """The state without the table of seen items, which only its size is worth telling of."""
    return {name: getattr(state, name) for name in state.__dataclass_fields__ if name != "seen"} | {"seen": len(state.seen)}


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "–"
