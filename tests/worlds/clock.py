"""The one clock of the tests."""

DAY_MS = 86_400_000
NOW = 1_795_000_000_000
"""A fixed instant in November 2026, ms UTC."""


class HandClock:
    """Stands still, at `NOW` if nothing else is said, until `time` (ms UTC) is moved by hand."""

    def __init__(self, time: int = NOW) -> None:
        self.time = time

    def now(self) -> int:
        return self.time

    def pass_days(self, days: int) -> None:
        """Move on by whole days."""
        self.time += days * DAY_MS
