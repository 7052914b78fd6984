"""All choices of a run come from one list of integers: one for the town, one for each step.

A step's own choices hang on its own integer alone, so that a step taken out leaves the others as they were: that is what makes
a failure shrink.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")
LARGEST = 2**32
"""Exclusive."""


@dataclass
class Choices:
    """The choices that hang on one integer."""

    number: int

    def __post_init__(self) -> None:
        self._random = Random(self.number)

    def below(self, limit: int) -> int:
        """From 0, exclusive `limit`."""
        return self._random.randrange(limit)

    def one_of(self, things: Sequence[T]) -> T:
        """One of several, all equally likely."""
        return things[self._random.randrange(len(things))]

    def some_of(self, things: Sequence[T], most: int) -> list[T]:
        """At least one of several, at most so many, in an order of chance."""
        return self._random.sample(list(things), 1 + self._random.randrange(min(most, len(things))))

    def happens(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self._random.randrange(100) < percent

    def raw(self, count: int) -> bytes:
        """So many bytes."""
        return self._random.randbytes(count)

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of several, as likely as its weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]


def integers(seed: int, steps: int) -> list[int]:
    """The list that stands for a seed: the town's integer and one for each step."""
    random = Random(seed)
    return [random.randrange(LARGEST) for _ in range(1 + steps)]
