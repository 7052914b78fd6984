"""How a process reaches its database: as a PostgreSQL on another machine, it can be away for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from liandong.tests.simulation.clocks import VirtualTime
from liandong.topics.storage.faults import DatabaseUnavailable

_WHY = "server closed the connection unexpectedly"


@dataclass
class DatabaseReach:
    """Whether a process reaches its database. While it does not, each of its calls fails, in a transaction or not."""

    time: VirtualTime
    counted: Callable[[str], None]
    """Counts what happened."""
    _until: float = 0.0
    _calls: int = 0
    """At the so manieth call from now it is lost; 0 = it is not to be lost."""
    _after: bool = False
    _seconds: float = 0.0

    def lose(self, seconds: float, calls: int, *, after: bool) -> None:
        """Lose it for so many seconds at that many calls from now (1 = the next).

        Of a commit `after` says whether it took effect before it was lost; nothing else has an effect of its own.
        """
        self._seconds, self._calls, self._after = seconds, calls, after

    def restore(self) -> None:
        """Reach it again, and do not lose it."""
        self._until, self._calls = 0.0, 0

    @property
    def away(self) -> bool:
        """Whether it is not reached now, or is about to be lost."""
        return self._calls > 0 or self.time.monotonic() < self._until

    def call(self) -> None:
        """Make a call. Raises DatabaseUnavailable."""
        if self._is_lost():
            self._fail()

    def commit(self, effect: Callable[[], None]) -> None:
        """Be about to commit, which is `effect`. Raises DatabaseUnavailable, after it took effect or without."""
        expected = self._calls > 0
        if self._is_lost():
            if expected and self._after:
                self.counted("commits nobody heard of")
                effect()
            self._fail()

    def _is_lost(self) -> bool:
        if self._calls:
            self._calls -= 1
            if not self._calls:
                self._until = self.time.monotonic() + self._seconds
                self.counted("databases lost")
        return self.time.monotonic() < self._until

    def _fail(self) -> NoReturn:
        self.counted("calls of a database that is away")
        raise DatabaseUnavailable("a database on another machine", _WHY)
