"""`ports.Publisher` on the broker in memory."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ....schemas.phrases import Phrase
from ..callbacks import Callbacks
from ..errors import BrokerUnreachable, RecordPurged
from ..ports import Delivered, OutgoingRecord
from .network import Acknowledgements, Client

if TYPE_CHECKING:
    from .broker import MemoryBroker

Outcome = Delivered | Exception
Done = Callable[[Outcome], None]
CLOSE_SECONDS = 30.0
"""How long `close` waits for what is still to be delivered."""


class MemoryPublisher:
    """Idempotent: what is in the log is never written again by the same publisher, whatever becomes of the answer."""

    def __init__(self, broker: "MemoryBroker", client: Client) -> None:
        self._broker = broker
        self._client = client
        self._queue: list[tuple[OutgoingRecord, Done | None]] = []
        self._unanswered: list[tuple[Outcome, Done | None]] = []
        """Decided by the broker, not yet heard of by us."""
        self._due: list[tuple[Done, Outcome]] = []
        self._callbacks = Callbacks()

    def send(self, record: OutgoingRecord, done: Done | None = None) -> None:
        """Write at once, or keep the record while the broker cannot be reached."""
        with self._broker.changed:
            self._queue.append((record, done))
            self._deliver()

    def poll(self, timeout: float = 0.0) -> None:
        """Run due callbacks; waits up to `timeout` seconds for one."""
        if timeout > 0 or self._queue or self._unanswered or self._due:
            with self._broker.changed:
                if not self._deliver() and timeout > 0:
                    self._broker.changed.wait_for(self._deliver, timeout)
                due, self._due = self._due, []
            for done, outcome in due:
                self._callbacks.run(done, outcome)
        self._callbacks.check()

    def partitions(self, topic: str) -> list[int]:
        """Return the partitions of a topic. Raises TopicMissing, BrokerUnreachable."""
        with self._broker.changed:
            if not self._broker.network.reaches(self._client.name):
                raise BrokerUnreachable(f"looking for {topic}: nobody answers")
            return list(range(len(self._broker.topics.named(topic).logs)))

    def flush(self, timeout: float = -1) -> int:
        """Wait until all is delivered; return how many records still are not."""
        with self._broker.changed:
            if self._left() and timeout != 0:
                self._broker.changed.wait_for(lambda: not self._left(), None if timeout < 0 else timeout)
        self.poll()
        return len(self._queue) + len(self._unanswered)

    def purge(self) -> None:
        """Drop what is queued or unanswered; its callbacks get RecordPurged, though the log may have the record."""
        with self._broker.changed:
            dropped = [done for _, done in self._unanswered] + [done for _, done in self._queue]
            self._queue, self._unanswered = [], []
            purged = RecordPurged("dropped before its delivery was known")
            self._due += [(done, purged) for done in dropped if done is not None]
        self.poll()

    def close(self) -> None:
        """Flush. Raises BrokerUnreachable if records stay behind."""
        left = self.flush(CLOSE_SECONDS)
        if left:
            self.purge()
            raise BrokerUnreachable(Phrase(f"{left} records were not delivered", f"{left} 条记录未送达"))

    def _left(self) -> int:
        self._deliver()
        return len(self._queue) + len(self._unanswered)

    def _deliver(self) -> bool:
        """Move the queue into the logs and take the answers, if we are connected; return whether callbacks are due."""
        if self._broker.network.reaches(self._client.name):
            answers = self._broker.network.answers(self._client.name)
            if self._queue:
                queue, self._queue = self._queue, []
                self._unanswered += [(self._broker.append(record, self._client), done) for record, done in queue]
            if self._unanswered and answers is not Acknowledgements.HELD:
                unanswered, self._unanswered = self._unanswered, []
                for outcome, done in unanswered:
                    self._take(
                        BrokerUnreachable("no answer in time") if answers is Acknowledgements.LOST else outcome, done
                    )
        return bool(self._due)

    def _take(self, outcome: Outcome, done: Done | None) -> None:
        if done is not None:
            self._due.append((done, outcome))
        elif isinstance(outcome, Exception):
            self._callbacks.keep(outcome)
