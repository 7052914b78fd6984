"""Which entries a file has named so far, and what the first row about each said.

An entry is known by its ordinal in the register, or by a key where the register does not lead from that key to it.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from .comparison import ComparedRow, FirstRow


@dataclass(slots=True)
class ChunkFirstRows:
    """First rows of a chunk that is not accepted yet, so that they can be thought over again."""

    by_key: dict[bytes, ComparedRow] = field(default_factory=dict)
    by_ordinal: dict[int, ComparedRow] = field(default_factory=dict)
    stray_keys: dict[bytes, ComparedRow] = field(default_factory=dict)
    """Rows by keys that will not lead to their entry in the register even when the chunk is accepted."""
    of_new_entries: list[ComparedRow] = field(default_factory=list)


class FirstRows:
    """First rows of a whole file, kept small: 16 bytes a row, four an entry of the register, about 180 a key."""

    def __init__(self) -> None:
        """Begin a file."""
        self._numbers = array("I", [0])
        self._statements = array("Q", [0])
        self._days = array("I", [0])
        self._by_ordinal = array("I")
        self._by_key: dict[bytes, int] = {}

    def by_key(self, key: bytes) -> FirstRow | None:
        """Return the first row about the entry of a key."""
        at = self._by_key.get(key)
        return None if at is None else self._row(at)

    def by_ordinal(self, ordinal: int) -> FirstRow | None:
        """Return the first row about an entry of the register."""
        return self._row(self._by_ordinal[ordinal]) if self.has_named(ordinal) else None

    def has_named(self, ordinal: int) -> bool:
        """Tell whether the file has a row about an entry of the register."""
        return ordinal < len(self._by_ordinal) and self._by_ordinal[ordinal] != 0

    def planned(self, chunk: ChunkFirstRows) -> None:
        """Remember a chunk that is not written: the register will not know its new entries."""
        self._remember(chunk.by_ordinal.keys(), chunk.by_ordinal.values())
        self._by_key.update(zip(chunk.by_key.keys(), self._add(chunk.by_key.values()), strict=True))

    def written(self, chunk: ChunkFirstRows, first_new_ordinal: int) -> None:
        """Remember a chunk whose new entries stand in the register from an ordinal on."""
        self._remember(chunk.by_ordinal.keys(), chunk.by_ordinal.values())
        self._by_key.update(zip(chunk.stray_keys.keys(), self._add(chunk.stray_keys.values()), strict=True))
        new = range(first_new_ordinal, first_new_ordinal + len(chunk.of_new_entries))
        self._remember(new, chunk.of_new_entries)

    def _remember(self, ordinals: Iterable[int], rows: Iterable[ComparedRow]) -> None:
        self._make_room(max(ordinals, default=0))
        places = self._by_ordinal
        for ordinal, at in zip(ordinals, self._add(rows), strict=True):
            places[ordinal] = at

    def _make_room(self, ordinal: int) -> None:
        if ordinal >= len(self._by_ordinal):
            larger = max(ordinal + 1, len(self._by_ordinal) * 5 // 4)
            self._by_ordinal.frombytes(bytes(self._by_ordinal.itemsize * (larger - len(self._by_ordinal))))

    def _add(self, rows: Iterable[ComparedRow]) -> range:
        """Add rows; where they stand."""
        before = len(self._numbers)
        rows = list(rows)
        self._numbers.extend([each.row.number for each in rows])
        self._statements.extend([each.statement() for each in rows])
        self._days.extend([date.fromisoformat(each.publish_date).toordinal() for each in rows])
        return range(before, len(self._numbers))

    def _row(self, at: int) -> FirstRow:
        return FirstRow(self._numbers[at], self._statements[at], date.fromordinal(self._days[at]).isoformat())
