"""Time as a port: whoever needs it is given a clock, so that a test, or a whole simulated system, can move it by hand."""

import time
from typing import Protocol


class Clock(Protocol):
    """Time, injected."""

    def now(self) -> int:
        """Return the wall clock's milliseconds since the epoch, UTC. It may jump, in both directions."""

    def monotonic(self) -> float:
        """Return seconds since some moment; they only grow, whatever is done to the wall clock."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> int:
        """Return the wall clock's milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return the seconds of the machine's monotonic clock."""
        return time.monotonic()
