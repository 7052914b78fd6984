"""Effects: what happens once per agency, wherever the consumer group puts it: commands, and releases after relief.

Effect first, offset second: the acts store is committed before the group's offset, and its keys make a redelivery, a
replay or a restart in between have no second effect. A message that cannot be handled now waits with all of its key
behind it while others flow; one that can never be handled goes to the dead letters. While the store does not answer,
what came stays in memory in its order, and is handled when it does.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from ...schemas.errors import LiandongError, Unavailable
from ...topics.catalogue import names
from ...topics.keys.signatures import SIGNER_UNKNOWN
from ...topics.metrics.definitions import DEAD_LETTERS, WATCHES
from ...topics.metrics.recorder import Signals
from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import CommitRefused, OffsetOutOfRange, TransportError
from ...topics.transport.ports import Subscriber, TopicPartition
from ...topics.transport.received import headers_of
from ...topics.workers.pause import Pause
from ...topics.workers.worker import AT_ONCE
from ..acts_db import idempotency
from ..acts_db.context import AgencyContext
from ..acts_db.messages import Origin, Received
from ..acts_db.outcomes import Poison, Retry
from ..acts_db.sending import send_waiting
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
_TICK_SECONDS = 1.0
_WAIT_FOR_KEYS = (SIGNER_UNKNOWN, "NO_SEALING_KEY")
"""Reasons that may be gone when the register of keys says something new."""
_KEYS_SECONDS = 0.1
"""How often it is looked whether the register of keys was read."""


class FuseBlown(LiandongError):
    """Nothing but dead letters: going on would pour the topic into them."""

    def __init__(self, agency: str, failure: str) -> None:
        super().__init__(
            "EFFECTS_FUSE_BLOWN",
            f"{FUSE} messages in a row could not be handled by {agency}, the last one: {failure}",
            "look at `liandong dead-letters list`; after mending the cause restart the agency, then redrive them",
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What effects ask and tell of the node they are a part of."""

    keys_known: Callable[[], bool] = lambda: True
    """Whether the register of keys was read."""
    lost: Callable[[], None] = lambda: None
    """Hears that messages left the log before they were read here."""


