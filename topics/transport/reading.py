"""Reading a part of the log up to where it ended when the reading began."""

from collections.abc import Mapping

from ...schemas.errors import Unavailable
from ..workers.clock import Clock
from ..workers.threads import work_until
from ..workers.worker import AT_ONCE, Part
from .ports import BEGINNING, Message, Subscriber, TopicPartition

_BATCH = 5_000
_SLICE = 0.5
_PATIENCE = 30.0
"""Seconds without a record before the broker is given up."""


class LogStalled(Unavailable):
    """Records are in the log and the broker does not deliver them."""

    def __init__(self, missing: Mapping[TopicPartition, int]) -> None:
        lanes = sorted(missing.items())
        where = ", ".join(f"{lane.topic}/{lane.partition} before {end}" for lane, end in lanes)
        where_zh = "、".join(f"{lane.topic}/{lane.partition} 至 {end}" for lane, end in lanes)
        super().__init__(
            "LOG_STALLED",
            f"nothing came for half a minute: {where}",
            "check the brokers and try again",
            f"半分钟内没有收到任何消息：{where_zh}",
            "请检查消息服务器后重试",
        )


def topic_lanes(subscriber: Subscriber, *topics: str) -> list[TopicPartition]:
    """List all partitions of these topics; TopicMissing if one does not exist."""
    return [TopicPartition(topic, number) for topic in topics for number in subscriber.partitions(topic)]


def lane_of(subscriber: Subscriber, message: Message) -> TopicPartition:
    """Return where a message stands, by logical name."""
    return TopicPartition(subscriber.topic_of(message), message.partition())


class ReadToEnd:
    """Reads in steps from these next offsets to the present end of each partition; more may follow behind it.

    A position the log no longer holds starts at what is left. Once done nothing stays assigned: a client that waits for
    more would make every later question wait behind that.
    """

    def __init__(
        self, subscriber: Subscriber, positions: Mapping[TopicPartition, int], clock: Clock, limit: int = _BATCH
    ) -> None:
        """Look where the partitions end now. Raises TransportError."""
        self._subscriber, self._clock, self._limit = subscriber, clock, limit
        self._ends: dict[TopicPartition, int] = {}
        starts: dict[TopicPartition, int] = {}
        for lane, position in positions.items():
            low, high = subscriber.watermarks(lane)
            if max(low, position) < high:
                starts[lane] = position if low <= position else BEGINNING
                self._ends[lane] = high
        if starts:
            subscriber.assign(starts)
        self._heard_at = clock.monotonic()

    @property
    def done(self) -> bool:
        """Whether everything up to the ends was read."""
        return not self._ends

    def read(self) -> list[Message]:
        """Return what is there now, without waiting for more. Raises LOG_STALLED and what the transport raises."""
        if not self._ends:
            return []
        messages = self._subscriber.poll(self._limit, 0)
        if messages:
            self._heard_at = self._clock.monotonic()
        elif self._clock.monotonic() - self._heard_at > _PATIENCE:
            raise LogStalled(self._ends)
        for message in messages:
            lane = lane_of(self._subscriber, message)
            if message.offset() + 1 >= self._ends.get(lane, 0):
                self._ends.pop(lane, None)
        if not self._ends:
            self._subscriber.assign({})
        return messages


def read_all(subscriber: Subscriber, positions: Mapping[TopicPartition, int], clock: Clock) -> list[Message]:
    """Return everything from these next offsets to the present ends, for commands that can do nothing before.

    Raises LOG_STALLED and what the transport raises.
    """
    collecting = _Collecting(ReadToEnd(subscriber, positions, clock))
    while not work_until(Part("reading", collecting, subscriber.wait), collecting.done, _PATIENCE):
        pass  # a reading that stalls raises
    return collecting.messages


def read_one(subscriber: Subscriber, at: TopicPartition, offset: int, clock: Clock) -> Message | None:
    """Return the record at an offset, None if the log does not have it; for commands that can do nothing before.

    Raises LOG_STALLED and what the transport raises.
    """
    low, high = subscriber.watermarks(at)
    if not low <= offset < high:
        return None
    collecting = _Collecting(ReadToEnd(subscriber, {at: offset}, clock, limit=1))
    part = Part("reading", collecting, subscriber.wait)
    while not work_until(part, lambda: bool(collecting.messages) or collecting.done(), _PATIENCE):
        pass  # a reading that stalls raises
    subscriber.assign({})
    return next((each for each in collecting.messages if each.offset() == offset), None)


class _Collecting:
    """Keeps what a reading gives; a `Worker`."""

    def __init__(self, reading: ReadToEnd) -> None:
        self._reading = reading
        self.messages: list[Message] = []

    def done(self) -> bool:
        """Return whether everything was read."""
        return self._reading.done

    def step(self) -> float:
        """Keep what is there now."""
        messages = self._reading.read()
        self.messages += messages
        return AT_ONCE if messages else _SLICE

    def close(self) -> None:
        """Do nothing: a reading that is done holds nothing."""
