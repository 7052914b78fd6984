"""Watches, commands, events and inboxes on a real Kafka."""

from collections.abc import Iterator

import pytest

from liandong.tests.suites.watching import WatchingSuite, railway
from liandong.tests.worlds.wires import KafkaWire
from liandong.topics.settings import Settings

__all__ = ["railway"]


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()


class TestWatchingOnKafka(WatchingSuite):
    pass
