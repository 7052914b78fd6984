"""What a cluster that knows users says no to, a caller hears as such, with what to do about it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, publish, read, record
from liandong.topics.embedded import cluster
from liandong.topics.settings import KafkaSecurity, Settings, load_settings
from liandong.topics.transport.errors import AuthenticationFailed, AuthorizationFailed
from liandong.topics.transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber, require_broker
from liandong.topics.transport.ports import BEGINNING, TopicPartition
from liandong.topics.transport.topic_state import TopicState

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture(scope="module")
def operator(secure_state: Path) -> Settings:
    """Settings of whoever started the cluster; the user comes from its state directory."""
    settings = Settings(state_dir=secure_state)
    admin = KafkaAdmin(settings)
    admin.create({TOPIC: TopicState(1, 1, {})})
    scram = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192)
    user = UserScramCredentialUpsertion("court-js", scram, b"fictitious", b"salt")
    admin._client.alter_user_scram_credentials([user])["court-js"].result(timeout=30)
    return settings


def as_court(operator: Settings, folder: Path, password: str) -> Settings:
    file = folder / "password"
    file.write_text(password)
    security = KafkaSecurity(protocol="SASL_PLAINTEXT", username="court-js", password_file=file)
    bootstrap = cluster.status(operator.kafka_dir).bootstrap
    return load_settings(bootstrap=bootstrap, kafka_security=security)


def heard(turn: Callable[[], object]) -> None:
    """Turns until something is raised."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        turn()


def test_the_operator_of_an_embedded_cluster_needs_no_credentials(operator: Settings) -> None:
    require_broker(operator)
    publish(KafkaPublisher(operator, client_id="operator"), [record(b"k", b"v")])
    subscriber = KafkaSubscriber(operator, client_id="operator")
    from_start(subscriber)
    read(subscriber, 1)
    subscriber.close()


def test_a_wrong_password_is_heard_by_everyone(operator: Settings, tmp_path: Path) -> None:
    guessed = as_court(operator, tmp_path, "guessed")
    with pytest.raises(AuthenticationFailed, match="password_file"):
        require_broker(guessed)
    publisher = KafkaPublisher(guessed, client_id="guesser")
    publisher.send(record(b"k", b"v"))
    with pytest.raises(AuthenticationFailed):
        heard(lambda: publisher.poll(0.1))
    publisher.purge()
    subscriber = KafkaSubscriber(guessed, client_id="guesser")
    with pytest.raises(AuthenticationFailed):
        heard(lambda: subscriber.poll(1, 0.1))


def test_a_user_without_rules_may_neither_write_nor_read(operator: Settings, tmp_path: Path) -> None:
    court = as_court(operator, tmp_path, "fictitious")
    require_broker(court)
    publisher, outcomes = KafkaPublisher(court, client_id="court"), Outcomes()
    publisher.send(record(b"k", b"v"), outcomes.append)
    publisher.flush(30)
    assert [type(one) for one in outcomes] == [AuthorizationFailed]
    with pytest.raises(AuthorizationFailed, match="ACL"):
        KafkaSubscriber(court, client_id="court").partitions(TOPIC)


def test_a_user_without_rules_is_told_so_wherever_they_read(operator: Settings, tmp_path: Path) -> None:
    at, court = TopicPartition(TOPIC, 0), as_court(operator, tmp_path, "fictitious")
    reader, member = (KafkaSubscriber(court, client_id="court", group=group) for group in (None, "g-court"))
    reader.assign({at: BEGINNING})
    with pytest.raises(AuthorizationFailed):
        heard(lambda: reader.poll(1, 0.1))
    with pytest.raises(AuthorizationFailed):
        reader.watermarks(at)
    with pytest.raises(AuthorizationFailed):
        member.subscribe([TOPIC])
