"""Waiting for what other threads and processes do; a shared machine may take long, so patience is long and looks are often."""

import time
from collections.abc import Callable

PATIENCE = 60.0


def eventually(holds: Callable[[], object], seconds: float = PATIENCE, *, pace: float = 0.01) -> bool:
    """Tell whether something comes true in time, looking every `pace` seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pace)
    return True


def until(true: Callable[[], object], seconds: float = PATIENCE, *, pace: float = 0.01) -> None:
    """Wait for something to become true; fail if it does not."""
    assert eventually(true, seconds, pace=pace), "it did not come true"
