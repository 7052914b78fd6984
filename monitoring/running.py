"""Several pieces of work that run until one fails or the process is told to stop."""

import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

import structlog

_log = structlog.get_logger(__name__)
Work = Callable[[threading.Event], None]
"""A function that works until the event is set."""


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
