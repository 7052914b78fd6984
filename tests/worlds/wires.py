"""Both transports behind one face, for suites that run on the broker in memory and on a real Kafka."""

import contextlib
import time
from collections.abc import Mapping
from typing import Protocol, TypeVar
from unittest.mock import patch

from liandong.topics.settings import Settings
from liandong.topics.transport.errors import TransportError
from liandong.topics.transport.kafka import KafkaAdmin, KafkaPublisher, KafkaSubscriber, config
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.memory.group import SESSION_SECONDS
from liandong.topics.transport.ports import Publisher, Subscriber, TopicPartition
from liandong.topics.transport.topic_state import TopicState
from liandong.topics.workers.clock import SystemClock

Client = TypeVar("Client", Publisher, Subscriber)
_HASTE = 2.0
"""After so many seconds without a poll the group of a hasty member puts it out."""


class _ForwardClock(SystemClock):
    """The machine's, whose monotonic seconds can be skipped."""

    skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped


class Wire(Protocol):
    """A transport to test on."""

    def create(self, *topics: str, partitions: int = 3, configuration: Mapping[str, str] | None = None) -> None: ...
    def delete(self, topic: str) -> None: ...
    def publisher(self) -> Publisher: ...
    def stalled_publisher(self) -> Publisher:
        """Make a publisher whose records stay queued."""

    def subscriber(self, group: str | None = None) -> Subscriber: ...
    def hasty(self, group: str) -> Subscriber:
        """Make a subscriber whose group soon puts it out when it does not poll."""

    def let_expire(self) -> None:
        """Let the time pass after which hasty members that did not poll are put out."""

    def truncate(self, at: TopicPartition, before: int) -> None: ...
    def close(self) -> None: ...


class OutageWire(Wire, Protocol):
    """A transport whose broker can be taken away."""

    def stop(self) -> None: ...
    def start(self) -> None: ...
    def let_session_end(self) -> None:
        """Let the time pass after which a member without a broker gives up what it has."""


class MemoryWire:
    """The broker in memory."""

    def __init__(self) -> None:
        self.clock = _ForwardClock()
        self.broker = MemoryBroker(topics=(), clock=self.clock)

    def create(self, *topics: str, partitions: int = 3, configuration: Mapping[str, str] | None = None) -> None:
        for topic in topics:
            self.broker.create(topic, partitions, configuration)

    def delete(self, topic: str) -> None:
        self.broker.delete(topic)

    def publisher(self) -> Publisher:
        return self.broker.publisher()

    def stalled_publisher(self) -> Publisher:
        self.broker.stop()
        return self.broker.publisher()

    def subscriber(self, group: str | None = None) -> Subscriber:
        return self.broker.subscriber(group)

    def hasty(self, group: str) -> Subscriber:
        return self.broker.subscriber(group, "hasty")

    def let_expire(self) -> None:
        self.broker.expire("hasty")

    def truncate(self, at: TopicPartition, before: int) -> None:
        self.broker.truncate(at, before)

    def stop(self) -> None:
        self.broker.stop()

    def start(self) -> None:
        self.broker.start()

    def let_session_end(self) -> None:
        self.clock.skipped += SESSION_SECONDS

    def close(self) -> None:
        self.broker.stop()


class KafkaWire:
    """A real Kafka, under the test's own prefix."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.admin = KafkaAdmin(settings)
        self.opened: list[Publisher | Subscriber] = []

    def create(self, *topics: str, partitions: int = 3, configuration: Mapping[str, str] | None = None) -> None:
        state = TopicState(partitions, 1, configuration or {})
        self.admin.create({self.settings.physical(each): state for each in topics})

    def delete(self, topic: str) -> None:
        name = self.settings.physical(topic)
        self.admin._client.delete_topics([name])[name].result(timeout=30)

    def publisher(self) -> Publisher:
        return self._kept(KafkaPublisher(self.settings, client_id="suite"))

    def stalled_publisher(self) -> Publisher:
        return self._kept(KafkaPublisher(self.settings, client_id="suite", linger_ms=60_000))

    def subscriber(self, group: str | None = None) -> Subscriber:
        own = group and self.settings.topic_prefix + group
        return self._kept(KafkaSubscriber(self.settings, group=own, client_id="suite"))

    def hasty(self, group: str) -> Subscriber:
        whole, limit = config.consumer, int(_HASTE * 1000)
        haste = {"session.timeout.ms": limit, "max.poll.interval.ms": limit, "heartbeat.interval.ms": limit // 4}
        with patch.object(config, "consumer", lambda *of: {**whole(*of), **haste}):
            return self.subscriber(group)

    def let_expire(self) -> None:
        time.sleep(_HASTE + 1)

    def truncate(self, at: TopicPartition, before: int) -> None:
        self.admin.delete_records({TopicPartition(self.settings.physical(at.topic), at.partition): before})

    def close(self) -> None:
        for client in self.opened:
            with contextlib.suppress(TransportError, RuntimeError):  # the test may have closed or broken it
                client.close()

    def _kept(self, client: Client) -> Client:
        self.opened.append(client)
        return client
