"""The logs of the broker in memory: what a partition holds, what of it readers get yet, and how it shrinks."""

import math
from bisect import bisect_left
from dataclasses import dataclass, field

import msgspec

from ..ports import OutgoingRecord, TopicPartition

CREATE_TIME, APPEND_TIME = 1, 2
"""Timestamp types, as in Kafka: stamped by the sender, by the broker."""


class MemoryMessage(msgspec.Struct, frozen=True):
    """One record in the log, shaped as confluent-kafka's."""

    at: TopicPartition
    position: int
    record: OutgoingRecord
    time: int
    time_type: int = CREATE_TIME

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
        """Return its headers, None if there are none.

        Raises SystemError, as the client library does, for a name that is not UTF-8 (written with surrogate escapes).
        """
        try:
            for name, _ in self.record.headers:
                name.encode()
        except UnicodeEncodeError as odd:
            raise SystemError("headers() returned a result with an exception set") from odd
        return list(self.record.headers) or None

    def set_headers(self, headers: list[tuple[str, bytes]], /) -> None:
        """Do nothing: all readers share it, and here asking again does no harm."""

    def timestamp(self) -> tuple[int, int]:
        """Return the timestamp's type and ms UTC."""
        return self.time_type, self.time


def _position(message: MemoryMessage) -> int:
    return message.position


@dataclass(slots=True)
class Log:
    """One partition: the records still there and both watermarks."""

    low: int = 0
    high: int = 0
    records: list[MemoryMessage] = field(default_factory=list)
    held_from: int | None = None
    """From this offset on, readers get nothing before `held_until`; None if nothing is held."""
    held_until: float = math.inf
    nulls_until: dict[int, int] = field(default_factory=dict)
    """When the nulls that compaction has seen may go, by offset; ms UTC."""

    def append(self, at: TopicPartition, record: OutgoingRecord, time: int, time_type: int) -> MemoryMessage:
        """Add a record at the high watermark."""
        message = MemoryMessage(at, self.high, record, time, time_type)
        self.records.append(message)
        self.high += 1
        return message

    def read(self, position: int, limit: int) -> list[MemoryMessage]:
        """Return the records at and behind a position that readers get; compaction may have left gaps."""
        start = self.index(position)
        end = start + limit
        if self.held_from is not None:
            end = min(end, self.index(self.held_from))
        return self.records[start:end]

    def unread(self, position: int) -> bool:
        """Whether readers at a position get anything."""
        return bool(self.read(position, 1))

    def hold(self, until: float) -> None:
        """Keep from readers what is appended from now on, up to a monotonic time."""
        if self.held_from is None:
            self.held_from = self.high
        self.held_until = until

    def release(self) -> None:
        """Let readers have everything."""
        self.held_from, self.held_until = None, math.inf

    def truncate(self, before: int) -> None:
        """Drop records before an offset, as retention does."""
        self.low = min(max(self.low, before), self.high)
        del self.records[: bisect_left(self.records, self.low, key=_position)]

    def compact(self) -> None:
        """Keep of every key the newest record, where it stands, as compaction does."""
        newest = {message.key(): message.position for message in self.records}
        self.records = [message for message in self.records if newest[message.key()] == message.position]

    def index(self, position: int) -> int:
        """Return where in the list the first record at or behind a position is."""
        records = self.records
        if not records:
            return 0
        first = records[0].position
        if self.high - first == len(records):  # without gaps
            return max(0, position - first)
        return bisect_left(records, position, key=_position)
