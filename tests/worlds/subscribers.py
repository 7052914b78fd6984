"""Subscribers that watch over how they are used."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from liandong.topics.transport.ports import Message, Subscriber, TopicPartition, Watermarks

Listener = Callable[[Iterable[TopicPartition]], None]


class Polled:
    """A subscriber of a worker: it fails the test if a step waits, and counts what it was asked and gave."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber
        self.count = 0
        """Messages given."""
        self.polls = 0
        self.assignments = 0
        """Attempts, also those that failed."""

    def topic_of(self, message: Message) -> str:
        return self._subscriber.topic_of(message)

    def partitions(self, topic: str) -> list[int]:
        return self._subscriber.partitions(topic)

    def topic_id(self, topic: str) -> bytes:
        return self._subscriber.topic_id(topic)

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        self.assignments += 1
        self._subscriber.assign(positions)

    def subscribe(
        self, topics: Sequence[str], assigned: Listener | None = None, revoked: Listener | None = None
    ) -> None:
        self.assignments += 1
        self._subscriber.subscribe(topics, assigned, revoked)

    def move(self, positions: Mapping[TopicPartition, int]) -> None:
        self._subscriber.move(positions)

    def poll(self, limit: int, timeout: float) -> list[Message]:
        assert timeout == 0, "a step never waits"
        self.polls += 1
        messages = self._subscriber.poll(limit, timeout)
        self.count += len(messages)
        return messages

    def wait(self, seconds: float) -> bool:
        return self._subscriber.wait(seconds)

    def commit(self, positions: Mapping[TopicPartition, int], note: str = "") -> None:
        self._subscriber.commit(positions, note)

    def note(self, at: TopicPartition) -> str:
        return self._subscriber.note(at)

    def watermarks(self, at: TopicPartition) -> Watermarks:
        return self._subscriber.watermarks(at)

    def watermarks_aside(self, at: TopicPartition) -> Watermarks:
        return self._subscriber.watermarks_aside(at)

    def close(self) -> None:
        self._subscriber.close()
