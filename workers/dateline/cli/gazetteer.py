"""`dateline gazetteer`: the compiled index of place names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from dateline.geography import GeographyOptions


@click.group()
def gazetteer() -> None:
    """The compiled index of place names, which every process of this machine shares."""


@gazetteer.command()
def build() -> None:
    """Compile the gazetteer now, instead of at its first use. Safe to repeat."""
    from dateline.geography import build_gazetteer
    from dateline.settings import load

    console, started = Console(stderr=True), time.monotonic()
    with console.status("Compiling the gazetteer") as status:
        path = build_gazetteer(load().geography, lambda step: status.update(f"Compiling the gazetteer: {step}"))
    click.echo(f"{path} ({path.stat().st_size / 1e6:.0f} MB) in {time.monotonic() - started:.0f} s", err=True)


def ensure_gazetteer(options: GeographyOptions) -> None:
    """Compile the gazetteer if it is not there, and say so: it takes a while, and happens once."""
    from dateline.geography import open_gazetteer

    with Console(stderr=True).status("Opening the gazetteer") as status:
        open_gazetteer(options, lambda step: status.update(f"Compiling the gazetteer (once): {step}"))
