"""`dateline deadletters`: input that could not be read, and what to do with it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
import orjson

from dateline.cli.options import bootstrap_option, load_settings

if TYPE_CHECKING:
    from dateline.delivery.deadletters import Letter
    from dateline.settings import Settings

IN_PART = 3  # exit code: some could not be done
SHOWN_CHARS = 2_000
MESSAGE_CHARS = 100


@click.group()
def deadletters() -> None:
    """Look at input that could not be read; send it again when the reason is gone, or drop it.

    A letter's id is the topic, partition and offset of its input.
    """


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which letters are meant."""

    @click.option("--stage", help="Only those of this stage (extract, merge).")
    @click.option("--class", "error_class", help="Only those with this error (UnreadableRecordError …).")
    @click.option("--topic", help="Only those whose input came from this topic.")
    @wraps(command)
    def filtered(stage: str | None, error_class: str | None, topic: str | None, **rest: Any) -> Any:
        asked = {"stage": stage, "class": error_class, "topic": topic}
        given = {name: value for name, value in asked.items() if value is not None}
        return command(wanted=lambda letter: all(letter.reasons[name] == value for name, value in given.items()), **rest)

    return filtered


@deadletters.command("list")
@bootstrap_option
@filters
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line a letter.")
def list_letters(bootstrap: str | None, wanted: Callable[[Letter], bool], as_json: bool) -> None:
    """List the letters that stand: which input, when and where it failed, how often it was tried, and why."""
    found = _standing(load_settings(bootstrap), wanted)
    if as_json:
        for letter in found:
            sys.stdout.buffer.write(orjson.dumps(_row(letter)) + b"\n")
        return
    for letter in found:
        told = letter.reasons
        click.echo(f"{letter.letter_id}  {told['time'][:19]}Z  {told['stage']}  tried {told['attempts']}  {letter.size} bytes")
        click.echo(f"    {told['class']}: {' '.join(told['message'].split())[:MESSAGE_CHARS]}")
    if not found:
        click.echo("no letters", err=True)


@deadletters.command()
@bootstrap_option
@click.argument("letter_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Print the value alone, byte for byte.")
def show(bootstrap: str | None, letter_id: str, raw: bool) -> None:
    """Show one letter: every reason, the input's key, headers and value."""
    from dateline.delivery.deadletters import with_values

    settings = load_settings(bootstrap)
    (letter,) = _named(_standing(settings, lambda _: True), (letter_id,))

    async def whole() -> Letter:
        last = letter
        async for found in with_values(settings.kafka, settings.topics.deadletters, [letter]):
            last = found
        return last

    source = (found := asyncio.run(whole())).source
    if raw:
        sys.stdout.buffer.write(source.value or b"")
        return
    told = _row(found) | {"headers": {name: value.decode("utf-8", "replace") for name, value in source.headers}}
    for name, value in told.items():
        click.echo(f"{name}: {value}")
    text = "null" if source.value is None else source.value.decode("utf-8", "backslashreplace")
    click.echo(text[:SHOWN_CHARS] + (f" … ({len(text)} characters; --raw has all)" if len(text) > SHOWN_CHARS else ""))


@deadletters.command()
@bootstrap_option
@filters
@click.argument("letter_ids", metavar="ID…", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All that stand and that the filters let through.")
def retry(bootstrap: str | None, wanted: Callable[[Letter], bool], letter_ids: tuple[str, ...], every: bool) -> None:
    """Send letters' inputs again, as they came, to the topic they came from.

    The letter is removed. An input that fails again makes a new one, which goes on counting how often it was tried. Exit code 3 if some
    could not be sent.
    """
    from dateline.delivery.deadletters import send_again

    settings = load_settings(bootstrap)
    chosen = _chosen(settings, wanted, letter_ids, every=every)
    problems = asyncio.run(send_again(settings.kafka, settings.topics.deadletters, chosen))
    for which, problem in problems.items():
        click.echo(f"{which}: {problem}", err=True)
    click.echo(f"{len(chosen) - len(problems)} sent again")
    if problems:
        sys.exit(IN_PART)


@deadletters.command()
@bootstrap_option
@filters
@click.argument("letter_ids", metavar="ID…", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All that stand and that the filters let through.")
def drop(bootstrap: str | None, wanted: Callable[[Letter], bool], letter_ids: tuple[str, ...], every: bool) -> None:
    """Remove letters for good; their inputs are not read."""
    from dateline.delivery.deadletters import remove

    settings = load_settings(bootstrap)
    chosen = _chosen(settings, wanted, letter_ids, every=every)
    asyncio.run(remove(settings.kafka, settings.topics.deadletters, chosen))
    click.echo(f"{len(chosen)} dropped")


def _chosen(settings: Settings, wanted: Callable[[Letter], bool], letter_ids: tuple[str, ...], *, every: bool) -> list[Letter]:
    if bool(letter_ids) == every:
        raise click.UsageError("name letters by their ids, or give --all")
    found = _standing(settings, wanted)
    return found if every else _named(found, letter_ids)


def _standing(settings: Settings, wanted: Callable[[Letter], bool]) -> list[Letter]:
    from dateline.delivery.deadletters import standing

    return asyncio.run(standing(settings.kafka, settings.topics.deadletters, wanted))


def _named(found: list[Letter], letter_ids: tuple[str, ...]) -> list[Letter]:
    by_id = {letter.letter_id: letter for letter in found}
    if missing := [which for which in letter_ids if which not in by_id]:
        raise click.BadParameter(f"no such letter: {', '.join(missing)}", param_hint="ID")
    return [by_id[which] for which in letter_ids]


def _row(letter: Letter) -> dict[str, Any]:
    key = letter.source.key
    return {
        "id": letter.letter_id,
        **{name: letter.reasons[name] for name in ("class", "message", "stage", "attempts", "time")},
        **{name: letter.reasons[name] for name in ("cut", "null") if name in letter.reasons},
        "key": None if key is None else key.decode("utf-8", "backslashreplace"),
        "bytes": letter.size,
    }
