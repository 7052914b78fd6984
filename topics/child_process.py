"""Child processes of a publication: started so that Ctrl-C is their parent's business, ended for certain."""

import signal
import threading
from multiprocessing.process import BaseProcess


def start(process: BaseProcess) -> None:
    """Start a process that ignores Ctrl-C, which goes to every process of a terminal: its parent tells it when to end."""
    if threading.current_thread() is not threading.main_thread():
        process.start()
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)


def ended(process: BaseProcess, seconds: float) -> int | None:
    """Wait for a process that was told to end, and end it if it does not; return its exit code."""
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode
