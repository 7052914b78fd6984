"""The ports on a real Kafka: the suite of every transport, and what only a network can do."""

from pathlib import Path

import pytest

from liandong.schemas.errors import WrongUsage
from liandong.tests.suites.transport_groups import GroupSuite
from liandong.tests.suites.transport_reading import ReadingSuite
from liandong.tests.suites.transport_sending import SendingSuite
from liandong.tests.suites.transport_topics import TopicsSuite
from liandong.tests.worlds.traffic import TOPIC, Outcomes, publish, record
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.embedded.ports import some_free
from liandong.topics.settings import KafkaSecurity, Settings
from liandong.topics.transport.errors import BrokerUnreachable, RecordPurged
from liandong.topics.transport.kafka import KafkaPublisher, config, require_broker


class TestKafkaTransport(SendingSuite, ReadingSuite, GroupSuite, TopicsSuite):
    pass


@pytest.fixture
def nowhere(settings: Settings) -> Settings:
    return settings.model_copy(update={"bootstrap": f"127.0.0.1:{some_free(1)[0]}"})


def test_an_unreachable_broker_is_named_as_such(nowhere: Settings) -> None:
    with pytest.raises(BrokerUnreachable, match="liandong kafka up"):
        require_broker(nowhere, timeout=0.5)


def test_records_wait_for_an_unreachable_broker_and_can_be_taken_back(nowhere: Settings) -> None:
    publisher, outcomes = KafkaPublisher(nowhere, client_id="suite"), Outcomes()
    publisher.send(record(b"k", b"v"), outcomes.append)
    assert publisher.flush(0.5) == 1
    assert outcomes == []
    publisher.purge()
    assert [type(one) for one in outcomes] == [RecordPurged]


def test_a_broker_that_answers_is_all_that_is_required(settings: Settings) -> None:
    require_broker(settings)


def test_names_carry_the_prefix_on_the_broker_only(wire: KafkaWire) -> None:
    wire.create(TOPIC, partitions=1)
    (delivered,) = publish(wire.publisher(), [record(b"k", b"v")])
    assert delivered.topic == TOPIC
    assert wire.settings.physical(TOPIC) in wire.admin.names()


def test_a_full_queue_makes_the_sender_wait_and_loses_nothing(wire: KafkaWire, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.create(TOPIC, partitions=1)
    whole = config.producer
    monkeypatch.setattr(config, "producer", lambda *of: {**whole(*of), "queue.buffering.max.messages": 10})
    delivered = publish(wire.publisher(), [record(b"k", b"%d" % n) for n in range(1000)])
    assert [at.offset for at in delivered] == list(range(1000))


def test_credentials_come_from_a_file(tmp_path: Path, settings: Settings) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n")
    security = KafkaSecurity(protocol="SASL_SSL", username="court", password_file=secret, ca_file=tmp_path / "ca.pem")
    conf = config.connection(settings.model_copy(update={"kafka_security": security}), "x")
    assert conf["sasl.password"] == "s3cret"
    assert conf["ssl.ca.location"] == str(tmp_path / "ca.pem")
    without = settings.model_copy(update={"kafka_security": KafkaSecurity(protocol="SASL_SSL", username="court")})
    with pytest.raises(WrongUsage, match="password_file"):
        config.connection(without, "x")
