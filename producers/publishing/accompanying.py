"""Which new list entries of a file have no live consumption order of the same debtor in the same case (法释〔2015〕17号 art. 1 ¶2).

The orders may stand anywhere in the same file or in the register already, so it is said when the whole file is read.
"""

from array import array
from collections.abc import Iterable, Iterator

from ...schemas.law.listing import Instrument, Status
from ...topics.storage.database import reading
from ..register.reader import RegisterReader
from .comparison import ComparedRow, Meaning

_KEY_BYTES = 16
_PAGE = 4000


class AccompanyingOrders:
    """Remembers a file's new list entries, 24 bytes each, by the keys their orders would have."""

    def __init__(self) -> None:
        """Begin a file."""
        self._keys = bytearray()
        self._rows = array("Q")
        self._ordered: set[bytes] = set()
        """Keys of orders that are only planned: the register will not know them."""

    def note(self, changes: Iterable[ComparedRow], *, is_plan: bool) -> None:
        """Note what a chunk publishes, or would publish."""
        for compared in changes:
            row = compared.row
            if compared.meaning is Meaning.NEW and row.instrument == Instrument.LIST_ENTRY:
                for key in row.order_keys:
                    self._keys += key
                    self._rows.append(row.number)
            elif is_plan and row.instrument == Instrument.CONSUMPTION_ORDER:
                self._ordered.update(row.keys)

    def missing(self, register: RegisterReader) -> Iterator[int]:
        """Return the rows that no order accompanies, in the order of the file."""
        accompanied = {row for start in range(0, len(self._rows), _PAGE) for row in self._accompanied(register, start)}
        yield from (row for row in dict.fromkeys(self._rows) if row not in accompanied)

    def _accompanied(self, register: RegisterReader, start: int) -> Iterator[int]:
        rows = self._rows[start : start + _PAGE]
        places = range(start * _KEY_BYTES, (start + len(rows)) * _KEY_BYTES, _KEY_BYTES)
        keys = [bytes(self._keys[place : place + _KEY_BYTES]) for place in places]
        with reading(register.engine) as connection:
            known = register.entries_by_key(connection, sorted(set(keys)))
        for row, key in zip(rows, keys, strict=True):
            is_ordered = key in known and known[key][-1].status is Status.ACTIVE
            if is_ordered or key in self._ordered:
                yield row
