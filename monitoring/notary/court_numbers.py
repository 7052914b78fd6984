"""Which numbers of the courts' sequences stood in the lists, under which key and where.

What a key signed that is revoked by now fills a gap and opens none, and takes no number from the court: a thief writes what
number he likes, and what is missing below it nobody has lost.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...topics.transport.ports import TopicPartition
from ..log.sequences import Interval, SequenceSet

_UNKNOWN_KEY = b""
"""Under which the numbers stand that an earlier release noted without one."""


class NumberedRecord(NamedTuple):
    """A record whose signature holds, as a court's sequence has it."""

    court: str
    number: int
    key_id: bytes
    offset: int


class MissingNumbers(NamedTuple):
    """Numbers of a court that are not in a list, and where the record stands behind them; partition and offset -1 if unknown."""

    gaps: Sequence[Interval]
    partition: int = -1
    offset: int = -1


@dataclass(slots=True)
class _KeyNumbers:
    """What stood in one list under one key of a court."""

    numbers: SequenceSet = field(default_factory=SequenceSet)
    partition: int = -1
    offset: int = -1
    """Of its highest number."""


class CourtNumbers:
    """The numbers a tally has read itself, by list, court and key."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], dict[bytes, _KeyNumbers]] = {}

    def add(self, lane: TopicPartition, record: NumberedRecord, revoked: Collection[bytes]) -> bool:
        """Note a number; return False if it stood there before, under a key that is none of the `revoked`."""
        keys = self._read.setdefault((lane.topic, record.court), {})
        known = any(record.number in each.numbers for key_id, each in keys.items() if key_id not in revoked)
        own = keys.setdefault(record.key_id, _KeyNumbers())
        if record.number > own.numbers.highest:
            own.partition, own.offset = lane.partition, record.offset
        own.numbers.add(record.number)
        return not known

    def missing(
        self, topic: str, court: str, seen: SequenceSet, published: int, revoked: Collection[bytes]
    ) -> MissingNumbers:
        """Name what is missing of `seen` below the highest number that the court's publisher has told, or that stands under a key
        that is none of the `revoked`.
        """
        keys = self._read.get((topic, court), {})
        counting = [each for key_id, each in keys.items() if key_id not in revoked]
        highest = max(counting, key=lambda each: each.numbers.highest, default=_KeyNumbers())
        gaps = seen.missing(max(published, highest.numbers.highest))
        return MissingNumbers(gaps, highest.partition, highest.offset) if gaps else MissingNumbers(())

    def state(self) -> list[list[object]]:
        """Return what was read as JSON takes it."""
        return [list(row) for row in self._rows()]

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for (topic, court), keys in self._read.items():
            for key_id, each in keys.items():
                yield topic, court, each.numbers.intervals(), key_id.hex(), each.partition, each.offset

    def restore(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take what `state` gave; an earlier release's rows have list, court and numbers alone."""
        for topic, court, intervals, *rest in rows:
            key_id, partition, offset = rest or (_UNKNOWN_KEY.hex(), -1, -1)
            keys = self._read.setdefault((topic, court), {})
            keys[bytes.fromhex(key_id)] = _KeyNumbers(SequenceSet(intervals), partition, offset)
