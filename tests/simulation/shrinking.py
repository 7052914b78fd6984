"""Making a failure small: steps are taken out, in large pieces first, as long as the same promise breaks (Zeller's ddmin)."""

import re
from collections.abc import Callable, Sequence

from liandong.tests.simulation.running import Run, run

MOST_RUNS = 300
"""So many worlds are spent on one failure."""


def shrunk(failed: Run, again: Callable[[Sequence[int]], Run] = run) -> Run:
    """Return the smallest run found that breaks the same promise."""
    best, runs, piece = failed, 0, max(1, len(failed.steps) // 2)
    integers = [*failed.integers[: 1 + len(failed.steps)]]
    while runs < MOST_RUNS:
        taken_out = False
        start = 1
        while start < len(integers) and runs < MOST_RUNS:
            candidate = integers[:start] + integers[start + piece :]
            tried, runs = again(candidate), runs + 1
            if tried.broken is not None and _promise(tried) == _promise(failed):
                best, integers, taken_out = tried, candidate, True
            else:
                start += piece
        if piece == 1 and not taken_out:
            break
        piece = max(1, piece // 2)
    return best


def _promise(run: Run) -> str:
    """Return what broke without the numbers and ids in it, which are others once a step is gone."""
    return re.sub(r"[0-9a-f]{8,}|\d+", "#", str(run.broken))
