"""The transport's ports of a process that can die. In virtual time nobody waits: what is not there now is not there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from liandong.topics.transport.errors import BrokerUnreachable, TransportError
from liandong.topics.transport.ports import (
    Delivered,
    Message,
    OutgoingRecord,
    Publisher,
    Subscriber,
    TopicPartition,
    Watermarks,
)

from .crashing import Life

Done = Callable[[Delivered | Exception], None]
Listener = Callable[[Iterable[TopicPartition]], None]


class MortalSubscriber:
    """`ports.Subscriber` of a life. One that dies never leaves its group: its session has to time out."""

    def __init__(self, inner: Subscriber, life: Life) -> None:
        self.inner = inner
        self._life = life

    def topic_of(self, message: Message) -> str:
        return self.inner.topic_of(message)

    def partitions(self, topic: str) -> list[int]:
        return self._life.call(lambda: self.inner.partitions(topic))

    def topic_id(self, topic: str) -> bytes:
        return self._life.call(lambda: self.inner.topic_id(topic))

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        self._life.call(lambda: self.inner.assign(positions))

    def subscribe(
        self, topics: Sequence[str], assigned: Listener | None = None, revoked: Listener | None = None
    ) -> None:
        self._life.call(lambda: self.inner.subscribe(topics, assigned, revoked))

    def move(self, positions: Mapping[TopicPartition, int]) -> None:
        self._life.call(lambda: self.inner.move(positions))

    def poll(self, limit: int, timeout: float) -> list[Message]:
        assert timeout == 0, "a step waits"
        return self._life.call(lambda: self.inner.poll(limit, 0))

    def wait(self, _seconds: float) -> bool:
        return self._life.call(lambda: self.inner.wait(0))

    def commit(self, positions: Mapping[TopicPartition, int], note: str = "") -> None:
        self._life.call(lambda: self.inner.commit(positions, note), keeps=True)

    def note(self, at: TopicPartition) -> str:
        return self._life.call(lambda: self.inner.note(at))

    def watermarks(self, at: TopicPartition) -> Watermarks:
        return self._life.call(lambda: self.inner.watermarks(at))

    def watermarks_aside(self, at: TopicPartition) -> Watermarks:
        return self._life.call(lambda: self.inner.watermarks_aside(at))

    def close(self) -> None:
        self._life.call(self.inner.close)


class MortalPublisher:
    """`ports.Publisher` of a life. What it has queued when it dies is never sent; what was appended stays."""

    def __init__(self, inner: Publisher, life: Life) -> None:
        self.inner = inner
        self._life = life
        life.leaves(self._forget)

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        told = None if done is None else self._while_alive(done)
        self._life.call(lambda: self.inner.send(record, told))

    def poll(self, _timeout: float = 0.0) -> None:
        self._life.call(lambda: self.inner.poll(0))

    def partitions(self, topic: str) -> list[int]:
        return self._life.call(lambda: self.inner.partitions(topic))

    def flush(self, _timeout: float = -1) -> int:
        return self._life.call(lambda: self.inner.flush(0))

    def purge(self) -> None:
        self._life.call(self.inner.purge)

    def close(self) -> None:
        """Give up what is not delivered, as the real one does after its patience, which nobody has here."""
        left = self.flush()
        if left:
            self.purge()
            raise BrokerUnreachable(f"{left} records were not delivered")

    def _forget(self) -> None:
        with suppress(TransportError):  # nobody is left to hear what went wrong
            self.inner.purge()

    def _while_alive(self, done: Done) -> Done:
        def told(outcome: Delivered | Exception) -> None:
            if self._life.alive:
                done(outcome)

        return told
