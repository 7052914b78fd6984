"""Both transports behind one face, for suites that run on the broker in memory and on a real Kafka."""

import contextlib
from typing import Protocol, TypeVar

from liandong.topics.settings import Settings
from liandong.topics.transport.errors import TransportError
from liandong.topics.transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import Publisher, Subscriber, TopicPartition
from liandong.topics.transport.topic_state import TopicState

Client = TypeVar("Client", Publisher, Subscriber)


class Wire(Protocol):
    """A transport to test on."""

    def create(self, *topics: str, partitions: int = 3) -> None: ...
    def publisher(self) -> Publisher: ...
    def stalled_publisher(self) -> Publisher:
        """Make a publisher whose records stay queued."""

    def subscriber(self, group: str | None = None) -> Subscriber: ...
    def truncate(self, at: TopicPartition, before: int) -> None: ...
    def close(self) -> None: ...


class MemoryWire:
    """The broker in memory."""

    def __init__(self) -> None:
        self.broker = MemoryBroker(topics=())

    def create(self, *topics: str, partitions: int = 3) -> None:
        for topic in topics:
            self.broker.create(topic, partitions)

    def publisher(self) -> Publisher:
        return self.broker.publisher()

    def stalled_publisher(self) -> Publisher:
        self.broker.stop()
        return self.broker.publisher()

    def subscriber(self, group: str | None = None) -> Subscriber:
        return self.broker.subscriber(group)

    def truncate(self, at: TopicPartition, before: int) -> None:
        self.broker.truncate(at, before)

    def close(self) -> None:
        self.broker.stop()


class KafkaWire:
    """A real Kafka, under the test's own prefix."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.admin = KafkaAdmin(settings)
        self.opened: list[Publisher | Subscriber] = []

    def create(self, *topics: str, partitions: int = 3) -> None:
        self.admin.create({self.settings.physical(each): TopicState(partitions, 1, {}) for each in topics})

    def publisher(self) -> Publisher:
        return self._kept(KafkaPublisher(self.settings, client_id="suite"))

    def stalled_publisher(self) -> Publisher:
        return self._kept(KafkaPublisher(self.settings, client_id="suite", linger_ms=60_000))

    def subscriber(self, group: str | None = None) -> Subscriber:
        own = group and self.settings.topic_prefix + group
        return self._kept(KafkaSubscriber(self.settings, group=own, client_id="suite"))

    def truncate(self, at: TopicPartition, before: int) -> None:
        self.admin.delete_records({TopicPartition(self.settings.physical(at.topic), at.partition): before})

    def close(self) -> None:
        for client in self.opened:
            with contextlib.suppress(TransportError, RuntimeError):  # the test may have closed or broken it
                client.close()

    def _kept(self, client: Client) -> Client:
        self.opened.append(client)
        return client
