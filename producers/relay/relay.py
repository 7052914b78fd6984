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

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import structlog

from ...topics.transport.errors import TransportError
from ...topics.transport.ports import LeaseLost, Outbox, OutboxRow, Publisher
from ...topics.workers.chance import Chance
from ...topics.workers.clock import Clock
from .lane import Lane

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
    """Pause of a lane after a failed delivery, doubled up to a minute while it fails."""
    stop_seconds: float = 10.0
    """How long a graceful stop waits for what is in flight."""

    @property
    def renew_after(self) -> float:
        """Age of a lease at which it is renewed."""
        return self.lease_seconds / 4

    @property
    def stop_after(self) -> float:
        """Age of a lease at which nothing more is sent under it."""
        return self.lease_seconds * 2 / 3


class _Moment(NamedTuple):
    """A moment on both clocks."""

    wall_ms: int
    monotonic_seconds: float


def new_owner(chance: Chance) -> str:
    """Make a name for a lease's owner that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{chance.raw(4).hex()}"


class Relay:
    """Sends one outbox through one publisher, as long as it holds the outbox's lease.

    The lease is timed by the wall clock and by the monotonic one, whichever says it is older: a wall clock that is
    set back must not make a lease longer.
    """

    def __init__(self, outbox: Outbox, publisher: Publisher, clock: Clock, owner: str, pace: Pace = Pace()) -> None:
        """`owner` must be unique to this relay, see `new_owner`."""
        self._outbox = outbox
        self._publisher = publisher
        self._clock = clock
        self._owner = owner
        self._pace = pace
        self._epoch = 0
        self._acquired = _Moment(0, 0.0)
        self._lanes: list[Lane] = []
        self.sent_by_lane: Counter[str] = Counter()
        """Rows marked as sent by this relay."""

    @property
    def sent(self) -> int:
        """Rows marked as sent by this relay, in all lanes."""
        return self.sent_by_lane.total()

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop, then wait for what is in flight.

        Failures are logged and tried again for ever from the marked prefix: an accepted row is never given up.
        """
        self._work(stop, lambda: False, patient=True)

    def drain(self, through: Mapping[str, int] | None = None, stop: threading.Event | None = None) -> int:
        """Send until the outbox is empty or each lane is sent through the given row; returns how many rows this relay sent.

        While another relay holds the lease, waits for it to do the work. Raises `DeliveryFailed` if the broker refuses.
        """
        before = self.sent
        self._work(stop or threading.Event(), lambda: self._is_sent(through), patient=False)
        return self.sent - before

    def _is_sent(self, through: Mapping[str, int] | None) -> bool:
        if through is not None:
            return all(self._outbox.sent_through(lane) >= row for lane, row in through.items())
        lanes = self._outbox.lanes()
        return not any(self._outbox.unsent(lane, self._outbox.sent_through(lane), 1) for lane in lanes)

    def _work(self, stop: threading.Event, is_done: Callable[[], bool], *, patient: bool) -> None:
        while not stop.is_set() and not is_done():
            if not self._acquire():
                stop.wait(min(self._pace.renew_after, 0.5))
                continue
            try:
                self._send_while_held(stop, is_done, patient=patient)
            except LeaseLost as lost:
                _log.warning("relay_lease_lost", owner=self._owner, why=lost.message)
            except TransportError as failed:
                if not patient:
                    raise
                _log.error("relay_transport_failed", error=failed.message, remedy=failed.remedy)
                stop.wait(self._pace.retry_seconds)
            finally:
                self._let_go()

    def _acquire(self) -> bool:
        """Take the lease and start every lane behind its marked prefix."""
        at = self._moment()
        epoch = self._outbox.acquire(self._owner, self._pace.lease_seconds)
        if epoch is None:
            return False
        self._epoch, self._acquired = epoch, at
        marks = [(lane, self._outbox.sent_through(lane)) for lane in self._outbox.lanes()]
        self._lanes = [Lane(lane, mark, mark) for lane, mark in marks]
        return True

    def _let_go(self) -> None:
        """Drop what is not confirmed, whatever ended the work, before anybody else can have the lease."""
        try:
            if any(lane.in_flight for lane in self._lanes):
                self._publisher.purge()
        finally:
            self._lanes = []
            self._outbox.release(self._owner)

    def _age(self) -> float:
        now, before = self._moment(), self._acquired
        return max((now.wall_ms - before.wall_ms) / 1000, now.monotonic_seconds - before.monotonic_seconds)

    def _moment(self) -> _Moment:
        return _Moment(self._clock.now(), self._clock.monotonic())

    def _keep(self) -> None:
        """Renew the lease in time. Raises `LeaseLost` when it is too old to send under, or changed hands."""
        age = self._age()
        if age < self._pace.renew_after:
            return
        if age >= self._pace.stop_after:
            raise LeaseLost(self._epoch)
        at = self._moment()
        if self._outbox.acquire(self._owner, self._pace.lease_seconds) != self._epoch:
            raise LeaseLost(self._epoch)
        self._acquired = at

    def _send_while_held(self, stop: threading.Event, is_done: Callable[[], bool], *, patient: bool) -> None:
        while not stop.is_set():
            handed = self._pass()
            self._publisher.poll(0)
            self._mark(self._pace.mark if handed else 1)
            self._recover(patient=patient)
            if handed:
                continue
            if any(lane.in_flight for lane in self._lanes):
                self._publisher.poll(self._pace.idle_seconds)
            elif is_done():
                return
            else:
                stop.wait(self._pace.idle_seconds)
        self._finish()

    def _pass(self) -> int:
        """Hand over one batch of every lane, and of the most urgent one before each of the others; returns how many rows."""
        urgent, *others = self._lanes
        handed = self._hand_over(urgent)
        for lane in others:
            if count := self._hand_over(lane):
                handed += count + self._hand_over(urgent)
        return handed

    def _hand_over(self, lane: Lane) -> int:
        self._keep()
        room = min(self._pace.window - lane.outstanding, self._pace.batch)
        if room <= 0 or lane.failure is not None or self._clock.monotonic() < lane.retry_at:
            return 0
        rows = self._outbox.unsent(lane.name, lane.handed, room)
        for each in rows:
            self._send(lane, each)
        return len(rows)

    def _send(self, lane: Lane, each: OutboxRow) -> None:
        if self._age() >= self._pace.stop_after:
            raise LeaseLost(self._epoch)
        lane.handed = each.row
        lane.in_flight += 1
        self._publisher.send(each.record, partial(lane.settle, each.row))

    def _mark(self, least: int) -> None:
        """Mark the confirmed prefix of every lane that has at least so many rows."""
        self._keep()
        for lane in self._lanes:
            if len(lane.confirmed) >= least and (prefix := lane.prefix()):
                self._outbox.mark_sent(lane.name, self._epoch, prefix)
                lane.mark(prefix)
                self.sent_by_lane[lane.name] += len(prefix)

    def _recover(self, *, patient: bool) -> None:
        """Set lanes that failed back to their marked prefix; without patience raise their failure."""
        for lane in self._lanes:
            if lane.failure is not None and not lane.in_flight:
                self._mark(1)
            failed = lane.start_again(self._clock.monotonic(), self._pace.retry_seconds)
            if failed is not None:
                if not patient:
                    raise failed
                _log.error("relay_delivery_failed", lane=lane.name, error=failed.message, remedy=failed.remedy)

    def _finish(self) -> None:
        """Wait for what is in flight and mark it; what stays unconfirmed is sent again by the next relay."""
        until = self._clock.monotonic() + self._pace.stop_seconds
        while any(lane.in_flight for lane in self._lanes) and self._clock.monotonic() < until:
            self._publisher.poll(self._pace.idle_seconds)
            self._keep()
        self._mark(1)
