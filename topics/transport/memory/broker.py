"""Kafka's behaviour in memory, proven by the suite that proves the real one.

A `MemoryBroker` serves any number of publishers and subscribers in any threads of one process. `stop` and `start`
are an outage, `truncate` is retention, `compact` is compaction.
"""

import random
import threading
from collections.abc import Iterable

from ...workers.clock import Clock, SystemClock
from ..errors import BrokerUnreachable, TopicMissing
from ..partitioner import partition_of
from ..ports import Delivered, OutgoingRecord, TopicPartition
from .clients import MemoryPublisher, MemorySubscriber
from .group import Group
from .log import Log, MemoryMessage


class MemoryBroker:
    """Logs by topic and partition, and the consumer groups' commits."""

    def __init__(self, partitions: int = 3, *, topics: Iterable[str] | None = None, clock: Clock | None = None) -> None:
        """Take the `topics` that exist; without them every topic comes into being when it is first named."""
        self._partitions = partitions
        self._clock = clock or SystemClock()
        self._creating = topics is None
        self._logs: dict[str, list[Log]] = {}
        self._groups: dict[str, Group] = {}
        self._up = True
        self.changed = threading.Condition(threading.RLock())
        for topic in topics or ():
            self.create(topic)

    def publisher(self) -> MemoryPublisher:
        """Make a publisher."""
        return MemoryPublisher(self)

    def subscriber(self, group: str | None = None) -> MemorySubscriber:
        """Make a subscriber, a member of the group once it subscribes."""
        return MemorySubscriber(self, group)

    def create(self, topic: str, partitions: int | None = None) -> None:
        """Make a topic, with the broker's number of partitions unless told."""
        with self.changed:
            self._logs.setdefault(topic, [Log() for _ in range(partitions or self._partitions)])

    def stop(self) -> None:
        """Stop answering; publishers keep what they are given."""
        with self.changed:
            self._up = False

    def start(self) -> None:
        """Answer again."""
        with self.changed:
            self._up = True
            self.changed.notify_all()

    def truncate(self, at: TopicPartition, before: int) -> None:
        """Drop what stands before an offset, as retention does."""
        with self.changed:
            self.log(at).truncate(before)

    def compact(self, topic: str) -> None:
        """Keep of every key the newest record, as compaction does."""
        with self.changed:
            for log in self._existing(topic):
                log.compact()

    def records(self, topic: str) -> list[MemoryMessage]:
        """Return everything a topic holds, partition by partition."""
        with self.changed:
            return [message for log in self._existing(topic) for message in log.records]

    @property
    def up(self) -> bool:
        """Whether the broker answers."""
        return self._up

    def require(self) -> None:
        """Raise BrokerUnreachable while stopped."""
        if not self._up:
            raise BrokerUnreachable("the broker in memory is stopped")

    def partitions(self, topic: str) -> list[int]:
        """Return the partition numbers of a topic."""
        with self.changed:
            self.require()
            return list(range(len(self._existing(topic))))

    def log(self, at: TopicPartition) -> Log:
        """Return one partition's log. Raises TopicMissing."""
        logs = self._existing(at.topic)
        if not 0 <= at.partition < len(logs):
            raise TopicMissing(f"{at.topic} has no partition {at.partition}")
        return logs[at.partition]

    def append(self, record: OutgoingRecord) -> Delivered:
        """Write a record where its partition or its key says."""
        with self.changed:
            at = TopicPartition(record.topic, self._choose(record))
            message = self.log(at).append(at, record, self._clock.now())
            self.changed.notify_all()
            return Delivered(at.topic, at.partition, message.position, message.time)

    def group(self, name: str) -> Group:
        """Return a consumer group, made when first named."""
        return self._groups.setdefault(name, Group())

    def _choose(self, record: OutgoingRecord) -> int:
        if record.partition is not None:
            return record.partition
        count = len(self._existing(record.topic))
        return random.randrange(count) if record.key is None else partition_of(record.key, count)

    def _existing(self, topic: str) -> list[Log]:
        if topic not in self._logs:
            if not self._creating:
                raise TopicMissing(f"there is no topic {topic}")
            self.create(topic)
        return self._logs[topic]
