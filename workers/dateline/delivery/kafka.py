"""The connection: how to reach Kafka, what the topics are called, and the two clients everything is built on."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import KafkaConnectionError, KafkaError, SaslAuthenticationFailed
from pydantic import SecretStr

HEADROOM = 1_000_000
"""Bytes a record may be longer than what it was made of: a dead letter is its input and headers, and must fit where that fitted."""

# At debug this library logs every request whole, and the one of SASL/PLAIN is the password.
logging.getLogger("aiokafka.conn").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """How to reach the cluster, and how topics are made on it."""

    bootstrap: str
    partitions: int
    replication_factor: int
    idempotence: bool
    request_timeout_s: float
    linger_ms: int
    max_message_bytes: int
    patience_s: float
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    sasl_username: str
    sasl_password: SecretStr
    ssl_ca_file: str
    ssl_cert_file: str
    ssl_key_file: str
    ssl_key_password: SecretStr

    @property
    def uses_sasl(self) -> bool:
        return self.security_protocol.startswith("SASL")

    @property
    def uses_tls(self) -> bool:
        return self.security_protocol.endswith("SSL")


class UnreachableError(KafkaConnectionError):  # type: ignore[misc]
    """No broker lets us in; the message says why not, as far as it can be told."""

    def __str__(self) -> str:  # the library's own puts the class before it
        return str(self.args[0])


class UnknownTopicError(LookupError):
    """The cluster has no such topic: wrong name, wrong cluster, or nothing was ever published."""

    def __init__(self, topic: str, bootstrap: str) -> None:
        super().__init__(f"no topic {topic!r} at {bootstrap} (`dateline topics create` makes those that the settings name)")


class SecurityOptionsError(ValueError):
    """What the settings say of the connection's security does not fit together; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNames:
    """The five topics of DESIGN, as this installation calls them."""

    feeds: str
    articles: str
    mentions: str
    events: str
    deadletters: str


def make_producer(options: KafkaOptions, compression: Literal["gzip", "zstd"] = "gzip") -> AIOKafkaProducer:
    """A producer that is told of a delivery only when every in-sync replica has the record. Start and stop it yourself.

    gzip is what every Kafka client of the world can read; zstd takes a quarter of its time or less, and packs better.
    """
    return AIOKafkaProducer(
        **_connection(options),
        acks="all",
        enable_idempotence=options.idempotence,
        linger_ms=options.linger_ms,
        max_request_size=options.max_message_bytes + HEADROOM,
        compression_type=compression,
    )


def make_consumer(options: KafkaOptions, *topics: str, group: str | None = None, **more: Any) -> AIOKafkaConsumer:
    """A consumer of raw bytes that commits nothing by itself. Start and stop it yourself."""
    return AIOKafkaConsumer(
        *topics,
        **_connection(options),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=options.max_message_bytes,
        **more,
    )


def make_admin(options: KafkaOptions) -> AIOKafkaAdminClient:
    """A client for topics and groups. Start and close it yourself."""
    return AIOKafkaAdminClient(**_connection(options))


async def start(client: Any, options: KafkaOptions) -> None:
    """Start a producer, consumer or admin client. Raises UnreachableError, within seconds where a broker answers at all."""
    try:
        await client.start()
        await asyncio.sleep(0)  # one that is stopped before its background tasks ran for the first time raises CancelledError
    except KafkaConnectionError as error:
        await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
        reason = await _why_not(options)
        raise UnreachableError(f"can't use {options.bootstrap} over {options.security_protocol}: {reason}") from error


async def _why_not(options: KafkaOptions) -> str:
    """The client itself only logs the reasons: go to the first broker once more, and see."""
    told = _connection(options)
    host, port, _ = collect_hosts(told.pop("bootstrap_servers"), randomize=False)[0]
    try:
        (await create_conn(host, port, **told)).close()
    except ssl.SSLCertVerificationError as error:
        return f"the broker's certificate is not to be trusted: {error.verify_message} (kafka.ssl_ca_file names whom we trust)"
    except SaslAuthenticationFailed:
        return f"the user name or password is wrong, or the broker knows no {options.sasl_mechanism}"
    except (OSError, KafkaError, TimeoutError) as error:
        closed = isinstance(error, ConnectionResetError) or "closed" in str(
            error
        )  # what a broker does to whoever speaks another protocol, or shows no certificate
        hint = "; it may ask for another kafka.security_protocol, or for a certificate (kafka.ssl_cert_file)" if closed else ""
        return f"{str(error) or type(error).__name__}{hint}"
    return "the broker can be reached, and tells of no cluster"


def _connection(options: KafkaOptions) -> dict[str, Any]:
    """What every client is told of the cluster. Raises SecurityOptionsError."""
    check_security(options)
    told: dict[str, Any] = {
        "bootstrap_servers": options.bootstrap,
        "request_timeout_ms": int(options.request_timeout_s * 1000),
        "security_protocol": options.security_protocol,
        "ssl_context": tls_context(options),
    }
    if options.uses_sasl:
        told |= {
            "sasl_mechanism": options.sasl_mechanism,
            "sasl_plain_username": options.sasl_username,
            "sasl_plain_password": options.sasl_password.get_secret_value(),
        }
    return told


def check_security(options: KafkaOptions) -> None:
    """Say what is missing before a broker does, in words of its own or not at all. Raises SecurityOptionsError."""
    given = bool(options.sasl_username), bool(options.sasl_password.get_secret_value())
    if options.uses_sasl and not all(given):
        raise SecurityOptionsError(
            f"kafka.security_protocol is {options.security_protocol}, which needs kafka.sasl_username and the environment variable "
            "DATELINE_KAFKA__SASL_PASSWORD"
        )
    if not options.uses_sasl and any(given):
        raise SecurityOptionsError(
            f"a user name or password for Kafka is given, and kafka.security_protocol is {options.security_protocol}, which sends none: "
            "set it to SASL_SSL"
        )
    if not options.uses_tls and (options.ssl_ca_file or options.ssl_cert_file):
        raise SecurityOptionsError(
            f"a certificate for Kafka is given, and kafka.security_protocol is {options.security_protocol}, which encrypts nothing: "
            "set it to SSL or SASL_SSL"
        )


def tls_context(options: KafkaOptions) -> ssl.SSLContext | None:
    """TLS that checks the broker's certificate and host name; None for a protocol without TLS. Raises SecurityOptionsError."""
    if not options.uses_tls:
        return None
    for file in (options.ssl_ca_file, options.ssl_cert_file, options.ssl_key_file):
        if file and not Path(file).is_file():
            raise SecurityOptionsError(f"the settings of Kafka's TLS name {file!r}, which is no file")
    try:
        context = ssl.create_default_context(cafile=options.ssl_ca_file or None)
        if options.ssl_cert_file:
            password = options.ssl_key_password.get_secret_value
            context.load_cert_chain(options.ssl_cert_file, options.ssl_key_file or None, password)
    except ssl.SSLError as error:
        raise SecurityOptionsError(f"the certificates that the settings name for Kafka can't be used: {error}") from None
    return context
