"""What every transport does, on a Kafka started by testcontainers."""

from collections.abc import Iterator

import pytest

from liandong.tests.broker.test_kafka_transport import KafkaWire
from liandong.tests.suites.transport import TransportSuite
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()


class TestTransportInAContainer(TransportSuite):
    pass
