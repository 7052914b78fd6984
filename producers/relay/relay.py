"""The relay: sends what an outbox holds, in order, and nothing else does.

Promises, in the terms of the outbox:

* One relay sends at a time. It renews its lease long before the end, stops handing over records well before it runs out,
  and drops what it could not confirm when it is lost; its marks are fenced by the lease's epoch.
* Per lane, records are handed over in row order, so per key the log has them in order of version. Rows are marked as a
  contiguous prefix. A relay that starts, or starts again after a failure, sends everything behind the prefix once more, to
  the end: the highest version of a key is then also its last record in the log, which is what compaction keeps.
* The most urgent lane is looked at before every batch of another one, and what may be in flight is bounded, so a record
  that frees somebody never waits behind a bulk publication.
"""

import math
import os
import socket
from collections import Counter
from dataclasses import dataclass
from functools import partial

import structlog

from ...topics.storage.faults import DatabaseFault
from ...topics.transport.errors import TransportError
from ...topics.transport.ports import LeaseLost, Outbox, OutboxRow, Publisher
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from ...topics.workers.worker import AT_ONCE
from .checkpoints import Checkpoints
from .lane import Lane
from .lease import HeldLease

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how carefully a relay works; seconds and rows."""

    lease_seconds: float = 5.0
    batch: int = 500
    """Rows of a lane between two looks at the more urgent ones."""
    window: int = 4000
    """Rows of a lane handed over and not confirmed."""
    mark: int = 1000
    """Confirmed rows of a lane that are marked while there is more to send; at a pause all are."""
    idle_seconds: float = 0.02
    retry_seconds: float = 1.0
    """Pause after a failure; that of a lane is doubled up to a minute while it fails."""
    stop_seconds: float = 10.0
    """How long a graceful stop waits for what is in flight."""


def new_owner(chance: Chance) -> str:
    """Make a name for a lease's owner that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{chance.raw(4).hex()}"


