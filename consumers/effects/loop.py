"""Effects: what happens once per agency, wherever the consumer group puts it: commands, and releases after relief.

Effect first, offset second: the acts store is committed before the group's offset, and its keys make a redelivery, a
replay or a restart in between have no second effect. A message that cannot be handled now waits with all of its key
behind it while others flow; one that can never be handled goes to the dead letters.
"""

import threading
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from ...schemas.errors import LiandongError, Unavailable
from ...topics.catalogue import names
from ...topics.metrics.definitions import DEAD_LETTERS, WATCHES
from ...topics.metrics.recorder import Signals
from ...topics.transport.errors import CommitRefused
from ...topics.transport.ports import Message, Subscriber, TopicPartition
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Origin, Received
from ..acts_db.outcomes import Poison, Retry
from ..commands import parked
from ..commands.parked import ParkedMessage
from ..commands.parking import first_attempt, next_attempt
from ..events import watches
from ..interceptions import recent_releases
from . import dead_letters
from .routing import handle_any

_log = structlog.get_logger(__name__)

FUSE = 100
"""Dead letters without a handled message in between that stop the effects: a bad release, not bad messages."""
_BATCH = 200
_RETRY_SECONDS = 2.0
_TICK_MS = 1_000


class FuseBlown(LiandongError):
    """Nothing but dead letters: going on would pour the topic into them."""

    def __init__(self, agency: str, failure: str) -> None:
        super().__init__(
            "EFFECTS_FUSE_BLOWN",
            f"{FUSE} messages in a row could not be handled by {agency}, the last one: {failure}",
            "look at `liandong dead-letters list`; after mending the cause restart the agency, then redrive them",
        )


def group_of(agency: str) -> str:
    """Return the consumer group of an agency's effects."""
    return f"{agency}.effects"


def topics_of(context: AgencyContext) -> list[str]:
    """Return what effects read: the agency's commands and the relief lanes of those it obeys."""
    return [
        names.commands(context.agency),
        *(names.relief(jurisdiction) for jurisdiction in sorted(context.jurisdictions)),
    ]


