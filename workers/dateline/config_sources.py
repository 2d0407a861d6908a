"""Settings out of files and the environment: the shipped file, then the user's own, then environment variables.

Secrets come from the environment alone: a password in a file ends in a backup, a container image or a version control system.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dateline.config_files import config_file

PREFIX, BETWEEN = "DATELINE_", "__"
FILE_NAMED_BY = "DATELINE_CONFIG"


class SecretInFileError(ValueError):
    """A settings file holds a secret; the message says where it belongs, and not what it is."""


class Configured(BaseSettings):
    """What is read from the files and the environment; `extra="ignore"` in a subclass reads some sections only."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # what is wrong with a secret is not told by printing it
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — the library calls by these names
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Earlier sources win, section by section and value by value."""
        return (init_settings, env_settings, *(_File(settings_cls, file) for file in files()))


class _File(TomlConfigSettingsSource):
    def __call__(self) -> dict[str, Any]:
        told = super().__call__()
        for path, value in flat(told):
            if is_secret(path) and value:
                raise SecretInFileError(f"{self.toml_file_path}: {'.'.join(path)} is a secret: set {variable(path)} instead")
        return told


def files() -> list[Path]:
    """The settings files, the user's own first. Raises FileNotFoundError for one that is named and not there."""
    shipped = config_file("dateline.toml")
    own = os.environ.get(FILE_NAMED_BY)
    if own and not Path(own).is_file():
        raise FileNotFoundError(f"{FILE_NAMED_BY} names {own!r}, which is no file")
    return [Path(own), shipped] if own else [shipped]


def flat(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value of a tree of sections, with the names that lead to it."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flat(value, (*above, name))
        else:
            yield (*above, name), value


def is_secret(path: tuple[str, ...]) -> bool:
    return path[-1].endswith(("password", "secret", "credentials"))


def variable(path: tuple[str, ...]) -> str:
    """The environment variable that sets the value at this path."""
    return PREFIX + BETWEEN.join(path).upper()
