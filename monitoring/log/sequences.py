"""Which numbers of a gapless sequence have been seen: loss is named by its numbers, never guessed from counts."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """All numbers from the lowest to the highest, both included."""

    low: int
    high: int


class SequenceSet:
    """A set of integers from 1 on, kept as disjoint closed intervals; small however long the sequence is."""

    def __init__(self, intervals: Iterable[Sequence[int]] = ()) -> None:
        """Begin with the numbers of these (lowest, highest) pairs, as `intervals` gives them."""
        pairs = sorted((low, high) for low, high in intervals)
        self._low = [low for low, _ in pairs]
        self._high = [high for _, high in pairs]

    def add(self, number: int) -> bool:
        """Note a number; return False if it was there already."""
        if number in self:
            return False
        at = bisect_right(self._low, number)
        joins_left = bool(at) and self._high[at - 1] == number - 1
        joins_right = at < len(self._low) and self._low[at] == number + 1
        if joins_left and joins_right:
            self._high[at - 1] = self._high[at]
            del self._low[at], self._high[at]
        elif joins_left:
            self._high[at - 1] = number
        elif joins_right:
            self._low[at] = number
        else:
            self._low.insert(at, number)
            self._high.insert(at, number)
        return True

    def __contains__(self, number: int) -> bool:
        """Return whether a number was seen."""
        at = bisect_right(self._low, number)
        return bool(at) and number <= self._high[at - 1]

    @property
    def contiguous(self) -> int:
        """The number up to which every number from 1 on was seen; 0 if 1 was not."""
        return self._high[0] if self._low and self._low[0] <= 1 else 0

    @property
    def highest(self) -> int:
        """The highest number seen, 0 if none was."""
        return self._high[-1] if self._high else 0

    def missing(self, through: int | None = None) -> list[Interval]:
        """List the gaps between 1 and the highest number; with `through` those up to that one at most."""
        gaps, expected = [], 1
        for low, high in zip(self._low, self._high, strict=True):
            end = low - 1 if through is None else min(low - 1, through)
            if end >= expected:
                gaps.append(Interval(expected, end))
            expected = high + 1
        return gaps

    def missing_count(self) -> int:
        """Count the numbers below the highest that were not seen."""
        return sum(high - low + 1 for low, high in self.missing())

    def intervals(self) -> list[Interval]:
        """List the numbers that were seen, as disjoint intervals in order."""
        return [Interval(low, high) for low, high in zip(self._low, self._high, strict=True)]
