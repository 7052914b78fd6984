"""A case of the bench that fails in a given way, by itself or in a process it started, while others of its run work on."""

import os
import signal
import subprocess
import sys
import threading
import time

from liandong.bench.place import Place
from liandong.bench.result import Result
from liandong.bench.workers import working

LONG = 600
BYSTANDER = "bystander.pid"
"""File with the process id of one that works on."""


def run(place: Place, way: str, *, in_worker: bool) -> Result:
    """Leaves a process and a thread that would go on for ten minutes, and fails."""
    bystander = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({LONG})"])
    (place.folder / BYSTANDER).write_text(f"{bystander.pid}", encoding="ascii")
    threading.Thread(target=time.sleep, args=(LONG,)).start()
    if not in_worker:
        fail(way)
    with working(fail, way) as worker:
        worker.begin()
        worker.result()
    return Result(1.0, 1.0, 1)


def fail(way: str) -> None:
    """Says something on standard error first."""
    print("last words", file=sys.stderr, flush=True)  # noqa: T201
    if way == "raises":
        raise ValueError("no such person")
    if way == "exits":
        os._exit(3)
    if way == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(LONG)
