"""Keys under which something stood that is not the register's newest record, until the newest stands behind it again.

Whether it does is told by where the outbox has put the newest record, and not by what is read next: a publisher that reads
slowly sends nothing twice for it. Who writes under a key again and again is answered ever more slowly.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...topics.transport.ports import Delivered, TopicPartition
from ...topics.workers.clock import Clock
from .book import LaneMark, UpkeepBook

_AT_ONCE_MOST = 500
_SLOWEST_SECONDS = 30.0
_FORGOTTEN_AFTER = 600.0
OFTEN = 4
"""So many times within ten minutes, and the key is contested."""


class Suspect(NamedTuple):
    """Where something else stood last under a key."""

    lane: TopicPartition
    offset: int


@dataclass(slots=True)
class _Answers:
    """How often a key's newest record was sent again lately, and when last (monotonic seconds)."""

    times: int
    at: float

    @property
    def next_at(self) -> float:
        return self.at + min(_SLOWEST_SECONDS, 2.0**self.times) / 2


@dataclass(slots=True)
class Suspects:
    """All suspects of one register."""

    book: UpkeepBook
    clock: Clock
    _suspects: dict[bytes, Suspect] = field(default_factory=dict)
    _answers: dict[bytes, _Answers] = field(default_factory=dict)

    def add(self, entry_id: bytes, lane: TopicPartition, offset: int) -> None:
        """Note that something else stands under an entry's key here."""
        self._suspects[entry_id] = Suspect(lane, offset)

    def drop(self, entry_id: bytes) -> None:
        """Note that the newest record was read behind it."""
        self._suspects.pop(entry_id, None)

    def lowest(self) -> Mapping[TopicPartition, int]:
        """Return per partition the first offset that must be read again by whoever goes on from here."""
        lowest: dict[TopicPartition, int] = {}
        for lane, offset in self._suspects.values():
            lowest[lane] = min(offset, lowest.get(lane, offset))
        return lowest

    def contested(self) -> set[bytes]:
        """Return the entries whose records were sent again often, lately."""
        now = self.clock.monotonic()
        self._answers = {key: each for key, each in self._answers.items() if now - each.at < _FORGOTTEN_AFTER}
        return {key for key, each in self._answers.items() if each.times >= OFTEN}

    def settle(self, marks: Mapping[TopicPartition, LaneMark], but: Collection[bytes]) -> int:
        """Send again what does not stand last and is due, `but` these; return how many."""
        now = self.clock.monotonic()
        later = {*but, *(key for key, each in self._answers.items() if each.next_at > now)}
        due = [key for key in self._suspects if key not in later]
        due = due[:_AT_ONCE_MOST]
        if not due:
            return 0
        again = list(self._not_last(due, marks))
        for key in again:
            times = self._answers[key].times + 1 if key in self._answers else 1
            self._answers[key] = _Answers(times, now)
        return self.book.send_again(again) if again else 0

    def _not_last(self, keys: Iterable[bytes], marks: Mapping[TopicPartition, LaneMark]) -> Iterator[bytes]:
        """Name those whose newest record is in the log, and not behind what was seen; what still waits comes by itself."""
        rows = self.book.newest_rows(list(keys))
        sent_through, places = self.book.sent_through(), self.book.places(list(rows.values()))
        for key, row in rows.items():
            suspect = self._suspects[key]
            if row <= sent_through and not _is_behind(places.get(row), suspect, row, marks):
                yield key
            elif row <= sent_through:
                self.drop(key)


def _is_behind(place: Delivered | None, suspect: Suspect, row: int, marks: Mapping[TopicPartition, LaneMark]) -> bool:
    if place is None or row <= marks[suspect.lane].void_through:
        return False
    return (place.topic, place.partition) == suspect.lane and place.offset > suspect.offset
