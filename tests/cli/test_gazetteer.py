"""`dateline gazetteer build` of a GeoNames dump."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dateline.cli.gazetteer import gazetteer
from dateline.geography import open_gazetteer
from dateline.settings import load

HAMLET = "\t".join(["9000001", "Hamlet", "Hamlet", "", "42.6", "1.5", "P", "PPL", "AD", *([""] * 5), "40", *([""] * 4)])


def build(*arguments: str) -> Result:
    return CliRunner().invoke(gazetteer, ["build", *arguments])


def test_a_dump_is_compiled_and_told_how_to_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump, index = tmp_path / "AD.txt", tmp_path / "ad.index"
    dump.write_text(HAMLET + "\n", encoding="utf-8")
    done = build("--geonames", str(dump), "--out", str(index))
    assert done.exit_code == 0, done.output
    assert f"DATELINE_GEOGRAPHY__INDEX={index}" in done.output
    monkeypatch.setenv("DATELINE_GEOGRAPHY__INDEX", str(index))
    assert open_gazetteer(load().geography).find("Hamlet")


def test_a_bad_dump_names_its_line(tmp_path: Path) -> None:
    dump = tmp_path / "AD.txt"
    dump.write_text(f"{HAMLET}\nnot a row\n", encoding="utf-8")
    done = build("--geonames", str(dump), "--out", str(tmp_path / "ad.index"))
    assert done.exit_code == 1
    assert "AD.txt, line 2" in done.output


def test_names_alone_are_no_dump(tmp_path: Path) -> None:
    assert build("--out", str(tmp_path / "x.index")).exit_code == 2
