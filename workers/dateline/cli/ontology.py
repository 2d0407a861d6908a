"""`dateline ontology`: the file of event types and the words that tell them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

WRONG = 1  # exit code of a check that finds mistakes


@click.group()
def ontology() -> None:
    """The file of event types and the words that tell them, which you may replace by your own."""


@ontology.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Say what is wrong with an ontology FILE, line by line; without FILE with the one in use."""
    from dateline.config_files import config_file
    from dateline.extraction import OntologyError, load_ontology

    path = file or config_file("ontology.toml")
    try:
        found = load_ontology(path)
    except OntologyError as error:
        for mistake in error.mistakes:
            click.echo(mistake, err=True)
        sys.exit(WRONG)
    types = {event_type for event_type, _ in found.codes}
    modes = sum(mode is not None for _, mode in found.codes)
    verbs, nouns = (sum(map(len, index.values())) for index in (found.verbs, found.nouns))
    click.echo(f"{path}: {len(types)} types with {modes} modes, {verbs} verb and {nouns} noun triggers, no mistakes")
