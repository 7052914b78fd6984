"""The lease of an outbox as its relay holds it.

It is timed by the wall clock and by the monotonic one, whichever says it is older: a wall clock that is set back must not
make a lease longer.
"""

from typing import NamedTuple

from ...topics.transport.ports import LeaseLost, Outbox
from ...topics.workers.clock import Clock


class _Moment(NamedTuple):
    """A moment on both clocks."""

    wall_ms: int
    monotonic_seconds: float


class HeldLease:
    """Takes, renews and gives back the one lease of an outbox for one owner."""

    def __init__(self, outbox: Outbox, clock: Clock, owner: str, seconds: float) -> None:
        """`owner` must be unique to this holder; nothing is taken yet."""
        self._outbox, self._clock, self._owner, self._seconds = outbox, clock, owner, seconds
        self._taken_at = _Moment(0, 0.0)
        self.epoch: int | None = None
        """The fencing epoch while it is held."""

    @property
    def renew_after(self) -> float:
        """Age at which it is renewed, seconds."""
        return self._seconds / 4

    @property
    def stop_after(self) -> float:
        """Age at which nothing more is sent under it, seconds."""
        return self._seconds * 2 / 3

    def take(self) -> bool:
        """Take the lease; return False while another owner holds it."""
        at = self._moment()
        self.epoch = self._outbox.acquire(self._owner, self._seconds)
        self._taken_at = at
        return self.epoch is not None

    def keep(self) -> None:
        """Renew the lease in time. Raises LeaseLost when it is too old to send under, or changed hands."""
        age = self._age()
        if age < self.renew_after:
            return
        self._check(age)
        at = self._moment()
        if self._outbox.acquire(self._owner, self._seconds) != self.epoch:
            raise LeaseLost(self.epoch or 0)
        self._taken_at = at

    def check(self) -> None:
        """Raise LeaseLost when the lease is too old to send under."""
        self._check(self._age())

    def give_back(self) -> None:
        """Let others have it at once."""
        self.epoch = None
        self._outbox.release(self._owner)

    def _check(self, age: float) -> None:
        if age >= self.stop_after:
            raise LeaseLost(self.epoch or 0)

    def _age(self) -> float:
        now, before = self._moment(), self._taken_at
        return max((now.wall_ms - before.wall_ms) / 1000, now.monotonic_seconds - before.monotonic_seconds)

    def _moment(self) -> _Moment:
        return _Moment(self._clock.now(), self._clock.monotonic())
