"""A message of the log as effects see it, wherever it waits."""

from dataclasses import dataclass

from ...topics.transport.ports import Headers, TopicPartition


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message stands in the log, by logical topic."""

    topic: str
    partition: int
    offset: int

    @property
    def at(self) -> TopicPartition:
        """The partition."""
        return TopicPartition(self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class Received:
    """A message as effects see it."""

    origin: Origin
    key: bytes | None
    value: bytes | None
    headers: Headers
