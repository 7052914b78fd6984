"""Runs the parts of one process in threads.

A part that fails in a way nobody thought of rests and is tried again, and says so (`resting`). One that ends by itself, or says
with a code that it cannot go on, takes the process down with its reason; in an agency's node the gate goes on whatever part fails.
"""

import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep
from types import FrameType

import structlog

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, chinese
from .resting import PartTrouble, Resting
from .worker import Part

_log = structlog.get_logger(__name__)
_SLICE = 0.2
"""Longest wait, seconds: after it a thread looks whether it was told to stop."""
Service = Callable[[threading.Event], None]
"""A function that serves until the event is set: a server with waits of its own."""


class WorkerFailed(LiandongError):
    """A part of the process ended."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(
            "NODE_PART_FAILED",
            f"the part {part!r} of this node ended: {reason}",
            "mend what the reason names and start the node again; it goes on where it was, nothing is lost",
            f"本节点的 {part} 部分已退出：{chinese(reason)}",
            "请处理所述原因后重新启动节点；节点从原处继续，不会丢失内容",
        )


class Doorbell:
    """Wakes a worker from any thread."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits; if nobody does, the next wait ends at once."""
        self._rung.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the bell is rung or the time has passed; return whether it was rung."""
        rung = self._rung.wait(seconds)
        self._rung.clear()
        return rung


def rest(seconds: float) -> None:
    """Let the caller's thread rest; for those who look after real processes, never for a worker."""
    sleep(seconds)


def beside(name: str, work_of_it: Callable[[], object]) -> threading.Thread:
    """Run something in a thread that ends with the process, and return the thread."""
    thread = threading.Thread(target=work_of_it, name=name, daemon=True)
    thread.start()
    return thread


def once_set(event: threading.Event, do: Callable[[], object], name: str) -> threading.Thread:
    """Do something in a thread of its own once an event is set, and return the thread."""

    def wait_and_do() -> None:
        event.wait()
        do()

    return beside(name, wait_and_do)


@dataclass(slots=True)
class Workers:
    """The running parts of one process."""

    stop: threading.Event = field(default_factory=threading.Event)
    resting: Resting = field(default_factory=Resting)
    """What becomes of a part that fails."""
    _parts: list[Part] = field(default_factory=list)
    _threads: dict[str, threading.Thread] = field(default_factory=dict)
    _failed: dict[str, BaseException | None] = field(default_factory=dict)
    _noticed: threading.Event = field(default_factory=threading.Event)

    def start(self, parts: Iterable[Part], services: Mapping[str, Service] | None = None) -> None:
        """Start a thread for each part and each service."""
        for part in parts:
            self._parts.append(part)
            self._start(part.name, partial(work, part, resting=self.resting))
        for name, service in (services or {}).items():
            self._start(name, service)

    def wait(self, seconds: float) -> None:
        """Return when all were told to stop and have ended, at latest `seconds` after that. Raises WorkerFailed."""
        while not self.stop.is_set() and not self._failed:
            self._noticed.wait(_SLICE)
        self.stop.set()
        late = self._join(seconds)
        if late:
            _log.warning("parts still busy were left; what they did not finish is done at the next start", parts=late)
        for name, error in self._failed.items():
            reason = (
                Phrase("without a reason", "未说明原因")
                if error is None
                else Phrase(f"{type(error).__name__}: {error}", chinese(error))
            )
            raise WorkerFailed(name, reason) from error

    def alive(self) -> bool:
        """Whether every part runs."""
        return not self._failed and all(thread.is_alive() for thread in self._threads.values())

    def states(self) -> dict[str, str]:
        """Say what each part is doing: running, waiting until something is mended, or ended."""
        troubles = self.troubles()
        working = {name: "waiting" if name in troubles else "running" for name in self._threads}
        return {name: working[name] if thread.is_alive() else "ended" for name, thread in self._threads.items()}

    def troubles(self) -> dict[str, PartTrouble]:
        """Say of each part that cannot do its work what keeps it from that."""
        return self.resting.troubles(self._parts)

    def _start(self, name: str, service: Service) -> None:
        thread = threading.Thread(target=self._run, args=(name, service), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def _join(self, seconds: float) -> list[str]:
        until = monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(0.0, until - monotonic()))
        return [name for name, thread in self._threads.items() if thread.is_alive()]

    def _run(self, name: str, service: Service) -> None:
        error: BaseException | None = None
        try:
            service(self.stop)
        except BaseException as raised:  # noqa: BLE001  whatever ends a part ends the process, and is shown by `wait`
            error = raised
        if error is not None or not self.stop.is_set():
            _log.error("a part of the node ended", part=name, reason=repr(error))
            self._failed[name] = error
            self._noticed.set()


def work(part: Part, stop: threading.Event, *, resting: Resting | None = None) -> None:
    """Run one part in the caller's thread until `stop` is set, then close it. With `resting` it goes on when it fails."""
    try:
        while not stop.is_set():
            try:
                _turn(part, stop)
            except Exception as failed:
                if resting is None:
                    raise
                stop.wait(resting.after(part.name, failed))
            else:
                if resting is not None:
                    resting.works(part.name)
    finally:
        part.worker.close()


def _turn(part: Part, stop: threading.Event) -> None:
    """Do one step, and wait until the next one is due."""
    due = monotonic() + part.worker.step()
    while not stop.is_set() and (left := due - monotonic()) > 0:
        if part.wait(min(left, _SLICE)):
            break


def work_until(part: Part, done: Callable[[], bool], seconds: float) -> bool:
    """Run one part in the caller's thread until `done`, at most so many seconds; return whether it is. The caller closes it."""
    end = monotonic() + seconds
    while not done():
        due = min(monotonic() + part.worker.step(), end)
        while not done() and (left := due - monotonic()) > 0:
            if part.wait(min(left, _SLICE)):
                break
        if monotonic() >= end:
            return done()
    return True


def until_stopped(
    parts: Iterable[Part], services: Mapping[str, Service] | None = None, *, seconds: float = 30.0
) -> None:
    """Run parts and services until SIGTERM or SIGINT, which they are given so many seconds to hear.

    Raises the reason when one of them ends by itself.
    """
    workers = Workers()

    def end(_number: int, _frame: FrameType | None) -> None:
        workers.stop.set()

    handlers_before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        workers.start(parts, services)
        workers.wait(seconds)
    except WorkerFailed as failed:
        raise failed.__cause__ or failed from None
    finally:
        for number, handler in handlers_before.items():
            signal.signal(number, handler)
