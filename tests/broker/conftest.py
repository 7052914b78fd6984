"""Suites run here on a real Kafka."""

from collections.abc import Iterator

import pytest

from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.settings import Settings
from liandong.topics.transport.kafka import config


@pytest.fixture(autouse=True)
def _short_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that waits for records holds up what else its connection is asked; tests ask all the time."""
    whole = config.consumer
    monkeypatch.setattr(config, "consumer", lambda *of: {**whole(*of), "fetch.wait.max.ms": 50})


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()
