"""Processes that work for a case: what a call returns or raises comes back, a death is named, none outlives its block."""

import faulthandler
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from typing import Any, Generic, TypeVar

from .commands import ending

_T = TypeVar("_T")
_CONTEXT = get_context("spawn")
_END_SECONDS = 10.0
"""Seconds a worker that is told to end may take."""


class ProcessDied(RuntimeError):
    """A call raised, or its process died; its traceback, where there is one, stands in the log."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any
    failure: str = ""


class Worker(Generic[_T]):
    """One call in a process of its own, which imports what it needs at once and calls when told to begin."""

    def __init__(self, function: Callable[..., _T], *arguments: object) -> None:
        self._name = function.__name__.strip("_")
        self.link, far_end = _CONTEXT.Pipe()
        # no daemon: those may have no processes of their own, and filling a node takes some
        self._process = _CONTEXT.Process(target=_work, args=(far_end, function, arguments), name=self._name)
        self._process.start()
        far_end.close()  # the process alone holds it now: when it dies, `recv` ends
        self._ready = False
        self._outcome: _Outcome | None = None

    def ready(self) -> None:
        """Wait until the process could begin."""
        if not self._ready:
            self._receive()
            self._ready = True

    def begin(self) -> None:
        """Lets the process make its call."""
        self.ready()
        with suppress(OSError):  # it died just now, as `check` and `result` will say
            self.link.send(None)

    def check(self, seconds: float = 0) -> None:
        """Raise ProcessDied if the process has failed, or does within some seconds; cheap enough for tight loops."""
        if seconds:
            self._process.join(seconds)
        if self._process.exitcode is not None:
            self.result()

    def result(self) -> _T:
        """Wait for what the call returns. Raises ProcessDied."""
        if self._outcome is None:
            self._outcome = self._receive()
        if self._outcome.failure:
            raise ProcessDied(f"{self._name}: {self._outcome.failure}")
        value: _T = self._outcome.value
        return value

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._outcome is None:
            self._process.terminate()
        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self.link.close()

    def _receive(self) -> Any:
        try:
            return self.link.recv()
        except (EOFError, OSError):
            self._process.join(_END_SECONDS)
            raise ProcessDied(f"{self._name} {ending(self._process.exitcode)}") from None


@contextmanager
def working(function: Callable[..., _T], *arguments: object) -> Iterator[Worker[_T]]:
    """Give a worker for the time of a block; it still has to begin."""
    worker = Worker(function, *arguments)
    try:
        yield worker
    finally:
        worker.end()


def together(function: Callable[..., _T], calls: Sequence[Sequence[object]]) -> list[_T]:
    """Make calls in a process each, all from the same moment; return what they return. The first that fails ends all."""
    with ExitStack() as block:
        workers = [block.enter_context(working(function, *arguments)) for arguments in calls]
        for worker in workers:
            worker.ready()
        for worker in workers:
            worker.begin()
        waiting = workers
        while waiting:
            answered = connection.wait([worker.link for worker in waiting])
            for worker in waiting:
                if worker.link in answered:
                    worker.result()
            waiting = [worker for worker in waiting if worker.link not in answered]
        return [worker.result() for worker in workers]


def _work(link: "connection.Connection[Any, Any]", function: Callable[..., Any], arguments: Sequence[object]) -> None:
    """Run what a worker's process does."""
    faulthandler.register(signal.SIGUSR1)
    link.send(None)
    link.recv()
    try:
        link.send(_Outcome(function(*arguments)))
    except Exception as failed:  # noqa: BLE001  raised again where the case is
        traceback.print_exc()
        link.send(_Outcome(None, f"{type(failed).__name__}: {failed}"))
        os._exit(1)  # a thread that still runs must not hold up the message
