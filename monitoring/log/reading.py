"""Reading a part of the log to where it ended when one began to read."""

from collections.abc import Iterator, Mapping

from ...schemas.errors import Unavailable
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition

_BATCH = 5_000
_PATIENCE = 60
"""Empty polls of half a second in a row before the broker is given up."""


class LogStalled(Unavailable):
    """Records are in the log and do not come."""

    def __init__(self, missing: Mapping[TopicPartition, int]) -> None:
        where = ", ".join(f"{lane.topic}/{lane.partition} before {end}" for lane, end in sorted(missing.items()))
        super().__init__("LOG_STALLED", f"nothing came for half a minute: {where}", "check the brokers and try again")


def topic_lanes(subscriber: Subscriber, *topics: str) -> list[TopicPartition]:
    """All partitions of these topics; TopicMissing if one does not exist."""
    return [TopicPartition(topic, each) for topic in topics for each in subscriber.partitions(topic)]


def read_to_end(
    subscriber: Subscriber, positions: Mapping[TopicPartition, int]
) -> Iterator[tuple[TopicPartition, Message]]:
    """Every record from these next offsets to the present end of each partition; more may follow behind it.

    A position the log no longer holds starts at what is left. Raises LOG_STALLED and what the transport raises.
    Nothing stays assigned: a client that waits for more would make every later question wait behind that.
    """
    wanted: dict[TopicPartition, int] = {}
    missing: dict[TopicPartition, int] = {}
    for lane, position in positions.items():
        low, high = subscriber.watermarks(lane)
        if max(low, position) < high:
            wanted[lane] = position if low <= position else BEGINNING
            missing[lane] = high
    if not missing:
        return
    subscriber.assign(wanted)
    idle = 0
    while missing:
        messages = subscriber.poll(_BATCH, 0.5)
        idle = 0 if messages else idle + 1
        if idle > _PATIENCE:
            raise LogStalled(missing)
        for message in messages:
            lane = TopicPartition(subscriber.topic_of(message), message.partition())
            yield lane, message
            if message.offset() + 1 >= missing.get(lane, 0):
                missing.pop(lane, None)
    subscriber.assign({})
