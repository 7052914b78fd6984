"""Medians and spreads of few runs, and whether a mark is met. No averages: one bad run must not move the figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The runs of a case, summed up."""

    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(median(values), min(values), max(values), len(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below or at which a share (0 to 1) of the samples lies: the nearest rank, no interpolation."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def interleaved(names: Sequence[str], runs: int) -> list[tuple[int, str]]:
    """The order of work: every case once before any comes again, every other round backwards.

    So a machine that gets slower or faster meanwhile favours nobody.
    """
    order = []
    for each in range(runs):
        order += [(each, name) for name in (names if each % 2 == 0 else list(reversed(names)))]
    return order
