"""The command line's manners: help, version, exit codes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from dateline import __version__
from dateline.cli import cli

COMMANDS = [
    "up",
    "poll",
    "worker",
    "tail",
    "replay",
    "backfill",
    "extract",
    "geoparse",
    "feeds",
    "topics",
    "config",
    "deadletters",
    "gazetteer",
]


@pytest.mark.parametrize(
    "command",
    [
        [],
        *([name] for name in COMMANDS),
        ["topics", "create"],
        ["config", "show"],
        ["deadletters", "retry"],
        ["feeds", "list"],
        ["feeds", "check"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(cli, [*command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_the_version_is_the_packages() -> None:
    assert __version__ in CliRunner().invoke(cli, ["--version"]).output


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["fly"], "No such command"),
        (["extract", "--workers", "0"], "--workers"),
        (["tail", "--min-confidence", "2"], "--min-confidence"),
        (["tail", "--type", "ASSULT"], "no event type ASSULT"),
        (["tail", "--country", "Syria"], "not as SYRIA"),
        (["replay", "--from", "yesterday"], "neither a time"),
        (["up", "--feeds", "/nowhere.opml"], "no file"),
        (["poll", "--demo", "--feeds", "x"], "not both"),
        (["feeds", "check", "ftp://example.org/feed"], "not an http(s) address"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(call: list[str], says: str) -> None:
    result = CliRunner().invoke(cli, call)
    assert result.exit_code == 2
    assert says in result.output
