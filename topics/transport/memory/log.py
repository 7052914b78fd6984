"""The logs of the broker in memory: what a partition holds, and how it shrinks."""

from bisect import bisect_left
from dataclasses import dataclass, field

from ..ports import OutgoingRecord, TopicPartition

_CREATE_TIME = 1
"""Timestamp type of records stamped by their sender, as in Kafka."""


@dataclass(frozen=True, slots=True)
class MemoryMessage:
    """One record in the log, shaped as confluent-kafka's."""

    at: TopicPartition
    position: int
    record: OutgoingRecord
    time: int

    def topic(self) -> str:
        """Return its topic."""
        return self.at.topic

    def partition(self) -> int:
        """Return its partition."""
        return self.at.partition

    def offset(self) -> int:
        """Return its offset."""
        return self.position

    def key(self) -> bytes | None:
        """Return its key."""
        return self.record.key

    def value(self) -> bytes | None:
        """Return its value."""
        return self.record.value

    def headers(self) -> list[tuple[str, bytes]] | None:
        """Return its headers, None if there are none."""
        return list(self.record.headers) or None

    def timestamp(self) -> tuple[int, int]:
        """Return type 1 (create time) and ms UTC."""
        return _CREATE_TIME, self.time


def _position(message: MemoryMessage) -> int:
    return message.position


@dataclass(slots=True)
class Log:
    """One partition: the records still there and both watermarks."""

    low: int = 0
    high: int = 0
    records: list[MemoryMessage] = field(default_factory=list)

    def append(self, at: TopicPartition, record: OutgoingRecord, time: int) -> MemoryMessage:
        """Add a record at the high watermark."""
        message = MemoryMessage(at, self.high, record, time)
        self.records.append(message)
        self.high += 1
        return message

    def read(self, position: int, limit: int) -> list[MemoryMessage]:
        """Return the records at and behind a position; compaction may have left gaps."""
        start = bisect_left(self.records, position, key=_position)
        return self.records[start : start + limit]

    def truncate(self, before: int) -> None:
        """Drop records before an offset, as retention does."""
        self.low = min(max(self.low, before), self.high)
        del self.records[: bisect_left(self.records, self.low, key=_position)]

    def compact(self) -> None:
        """Keep of every key the newest record, where it stands, as compaction does."""
        newest = {message.key(): message.position for message in self.records}
        self.records = [message for message in self.records if newest[message.key()] == message.position]
