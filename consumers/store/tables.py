# mypyc: compile
"""The tables of the list store and how they are opened."""

from dataclasses import dataclass

import msgspec

from .environment import AnyTransaction, Environment, ReadTransaction, TableHandle
from .layout import ROW_GENERATION, Generation

_SLOTS = 2


@dataclass(frozen=True, slots=True)
class GenerationTables:
    """The tables of one generation."""

    records: TableHandle
    index: TableHandle
    state: TableHandle


class StoreTables:
    """All tables of an environment; generations take turns in two sets of them."""

    def __init__(self, environment: Environment, *, create: bool) -> None:
        self.trust = environment.table(b"trust", create=create)
        self._slots = [
            GenerationTables(
                *(
                    environment.table(b"%s/%d" % (name, slot), create=create)
                    for name in (b"records", b"index", b"state")
                )
            )
            for slot in range(_SLOTS)
        ]
        self._generation: tuple[bytes | None, Generation] = (None, Generation(0, 0))
        """The row as it was read last, and what it says: it changes with a rebuild only."""
        self._index: tuple[int, TableHandle] = (-1, None)
        """Commit that was read last, and its index."""

    def of(self, generation: int) -> GenerationTables:
        """Return the tables a generation lies in."""
        return self._slots[generation % _SLOTS]

    def index(self, transaction: ReadTransaction) -> TableHandle:
        """Return the index a snapshot is read by; it is worked out once a commit, since every look-up asks."""
        commit, index = self._index
        if transaction.id() != commit:
            index = self.of(self.generation(transaction).active).index
            self._index = (transaction.id(), index)
        return index

    def generation(self, transaction: AnyTransaction) -> Generation:
        """Return which generation is read and which is written."""
        row = transaction.get(ROW_GENERATION, db=self.trust)
        last_row, generation = self._generation
        if row != last_row:
            generation = Generation(0, 0) if row is None else msgspec.msgpack.decode(row, type=Generation)
            self._generation = (None if row is None else bytes(row), generation)
        return generation
