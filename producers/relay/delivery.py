"""Sending while accepting, and waiting until what was accepted is in the log."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager

from ...schemas.errors import Unavailable
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from ...topics.transport.ports import Publisher
from ...topics.workers.chance import Chance, SystemChance
from ...topics.workers.clock import Clock, SystemClock
from .relay import Relay, new_owner

_TICK = 0.2


class NotSentYet(Unavailable):
    """Accepted and safe, but not in the log within the time given."""

    def __init__(self, waiting: int) -> None:
        """Take how many rows wait."""
        super().__init__(
            "NOT_SENT_YET",
            f"everything is accepted; {waiting} rows still wait in the outbox",
            "nothing is lost: `liandong court relay` sends them, `liandong status` shows when they are through",
        )


class Sending:
    """A relay at work in the background of this process, unless another process's relay does the same work."""

    def __init__(self, outbox: SqlOutbox, publisher: Publisher, clock: Clock, chance: Chance) -> None:
        """Start at once; `stop` ends it."""
        self._outbox = outbox
        self._relay = Relay(outbox, publisher, clock, new_owner(chance))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._relay.run, args=(self._stopped,), name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Wait for what is in flight and end the background's work."""
        self._stopped.set()
        self._thread.join()

    def wait(self, seconds: float, progressed: Callable[[int, int], None] = lambda _sent, _total: None) -> None:
        """Return when all that is accepted now is in the log; `progressed` gets rows sent and to be sent.

        Raises NotSentYet after `seconds`, and at once what the broker refused.
        """
        through = {lane: self._outbox.accepted_through(lane) for lane in self._outbox.lanes()}
        self.stop()
        enough = threading.Event()
        with ThreadPoolExecutor(1, "relay") as pool:
            drained = pool.submit(self._relay.drain, through, enough)
            try:
                self._watch(drained, through, seconds, progressed)
            finally:
                enough.set()

    def _watch(
        self, drained: "Future[int]", through: dict[str, int], seconds: float, progressed: Callable[[int, int], None]
    ) -> None:
        total, ticks = sum(through.values()), 0
        while True:
            try:
                drained.result(_TICK)
            except NotYet:
                sent = sum(min(self._outbox.sent_through(lane), row) for lane, row in through.items())
                progressed(sent, total)
                ticks += 1
                if ticks * _TICK > seconds:
                    raise NotSentYet(total - sent) from None
            else:
                progressed(total, total)
                return


def require_topics(settings: Settings, jurisdiction: str) -> None:
    """Raise TopicMissing or BrokerUnreachable before anything is accepted that could not be sent."""
    subscriber = KafkaSubscriber(settings, client_id="liandong-publisher-probe")
    try:
        for topic in (*names.state_topics(jurisdiction), names.relief(jurisdiction)):
            subscriber.partitions(topic)
    finally:
        subscriber.close()


@contextmanager
def sending(settings: Settings, outbox: SqlOutbox, clock: Clock, chance: Chance, client_id: str) -> Iterator[Sending]:
    """Send to Kafka while the block runs; stop gracefully."""
    publisher = KafkaPublisher(settings, client_id=client_id, linger_ms=5)
    work = Sending(outbox, publisher, clock, chance)
    try:
        yield work
    finally:
        work.stop()
        publisher.close()


def send_all(settings: Settings, outbox: SqlOutbox, participant: str, seconds: float = 30.0) -> None:
    """Send what an outbox holds now, for commands that end when that is done. Raises NotSentYet."""
    with sending(settings, outbox, SystemClock(), SystemChance(), f"{participant}-relay") as work:
        work.wait(seconds)
