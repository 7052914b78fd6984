"""Reading a part of the log up to where it ended when the reading began."""

from collections.abc import Iterator, Mapping

from ...schemas.errors import Unavailable
from ...topics.transport.ports import BEGINNING, Message, Subscriber, TopicPartition

_BATCH = 5_000
_PATIENCE = 60
"""Empty polls of half a second in a row, half a minute of them, before the broker is given up."""


class LogStalled(Unavailable):
    """Records are in the log and the broker does not deliver them."""

    def __init__(self, missing: Mapping[TopicPartition, int]) -> None:
        where = ", ".join(f"{lane.topic}/{lane.partition} before {end}" for lane, end in sorted(missing.items()))
        super().__init__("LOG_STALLED", f"nothing came for half a minute: {where}", "check the brokers and try again")


def topic_lanes(subscriber: Subscriber, *topics: str) -> list[TopicPartition]:
    """List all partitions of these topics; TopicMissing if one does not exist."""
    return [TopicPartition(topic, number) for topic in topics for number in subscriber.partitions(topic)]


def read_to_end(
    subscriber: Subscriber, positions: Mapping[TopicPartition, int]
) -> Iterator[tuple[TopicPartition, Message]]:
    """Yield every record from these next offsets to the present end of each partition; more may follow behind it.

    A position the log no longer holds starts at what is left. Raises LOG_STALLED and what the transport raises.
    Nothing stays assigned: a client that waits for more would make every later question wait behind that.
    """
    starts: dict[TopicPartition, int] = {}
    ends: dict[TopicPartition, int] = {}
    for lane, position in positions.items():
        low, high = subscriber.watermarks(lane)
        if max(low, position) < high:
            starts[lane] = position if low <= position else BEGINNING
            ends[lane] = high
    if not ends:
        return
    subscriber.assign(starts)
    idle = 0
    while ends:
        messages = subscriber.poll(_BATCH, 0.5)
        idle = 0 if messages else idle + 1
        if idle > _PATIENCE:
            raise LogStalled(ends)
        for message in messages:
            lane = TopicPartition(subscriber.topic_of(message), message.partition())
            yield lane, message
            if message.offset() + 1 >= ends.get(lane, 0):
                ends.pop(lane, None)
    subscriber.assign({})
