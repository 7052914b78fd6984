"""Resting after a failure without waiting for its end: a moment to try again, by the monotonic clock."""

from collections.abc import Callable

from .clock import Clock
from .threads import Doorbell


class Pause:
    """A worker's rest after a failure; nothing wakes it early."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Take how long one rest lasts."""
        self._clock = clock
        self._seconds = seconds
        self._over_at = 0.0
        self._quiet = Doorbell()
        """Nobody has this bell: a thread that waits for it rests."""

    def begin(self) -> float:
        """Begin a rest, and return how long it lasts."""
        self._over_at = self._clock.monotonic() + self._seconds
        return self._seconds

    def left(self) -> float:
        """Return how many seconds of the rest are left, 0 when there is none."""
        return max(0.0, self._over_at - self._clock.monotonic())

    def wait(self, seconds: float, news: Callable[[float], bool] | None) -> bool:
        """Wait for `news`; during a rest nothing can be made of any, and a thread would turn in circles."""
        return self._quiet.wait(seconds) if news is None or self.left() else news(seconds)
