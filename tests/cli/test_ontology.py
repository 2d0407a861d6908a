"""`dateline ontology check` says all that is wrong with a file, by line, and what a right one holds."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from dateline.cli import cli
from dateline.config_files import config_file


def test_the_shipped_file_is_right() -> None:
    result = CliRunner().invoke(cli, ["ontology", "check"])
    assert result.exit_code == 0
    assert "18 types" in result.stdout
    assert "no mistakes" in result.stdout


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    shipped = config_file("ontology.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        f'{shipped}\n[[trigger]]\ntype = "QUARREL"\nverbs = ["bicker"]\n\n[[trigger]]\ntype = "PROTEST"\nverb = ["chant"]\n',
        encoding="utf-8",
    )
    first = shipped.count("\n") + 2
    result = CliRunner().invoke(cli, ["ontology", "check", str(own)])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{own}, line {first}: unknown type 'QUARREL': no [types.QUARREL] in this file",
        f"{own}, line {first + 4}: trigger: unknown key 'verb'",
    ]
