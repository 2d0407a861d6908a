"""Settings: the shipped file, then the user's, then the environment; what is wrong is said."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from dateline.config_files import config_file
from dateline.settings import load


def test_the_shipped_settings_are_whole() -> None:
    settings = load()
    assert settings.topics.events == "dateline.events"
    assert settings.kafka.partitions > 0


def test_the_environment_wins_over_the_users_file_over_the_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[kafka]\npartitions = 3\nbootstrap = "a:1"\n')
    monkeypatch.setenv("DATELINE_CONFIG", str(own))
    monkeypatch.setenv("DATELINE_KAFKA__BOOTSTRAP", "b:2")
    kafka = load().kafka
    assert (kafka.partitions, kafka.bootstrap) == (3, "b:2")
    assert kafka.replication_factor == 1  # not named by either: the shipped value


@pytest.mark.parametrize("line", ["[kafka]\npartitions = 'many'", "[kafka]\npartition = 3", "[kafak]\npartitions = 3"])
def test_a_wrong_name_or_value_is_refused(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(line)
    monkeypatch.setenv("DATELINE_CONFIG", str(own))
    with pytest.raises(ValidationError):
        load()


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CONFIG", "/nowhere/dateline.toml")
    with pytest.raises(FileNotFoundError, match="/nowhere/dateline"):
        load()


def test_one_data_file_can_be_replaced_without_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feeds.opml").write_text("<opml/>")
    monkeypatch.setenv("DATELINE_CONFIG_DIR", str(tmp_path))
    assert config_file("feeds.opml") == tmp_path / "feeds.opml"
    assert config_file("dateline.toml") != tmp_path / "dateline.toml"
    with pytest.raises(FileNotFoundError, match="no configuration file"):
        config_file("nothing.toml")
