"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dateline.settings import Settings

bootstrap_option = click.option(
    "--bootstrap", metavar="HOST:PORT", envvar="DATELINE_KAFKA__BOOTSTRAP", help="The Kafka to use; the one in the settings if not given."
)


def load_settings(bootstrap: str | None) -> Settings:
    """The settings, with the broker given on the command line."""
    from dateline.settings import load

    return load(**({"kafka": {"bootstrap": bootstrap}} if bootstrap else {}))
