"""A consistent cut through lanes that are read at different speeds.

A head must say what stands *below* the marker of one barrier in every lane, so that anybody can recompute it from the
offsets it names. A lane that has reached its marker therefore waits until every other lane has reached its own, as in
Chandy and Lamport's snapshots (ACM TOCS 3(1), 1985); what came behind the marker is kept until then.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

LaneT = TypeVar("LaneT", bound=Hashable)
ItemT = TypeVar("ItemT")


class _QueuedItem(NamedTuple, Generic[ItemT]):
    item: ItemT
    marker: int | None
    """Its number if it is a marker to cut at."""


class Alignment(Generic[LaneT, ItemT]):
    """Hands on the items of every lane in order, and says when all lanes stand at the same marker."""

    def __init__(self, lanes: Iterable[LaneT], limit: int) -> None:
        """Hold back at most about `limit` items behind markers; beyond that the cut is given up and reading goes on."""
        self._queues: dict[LaneT, deque[_QueuedItem[ItemT]]] = {lane: deque() for lane in lanes}
        self._reached: dict[LaneT, int] = {}
        """Lanes that stand at a marker → its number."""
        self._limit = limit

    def put(self, lane: LaneT, item: ItemT, marker: int | None = None) -> None:
        """Add what was read next from a lane; `marker` is the number if the item is a marker to cut at."""
        self._queues[lane].append(_QueuedItem(item, marker))

    def take(self, apply: Callable[[ItemT], None], cut: Callable[[int], None]) -> None:
        """Call `apply` for every item that may be applied now, and `cut` whenever all lanes stand at one marker.

        A marker is applied like any other item just before its lane waits; `cut` runs before anything behind it.
        """
        while True:
            for lane, queue in self._queues.items():
                self._advance(lane, queue, apply)
            if not self._settle(cut):
                return

    def _advance(self, lane: LaneT, queue: deque[_QueuedItem[ItemT]], apply: Callable[[ItemT], None]) -> None:
        while queue and lane not in self._reached:
            item, marker = queue.popleft()
            apply(item)
            if marker is not None:
                self._reached[lane] = marker

    def _settle(self, cut: Callable[[int], None]) -> bool:
        """Let lanes go on where that is right; return False if all that is left must wait."""
        if len(self._reached) < len(self._queues):
            if sum(map(len, self._queues.values())) <= self._limit:
                return False
            self._reached.clear()
            return True
        target = max(self._reached.values())
        if min(self._reached.values()) == target:
            cut(target)
            self._reached.clear()
        else:  # a marker is missing in some lane: those before it go on to the next one
            self._reached = {lane: number for lane, number in self._reached.items() if number == target}
        return True
