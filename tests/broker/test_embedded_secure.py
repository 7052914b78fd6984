"""The secure embedded Kafka: no user, no entry; no access rule, no write; no password where others could see it."""

import stat
from pathlib import Path

import psutil
import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from liandong.schemas.errors import WrongUsage
from liandong.topics.embedded import cluster
from liandong.topics.embedded.cluster import ClusterStatus
from liandong.topics.settings import load_settings
from liandong.topics.transport.kafka.location import security_of

Login = dict[str, str | int | float | bool]

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture(scope="module")
def secured(secure_state: Path) -> ClusterStatus:
    return cluster.status(secure_state / "kafka")


def login(found: ClusterStatus, username: str, password: str) -> Login:
    assert found.bootstrap is not None
    return {
        "bootstrap.servers": found.bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": username,
        "sasl.password": password,
    }


@pytest.fixture(scope="module")
def admin(secured: ClusterStatus) -> AdminClient:
    assert secured.password_file is not None
    client = AdminClient(login(secured, "admin", Path(secured.password_file).read_text(encoding="ascii")))
    client.create_topics([NewTopic("court.secure", num_partitions=1)])["court.secure"].result(timeout=30)
    return client


def written_by(configuration: Login) -> str | None:
    """The name of the error a write ends with, or None."""
    outcome: list[str | None] = []
    producer = Producer({**configuration, "message.timeout.ms": "10000"})
    producer.produce("court.secure", b"x", on_delivery=lambda error, _: outcome.append(error.name() if error else None))
    producer.flush(30)
    (result,) = outcome
    return result


def test_without_a_user_there_is_no_entry(secured: ClusterStatus) -> None:
    with pytest.raises(KafkaException):
        AdminClient({"bootstrap.servers": str(secured.bootstrap)}).list_topics(timeout=3)
    with pytest.raises(KafkaException):
        AdminClient(login(secured, "admin", "guessed")).list_topics(timeout=3)


def test_a_user_writes_only_where_a_rule_lets_him(secured: ClusterStatus, admin: AdminClient) -> None:
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192)
    user = UserScramCredentialUpsertion("court-js", scram, b"fictitious", b"salt")
    admin.alter_user_scram_credentials([user])["court-js"].result(timeout=30)
    court = login(secured, "court-js", "fictitious")
    assert written_by(court) == "TOPIC_AUTHORIZATION_FAILED"
    rule = AclBinding(
        ResourceType.TOPIC,
        "court.secure",
        ResourcePatternType.LITERAL,
        "User:court-js",
        "*",
        AclOperation.WRITE,
        AclPermissionType.ALLOW,
    )
    admin.create_acls([rule])[rule].result(timeout=30)
    assert written_by(court) is None


def test_passwords_stand_in_private_files_only(secured: ClusterStatus) -> None:
    directory = Path(secured.directory)
    passwords = [(directory / f"{user}.password").read_text(encoding="ascii") for user in ("admin", "controller")]
    pid = secured.nodes[0].pid
    assert pid is not None
    told = (
        " ".join(psutil.Process(pid).cmdline()) + repr(secured) + Path(secured.nodes[0].log).read_text(encoding="utf-8")
    )
    assert not any(password in told for password in passwords)
    holding = [
        file
        for file in directory.rglob("*")
        if file.is_file() and any(password.encode() in file.read_bytes() for password in passwords)
    ]
    assert {file.name for file in holding} == {"admin.password", "controller.password", "server.properties"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in holding} == {0o600}


def test_settings_without_a_bootstrap_log_in_by_themselves(secured: ClusterStatus) -> None:
    settings = load_settings(state_dir=Path(secured.directory).parent)
    security = security_of(settings)
    assert (security.protocol, security.username) == ("SASL_PLAINTEXT", "admin")
    assert str(security.password_file) == secured.password_file


def test_an_existing_cluster_does_not_change_its_mind(secured: ClusterStatus) -> None:
    with pytest.raises(WrongUsage, match="KAFKA_OTHER_SECURITY"):
        cluster.up(Path(secured.directory), secure=False)
    assert cluster.up(Path(secured.directory)).nodes == secured.nodes
