"""`dateline gazetteer`: the compiled index of place names."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from dateline.geography import GeographyOptions

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def gazetteer() -> None:
    """The compiled index of place names, which every process of this machine shares."""


@gazetteer.command()
@click.option("--geonames", type=_FILE, help="GeoNames' allCountries.zip, or that of one country: compile it instead.")
@click.option("--alternate-names", type=_FILE, help="alternateNamesV2.zip: which English names are the usual ones.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the index of a dump goes.")
def build(geonames: Path | None, alternate_names: Path | None, out: Path | None) -> None:
    """Compile the gazetteer now, instead of at its first use. Safe to repeat.

    The packaged one has towns of 500 people and more. For villages, mountains and rivers, give a dump: --geonames is needed,
    --alternate-names makes more English names count as main names, and no other file is read (subdivisions are rows of
    allCountries; ISO codes and countries come from the packages). `geography.feature_classes` says which classes of places are kept.
    A million rows take half a minute and half a GB of memory. Then set `geography.index` to the file that was made.
    """
    from dateline.geography import PACKAGED, GazetteerSourceError, GeoNamesDump, build_gazetteer
    from dateline.settings import load

    if geonames is None and (alternate_names or out):
        raise click.UsageError("--alternate-names and --out go with --geonames")
    options, console, started = load().geography, Console(stderr=True), time.monotonic()
    sources = GeoNamesDump(geonames, alternate_names, options.feature_classes) if geonames else PACKAGED
    target = out or (Path(options.index) if geonames and options.index else None)
    try:
        with console.status("Compiling the gazetteer") as status:
            path = build_gazetteer(options, lambda step: status.update(f"Compiling the gazetteer: {step}"), sources, target)
    except GazetteerSourceError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{path} ({path.stat().st_size / 1e6:.0f} MB) in {time.monotonic() - started:.0f} s", err=True)
    if geonames and str(path) != options.index:
        click.echo(f'To use it: [geography] index = "{path}", or DATELINE_GEOGRAPHY__INDEX={path}', err=True)


def ensure_gazetteer(options: GeographyOptions) -> None:
    """Compile the gazetteer if it is not there, and say so: it takes a while, and happens once."""
    from dateline.geography import GazetteerSourceError, open_gazetteer

    try:
        with Console(stderr=True).status("Opening the gazetteer") as status:
            open_gazetteer(options, lambda step: status.update(f"Compiling the gazetteer (once): {step}"))
    except GazetteerSourceError as error:
        raise click.ClickException(str(error)) from error
