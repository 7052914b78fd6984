"""The one clock of the tests."""

import time

DAY_MS = 86_400_000
NOW = 1_795_000_000_000
"""A fixed instant in November 2026, ms UTC."""


class HandClock:
    """Stands still, at `NOW` if nothing else is said, until `time` (ms UTC) is moved by hand."""

    def __init__(self, at: int = NOW) -> None:
        self.time = at

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        """The machine's: what a test waits for outside goes on while the wall clock stands still."""
        return time.monotonic()

    def pass_days(self, days: int) -> None:
        """Move on by whole days."""
        self.time += days * DAY_MS