class Effects:
    """The loop of one node; `subscriber` belongs to the group `group_of(agency)`."""

    def __init__(
        self,
        context: AgencyContext,
        subscriber: Subscriber,
        engine: Engine,
        signals: Signals | None = None,
        node: str = "1",
    ) -> None:
        """Open nothing yet: the first step joins the group. `engine` comes from `open_acts`."""
        self._context = context
        self._subscriber = subscriber
        self._engine = engine
        self._signals = signals or Signals()
        self._node = node
        self._dead_in_a_row = 0
        self._ticked_at = 0
        self._joined = False

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. Raises FuseBlown; a broker or a store that does not answer is waited for."""
        try:
            while not stop.is_set():
                try:
                    self.step(0.5, stop)
                except Unavailable as away:
                    _log.warning("effects wait", reason=away.code)
                    stop.wait(_RETRY_SECONDS)
        finally:
            self._subscriber.close()

    def step(self, timeout: float, stop: threading.Event | None = None) -> int:
        """Do one round: what waits and is due, then what has come. Return how many messages came."""
        stop = stop or threading.Event()
        self._persist(self._tick, stop)
        if not self._joined:
            self._subscriber.subscribe(topics_of(self._context))
            self._joined = True
        messages = self._subscriber.poll(_BATCH, timeout)
        next_offsets: dict[TopicPartition, int] = {}
        for message in messages:
            received = self._received(message)
            if not self._persist(partial(self._handle, received), stop):
                break
            next_offsets[TopicPartition(received.origin.topic, received.origin.partition)] = received.origin.offset + 1
        if next_offsets:
            self._commit(next_offsets)
        return len(messages)

    def _commit(self, next_offsets: dict[TopicPartition, int]) -> None:
        try:
            self._subscriber.commit(next_offsets)
        except CommitRefused as moved:
            _log.info("partitions moved, another node sees these messages again", error=moved.message)

    def _received(self, message: Message) -> Received:
        origin = Origin(self._subscriber.topic_of(message), message.partition(), message.offset())
        return Received(origin, message.key(), message.value(), message.headers() or [])

    def _persist(self, work: Callable[[], None], stop: threading.Event) -> bool:
        """Do `work`, waiting while the store does not answer; return False if told to stop before it was done."""
        while True:
            try:
                work()
            except OperationalError as down:
                _log.warning("acts store does not answer, waiting", error=str(down.orig))
                if stop.wait(_RETRY_SECONDS):
                    return False
            else:
                return True

    def _handle(self, message: Received) -> None:
        """Handle a message that came from the log; it waits if others of its key do."""
        now = self._context.clock.now()
        try:
            with self._engine.begin() as connection:
                if parked.is_waiting(connection, message):
                    parked.park(connection, message, "BEHIND_ANOTHER", now, now)
                    return
                handle_any(connection, self._context, message)
        except Retry as retry:
            _log.warning("message waits", reason=retry.reason, **_place(message))
            with self._engine.begin() as connection:
                parked.park(connection, message, retry.reason, now, first_attempt(retry.after, now))
        except Poison as poison:
            self._put_aside(message, poison, 1)
        else:
            self._dead_in_a_row = 0

    def _tick(self) -> None:
        """Do what is due once a second: try again what waits, erase what ended, set the gauges."""
        now = self._context.clock.now()
        if 0 <= now - self._ticked_at < _TICK_MS:
            return
        self._ticked_at = now
        self._context.directory.refresh()
        with self._engine.begin() as connection:
            erased = watches.erase_ended(connection, now)
            recent_releases.forget(connection, now)
            live = watches.count_live(connection, now)
        for kind in self._context.kinds:
            self._signals.gauge(WATCHES, agency=self._context.agency, kind=kind).set(live.get(kind, 0))
        if erased:
            _log.info("watches ended by their date, subjects erased", watches=erased)
        self._retry_due(now)

    def _retry_due(self, now: int) -> None:
        """Try the parked messages whose time has come, each key in its order."""
        while True:
            with self._engine.begin() as connection:
                heads = parked.due(connection, now)
            if not heads:
                return
            for waiting in heads:
                self._try_again(waiting, now)

    def _try_again(self, waiting: ParkedMessage, now: int) -> None:
        try:
            with self._engine.begin() as connection:
                if not parked.still_parked(connection, waiting):
                    return
                handle_any(connection, self._context, waiting.message)
                parked.unpark(connection, waiting)
        except Retry as retry:
            next_at = next_attempt(waiting.attempts, retry.after, now)
            if next_at is None:
                self._put_aside(waiting.message, Poison(retry.reason, "tried too often"), waiting.attempts + 1, waiting)
                return
            with self._engine.begin() as connection:
                parked.postpone(connection, waiting, retry.reason, next_at)
        except Poison as poison:
            self._put_aside(waiting.message, poison, waiting.attempts + 1, waiting)

    def _put_aside(self, message: Received, poison: Poison, attempts: int, waited: ParkedMessage | None = None) -> None:
        with self._engine.begin() as connection:
            new = dead_letters.put_aside(connection, self._context, message, poison, attempts)
            if waited is not None:
                parked.unpark(connection, waited)
        if not new:
            return
        _log.error("message put aside", failure=poison.failure, reason=poison.reason, **_place(message))
        agency = self._context.agency
        self._signals.counter(DEAD_LETTERS, agency=agency, node=self._node, failure=poison.failure).inc()
        self._dead_in_a_row += 1
        if self._dead_in_a_row >= FUSE:
            raise FuseBlown(agency, poison.failure)


def _place(message: Received) -> dict[str, object]:
    return {"topic": message.origin.topic, "partition": message.origin.partition, "offset": message.origin.offset}
