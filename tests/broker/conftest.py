"""Suites run here on a real Kafka."""

from collections.abc import Iterator

import pytest

from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.settings import Settings


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()
