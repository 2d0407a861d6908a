"""The command line: thin. Each command imports what it needs when it runs, so that `dateline --help` answers at once."""

from __future__ import annotations

import logging
import sqlite3
import sys

import click

from dateline import __version__
from dateline.cli.backfill import backfill
from dateline.cli.batch import extract, geoparse
from dateline.cli.config import config
from dateline.cli.deadletters import deadletters
from dateline.cli.feeds import feeds
from dateline.cli.gazetteer import gazetteer
from dateline.cli.ontology import ontology
from dateline.cli.replay import replay
from dateline.cli.running import poll, up, worker
from dateline.cli.tail import tail
from dateline.cli.topics import topics

FAILED = 1  # exit code: it could not be done; 2 is click's own for a wrong call, 3 for input that was read in part


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="dateline")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning", envvar="DATELINE_LOG_LEVEL",
              show_default=True, help="How much to say on standard error.")  # fmt: skip
def cli(log_level: str) -> None:
    """Dateline reads the world's news feeds and publishes a stream of events on Kafka.

    Start with `dateline up`: it runs everything on this machine and prints events as they arrive. Settings are in
    config/dateline.toml; DATELINE_CONFIG names a file of your own, and DATELINE_SECTION__NAME overrides one value.
    """
    logging.basicConfig(level=log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


for command in (up, poll, worker, tail, replay, backfill, extract, geoparse, feeds, topics, deadletters, config, gazetteer, ontology):
    cli.add_command(command)


def main() -> None:
    """Run the command line; a failure the user can do something about is one line, not a traceback."""
    from aiokafka.errors import KafkaError
    from pydantic import ValidationError

    from dateline.delivery.kafka import UnknownTopicError

    try:
        cli()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        _fail(f"the settings are wrong: {wrong}")
    except KafkaError as error:
        _fail(f"Kafka: {error}")
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone: nothing to say, and nobody to say it to
        sys.exit(FAILED)
    except (OSError, RuntimeError, ValueError, UnknownTopicError, sqlite3.Error) as error:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            raise
        _fail(str(error))


def _fail(message: str) -> None:
    click.echo(f"dateline: {message}", err=True)
    sys.exit(FAILED)
