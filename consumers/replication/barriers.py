"""Which barriers were passed in which lanes, and at which all of them stood."""

from collections.abc import Iterable

from ..store.batch import PassedBarrier
from ..store.layout import Mark

KEPT = 100
"""Barriers remembered per notary and lane."""


class Barriers:
    """The newest barriers of every notary in every lane of one jurisdiction's state topics."""

    def __init__(self, lanes: Iterable[int]) -> None:
        self._lanes = frozenset(lanes)
        self._marks: dict[str, dict[int, dict[int, Mark]]] = {}
        """Notary, barrier number, lane."""
        self._newest: dict[int, dict[str, int]] = {lane: {} for lane in self._lanes}

    @property
    def lanes(self) -> frozenset[int]:
        """The lanes a barrier must be passed in to be complete."""
        return self._lanes

    def note(self, passed: PassedBarrier) -> None:
        """Remembers a barrier passed; the oldest are forgotten."""
        numbers = self._marks.setdefault(passed.notary, {})
        numbers.setdefault(passed.mark.number, {})[passed.lane] = passed.mark
        newest = self._newest.setdefault(passed.lane, {})
        newest[passed.notary] = max(passed.mark.number, newest.get(passed.notary, -1))
        while len(numbers) > KEPT:
            del numbers[min(numbers)]

    def newest_in(self, lane: int) -> dict[str, int]:
        """Notary to the newest barrier passed in one lane."""
        return self._newest.get(lane, {})

    def newest(self, notary: str) -> int:
        """The newest barrier of a notary passed in all lanes, -1 = none."""
        numbers = self._marks.get(notary, {})
        return max((number for number in numbers if self.passed(notary, number)), default=-1)

    def passed(self, notary: str, number: int) -> bool:
        """Whether a barrier was passed in all lanes."""
        return self.at(notary, number).keys() >= self._lanes

    def at(self, notary: str, number: int) -> dict[int, Mark]:
        """Lane to mark at one barrier; lanes that have not passed it (or passed it by in a hurry) are missing."""
        return self._marks.get(notary, {}).get(number, {})

    def notaries(self) -> list[str]:
        """All notaries heard of."""
        return sorted(self._marks)
