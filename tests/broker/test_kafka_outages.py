"""The ports on a real Kafka that dies and comes back: the suite of every transport."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from liandong.tests.suites.transport_outages import OutageSuite
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.embedded import cluster, ports
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import config, failures, subscriber

pytestmark = [pytest.mark.broker, pytest.mark.long, pytest.mark.slow]
_SESSION = 3.0


class MortalKafka(KafkaWire):
    """A Kafka of the test's own, which may be killed."""

    def stop(self) -> None:
        for node in cluster.status(self.settings.kafka_dir).nodes:
            assert node.pid is not None
            process = psutil.Process(node.pid)
            process.kill()
            process.wait(30)

    def start(self) -> None:
        cluster.up(self.settings.kafka_dir)

    def let_session_end(self) -> None:
        time.sleep(_SESSION)


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MortalKafka]:
    whole = config.consumer
    session = {"session.timeout.ms": int(_SESSION * 1000), "heartbeat.interval.ms": 500}
    monkeypatch.setattr(config, "consumer", lambda *of: {**whole(*of), **session})
    for module in (failures, subscriber):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 2.0)
    cluster.up(tmp_path / "kafka", port=ports.some_free(1)[0])
    made = MortalKafka(Settings(state_dir=tmp_path))
    yield made
    made.close()
    cluster.down(tmp_path / "kafka")


class TestKafkaOutages(OutageSuite):
    pass
