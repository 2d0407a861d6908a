"""Security on a real Apache Kafka: TLS with an authority of our own, passwords and certificates, for every client we have."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka_node import KafkaMissingError, not_tested
from plain_reading import plain_articles
from pydantic import SecretStr
from secure_node import PASSWORD, SecureKafka, secure_node
from world import World

from dateline import subscribe
from dateline.delivery.kafka import KafkaOptions, UnreachableError, make_admin, make_consumer, make_producer, start
from dateline.delivery.subscribe import current_events

pytestmark = pytest.mark.kafka

IN_SECONDS = 15  # and not the 40 s of a request, nor the 2 minutes of a delivery


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    try:
        with secure_node(tmp_path_factory.mktemp("secure")) as node:
            yield node
    except KafkaMissingError as error:
        not_tested(error)


def world(node: SecureKafka, folder: Path, **security: Any) -> World:
    made = World(node.password, folder)
    kafka = replace(made.settings.kafka, security_protocol="SASL_SSL", ssl_ca_file=str(node.folder / "ca.pem"))
    kafka = replace(kafka, sasl_username="dateline", sasl_password=SecretStr(PASSWORD), **security)
    made.settings = made.settings.model_copy(update={"kafka": kafka})
    return made


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_articles_become_events_behind_a_password_that_no_log_tells(
    secure: SecureKafka, tmp_path: Path, caplog: pytest.LogCaptureFixture, mechanism: str
) -> None:
    caplog.set_level(logging.DEBUG)
    here = world(secure, tmp_path, sasl_mechanism=mechanism)
    await here.prepare()
    await here.publish(plain_articles(5))
    async with here.working():
        await here.until_idle()
    assert len(await here.final_events()) > 0
    assert "faust" in caplog.text
    assert PASSWORD not in caplog.text


async def test_a_certificate_of_our_own_opens_the_door_too(secure: SecureKafka, tmp_path: Path) -> None:
    here = World(secure.certificate, tmp_path)
    files = {"ssl_ca_file": str(secure.folder / "ca.pem"), "ssl_cert_file": str(secure.folder / "client.pem")}
    kafka = replace(here.settings.kafka, security_protocol="SSL", **files)
    here.settings = here.settings.model_copy(update={"kafka": kafka})
    await here.prepare()
    await here.publish(plain_articles(5))
    async with here.working():
        await here.until_idle()
    assert len(await here.final_events()) > 0
    assert "for a certificate" in await refusal(replace(kafka, ssl_cert_file=""))


async def test_a_subscriber_takes_its_password_from_the_environment(
    secure: SecureKafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world(secure, tmp_path)
    await here.prepare()
    await here.publish(plain_articles(5))
    async with here.working():
        await here.until_idle()
    for name, value in {
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_USERNAME": "dateline",
        "SASL_PASSWORD": PASSWORD,
        "SSL_CA_FILE": str(secure.folder / "ca.pem"),
    }.items():
        monkeypatch.setenv(f"DATELINE_KAFKA__{name}", value)
    events = await current_events(secure.password, topic=here.settings.topics.events)
    assert {key.decode() for key in await here.final_events()} == events.keys()
    async for received in subscribe(secure.password, topic=here.settings.topics.events, from_beginning=True, until_end=True):
        assert received.event.event_id


async def refusal(kafka: KafkaOptions) -> str:
    """What each client says when the broker does not let it in, and that it says it soon."""
    said = []
    for client in (make_producer(kafka), make_consumer(kafka), make_admin(kafka)):
        async with asyncio.timeout(IN_SECONDS):
            with pytest.raises(UnreachableError) as refused:
                await start(client, kafka)
        said.append(str(refused.value))
    assert len(set(said)) == 1
    return said[0]


async def test_nobody_comes_in_without_credentials(secure: SecureKafka, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    right = world(secure, tmp_path).settings.kafka
    wrong = replace(right, sasl_password=SecretStr("wrong-secret"))
    said = [await refusal(replace(wrong, sasl_mechanism=mechanism)) for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")]
    assert all("user name or password is wrong" in reason for reason in said)
    nothing = replace(right, security_protocol="PLAINTEXT", sasl_username="", sasl_password=SecretStr(""), ssl_ca_file="")
    assert "another kafka.security_protocol" in await refusal(nothing)
    assert PASSWORD not in caplog.text
    assert "wrong-secret" not in caplog.text + str(said)


async def test_a_broker_without_tls_is_known_by_hanging_up(kafka: str, tmp_path: Path) -> None:
    assert "another kafka.security_protocol" in await refusal(replace(World(kafka, tmp_path).settings.kafka, security_protocol="SSL"))


async def test_a_broker_is_trusted_by_its_authority_and_its_name(secure: SecureKafka, tmp_path: Path) -> None:
    right = world(secure, tmp_path).settings.kafka
    assert "issuer certificate" in await refusal(replace(right, ssl_ca_file=str(secure.folder / "other-ca.pem")))
    assert "IP address mismatch" in await refusal(replace(right, bootstrap=secure.password.replace("localhost", "127.0.0.1")))
