"""Every setting in one tree: config/dateline.toml, then the user's own file, then environment variables.

    settings = load()            # DATELINE_CONFIG=/etc/dateline.toml names the user's own file, if any
    settings.poller.min_interval_s

`DATELINE_POLLER__MIN_INTERVAL_S=60` overrides one value. Each section is a plain dataclass that its stage declares; the stage is
handed its section and never imports this module.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dateline.app.options import WorkerOptions
from dateline.config_files import config_file
from dateline.delivery.health import HttpOptions
from dateline.delivery.kafka import KafkaOptions, TopicNames
from dateline.geography.options import GeographyOptions
from dateline.merging.options import MergingOptions
from dateline.poller.options import PollerOptions
from dateline.reading_options import ReadingOptions


class Settings(BaseSettings):
    """The whole tree. Defaults and their reasons are in config/dateline.toml."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    kafka: KafkaOptions
    topics: TopicNames
    reading: ReadingOptions
    poller: PollerOptions
    geography: GeographyOptions
    merging: MergingOptions
    worker: WorkerOptions
    http: HttpOptions

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — the library calls by these names
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Later sources give way to earlier ones, section by section and value by value."""
        files = [config_file("dateline.toml")]
        if own := os.environ.get("DATELINE_CONFIG"):
            if not Path(own).is_file():
                raise FileNotFoundError(f"DATELINE_CONFIG names {own!r}, which is no file")
            files.insert(0, Path(own))
        return (init_settings, env_settings, *(TomlConfigSettingsSource(settings_cls, file) for file in files))


def load(**overrides: Any) -> Settings:
    """Read the settings; `overrides` are sections as dicts and win over everything."""
    return Settings(**overrides)
