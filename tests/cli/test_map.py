"""The picture of `dateline geoparse --map`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from dateline.cli.map import PlaceMap
from dateline.geography import Gazetteer, open_gazetteer
from dateline.records import Level, Place
from dateline.settings import load


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer(load().geography)


def place(name: str, lat: float, lon: float, level: Level | None, radius_km: float = 5.0) -> Place:
    return Place(
        name=name,
        text=name,
        geonameid=None,
        feature=None,
        lat=lat,
        lon=lon,
        country=None,
        admin1=None,
        admin1_code=None,
        admin2=None,
        level=level,
        radius_km=radius_km,
        score=1.0,
        basis="",
    )


@pytest.mark.parametrize(
    "places",
    [
        [place("Izmir", 38.41, 27.14, "city")],
        [place("Syria", 35, 38, "country", 240), place("Deir ez-Zor", 35, 40.5, "admin1", 90), place("Black Sea", 43, 35, None, 500)],
        [place("Suva", -18.1, 178.4, "city"), place("Apia", -13.8, -171.8, "city"), place("Svalbard", 78, 20, "admin1", 200)],
    ],
)
def test_it_is_drawn_small(places: list[Place], gazetteer: Gazetteer, tmp_path: Path) -> None:
    picture = PlaceMap(tmp_path / "out.png")
    picture.add(places)
    picture.draw(gazetteer)
    raw = (tmp_path / "out.png").read_bytes()
    assert raw.startswith(b"\x89PNG")
    assert 5_000 < len(raw) < 400_000


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(click.ClickException, match=r"pip install 'dateline\[map\]'"):
        PlaceMap(tmp_path / "out.png")


def test_a_kind_of_picture_we_do_not_write_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"\.png"):
        PlaceMap(tmp_path / "out.gif")


def test_no_place_is_no_picture(gazetteer: Gazetteer, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="no place"):
        PlaceMap(tmp_path / "out.png").draw(gazetteer)
    assert not (tmp_path / "out.png").exists()