class Relay:
    """Sends one outbox through one publisher, as long as it holds the outbox's lease; a `Worker`.

    Failures are logged and tried again for ever from the marked prefix: an accepted row is never given up.
    """

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        clock: Clock,
        owner: str,
        pace: Pace = Pace(),
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """`owner` must be unique to this relay, see `new_owner`; `checkpoints` are a jurisdiction's publisher's."""
        self._checkpoints = checkpoints
        self._outbox = outbox
        self._publisher = publisher
        self._clock = clock
        self._pace = pace
        self._lease = HeldLease(outbox, clock, owner, pace.lease_seconds)
        self._lanes: list[Lane] = []
        self._failure: Exception | None = None
        self._retry_at = 0.0
        self.sent_by_lane: Counter[str] = Counter()
        """Rows marked as sent by this relay."""

    @property
    def sent(self) -> int:
        """Rows marked as sent by this relay, in all lanes."""
        return self.sent_by_lane.total()

    @property
    def epoch(self) -> int | None:
        """The epoch of the lease while this relay holds it."""
        return self._lease.epoch

    @property
    def failure(self) -> Exception | None:
        """What keeps rows from the log: the newest attempt's failure until the next one gets through."""
        return self._failure or next((lane.refused for lane in self._lanes if lane.refused), None)

    def step(self) -> float:
        """Take or keep the lease, hand over what waits, mark what is confirmed; return when to be called again."""
        left = self._retry_at - self._clock.monotonic()
        if left > 0:
            return left
        try:
            if self._lease.epoch is None and not self._take():
                return min(self._lease.renew_after, 0.5)
            return self._send_what_waits()
        except LeaseLost as lost:
            _log.warning("relay_lease_lost", why=lost.message)
            self._let_go()
            return AT_ONCE
        except (TransportError, DatabaseFault) as failed:
            return self._start_over(failed)

    def wait(self, seconds: float) -> bool:
        """Wait for the publisher's word about what is in flight, at most so many seconds; return whether it came."""
        before = self._in_flight()
        try:
            self._publisher.poll(seconds)
        except TransportError as failed:
            self._start_over(failed)
            return True
        return self._in_flight() != before

    def close(self) -> None:
        """Wait for what is in flight and mark it, then give the lease back.

        What stays unconfirmed is dropped and sent again by the next relay.
        """
        if self._lease.epoch is None:
            return
        try:
            self._finish()
        except (LeaseLost, TransportError, DatabaseFault) as failed:
            _log.warning("relay_ends_unfinished", why=str(failed))
        finally:
            self._let_go()

    def _take(self) -> bool:
        """Take the lease and start every lane behind its marked prefix."""
        if not self._lease.take():
            return False
        self._failure = None
        marks = [(lane, self._outbox.sent_through(lane)) for lane in self._outbox.lanes()]
        self._lanes = [Lane(lane, mark, mark) for lane, mark in marks]
        if self._checkpoints is not None:
            self._checkpoints.begin()
        return True

    def _start_over(self, failed: Exception) -> float:
        """Note what the transport or the store failed with, and when to begin again behind the marked prefix."""
        _log.error("relay_failed", error=str(failed), remedy=getattr(failed, "remedy", "see the database's log"))
        self._let_go()
        self._failure = failed
        self._retry_at = self._clock.monotonic() + self._pace.retry_seconds
        return self._pace.retry_seconds

    def _let_go(self) -> None:
        """Drop what is not confirmed, whatever ended the work, before anybody else can have the lease."""
        in_flight, self._lanes = self._in_flight(), []
        try:
            if in_flight:
                self._publisher.purge()
        except TransportError as failed:
            _log.warning("relay_purge_failed", error=failed.message)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        try:
            self._lease.give_back()
        except DatabaseFault as failed:
            _log.warning("the lease stays until it runs out", code=failed.code, reason=failed.message)

    def _in_flight(self) -> int:
        told = self._checkpoints.in_flight if self._checkpoints is not None else 0
        return sum(lane.in_flight for lane in self._lanes) + told

    def _send_what_waits(self) -> float:
        handed = self._pass()
        self._publisher.poll(0)
        self._mark(self._pace.mark if handed else 1)
        self._recover()
        self._checkpoint()
        return AT_ONCE if handed else self._pace.idle_seconds

    def _pass(self) -> int:
        """Hand over one batch of every lane, and of the most urgent one before each of the others; returns how many rows."""
        urgent, *others = self._lanes
        handed = self._hand_over(urgent)
        for lane in others:
            if count := self._hand_over(lane):
                handed += count + self._hand_over(urgent)
        return handed

    def _hand_over(self, lane: Lane) -> int:
        self._lease.keep()
        checkpoints = self._checkpoints
        if checkpoints is not None and lane.name == checkpoints.lane and checkpoints.waits and not lane.refused:
            return 0
        room = min(self._pace.window - lane.outstanding, self._pace.batch)
        if room <= 0 or lane.failure is not None or self._clock.monotonic() < lane.retry_at:
            return 0
        rows = self._outbox.unsent(lane.name, lane.handed, room)
        for each in rows:
            self._send(lane, each)
        return len(rows)

    def _send(self, lane: Lane, each: OutboxRow) -> None:
        self._lease.check()
        lane.handed = each.row
        lane.in_flight += 1
        self._publisher.send(each.record, partial(lane.settle, each.row))

    def _mark(self, least: int) -> None:
        """Mark the confirmed prefix of every lane that has at least so many rows."""
        self._lease.keep()
        for lane in self._lanes:
            if len(lane.confirmed) >= least and (prefix := lane.prefix()):
                self._outbox.mark_sent(lane.name, self._lease.epoch or 0, prefix)
                lane.mark(prefix)
                self.sent_by_lane[lane.name] += len(prefix)

    def _recover(self) -> None:
        """Set lanes that failed back to their marked prefix."""
        for lane in self._lanes:
            if lane.failure is not None and not lane.in_flight:
                self._mark(1)
            failed = lane.start_again(self._clock.monotonic(), self._pace.retry_seconds)
            if failed is not None:
                _log.error("relay_delivery_failed", lane=lane.name, error=failed.message, remedy=failed.remedy)

    def _checkpoint(self, *, at_once: bool = False) -> None:
        """Let the publisher say what it has written, while nothing of that lane is under way."""
        for lane in self._lanes:
            if self._checkpoints is not None and lane.name == self._checkpoints.lane and lane.settled:
                self._lease.keep()
                self._checkpoints.work(lane.marked, self._publisher, at_once=at_once)

    def _finish(self) -> None:
        """Wait for what is in flight, in slices between which the lease is kept, and mark it.

        The slices are counted: no clock is asked when it is enough.
        """
        slices = math.ceil(self._pace.stop_seconds / self._lease.renew_after)
        for _ in range(slices):
            if not self._in_flight():
                break
            self._publisher.flush(self._pace.stop_seconds / slices)
            self._lease.keep()
        self._mark(1)
        if self._checkpoints is not None:
            self._checkpoint(at_once=True)
            self._publisher.flush(self._pace.stop_seconds / slices)
