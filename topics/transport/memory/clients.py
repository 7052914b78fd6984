"""`ports.Publisher` and `ports.Subscriber` on the broker in memory."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..callbacks import Callbacks
from ..errors import BrokerUnreachable, CommitRefused, OffsetOutOfRange, RecordPurged, TopicMissing
from ..ports import BEGINNING, END, Delivered, Message, OutgoingRecord, TopicPartition, Watermarks
from .group import Member

if TYPE_CHECKING:
    from .broker import MemoryBroker

Done = Callable[[Delivered | Exception], None]
CLOSE_SECONDS = 30.0
"""How long `close` waits for what is still to be delivered."""


class MemoryPublisher:
    """`ports.Publisher` on a `MemoryBroker`."""

    def __init__(self, broker: "MemoryBroker") -> None:
        self._broker = broker
        self._queue: list[tuple[OutgoingRecord, Done | None]] = []
        self._due: list[tuple[Done, Delivered | Exception]] = []
        self._callbacks = Callbacks()

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        """Write at once, or keep the record while the broker is stopped."""
        with self._broker.changed:
            self._queue.append((record, done))
            self._deliver()

    def poll(self, timeout: float = 0.0) -> None:
        """Run due callbacks; waits up to `timeout` seconds for one."""
        with self._broker.changed:
            self._broker.changed.wait_for(self._deliver, 0 if self._due else timeout)
            due, self._due = self._due, []
        for done, outcome in due:
            self._callbacks.run(done, outcome)
        self._callbacks.check()

    def flush(self, timeout: float = -1) -> int:
        """Wait until all is delivered; return how many records still are not."""
        with self._broker.changed:
            self._broker.changed.wait_for(lambda: self._deliver() or not self._queue, None if timeout < 0 else timeout)
        self.poll()
        return len(self._queue)

    def purge(self) -> None:
        """Drop what is queued; its callbacks get RecordPurged."""
        with self._broker.changed:
            dropped, self._queue = self._queue, []
            purged = RecordPurged("dropped before delivery")
            self._due += [(done, purged) for _, done in dropped if done is not None]
        self.poll()

    def close(self) -> None:
        """Flush. Raises BrokerUnreachable if records stay behind."""
        left = self.flush(CLOSE_SECONDS)
        if left:
            self.purge()
            raise BrokerUnreachable(f"{left} records were not delivered")

    def _deliver(self) -> bool:
        """Move the queue into the logs if the broker is up; return whether callbacks are due."""
        if self._broker.up and self._queue:
            queue, self._queue = self._queue, []
            for record, done in queue:
                outcome = self._written(record)
                if done is not None:
                    self._due.append((done, outcome))
                elif isinstance(outcome, Exception):
                    self._callbacks.keep(outcome)
        return bool(self._due)

    def _written(self, record: OutgoingRecord) -> Delivered | Exception:
        try:
            return self._broker.append(record)
        except TopicMissing as missing:
            return missing


class MemorySubscriber:
    """`ports.Subscriber` on a `MemoryBroker`."""

    def __init__(self, broker: "MemoryBroker", group: str | None) -> None:
        self._broker = broker
        self._group = group
        self._positions: dict[TopicPartition, int] = {}
        self._member: Member | None = None

    def topic_of(self, message: Message) -> str:
        """Return the topic; names have no prefix in memory."""
        return message.topic()

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises TopicMissing."""
        return self._broker.partitions(topic)

    def assign(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these partitions from these offsets."""
        with self._reachable():
            self._positions = {at: self._resolved(at, offset) for at, offset in positions.items()}

    def subscribe(
        self,
        topics: Sequence[str],
        assigned: Callable[[Iterable[TopicPartition]], None] | None = None,
        revoked: Callable[[Iterable[TopicPartition]], None] | None = None,
    ) -> None:
        """Join the group; partitions come and go in `poll`."""
        if self._group is None:
            raise ValueError("subscribe needs a group; use assign without one")
        with self._reachable():
            partitions = [
                TopicPartition(topic, number) for topic in topics for number in self._broker.partitions(topic)
            ]
            self._member = Member(frozenset(partitions), assigned, revoked)
            self._broker.group(self._group).join(self._member)
            self._broker.changed.notify_all()

    def poll(self, limit: int, timeout: float) -> list[Message]:
        """Wait for one record, then take what is there up to `limit`."""
        deadline = time.monotonic() + timeout
        while True:
            self._rebalance()
            with self._broker.changed:
                batch = self._read(limit) if self._broker.up else []
                left = deadline - time.monotonic()
                if batch or left <= 0:
                    return batch
                self._broker.changed.wait(left)

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to read, at most so many seconds; return whether there is."""
        with self._broker.changed:
            return self._broker.changed.wait_for(self._has_news, seconds)

    def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Commit next offsets. Raises CommitRefused for partitions another member has."""
        if self._group is None:
            raise ValueError("commit needs a group")
        with self._reachable():
            group = self._broker.group(self._group)
            foreign = [at for at in positions if not group.may_commit(self._member, at)]
            if foreign:
                raise CommitRefused(
                    f"{foreign[0].topic} [{foreign[0].partition}] belongs to another member of {self._group}"
                )
            group.offsets.update(positions)

    def watermarks(self, at: TopicPartition) -> Watermarks:
        """Return the low and the high watermark of a partition."""
        with self._reachable():
            log = self._broker.log(at)
            return Watermarks(log.low, log.high)

    def close(self) -> None:
        """Leave the group; its partitions are free at once."""
        self._positions = {}
        if self._member is None or self._group is None:
            return
        member, self._member = self._member, None
        with self._broker.changed:
            given_up = self._broker.group(self._group).owned(member)
        if given_up and member.revoked is not None:
            member.revoked(given_up)
        with self._broker.changed:
            self._broker.group(self._group).leave(member)
            self._broker.changed.notify_all()

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        with self._broker.changed:
            self._broker.require()
            yield

    def _resolved(self, at: TopicPartition, offset: int) -> int:
        log = self._broker.log(at)
        return {BEGINNING: log.low, END: log.high}.get(offset, offset)

    def _has_news(self) -> bool:
        """Whether `poll` would do anything: records, a position outside the log, partitions that come or go."""
        if not self._broker.up:
            return False
        if self._member is not None and self._group is not None:
            group = self._broker.group(self._group)
            if group.to_give_up(self._member) or group.may_take(self._member):
                return True
        return any(self._broker.log(at).high != position for at, position in self._positions.items())

    def _rebalance(self) -> None:
        """Give up what the group wants back, take what is free."""
        member = self._member
        if member is None or self._group is None or not self._broker.up:
            return
        with self._broker.changed:
            leaving = self._broker.group(self._group).to_give_up(member)
        if leaving:
            if member.revoked is not None:
                member.revoked(leaving)
            with self._broker.changed:
                self._broker.group(self._group).release(leaving)
                self._broker.changed.notify_all()
            for at in leaving:
                self._positions.pop(at, None)
        with self._broker.changed:
            group = self._broker.group(self._group)
            joining = group.take(member)
            for at in joining:
                self._positions[at] = self._resolved(at, group.offsets.get(at, BEGINNING))
        if joining and member.assigned is not None:
            member.assigned(joining)

    def _read(self, limit: int) -> list[Message]:
        messages: list[Message] = []
        for at, position in list(self._positions.items()):
            log = self._broker.log(at)
            if not log.low <= position <= log.high:
                if messages:
                    return messages
                raise OffsetOutOfRange(at, f"{at.topic} [{at.partition}] holds {log.low} to {log.high}, not {position}")
            batch = log.read(position, limit - len(messages))
            if batch:
                messages += batch
                # to the back of the line, so that a full partition does not starve the others
                del self._positions[at]
                self._positions[at] = batch[-1].position + 1
            if len(messages) >= limit:
                break
        return messages
