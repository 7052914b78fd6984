"""Which barriers were passed in which lanes, and at which all of them stood."""

from collections.abc import Iterable

from ..store.batch import PassedBarrier
from ..store.layout import KEPT_MARKS, Mark


class Barriers:
    """The newest barriers of every notary in every lane of one jurisdiction's state topics."""

    def __init__(self, lanes: Iterable[int]) -> None:
        self._lanes = frozenset(lanes)
        """Those a barrier must be passed in to be complete."""
        self._marks: dict[str, dict[int, dict[int, Mark]]] = {}
        """Notary, barrier number, lane."""
        self._newest: dict[int, dict[str, int]] = {lane: {} for lane in self._lanes}
        self._newest_at = dict.fromkeys(self._lanes, 0)
        """Lane to the issue time of the newest barrier passed, by its notary's clock."""

    def note(self, passed: PassedBarrier) -> None:
        """Remember a barrier that was passed; the oldest are forgotten."""
        numbers = self._marks.setdefault(passed.notary, {})
        numbers.setdefault(passed.mark.number, {})[passed.lane] = passed.mark
        newest = self._newest.setdefault(passed.lane, {})
        newest[passed.notary] = max(passed.mark.number, newest.get(passed.notary, -1))
        self._newest_at[passed.lane] = max(passed.mark.issued_at, self._newest_at.get(passed.lane, 0))
        while len(numbers) > KEPT_MARKS:
            del numbers[min(numbers)]

    def newest_in(self, lane: int) -> dict[str, int]:
        """Return the newest barrier of every notary passed in one lane."""
        return self._newest.get(lane, {})

    def newest(self, notary: str) -> int:
        """Return the number of the newest barrier of a notary passed in all lanes, -1 = none."""
        numbers = self._marks.get(notary, {})
        return max((number for number in numbers if self.passed(notary, number)), default=-1)

    def passed(self, notary: str, number: int) -> bool:
        """Return whether a barrier was passed in all lanes."""
        return self.at(notary, number).keys() >= self._lanes

    def at(self, notary: str, number: int) -> dict[int, Mark]:
        """Return the mark of every lane at one barrier. Lanes that have not passed it are missing, and those that
        passed it in one batch with a newer one.
        """
        return self._marks.get(notary, {}).get(number, {})

    def newest_everywhere(self) -> int:
        """Return when the newest barrier was issued of the lane that is furthest behind, ms UTC, 0 = one has passed none.

        It is not held against this machine's clock: what ends by time ends by the later of the two.
        """
        return min(self._newest_at.values(), default=0)

    def notaries(self) -> list[str]:
        """Return all notaries whose barriers were passed."""
        return sorted(self._marks)
