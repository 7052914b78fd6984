"""What one run of one case says."""

import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Result:
    """The figure of a case, in the case's unit, and what explains it."""

    value: float
    seconds: float
    """How long was measured."""
    amount: int
    """How many records, checks or samples."""
    steps: dict[str, float] = field(default_factory=dict)
    """Where the time went, µs per record."""
    details: dict[str, float] = field(default_factory=dict)
    """Other figures of the same run: percentiles, memory, sizes."""

    @classmethod
    def rate(cls, amount: int, seconds: float, steps: "Stopwatch | None" = None, **details: float) -> "Result":
        """So many in so many seconds."""
        return cls(amount / seconds, seconds, amount, steps.per(amount) if steps else {}, details | memory())

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Result":
        """From what `asdict` made."""
        return cls(**document)


def memory() -> dict[str, float]:
    """Peak resident memory of this process, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"peak_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)}


class Stopwatch:
    """Adds up the time spent in functions that are called once a batch."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, step: str, function: Callable[_P, _T]) -> Callable[_P, _T]:
        """Return the function, its time added to a step."""

        @wraps(function)
        def timing(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[step] += time.perf_counter() - start

        return timing

    def per(self, amount: int) -> dict[str, float]:
        """µs per record of every step."""
        return {step: round(seconds / amount * 1e6, 3) for step, seconds in self.seconds.items()}
