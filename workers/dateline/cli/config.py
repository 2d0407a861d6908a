"""`dateline config`: the settings as they are in force here."""

from __future__ import annotations

import sys

import click

from dateline.cli.options import load_settings


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print {name: {value, from}} as JSON.")
def show(as_json: bool) -> None:
    """Print every setting in force, as TOML, and where it comes from: the shipped file, your own, or an environment variable.

    Passwords are shown as "***" where one is set.
    """
    import orjson
    import tomli_w

    from dateline.settings import effective

    every = list(effective(load_settings(None)))
    if as_json:
        told = {".".join(path): {"value": value, "from": origin} for path, value, origin in every}
        sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
        return
    section: tuple[str, ...] = ()
    for path, value, origin in every:
        if path[:-1] != section:
            click.echo(("\n" if section else "") + f"[{'.'.join(path[:-1])}]")
            section = path[:-1]
        line = tomli_w.dumps({path[-1]: list(value) if isinstance(value, tuple) else value}, multiline_strings=False)
        click.echo(" ".join(line.split("\n")).strip() + ("" if origin == "shipped" else f"  # {origin}"))
