"""The one clock of the tests."""

import time

from liandong.topics.workers.worker import Worker

DAY_MS = 86_400_000
NOW = 1_795_000_000_000
"""A fixed instant in November 2026, ms UTC."""


class HandClock:
    """Stands still, at `NOW` if nothing else is said, until `time` (ms UTC) is moved by hand."""

    def __init__(self, at: int = NOW) -> None:
        self._time = at
        self._passed_ms = 0

    @property
    def time(self) -> int:
        """The wall clock; setting it ahead lets so much time pass, setting it back does not undo any."""
        return self._time

    @time.setter
    def time(self, at: int) -> None:
        self._passed_ms += max(0, at - self._time)
        self._time = at

    def now(self) -> int:
        return self._time

    def monotonic(self) -> float:
        """The machine's, and what was moved by hand: what a test waits for outside goes on by itself."""
        return time.monotonic() + self._passed_ms / 1000

    def pass_days(self, days: int) -> None:
        """Move on by whole days."""
        self.time += days * DAY_MS


class VirtualClock:
    """Both clocks stand still until they are moved."""

    def __init__(self, at: int = NOW) -> None:
        self.time = at
        self.seconds = 0.0

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.seconds += seconds
        self.time += round(seconds * 1000)


def run_for(clock: VirtualClock, seconds: float, *workers: Worker) -> None:
    """Call each worker when it is due, for so long in virtual time."""
    end = clock.monotonic() + seconds
    due = [clock.monotonic()] * len(workers)
    while (earliest := min(due)) <= end:
        clock.pass_seconds(max(0.0, earliest - clock.monotonic()))
        turn = due.index(earliest)
        due[turn] = clock.monotonic() + workers[turn].step()
    clock.pass_seconds(max(0.0, end - clock.monotonic()))
