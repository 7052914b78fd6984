"""The notary on a real Kafka."""

import contextlib
from collections.abc import Iterator

import pytest

from liandong.tests.suites.notary import NotarySuite
from liandong.topics.ports import Publisher, Subscriber
from liandong.topics.settings import Settings
from liandong.topics.transport.errors import TransportError
from liandong.topics.transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber, TopicState


class KafkaWire:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.admin = KafkaAdmin(settings)
        self.opened: list[Publisher | Subscriber] = []

    def create(self, topic: str, partitions: int) -> None:
        self.admin.create({self.settings.physical(topic): TopicState(partitions, 1, {})})

    def publisher(self) -> Publisher:
        publisher = KafkaPublisher(self.settings, client_id="suite")
        self.opened.append(publisher)
        return publisher

    def subscriber(self, group: str | None = None) -> Subscriber:
        subscriber = KafkaSubscriber(self.settings, group=group, client_id="suite")
        self.opened.append(subscriber)
        return subscriber

    def close(self) -> None:
        for client in self.opened:
            with contextlib.suppress(TransportError, RuntimeError):  # the test may have closed it
                client.close()


@pytest.fixture
def wire(settings: Settings) -> Iterator[KafkaWire]:
    made = KafkaWire(settings)
    yield made
    made.close()


class TestNotaryOnKafka(NotarySuite):
    pass
