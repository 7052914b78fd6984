"""A process that can end at any call of a port.

A `Life` is one run of one process. Every port it is given counts its calls; at the call it was doomed to die at, before that
has taken effect or just after, `Killed` is raised, and again by every later call, none of which has any effect. Once its frames
are gone, `end` does what the operating system does: transactions are rolled back, files closed unsynced, locks released.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_NEVER = 1 << 62


class Killed(BaseException):
    """The process has ended. No handler of the product's may catch it: nothing of that process runs any more."""


class Machine(Protocol):
    """What a process runs on, as far as its stores are concerned."""

    boot_id: str
    full: bool
    """Whether its disk takes nothing more."""

    def opened(self, folder: Path, *, made: bool) -> None:
        """Hear that an LMDB environment that does not flush by itself is open."""

    def flushed(self, folder: Path) -> None:
        """Hear that all of it is on the disk now."""


class Database(Protocol):
    """A database that may be away."""

    def call(self) -> None:
        """Make a call that has no effect before the next commit. Raises what the driver raises."""

    def commit(self, effect: Callable[[], None]) -> None:
        """Be about to commit, which is `effect`. Raises what the driver raises, after it took effect or without."""


class Life:
    """One run of one process. Whatever it does is done within `running`."""

    def __init__(self, name: str, machine: Machine, database: Database | None = None) -> None:
        self.name = name
        self.machine = machine
        self.database = database
        """None = always there."""
        self.alive = True
        self.calls = 0
        """Calls of ports so far."""
        self.kept = 0
        """Calls so far of those that keep something: commits, and private files put in their place."""
        self._fatal = _NEVER
        self._fatal_keeping = _NEVER
        self._after = False
        self._inside = False
        self._remains: list[Callable[[], None]] = []

    def doom(self, calls: int, *, after: bool) -> None:
        """Let it die at that many calls of its ports from now (1 = the next), before or just after that took effect."""
        self._fatal, self._after = self.calls + calls, after

    def doom_keeping(self, keepings: int, *, after: bool) -> None:
        """Let it die when it keeps something for that many times from now (1 = the next), before or just after that is kept."""
        self._fatal_keeping, self._after = self.kept + keepings, after

    @property
    def doomed(self) -> bool:
        """Whether it will die at some call."""
        return (self._fatal, self._fatal_keeping) != (_NEVER, _NEVER)

    def spare(self) -> None:
        """Take back what it was doomed to."""
        self._fatal = self._fatal_keeping = _NEVER

    def kill(self) -> None:
        """End it now: between two steps at once, within one as soon as it calls a port."""
        self.alive = False
        if not self._inside:
            self.end()

    def before(self, *, keeps: bool = False) -> int:
        """Count a call that is about to take effect and return its number. Raises Killed."""
        self._require()
        self.calls += 1
        self.kept += keeps
        if keeps and self.kept == self._fatal_keeping:
            self._fatal = self.calls
        if self.calls > self._fatal or (self.calls == self._fatal and not self._after):
            self._die()
        return self.calls

    def after(self, number: int) -> None:
        """Follow the effect of the call of that number. Raises Killed."""
        if self.dies_after(number):
            self._die()

    def dies_after(self, number: int) -> bool:
        """Return whether the call of that number takes effect and is the last."""
        return number == self._fatal

    def call(self, effect: Callable[[], _T], *, keeps: bool = False) -> _T:
        """Make a call of a port. Raises Killed."""
        number = self.before(keeps=keeps)
        result = effect()
        self.after(number)
        return result

    def leaves(self, cleaning: Callable[[], None]) -> None:
        """Remember what the operating system does once the process is gone; the last remembered is done first."""
        self._remains.append(cleaning)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run something of the process; one that has died lets Killed pass, and is cleaned up."""
        global _current
        self._require()
        outside, _current = _current, self
        self._inside = True
        try:
            yield
        finally:
            _current, self._inside = outside, False
            if not self.alive:
                self.end()

    def end(self) -> None:
        """Do what the operating system does for a process that is gone."""
        while self._remains:
            self._remains.pop()()

    def _require(self) -> None:
        if not self.alive:
            raise Killed(self.name)

    def _die(self) -> None:
        self.alive = False
        raise Killed(self.name)


_current: Life | None = None


def current_life() -> Life | None:
    """Return the life that is running, None outside of all."""
    return _current
