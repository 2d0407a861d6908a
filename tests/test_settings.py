"""Settings: the shipped file, then the user's, then the environment; what is wrong is said."""

from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, create_connection, getaddrinfo, gethostname

import pytest
from click.testing import CliRunner
from pydantic import SecretStr, ValidationError

from dateline.cli import cli
from dateline.config_files import config_file
from dateline.config_sources import SecretInFileError, flat, is_secret
from dateline.delivery.health import Health, serving
from dateline.delivery.kafka import SecurityOptionsError, check_security, tls_context
from dateline.delivery.metrics import Metrics
from dateline.settings import effective, load


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


@pytest.mark.parametrize("secret", ["kafka.sasl_password", "kafka.ssl_key_password", "poller.proxy_password", "poller.credentials"])
def test_a_secret_in_a_file_is_refused_and_not_repeated(secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f"{secret} = 'hunter2'\n")
    monkeypatch.setenv("DATELINE_CONFIG", str(own))
    with pytest.raises(SecretInFileError, match=f"set DATELINE_{secret.upper().replace('.', '__')} instead") as refused:
        load()
    assert "hunter2" not in str(refused.value)


def test_nothing_that_is_said_of_the_settings_holds_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_KAFKA__SASL_PASSWORD", "hunter2")
    monkeypatch.setenv("DATELINE_KAFKA__SSL_KEY_PASSWORD", "hunter2")
    monkeypatch.setenv("DATELINE_POLLER__PROXY_PASSWORD", "hunter2")
    monkeypatch.setenv("DATELINE_POLLER__CREDENTIALS", '{"https://wire.example/": {"Authorization": "hunter2"}}')
    settings = load()
    assert settings.kafka.sasl_password.get_secret_value() == "hunter2"
    shown = CliRunner().invoke(cli, ["config", "show"])
    assert 'sasl_password = "***"  # DATELINE_KAFKA__SASL_PASSWORD' in shown.output
    for said in (repr(settings), str(settings.model_dump()), str(asdict(settings.kafka)), str(asdict(settings.poller)), shown.output):
        assert "hunter2" not in said
    for wrong in ({"security_protocol": "SASL_SSL"}, {"security_protocol": "PLAINTEXT"}, {"sasl_mechanism": "ROT13"}):
        with pytest.raises(ValueError, match=r"(?s).") as refused:
            check_security(load(kafka=wrong).kafka)
        assert "hunter2" not in str(refused.value)


def test_what_is_shown_can_be_read_again_and_says_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[kafka]\npartitions = 3\n[poller.agencies]\n"The Wire" = ["TW"]\n')
    monkeypatch.setenv("DATELINE_CONFIG", str(own))
    monkeypatch.setenv("DATELINE_POLLER__MIN_INTERVAL_S", "60")
    monkeypatch.setenv("DATELINE_HTTP", '{"worker_port": 9}')
    shown = CliRunner().invoke(cli, ["config", "show"]).output
    before = load()
    told = {".".join(path): origin for path, _, origin in effective(before)}
    assert (told["kafka.partitions"], told["kafka.linger_ms"]) == (str(own), "shipped")
    assert (told["poller.min_interval_s"], told["http.worker_port"]) == ("DATELINE_POLLER__MIN_INTERVAL_S", "DATELINE_HTTP")
    monkeypatch.delenv("DATELINE_POLLER__MIN_INTERVAL_S")
    monkeypatch.delenv("DATELINE_HTTP")
    own.write_text(shown)
    assert load() == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"security_protocol": "SASL_SSL"}, "DATELINE_KAFKA__SASL_PASSWORD"),
        ({"security_protocol": "SASL_SSL", "sasl_username": "me"}, "DATELINE_KAFKA__SASL_PASSWORD"),
        ({"sasl_username": "me", "sasl_password": "x"}, "set it to SASL_SSL"),
        ({"ssl_ca_file": "/ca.pem"}, "encrypts nothing"),
    ],
)
def test_half_a_lock_is_refused(given: dict[str, str], says: str) -> None:
    with pytest.raises(SecurityOptionsError, match=says):
        check_security(load(kafka=given).kafka)


def test_certificates_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(SecurityOptionsError, match=r"/nowhere\.pem"):
        tls_context(load(kafka={"security_protocol": "SSL", "ssl_ca_file": "/nowhere.pem"}).kafka)
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(SecurityOptionsError, match="can't be used"):
        tls_context(load(kafka={"security_protocol": "SSL", "ssl_ca_file": str(tmp_path / "ca.pem")}).kafka)


def test_what_is_served_is_served_to_this_machine_alone() -> None:
    settings = load()
    assert ip_address(settings.http.host).is_loopback
    health, metrics = Health(30), Metrics()
    with serving(settings.http.host, 0, health, metrics) as port:
        outside = [address[4][0] for address in getaddrinfo(gethostname(), None, AF_INET) if not ip_address(address[4][0]).is_loopback]
        for host in outside:
            with pytest.raises(OSError, match="refused"):
                create_connection((host, port), timeout=5)
        create_connection((settings.http.host, port), timeout=5).close()


def test_every_secret_is_known_to_be_one() -> None:
    settings = load()
    every = {path: value for section in type(settings).model_fields for path, value in flat(asdict(getattr(settings, section)), (section,))}
    secrets = {path for path, value in every.items() if isinstance(value, SecretStr)}
    assert secrets == {path for path in every if is_secret(path)}
    assert ("kafka", "sasl_password") in secrets
