# mypyc: compile
"""Reading the list store, in the node's process or in any other on the machine, without waiting for the writer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from ...topics.catalogue import names
from ...topics.transport.partitioner import partition_of
from .environment import AnyTransaction, Environment, ReadTransaction, TableHandle
from .errors import DAMAGED
from .layout import (
    LANE_LENGTH,
    ROW_HEAD,
    ROW_INCIDENT,
    ROW_LANE,
    ROW_POSITION,
    SURROGATE_LENGTH,
    Generation,
    Incident,
    LaneState,
    StoredEntry,
    StoredPosition,
    TrustedHead,
)
from .tables import StoreTables
from .values import opaque_of, prefix_of

_S = TypeVar("_S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class ListStatus:
    """What a node's copy says about itself."""

    lanes: tuple[LaneState, ...]
    heads: tuple[TrustedHead, ...]
    positions: dict[str, StoredPosition]
    generation: Generation
    """`active` and `writing` differ while a rebuild runs."""
    incidents: int


class ListSnapshot:
    """The store as it was at one commit. Buffers it gives must not outlive it."""

    __slots__ = ("_catalogue", "_get", "_lanes", "_tables", "_transaction", "generation")

    def __init__(self, transaction: ReadTransaction, catalogue: StoreTables) -> None:
        self.generation = catalogue.generation(transaction)
        self._transaction = transaction
        self._catalogue = catalogue
        self._tables = catalogue.of(self.generation.active)
        self._get = transaction.get
        self._lanes: list[LaneState] | None = None

    def places(self, surrogate: bytes) -> list[bytes]:
        """Return the places of the live entries a surrogate leads to."""
        cursor = self._transaction.cursor(self._tables.index)
        places: list[bytes] = []
        more = cursor.set_range(surrogate)
        while more and (key := cursor.key())[:SURROGATE_LENGTH] == surrogate:
            places.append(bytes(key[SURROGATE_LENGTH:]))
            more = cursor.next()
        return places

    def value(self, place: bytes) -> memoryview | None:
        """Return the stored value at a place, None if nothing stands there."""
        return self._get(place, db=self._tables.records)

    def find(self, entry_id: bytes) -> StoredEntry | None:
        """Find an entry in the partition it belongs in, ended ones included; None if it is unknown."""
        for lane in self.lanes():
            if not _is_own(lane, entry_id):
                continue
            place = lane.prefix + entry_id
            value = self.value(place)
            if value is not None and _is_of_list(lane, value):
                return StoredEntry(place, value)
        return None

    def lane(self, place: bytes) -> LaneState:
        """Return the lane a place lies in. Raises KeyError."""
        prefix = place[:LANE_LENGTH]
        found = next((lane for lane in self.lanes() if lane.prefix == prefix), None)
        if found is None:
            raise KeyError(int.from_bytes(prefix, "big"))
        return found

    def lanes(self) -> list[LaneState]:
        """Return all lanes."""
        if self._lanes is None:
            self._lanes = decoded_rows(self._transaction, self._tables.state, ROW_LANE, LaneState)
        return self._lanes

    def positions(self) -> dict[str, StoredPosition]:
        """Return what is known of the state lanes, by jurisdiction."""
        return positions_in(self._transaction, self._tables.state)

    def heads(self) -> list[TrustedHead]:
        """Return the highest trusted head of every notary."""
        return decoded_rows(self._transaction, self._catalogue.trust, ROW_HEAD, TrustedHead)

    def incidents(self) -> list[Incident]:
        """Return what must be looked at, oldest first."""
        return decoded_rows(self._transaction, self._catalogue.trust, ROW_INCIDENT, Incident)

    def records(self) -> Iterator[tuple[bytes, memoryview]]:
        """Iterate over place and stored value of every entry, in order of place."""
        for key, value in self._transaction.cursor(self._tables.records):
            yield bytes(key), value

    def index(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over surrogate and place of every row of the index."""
        for key in self._transaction.cursor(self._tables.index).iternext(values=False):
            yield bytes(key[:SURROGATE_LENGTH]), bytes(key[SURROGATE_LENGTH:])


def _is_own(lane: LaneState, entry_id: bytes) -> bool:
    """Whether an entry's records belong in a lane's partition; a store of before knows no number of partitions yet."""
    return not lane.partitions or partition_of(entry_id, lane.partitions) == lane.partition


def _is_of_list(lane: LaneState, value: memoryview) -> bool:
    """Whether a record is one of its lane's list: what stands in another one is a replay."""
    opaque = opaque_of(value)
    readable = value if opaque is None else opaque.last
    return not readable or names.state_topic(prefix_of(readable)["instrument"], lane.jurisdiction) == lane.topic


class ListReader:
    """Reads a list store; threads and processes share nothing but the files."""

    def __init__(self, environment: Environment, catalogue: StoreTables) -> None:
        self._environment = environment
        self._catalogue = catalogue

    @classmethod
    def open(cls, path: Path) -> "ListReader":
        """Open a reader in another process than the node's; there take `ListStore.reader`.

        Raises StoreMissing, StoreBusy, StoreDamaged.
        """
        environment = Environment(path, readonly=True)
        return cls(environment, StoreTables(environment, create=False))

    @contextmanager
    def snapshot(self) -> Iterator[ListSnapshot]:
        """Give the store as it is at its newest commit; buffers must not leave the block."""
        with self._environment.read() as transaction:
            yield ListSnapshot(transaction, self._catalogue)

    def known_surrogates(self, surrogates: Iterable[bytes]) -> set[bytes]:
        """Return those of these surrogates the index has: all that most checks need to know."""
        transaction = self._environment.begin(buffers=False)
        try:
            return known_surrogates(transaction, self._catalogue.index(transaction), surrogates)
        except DAMAGED as damaged:
            self._environment.tell_damage(damaged)
            raise
        finally:
            self._environment.end(transaction)

    def status(self) -> ListStatus:
        """Return lanes, trusted heads with proof and difference, positions, and how many incidents there are."""
        with self.snapshot() as snapshot:
            return ListStatus(
                tuple(snapshot.lanes()),
                tuple(snapshot.heads()),
                snapshot.positions(),
                snapshot.generation,
                len(snapshot.incidents()),
            )

    def incidents(self) -> list[Incident]:
        """Return what must be looked at, oldest first; the newest thousand are kept."""
        with self.snapshot() as snapshot:
            return snapshot.incidents()

    def close(self) -> None:
        """Close a reader made by `open`."""
        self._environment.close()


def known_surrogates(transaction: AnyTransaction, index: TableHandle, surrogates: Iterable[bytes]) -> set[bytes]:
    """Return those of these surrogates an index has a row of; the transaction must copy keys, not give buffers."""
    cursor = transaction.cursor(index)
    move_to, key = cursor.set_range, cursor.key
    listed = set()
    for surrogate in surrogates:
        if move_to(surrogate) and key()[:SURROGATE_LENGTH] == surrogate:
            listed.add(surrogate)
    return listed


def rows(transaction: AnyTransaction, table: TableHandle, kind: bytes) -> list[tuple[bytes, bytes]]:
    """Return key and value of all rows whose key starts with `kind`."""
    cursor = transaction.cursor(table)
    matching: list[tuple[bytes, bytes]] = []
    more = cursor.set_range(kind)
    while more and (item := cursor.item())[0][: len(kind)] == kind:
        matching.append((bytes(item[0]), bytes(item[1])))
        more = cursor.next()
    return matching


def decoded_rows(transaction: AnyTransaction, table: TableHandle, kind: bytes, row_type: type[_S]) -> list[_S]:
    """Return the values of all rows whose key starts with `kind`, decoded."""
    return [msgspec.msgpack.decode(row, type=row_type) for _, row in rows(transaction, table, kind)]


def positions_in(transaction: AnyTransaction, state: TableHandle) -> dict[str, StoredPosition]:
    """Return what a generation's tables say of the lists, by jurisdiction."""
    start = len(ROW_POSITION)
    stored = rows(transaction, state, ROW_POSITION)
    return {key[start:].decode(): msgspec.msgpack.decode(row, type=StoredPosition) for key, row in stored}
