"""Ports: what the rooms above need of a transport.

`transport/kafka/` implements them on confluent-kafka, `transport/memory/` in memory; one behaviour suite proves both. Names
are logical; the transport adds the configured prefix on the way out, and messages carry logical names back in ``topic_of``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from ...schemas.errors import LiandongError

BEGINNING = -2
END = -1
"""Special offsets, with librdkafka's values."""

Headers = Sequence[tuple[str, bytes]]


class TopicPartition(NamedTuple):
    """A partition of a topic, by logical name."""

    topic: str
    partition: int


class Watermarks(NamedTuple):
    """The ends of a partition's log: its first offset, and the next one to be written."""

    low: int
    high: int


class OutgoingRecord(msgspec.Struct, frozen=True, array_like=True):
    """A record to be sent; without a partition the key decides (murmur2_random)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None
    day_only: bool = False
    """Its timestamp is the start of the day (China) it is written on: the hour would tell what is sealed in it."""


class Delivered(msgspec.Struct, frozen=True):
    """Where a record stands in the log; timestamp in ms UTC."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class Message(Protocol):
    """A received record, shaped as confluent-kafka's so that the hot path wraps nothing.

    ``topic()`` is the physical name; use ``Subscriber.topic_of``.
    """

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def headers(self) -> list[tuple[str, bytes]] | None: ...
    def set_headers(self, headers: list[tuple[str, bytes]], /) -> None: ...
    def timestamp(self) -> tuple[int, int]: ...


class Publisher(Protocol):
    """Sends records; acks from all in-sync replicas, idempotent, order per partition kept."""

    def send(self, record: OutgoingRecord, done: Callable[[Delivered | Exception], None] | None = None) -> None:
        """Queue one record; wait while the queue is full. ``done`` is called from ``poll``."""

    def poll(self, timeout: float = 0.0) -> None:
        """Run due ``done`` calls; wait up to ``timeout`` seconds for one."""

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises ``TopicMissing`` if it does not exist."""

    def flush(self, timeout: float = -1) -> int:
        """Wait until all is delivered; return how many records still are not."""

    def purge(self) -> None:
        """Drop what is queued or in flight (a relay that lost its lease)."""

    def close(self) -> None:
        """Flush and let go."""


class Subscriber(Protocol):
    """Reads records; positions are kept by the caller."""

    def topic_of(self, message: Message) -> str:
        """Return the logical topic of a message."""

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises ``TopicMissing`` if it does not exist."""

    def topic_id(self, topic: str) -> bytes:
        """Return the 16 bytes by which the broker tells a topic from one of the same name before it. Raises ``TopicMissing``.

        Any thread may call this while another one waits or polls.
        """

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from these offsets (or BEGINNING / END), assigned by hand."""

    def subscribe(
        self,
        topics: Sequence[str],
        assigned: Callable[[Iterable[TopicPartition]], None] | None = None,
        revoked: Callable[[Iterable[TopicPartition]], None] | None = None,
    ) -> None:
        """Join the consumer group given at construction.

        Reading starts where the group committed, otherwise at the beginning, unless `move` says another place.
        """

    def move(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read partitions the group gave on from these offsets (or BEGINNING); what came of them and was not polled is dropped.

        A partition that is not this member's any more stays with whoever has it.
        """

    def poll(self, limit: int, timeout: float) -> list[Message]:
        """Wait up to ``timeout`` seconds for one record, then drain what is there up to ``limit``; never wait to fill."""

    def wait(self, seconds: float) -> bool:
        """Wait until there is something for the next ``poll``; return False if there is nothing after so many seconds.

        Raises nothing: what goes wrong is raised by that ``poll``.
        """

    def commit(self, positions: Mapping[TopicPartition, int], note: str = "") -> None:
        """Commit next offsets to the group, synchronously, with a note of at most 4,096 bytes beside each."""

    def note(self, at: TopicPartition) -> str:
        """Return the note that was committed to the group last for a partition, empty without one."""

    def watermarks(self, at: TopicPartition) -> Watermarks:
        """Return the ends of a partition's log."""

    def watermarks_aside(self, at: TopicPartition) -> Watermarks:
        """Return the same; this alone any thread may call while another one waits or polls, and it is not held up by that."""

    def close(self) -> None:
        """Leave the group and let go."""


class OutboxRow(msgspec.Struct, frozen=True):
    """One record waiting to be sent."""

    row: int
    """Position in its lane; the relay keeps this order."""
    record: OutgoingRecord


class LeaseLost(LiandongError):
    """Another relay has taken over; whoever gets this stops sending."""

    def __init__(self, epoch: int) -> None:
        """Take the `epoch` that is over."""
        super().__init__(
            "LEASE_LOST",
            f"epoch {epoch} of this outbox's lease is over, another relay sends now",
            "nothing to do: what was not marked as sent is sent again, in order, by the relay that holds the lease",
            f"本待发箱的租约第 {epoch} 期已结束，现由另一转发进程发送",
            "无须处理：未标记为已发送的内容，由现持租约的转发进程按顺序重新发送",
        )


class Lease(msgspec.Struct, frozen=True):
    """Who sends an outbox, until when (ms UTC); the owner is empty if nobody does."""

    owner: str
    epoch: int
    expires_at: int


class Outbox(Protocol):
    """Where accepted records wait, in the same database as what they tell of.

    Lanes are independent orders: ``relief`` is drained before ``state``, ``state`` before others.
    """

    def lanes(self) -> Sequence[str]:
        """Return the lanes in order of urgency."""

    def acquire(self, owner: str, seconds: float, over: Lease | None = None) -> int | None:
        """Take or renew the one lease for ``owner``; return its fencing epoch, None if held by another.

        ``over`` is a lease the caller has seen stand still for as long as one lasts: it counts as run out.
        """

    def holder(self) -> Lease:
        """Return the lease as it stands; its owner is empty if it has run out."""

    def release(self, owner: str) -> None:
        """Give the lease back."""

    def unsent(self, lane: str, after: int, limit: int) -> list[OutboxRow]:
        """Return the rows of a lane behind row ``after``, oldest first."""

    def sent_through(self, lane: str) -> int:
        """Return the last row of the contiguous sent prefix, 0 at first."""

    def mark_sent(self, lane: str, epoch: int, delivered: Sequence[tuple[int, Delivered]]) -> None:
        """Move the sent prefix over these contiguous rows and note where they stand.

        Raises ``LeaseLost`` if the epoch is no longer the current one.
        """