_NO_NODE = Surroundings()


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
    """What one node does for its agency, as a `Worker`."""

    def __init__(
        self,
        context: AgencyContext,
        join: Callable[[], Subscriber],
        engine: Engine,
        signals: Signals | None = None,
        node: str = "1",
        around: Surroundings = _NO_NODE,
    ) -> None:
        """Open nothing yet: the first step joins the group, once the keys of those who command are known.

        `engine` comes from `open_acts`; `join` makes a subscriber of the group `group_of(agency)`.
        """
        self._context = context
        self._join = join
        self._engine = engine
        self._signals = signals or Signals()
        self._node = node
        self._around = around
        self._keys_version = -1
        """Of the register of keys when what waits for a key was last tried."""
        self._keyless = 0
        """Events that waited for the agency's own key when they were last looked at."""
        self._dead_in_a_row = 0
        self._subscriber: Subscriber | None = None
        self._outside: TopicPartition | None = None
        """Where the log no longer holds what the group committed."""
        self._kept: deque[Received] = deque()
        """What came and is not handled yet, in its order."""
        self._handled: dict[TopicPartition, int] = {}
        """Next offsets that are not committed yet."""
        self._pause = Pause(context.clock, _RETRY_SECONDS)
        self._tick_at = context.clock.monotonic()

    def step(self) -> float:
        """Do what waits and is due, then what has come; return the seconds until the next of both, 0 while messages come.

        A broker or a store that does not answer is tried again later. Raises FuseBlown.
        """
        if left := self._pause.left():
            return left
        try:
            return self._work()
        except OffsetOutOfRange as gone:
            _log.warning("messages are gone from the log", topic=gone.at.topic, partition=gone.at.partition)
            self._outside = gone.at
        except DatabaseFault as down:
            _log.warning("acts store does not answer, waiting", code=down.code, reason=down.message)
        except (TransportError, Unavailable) as away:
            _log.warning("effects wait", reason=away.code)
        return self._pause.begin()

    def wait(self, seconds: float) -> bool:
        """Wait for messages; return whether there are any."""
        return self._pause.wait(seconds, None if self._subscriber is None else self._subscriber.wait)

    def close(self) -> None:
        """Leave the group; what is kept is delivered again."""
        if self._subscriber is not None:
            self._subscriber.close()

    def _work(self) -> float:
        if self._subscriber is None and not self._around.keys_known():
            return _KEYS_SECONDS
        self._take_in(self._joined())
        self._tick()
        came = bool(self._kept)
        try:
            self._handle_kept()
        except DatabaseFault:
            self._commit()
            raise
        self._commit()
        return AT_ONCE if came else self._tick_at - self._context.clock.monotonic()

    def _take_in(self, subscriber: Subscriber) -> None:
        """Keep what has come, as far as there is room: a member that does not poll is put out of its group."""
        room = _BATCH - len(self._kept)
        for message in subscriber.poll(room, 0) if room > 0 else ():
            origin = Origin(subscriber.topic_of(message), message.partition(), message.offset())
            self._kept.append(Received(origin, message.key(), message.value(), headers_of(message)))

    def _joined(self) -> Subscriber:
        """Return the subscriber, a member of the group."""
        if self._subscriber is not None and self._outside is not None:
            self._rejoin(self._subscriber, self._outside)
        if self._subscriber is None:
            subscriber = self._join()
            try:
                subscriber.subscribe(topics_of(self._context), revoked=self._lose)
            except BaseException:
                subscriber.close()
                raise
            self._subscriber = subscriber
        return self._subscriber

    def _rejoin(self, subscriber: Subscriber, outside: TopicPartition) -> None:
        """Leave the group, and let it begin with what the log still holds of a partition."""
        try:
            subscriber.commit({outside: subscriber.watermarks(outside).low})
        except CommitRefused as moved:
            _log.info("the partition moved, its new owner deals with it", error=moved.message)
        self._subscriber = self._outside = None
        self._kept.clear()
        self._handled.clear()
        subscriber.close()
        self._around.lost()

    def _lose(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget what came of partitions that went to another node, which is given it again."""
        lost = frozenset(partitions)
        self._kept = deque(each for each in self._kept if each.origin.at not in lost)
        self._handled = {at: offset for at, offset in self._handled.items() if at not in lost}

    def _handle_kept(self) -> None:
        while self._kept:
            message = self._kept[0]
            self._handle(message)
            self._kept.popleft()
            self._handled[message.origin.at] = message.origin.offset + 1

    def _commit(self) -> None:
        if self._subscriber is None or not self._handled:
            return
        try:
            self._subscriber.commit(self._handled)
        except CommitRefused as moved:
            _log.info("partitions moved, another node sees these messages again", error=moved.message)
        self._handled = {}

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
        running, now = self._context.clock.monotonic(), self._context.clock.now()
        if running < self._tick_at:
            return
        self._tick_at = running + _TICK_SECONDS
        self._context.directory.refresh()
        version = self._context.directory.version
        with self._engine.begin() as connection:
            self._note_keyless(send_waiting(connection, self._context).keyless)
            if version != self._keys_version:
                parked.wake(connection, _WAIT_FOR_KEYS, now)
            erased = watches.erase_ended(connection, now)
            recent_releases.forget(connection, now)
            idempotency.forget_old(connection, now)
            live = watches.count_live(connection, now)
        self._keys_version = version
        for kind in self._context.kinds:
            self._signals.gauge(WATCHES, agency=self._context.agency, kind=kind).set(live.get(kind, 0))
        if erased:
            _log.info("watches ended by their date, subjects erased", watches=erased)
        self._retry_due(now)

    def _note_keyless(self, events: int) -> None:
        if events and events != self._keyless:
            _log.error("events wait for the file of the agency's own sealing keys, give it back", events=events)
        self._keyless = events

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
