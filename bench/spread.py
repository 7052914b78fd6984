"""Medians and spreads of few runs, and whether a mark is met. No averages: one bad run must not move the figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Spread:
    """The runs of a case, summed up."""

    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise at least one value."""
        return cls(median(values), min(values), max(values), len(values))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below or at which a share (0 to 1) of the samples lies: the nearest rank, no interpolation."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


class Turn(NamedTuple):
    """One run of the plan: of which round, and of what."""

    round: int
    name: str


def interleaved(names: Sequence[str], runs: int) -> list[Turn]:
    """Return the order of work: every case once before any comes again, every other round backwards.

    So a machine that gets slower or faster meanwhile favours nobody.
    """
    return [Turn(number, name) for number in range(runs) for name in (names if number % 2 == 0 else reversed(names))]
