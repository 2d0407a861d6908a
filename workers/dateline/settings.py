"""Every setting in one tree: config/dateline.toml, then the user's own file, then environment variables.

    settings = load()            # DATELINE_CONFIG=/etc/dateline.toml names the user's own file, if any
    settings.poller.min_interval_s

`DATELINE_POLLER__MIN_INTERVAL_S=60` overrides one value. Each section is a plain dataclass that its stage declares; the stage is
handed its section and never imports this module.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dateline.app.options import PollingOptions, WorkerOptions
from dateline.config_files import SHIPPED
from dateline.config_sources import PREFIX, Configured, files, flat, is_secret, variable
from dateline.delivery.health import HttpOptions
from dateline.delivery.kafka import KafkaOptions, TopicNames
from dateline.geography.options import GeographyOptions
from dateline.merging.options import MergingOptions
from dateline.poller.options import PollerOptions
from dateline.reading_options import ReadingOptions

HIDDEN = "***"


class Settings(Configured):
    """The whole tree. Defaults and their reasons are in config/dateline.toml."""

    kafka: KafkaOptions
    topics: TopicNames
    reading: ReadingOptions
    poller: PollerOptions
    polling: PollingOptions
    geography: GeographyOptions
    merging: MergingOptions
    worker: WorkerOptions
    http: HttpOptions


def load(**overrides: Any) -> Settings:
    """Read the settings; `overrides` are sections as dicts and win over everything."""
    return Settings(**overrides)


def effective(settings: Settings) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Each value with the names that lead to it and where it comes from: `shipped`, a file, or an environment variable.

    Secrets are hidden: HIDDEN where one is set, else "".
    """
    told = [(file, dict(flat(tomllib.loads(file.read_text(encoding="utf-8"))))) for file in files()]
    environment = {name.upper(): value for name, value in os.environ.items()}
    for section in type(settings).model_fields:
        for path, value in sorted(flat(asdict(getattr(settings, section)), (section,)), key=lambda told: len(told[0])):
            shown = (HIDDEN if value.get_secret_value() else "") if is_secret(path) else value
            file = next((file for file, values in told if path in values), None)
            named = "shipped" if file is None or file.is_relative_to(SHIPPED) else str(file)
            yield path, shown, _variable_that_sets(path, environment) or named


def _variable_that_sets(path: tuple[str, ...], environment: dict[str, str]) -> str | None:
    """A variable of its own, or one that gives a whole section as JSON."""
    if variable(path) in environment:
        return variable(path)
    for depth in range(1, len(path)):
        above = PREFIX + "__".join(path[:depth]).upper()
        try:
            given = json.loads(environment.get(above, "null"))
        except ValueError:
            continue
        if isinstance(given, dict) and path[depth:] in dict(flat(given)):
            return above
    return None
