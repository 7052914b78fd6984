"""A broker dies under load and comes back: nothing is lost, doubled or out of order, and nobody has to be restarted."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from liandong.tests.worlds.traffic import TOPIC, Outcomes, from_start, record
from liandong.tests.worlds.waiting import PATIENCE
from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber, config
from liandong.topics.transport.ports import Delivered, Message, TopicPartition
from liandong.topics.transport.topic_state import TopicState

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.broker]

RECORDS = 3000


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A cluster of this test's own, since it is going to be killed.

    Members are given longer than a busy machine takes to start it again: one that was given up would start anew.
    """
    whole = config.consumer
    monkeypatch.setattr(config, "consumer", lambda *of: {**whole(*of), "session.timeout.ms": 120_000})
    cluster.up(tmp_path / "kafka", port=ports.some_free(1)[0])
    settings = Settings(state_dir=tmp_path)
    KafkaAdmin(settings).create({TOPIC: TopicState(1, 1, {})})
    yield settings
    cluster.down(tmp_path / "kafka")


def kill(settings: Settings) -> None:
    for node in cluster.status(settings.kafka_dir).nodes:
        assert node.pid is not None
        process = psutil.Process(node.pid)
        process.kill()
        process.wait(30)


def test_publisher_reader_and_group_live_through_a_killed_broker(own: Settings) -> None:
    publisher, outcomes = KafkaPublisher(own, client_id="chaos"), Outcomes()
    reader, member = (KafkaSubscriber(own, group="g-chaos", client_id="chaos") for _ in range(2))
    from_start(reader)
    member.subscribe([TOPIC])
    found: dict[str, list[Message]] = {"reader": [], "member": []}

    for number in range(RECORDS):
        publisher.send(record(b"k", b"%d" % number), outcomes.append)
        if number == RECORDS // 2:
            publisher.poll(0.05)
            kill(own)
        if number % 100 == 0:
            publisher.poll()
            found["reader"] += reader.poll(1000, 0)
            found["member"] += member.poll(1000, 0)
    assert publisher.flush(0.5) > 0
    cluster.up(own.kafka_dir)
    assert publisher.flush(60) == 0

    deadline = time.monotonic() + 2 * PATIENCE
    while min(map(len, found.values())) < RECORDS and time.monotonic() < deadline:
        found["reader"] += reader.poll(1000, 0.1)
        found["member"] += member.poll(1000, 0.1)
    expected = [b"%d" % number for number in range(RECORDS)]
    assert [message.value() for message in found["reader"]] == expected
    assert [message.value() for message in found["member"]] == expected
    assert [one.offset for one in outcomes if isinstance(one, Delivered)] == list(range(RECORDS))
    member.commit({TopicPartition(TOPIC, 0): RECORDS})
    for client in (publisher, reader, member):
        client.close()
