"""A consistent cut through lanes that are read at different speeds.

A head must say what stands *below* the marker of one barrier in every lane, so that anybody can recompute it from the
offsets it names. A lane that has reached its marker therefore waits until every other lane has reached its own, as in
Chandy and Lamport's snapshots (ACM TOCS 3(1), 1985); what came behind the marker is kept until then.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

LaneT = TypeVar("LaneT", bound=Hashable)
ItemT = TypeVar("ItemT")


class Alignment(Generic[LaneT, ItemT]):
    """Gives items of all lanes in order of each lane, and tells when all stand at the same marker."""

    def __init__(self, lanes: Iterable[LaneT], limit: int) -> None:
        """Keeps at most about `limit` items behind markers; beyond that the cut is given up and reading goes on."""
        self._waiting: dict[LaneT, deque[tuple[ItemT, int | None]]] = {lane: deque() for lane in lanes}
        self._at: dict[LaneT, int] = {}
        self._limit = limit
        self.abandoned = 0
        """Cuts given up because one lane was too far behind the others."""

    def put(self, lane: LaneT, item: ItemT, marker: int | None = None) -> None:
        """Adds what was read next from a lane; `marker` is the number if the item is a marker to cut at."""
        self._waiting[lane].append((item, marker))

    def take(self, apply: Callable[[ItemT], None], cut: Callable[[int], None]) -> None:
        """Calls `apply` for every item that may be applied now, and `cut` whenever all lanes stand at one marker.

        A marker is applied like any other item just before its lane waits; `cut` runs before anything behind it.
        """
        while True:
            for lane, waiting in self._waiting.items():
                self._advance(lane, waiting, apply)
            if not self._settle(cut):
                return

    def _advance(self, lane: LaneT, waiting: deque[tuple[ItemT, int | None]], apply: Callable[[ItemT], None]) -> None:
        while waiting and lane not in self._at:
            item, marker = waiting.popleft()
            apply(item)
            if marker is not None:
                self._at[lane] = marker

    def _settle(self, cut: Callable[[int], None]) -> bool:
        """Lets lanes go on where that is right; False if all that is left must wait."""
        if len(self._at) < len(self._waiting):
            if sum(map(len, self._waiting.values())) <= self._limit:
                return False
            self.abandoned += 1
            self._at.clear()
            return True
        target = max(self._at.values())
        if min(self._at.values()) == target:
            cut(target)
            self._at.clear()
        else:  # a marker is missing in some lane: those before it go on to the next one
            self._at = {lane: number for lane, number in self._at.items() if number == target}
        return True
