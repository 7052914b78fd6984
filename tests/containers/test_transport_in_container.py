"""What every transport does, on a Kafka started by testcontainers."""

from collections.abc import Iterator

import pytest

from liandong.tests.suites.transport_groups import GroupSuite
from liandong.tests.suites.transport_reading import ReadingSuite
from liandong.tests.suites.transport_sending import SendingSuite
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.settings import Settings

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()


class TestTransportInAContainer(SendingSuite, ReadingSuite, GroupSuite):
    @pytest.fixture
    def wire(self, settings: Settings) -> Iterator[KafkaWire]:
        made = KafkaWire(settings)
        yield made
        made.close()
