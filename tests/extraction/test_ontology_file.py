"""A mistake in the ontology or actors file is told with its place; the shipped ones have none."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from dateline.config_files import config_file
from dateline.extraction import ActorsError, Ontology, OntologyError, load_actors, load_ontology
from dateline.records import EventType

SHIPPED = config_file("ontology.toml").read_text(encoding="utf-8")


def _load_with(tmp_path: Path, trigger: str) -> Ontology:
    path = tmp_path / "own.toml"
    path.write_text(f"{SHIPPED}\n\n{trigger}\n", encoding="utf-8")
    return load_ontology(path)


def _last_header() -> int:
    return SHIPPED.count("\n") + 3


def test_every_type_has_codes(ontology: Ontology) -> None:
    assert {event_type for event_type, mode in ontology.codes if mode is None} == set(get_args(EventType))
    assert ontology.codes_of("ASSAULT", "aerial").acled_sub_event == "Air/drone strike"
    assert ontology.codes_of("ASSAULT", None).cameo_root == "18"


def test_a_user_adds_a_trigger(tmp_path: Path) -> None:
    own = _load_with(tmp_path, '[[trigger]]\ntype = "PROTEST"\nmode = "demo"\nnouns = ["flashmob"]')
    assert [sense.event_type for sense in own.nouns["flashmob"]] == ["PROTEST"]


@pytest.mark.parametrize(
    ("trigger", "mistake"),
    [
        ('[[trigger]]\ntype = "QUARREL"\nverbs = ["bicker"]', "unknown type 'QUARREL'"),
        ('[[trigger]]\ntype = "PROTEST"\nmode = "loud"\nverbs = ["bicker"]', "unknown mode 'loud' of PROTEST"),
        ('[[trigger]]\ntype = "PROTEST"\nverbs = ["bicker", "bicker"]', "'bicker' is listed twice"),
        ('[[trigger]]\ntype = "PROTEST"\nverb = ["bicker"]', "unknown key 'verb'"),
        ('[[trigger]]\ntype = "PROTEST"', "without verbs or nouns"),
        ('[[trigger]]\nverbs = ["bicker"]', "without a type"),
        ('[[trigger]]\ntype = "PROTEST"\nverbs = ["Bicker"]', "no phrase in lower case"),
        ('[[trigger]]\ntype = "PROTEST"\nverbs = ["bicker"]\nsubject = ["@dog"]', "unknown class '@dog'"),
        ('[[trigger]]\nharm = "bruised"\nverbs = ["bruise"]', "unknown harm 'bruised'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, trigger: str, mistake: str) -> None:
    with pytest.raises(OntologyError) as raised:
        _load_with(tmp_path, trigger)
    assert mistake in str(raised.value)
    assert "own.toml, line " in str(raised.value)
    line = int(str(raised.value).split("line ")[1].split(":")[0])
    assert _last_header() <= line <= _last_header() + trigger.count("\n")


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="not TOML"):
        _load_with(tmp_path, "[[trigger")


def test_an_alias_of_two_actors_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "actors.toml"
    one = '[[actor]]\nname = "{0}"\naliases = ["The Reds"]\nkind = "rebels"\n'
    path.write_text(one.format("Red Front") + one.format("Red Guard"), encoding="utf-8")
    with pytest.raises(ActorsError, match=r"actors\.toml: 'The Reds' is an alias of both 'Red Front' and 'Red Guard'"):
        load_actors(path)
