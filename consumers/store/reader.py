# mypyc: compile
"""Reading the list store, in the node's process or in any other on the machine, without waiting for the writer."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from .environment import Environment, Reading, Table, Transaction
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
    StoredPosition,
    TrustedHead,
    lane_prefix,
    lane_row,
)
from .tables import Catalogue
from .values import body_of, opaque_of


@dataclass(frozen=True, slots=True)
class ListStatus:
    """What a node's copy says about itself."""

    lanes: tuple[LaneState, ...]
    heads: tuple[TrustedHead, ...]
    positions: dict[str, StoredPosition]
    generation: Generation
    """`active` and `writing` differ while a rebuild runs."""
    incidents: int


class Snapshot:
    """The store as it was at one commit. Buffers it gives must not outlive it."""

    __slots__ = ("_catalogue", "_get", "_tables", "_transaction", "generation")

    def __init__(self, transaction: Reading, catalogue: Catalogue) -> None:
        self.generation = catalogue.generation(transaction)
        self._transaction = transaction
        self._catalogue = catalogue
        self._tables = catalogue.of(self.generation.active)
        self._get = transaction.get

    def places(self, surrogate: bytes) -> list[bytes]:
        """Places of the live entries a surrogate leads to."""
        cursor = self._transaction.cursor(self._tables.index)
        found: list[bytes] = []
        there = cursor.set_range(surrogate)
        while there and (key := cursor.key())[:SURROGATE_LENGTH] == surrogate:
            found.append(bytes(key[SURROGATE_LENGTH:]))
            there = cursor.next()
        return found

    def value(self, place: bytes) -> memoryview | None:
        """The stored value at a place."""
        return self._get(place, db=self._tables.records)

    def find(self, entry_id: bytes) -> tuple[bytes, memoryview] | None:
        """Place and stored value of an entry, ended ones included."""
        number = 0
        while self._get(lane_row(number), db=self._tables.state) is not None:
            place = lane_prefix(number) + entry_id
            value = self.value(place)
            if value is not None:
                return place, value
            number += 1
        return None

    def lane(self, place: bytes) -> LaneState:
        """The lane a place lies in."""
        number = int.from_bytes(place[:LANE_LENGTH], "big")
        row = self._get(lane_row(number), db=self._tables.state)
        if row is None:
            raise KeyError(number)
        return msgspec.msgpack.decode(row, type=LaneState)

    def lanes(self) -> list[LaneState]:
        """All lanes."""
        found = rows(self._transaction, self._tables.state, ROW_LANE)
        return [msgspec.msgpack.decode(row, type=LaneState) for _, row in found]

    def positions(self) -> dict[str, StoredPosition]:
        """What is known of the state lanes, by jurisdiction."""
        found = rows(self._transaction, self._tables.state, ROW_POSITION)
        start = len(ROW_POSITION)
        return {key[start:].decode(): msgspec.msgpack.decode(row, type=StoredPosition) for key, row in found}

    def heads(self) -> list[TrustedHead]:
        """The highest trusted head of every notary."""
        found = rows(self._transaction, self._catalogue.trust, ROW_HEAD)
        return [msgspec.msgpack.decode(row, type=TrustedHead) for _, row in found]

    def incidents(self) -> list[Incident]:
        """What must be looked at, oldest first."""
        found = rows(self._transaction, self._catalogue.trust, ROW_INCIDENT)
        return [msgspec.msgpack.decode(row, type=Incident) for _, row in found]

    def records(self) -> Iterator[tuple[bytes, memoryview]]:
        """Place and stored value of every entry, in order of place."""
        for key, value in self._transaction.cursor(self._tables.records):
            yield bytes(key), value

    def index(self) -> Iterator[tuple[bytes, bytes]]:
        """Surrogate and place of every row of the index."""
        for key in self._transaction.cursor(self._tables.index).iternext(values=False):
            yield bytes(key[:SURROGATE_LENGTH]), bytes(key[SURROGATE_LENGTH:])


class ListReader:
    """Reads a list store; threads and processes share nothing but the files."""

    def __init__(self, environment: Environment, catalogue: Catalogue) -> None:
        self._environment = environment
        self._catalogue = catalogue

    @classmethod
    def open(cls, path: Path) -> "ListReader":
        """A reader in another process than the node's; there take `ListStore.reader`.

        Raises StoreMissing, StoreBusy, StoreDamaged.
        """
        environment = Environment(path, readonly=True)
        return cls(environment, Catalogue(environment, create=False))

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The store at its newest commit; buffers must not leave the block."""
        with self._environment.read() as transaction:
            yield Snapshot(transaction, self._catalogue)

    def known(self, surrogates: Iterable[bytes]) -> set[bytes]:
        """Those of these surrogates the index has: all that most checks need to know."""
        transaction = self._environment.begin(buffers=False)
        try:
            return known(transaction, self._catalogue.index(transaction), surrogates)
        finally:
            self._environment.end(transaction)

    def bodies(self, surrogate: bytes) -> list[bytes]:
        """Avro bodies of the live entries of a surrogate; of an unreadable record the last readable one before it."""
        with self.snapshot() as snapshot:
            values = [snapshot.value(place) for place in snapshot.places(surrogate)]
            return [body for body in map(_readable, values) if body is not None]

    def body(self, entry_id: bytes) -> bytes | None:
        """Avro body of an entry, ended ones included; None if it is unknown or was never readable."""
        with self.snapshot() as snapshot:
            found = snapshot.find(entry_id)
            return None if found is None else _readable(found[1])

    def status(self) -> ListStatus:
        """Lanes, trusted heads with proof and difference, positions, how many incidents."""
        with self.snapshot() as snapshot:
            return ListStatus(
                tuple(snapshot.lanes()),
                tuple(snapshot.heads()),
                snapshot.positions(),
                snapshot.generation,
                len(snapshot.incidents()),
            )

    def incidents(self) -> list[Incident]:
        """What must be looked at, oldest first; the newest thousand are kept."""
        with self.snapshot() as snapshot:
            return snapshot.incidents()

    def close(self) -> None:
        """Ends a reader made by `open`."""
        self._environment.close()


def known(transaction: Transaction, index: Table, surrogates: Iterable[bytes]) -> set[bytes]:
    """Those of these surrogates an index has a row of; keys must be copied, not buffers."""
    cursor = transaction.cursor(index)
    at, key = cursor.set_range, cursor.key
    found = set()
    for surrogate in surrogates:
        if at(surrogate) and key()[:SURROGATE_LENGTH] == surrogate:
            found.add(surrogate)
    return found


def rows(transaction: Transaction, table: Table, kind: bytes) -> list[tuple[bytes, bytes]]:
    """Key and value of all rows whose key starts with `kind`."""
    cursor = transaction.cursor(table)
    found: list[tuple[bytes, bytes]] = []
    there = cursor.set_range(kind)
    while there and (item := cursor.item())[0][: len(kind)] == kind:
        found.append((bytes(item[0]), bytes(item[1])))
        there = cursor.next()
    return found


def _readable(value: memoryview | None) -> bytes | None:
    if value is None:
        return None
    opaque = opaque_of(value)
    if opaque is None:
        return body_of(value)
    return body_of(opaque.last) if opaque.last else None
