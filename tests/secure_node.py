"""A real Apache Kafka node that lets nobody in without TLS, and a password or a certificate; and the authority that vouches for it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka_node import SINGLE_NODE, KafkaMissingError, format_storage, free_port, java_with_kafka, wait_until_open

PASSWORD = "hunter2-is-no-password"
LISTENERS = """
listeners=INTERNAL://127.0.0.1:{internal},PASSWORD://127.0.0.1:{port},CERTIFICATE://127.0.0.1:{mutual},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=INTERNAL://127.0.0.1:{internal},PASSWORD://localhost:{port},CERTIFICATE://localhost:{mutual}
listener.security.protocol.map=INTERNAL:PLAINTEXT,PASSWORD:SASL_SSL,CERTIFICATE:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INTERNAL
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.password.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_dateline="{password}";
listener.name.password.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.password.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.certificate.ssl.client.auth=required
"""


@dataclass(frozen=True, slots=True)
class SecureKafka:
    """Where to reach it, and the files of its authority: `ca.pem`, `client.pem` (certificate and key), `other-ca.pem`."""

    password: str  # host:port of the listener that asks for a password
    certificate: str  # of the one that asks for a certificate
    folder: Path


@contextmanager
def secure_node(folder: Path) -> Iterator[SecureKafka]:
    """Run a node in this folder. Its certificate is for the name `localhost` and no other."""
    if shutil.which("openssl") is None:
        raise KafkaMissingError("openssl is not installed: it makes the certificates")
    _certificates(folder)
    ports = {name: free_port() for name in ("port", "mutual", "internal", "controller")}
    properties = folder / "server.properties"
    properties.write_text((SINGLE_NODE + LISTENERS).format(password=PASSWORD, folder=folder, data=folder / "data", **ports))
    java = java_with_kafka()
    users = [f"SCRAM-SHA-{bits}=[name=dateline,password={PASSWORD}]" for bits in (256, 512)]
    scram = [argument for user in users for argument in ("--add-scram", user)]
    with (folder / "console.log").open("wb") as console:
        format_storage(java, properties, console, *scram)
        process = subprocess.Popen([*java, "kafka.Kafka", str(properties)], stdout=console, stderr=console)
    try:
        wait_until_open(ports["port"], process, folder)
        yield SecureKafka(f"localhost:{ports['port']}", f"localhost:{ports['mutual']}", folder)
    finally:
        process.kill()
        process.wait()


def _certificates(folder: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority in ("ca", "other-ca"):
        openssl("req", "-x509", *key, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-days", "2", "-subj", f"/CN={authority}")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    for name in ("server", "client"):
        openssl("req", "-new", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.crt")
        (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())
