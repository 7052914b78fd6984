"""Sending while accepting, and waiting until what was accepted is in the log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ...schemas.errors import Unavailable
from ...topics.catalogue import names
from ...topics.settings import Settings
from ...topics.storage.outbox import SqlOutbox
from ...topics.transport.kafka import KafkaPublisher, KafkaSubscriber
from ...topics.transport.ports import Publisher
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ...topics.workers.threads import WorkerFailed, Workers, work_until
from ...topics.workers.worker import Part
from .checkpoints import Checkpoints
from .relay import Relay, new_owner

_STOP_SECONDS = 90.0
"""Longest wait for the relay in the background: a large transaction may keep it from marking for a minute."""
Progressed = Callable[[int, int], None]
"""Gets rows sent and rows to be sent."""


class NotSentYet(Unavailable):
    """Accepted and safe, but not in the log within the time given."""

    def __init__(self, waiting: int) -> None:
        """Take how many rows wait."""
        super().__init__(
            "NOT_SENT_YET",
            f"everything is accepted; {waiting} rows still wait in the outbox",
            "nothing is lost: `liandong court relay` sends them, `liandong status` shows when they are through",
            f"已全部受理；待发箱中还有 {waiting} 行",
            "内容不会丢失：由 `liandong court relay` 发送，`liandong status` 显示何时完成",
        )


class _Awaited:
    """The rows somebody waits for."""

    def __init__(self, outbox: SqlOutbox, relay: Relay, through: dict[str, int], progressed: Progressed) -> None:
        self._outbox, self._relay, self._through, self._progressed = outbox, relay, through, progressed
        self._total = sum(through.values())
        self._looked_at: tuple[int | None, int] = (None, -1)
        self.left = self._total

    def sent(self) -> bool:
        """Return whether all of them are in the log. Raises what the broker refused, or what the relay fails with."""
        if self._relay.failure is not None:
            raise self._relay.failure
        standing = self._relay.epoch, self._relay.sent
        if self._relay.epoch is None or standing != self._looked_at:  # else nobody has marked anything since
            self._looked_at = standing
            sent = sum(min(self._outbox.sent_through(lane), row) for lane, row in self._through.items())
            self.left = self._total - sent
            self._progressed(sent, self._total)
        return not self.left


class Sending:
    """A relay at work in the background of this process, unless another process's relay does the same work."""

    def __init__(
        self,
        outbox: SqlOutbox,
        publisher: Publisher,
        clock: Clock,
        chance: Chance,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """Start at once; `stop` ends it. `checkpoints` are those of a jurisdiction's publisher."""
        self._outbox, self._publisher, self._clock, self._chance = outbox, publisher, clock, chance
        self._checkpoints = checkpoints
        self._background = Workers()
        relay = self._new_relay()
        self._background.start([Part("relay", relay, relay.wait)])

    def stop(self) -> None:
        """Wait for what is in flight and end the background's work; raise what has ended it before."""
        self._background.stop.set()
        try:
            self._background.wait(_STOP_SECONDS)
        except WorkerFailed as failed:
            raise failed.__cause__ or failed from None

    def wait(self, seconds: float, progressed: Progressed = lambda _sent, _total: None) -> None:
        """Return when all that is accepted now is in the log.

        Raises NotSentYet after `seconds`, and at once what the broker refused.
        """
        through = {lane: self._outbox.accepted_through(lane) for lane in self._outbox.lanes()}
        self.stop()
        relay = self._new_relay()
        awaited = _Awaited(self._outbox, relay, through, progressed)
        try:
            if not work_until(Part("relay", relay, relay.wait), awaited.sent, seconds):
                raise NotSentYet(awaited.left)
        finally:
            relay.close()

    def _new_relay(self) -> Relay:
        owner = new_owner(self._chance)
        return Relay(self._outbox, self._publisher, self._clock, owner, checkpoints=self._checkpoints)


def require_topics(settings: Settings, jurisdiction: str) -> None:
    """Raise TopicMissing or BrokerUnreachable before anything is accepted that could not be sent."""
    subscriber = KafkaSubscriber(settings, client_id="liandong-publisher-probe")
    try:
        for topic in (*names.state_topics(jurisdiction), names.relief(jurisdiction)):
            subscriber.partitions(topic)
    finally:
        subscriber.close()


@contextmanager
def sending(
    settings: Settings,
    outbox: SqlOutbox,
    clock: Clock,
    chance: Chance,
    client_id: str,
    checkpoints: Checkpoints | None = None,
) -> Iterator[Sending]:
    """Send to Kafka while the block runs; stop gracefully."""
    publisher = KafkaPublisher(settings, client_id=client_id, linger_ms=5)
    work = Sending(outbox, publisher, clock, chance, checkpoints)
    try:
        yield work
    finally:
        work.stop()
        publisher.close()


def send_all(settings: Settings, outbox: SqlOutbox, participant: str, clock: Clock, chance: Chance) -> None:
    """Send what an outbox holds now, for commands that end when that is done. Raises NotSentYet after half a minute."""
    with sending(settings, outbox, clock, chance, f"{participant}-relay") as work:
        work.wait(30.0)
