"""Runs pieces of work in threads of one process: all of them or none.

A part of a node that ends by itself takes the process down with its reason: a node that only seems to work is worse than none.
"""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import FrameType

import structlog

from ...schemas.errors import LiandongError

_log = structlog.get_logger(__name__)
Work = Callable[[threading.Event], None]
"""A function that works until the event is set."""


class WorkerFailed(LiandongError):
    """A part of the node ended."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(
            "NODE_PART_FAILED",
            f"the part {part!r} of this node ended: {reason}",
            "mend what the reason names and start the node again; it goes on where it was, nothing is lost",
        )


@dataclass(slots=True)
class Workers:
    """The running parts of one process."""

    stop: threading.Event = field(default_factory=threading.Event)
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _failed: dict[str, BaseException | None] = field(default_factory=dict)
    _noticed: threading.Event = field(default_factory=threading.Event)

    def start(self, parts: Mapping[str, Work]) -> None:
        """Start a thread for each part."""
        for name, part in parts.items():
            thread = threading.Thread(target=self._run, args=(name, part), name=name, daemon=True)
            self._threads[name] = thread
            thread.start()

    def wait(self, seconds: float) -> None:
        """Return when all were told to stop and have ended, at latest `seconds` after that. Raises WorkerFailed."""
        while not self.stop.is_set():
            self._noticed.wait(0.2)
            if self._failed:
                break
        self.stop.set()
        late = self._join(seconds)
        if late:
            _log.warning("parts still busy were left; what they did not finish is done at the next start", parts=late)
        for name, error in self._failed.items():
            reason = "without a reason" if error is None else f"{type(error).__name__}: {error}"
            raise WorkerFailed(name, reason) from error

    def alive(self) -> bool:
        """Whether every part runs."""
        return not self._failed and all(thread.is_alive() for thread in self._threads.values())

    def states(self) -> dict[str, str]:
        """Say what each part is doing: running or ended."""
        return {name: "running" if thread.is_alive() else "ended" for name, thread in self._threads.items()}

    def _join(self, seconds: float) -> list[str]:
        until = monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(0.0, until - monotonic()))
        return [name for name, thread in self._threads.items() if thread.is_alive()]

    def _run(self, name: str, part: Work) -> None:
        error: BaseException | None = None
        try:
            part(self.stop)
        except BaseException as raised:  # noqa: BLE001  whatever ends a part ends the node, and is shown by `wait`
            error = raised
        if error is not None or not self.stop.is_set():
            _log.error("a part of the node ended", part=name, reason=repr(error))
            self._failed[name] = error
            self._noticed.set()


def until_stopped(work: Mapping[str, Work]) -> None:
    """Run each piece in a thread of its own. SIGTERM and SIGINT end all of them; so does the failure of one, which is raised."""
    stop, failures = threading.Event(), list[BaseException]()

    def run(name: str, piece: Work) -> None:
        try:
            piece(stop)
        except BaseException as failed:  # noqa: BLE001  a thread that ends takes the process with it
            _log.error("stopped by a failure", part=name, reason=str(failed))
            failures.append(failed)
        finally:
            stop.set()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    handlers_before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    threads = [threading.Thread(target=run, args=(name, piece), name=name) for name, piece in work.items()]
    try:
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join()
    finally:
        for number, handler in handlers_before.items():
            signal.signal(number, handler)
    if failures:
        raise failures[0]
