"""A gazetteer of GeoNames' own dump: a small one of ours, in its form."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from dateline.geography import Entry, Gazetteer, GazetteerSourceError, GeographyOptions, GeoNamesDump, build_gazetteer, open_gazetteer

MODIFIED = "2026-01-01"


def row(geonameid: int, name: str, lat: float, lon: float, kind: str, admin: str = "", names: str = "", people: int = 0) -> str:
    """A line of allCountries.txt in Andorra; `kind` as "P.PPL", `admin` as "07" or "07.1"."""
    feature_class, feature = kind.split(".")
    admin1, _, admin2 = admin.partition(".")
    before = [str(geonameid), name, name, names, str(lat), str(lon), feature_class, feature, "AD", "", admin1, admin2, "", ""]
    return "\t".join([*before, str(people), "", "1200", "Europe/Andorra", MODIFIED])


# A village stands before the parish and the district that it lies in, as it may in the real file
ROWS = [
    row(9000001, "Aldea Alta", 42.61, 1.52, "P.PPL", "04.1", "Aldea,Upper Hamlet,Альдеа", 40),
    row(3041565, "Principality of Andorra", 42.5, 1.5, "A.PCLI"),
    row(9000002, "Parròquia Nova", 42.6, 1.5, "A.ADM1", "04"),
    row(9000003, "Districte Petit", 42.62, 1.51, "A.ADM2", "04.1"),
    row(9000004, "Pic Imaginari", 42.65, 1.45, "T.MT", "04"),
    row(9000005, "Camí Vell", 42.6, 1.5, "R.RD", "04"),
    row(9000006, "Vila Perduda", 42.6, 1.5, "P.PPLH", "04"),
    row(9000007, "Vila Gran", 42.63, 1.48, "P.PPL", "04.1", "", 3000),
]
NAMES = [
    "1\t9000007\ten\tGreatville\t1\t\t\t\t\t",
    "2\t9000007\ten\tOldville\t\t\t\t1\t\t",
    "3\t9000007\tca\tVila Gran\t1\t\t\t\t\t",
    "4\t9000007\tlink\thttps://example.org/\t\t\t\t\t\t",
    "5\t12345678\ten\tElsewhere\t1\t\t\t\t\t",
]


def write_zip(path: Path, lines: list[str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "a list")
        archive.writestr(f"{path.stem}.txt", "".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def dump(tmp_path: Path) -> GeoNamesDump:
    names = write_zip(tmp_path / "alternateNamesV2.zip", NAMES)
    return GeoNamesDump(write_zip(tmp_path / "allCountries.zip", ROWS), names, ["A", "P", "T"])


@pytest.fixture
def compiled(dump: GeoNamesDump, options: GeographyOptions, tmp_path: Path) -> Gazetteer:
    path = build_gazetteer(options, sources=dump, path=tmp_path / "mine.index")
    return open_gazetteer(replace(options, index=str(path)))


def only(gazetteer: Gazetteer, name: str) -> Entry:
    [match] = gazetteer.find(name)
    return gazetteer.entry(match.entry)


def test_a_village_lies_in_its_subdivisions(compiled: Gazetteer) -> None:
    village = only(compiled, "aldea alta")
    above = [compiled.entry(position).name for position in (village.country, village.admin1, village.admin2)]
    assert (village.geonameid, village.level, above) == (9000001, "city", ["Andorra", "Parròquia Nova", "Districte Petit"])
    assert only(compiled, "Upper Hamlet") == village


def test_a_mountain_is_a_site_and_roads_and_what_is_no_more_are_left_out(compiled: Gazetteer) -> None:
    assert (only(compiled, "Pic Imaginari").level, only(compiled, "Pic Imaginari").feature) == ("site", "MT")
    assert not compiled.find("Camí Vell")
    assert not compiled.find("Vila Perduda")


def test_subdivisions_lie_where_geonames_puts_them(compiled: Gazetteer) -> None:
    parish = only(compiled, "Parroquia Nova")
    assert (parish.lat, parish.lon, parish.level, parish.population) == (pytest.approx(42.6), pytest.approx(1.5), "admin1", 3040)


def test_the_preferred_english_name_counts_as_a_main_name(compiled: Gazetteer) -> None:
    assert [match.primary for match in compiled.find("Greatville")] == [True]
    assert [match.primary for match in compiled.find("Oldville")] == [False]
    assert not compiled.find("https://example.org/")


def test_countries_and_seas_are_those_of_the_packaged_gazetteer(compiled: Gazetteer) -> None:
    assert only(compiled, "Andorra").geonameid == 3041565
    assert only(compiled, "Black Sea").feature == "SEA"


def test_alternate_names_may_be_left_out(tmp_path: Path, options: GeographyOptions) -> None:
    source = tmp_path / "AD.txt"
    source.write_text("".join(f"{line}\n" for line in ROWS), encoding="utf-8")
    path = build_gazetteer(options, sources=GeoNamesDump(source, None, ["P"]), path=tmp_path / "ad.index")
    assert only(open_gazetteer(replace(options, index=str(path))), "Vila Gran").population == 3000


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("9000009\tcut short", "2 fields"),
        (ROWS[0].replace("42.61", "142.61"), "no place on earth"),
        (ROWS[0].replace("9000001", "nine"), "invalid literal"),
    ],
)
def test_a_bad_line_is_named(wrong: str, why: str, tmp_path: Path, options: GeographyOptions) -> None:
    source = GeoNamesDump(write_zip(tmp_path / "allCountries.zip", [*ROWS, wrong]), None, ["A", "P"])
    with pytest.raises(GazetteerSourceError, match=f"allCountries.zip, line {len(ROWS) + 1}: .*{why}"):
        build_gazetteer(options, sources=source, path=tmp_path / "never.index")
    assert not (tmp_path / "never.index").exists()


def test_a_bad_line_of_names_is_named(tmp_path: Path, options: GeographyOptions) -> None:
    names = write_zip(tmp_path / "alternateNamesV2.zip", [*NAMES, "6\tx\ten\tNowhere\t\t\t\t\t\t"])
    source = GeoNamesDump(write_zip(tmp_path / "allCountries.zip", ROWS), names, ["A", "P"])
    with pytest.raises(GazetteerSourceError, match=r"alternateNamesV2\.zip, line 6"):
        build_gazetteer(options, sources=source, path=tmp_path / "never.index")


def test_a_zip_cut_short_is_refused(tmp_path: Path, options: GeographyOptions) -> None:
    path = write_zip(tmp_path / "allCountries.zip", ROWS)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(GazetteerSourceError, match="cut short"):
        build_gazetteer(options, sources=GeoNamesDump(path, None, ["A", "P"]), path=tmp_path / "never.index")


def test_a_named_index_that_is_not_there_or_damaged_is_told(tmp_path: Path, options: GeographyOptions) -> None:
    named = replace(options, index=str(tmp_path / "mine.index"))
    with pytest.raises(GazetteerSourceError, match="not there"):
        open_gazetteer(named)
    (tmp_path / "mine.index").write_bytes(b"half an index")
    with pytest.raises(GazetteerSourceError, match="built again"):
        open_gazetteer(named)
