"""The overlay on disk: newest relief record of every entry the state lane has not caught up with.

An environment of its own, so that it never waits for the list store's writer. It stays small: a row goes when the list
holds the same version or a higher one. A commit takes effect at once, whole, and does not wait for the disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import structlog

from ...schemas.law.listing import ENDED_FROM
from .environment import Environment, ReadTransaction, TableHandle, WriteTransaction
from .errors import DAMAGED, StoreDamaged
from .layout import ROW_INCIDENT, ROW_LANE, SURROGATE_LENGTH, Incident, pack
from .power import PowerMark
from .reader import decoded_rows, known_surrogates, rows
from .values import prefix_of
from .writes import KEPT_INCIDENTS

_log = structlog.get_logger(__name__)
_MIB = 1 << 20


class ReliefLane(msgspec.Struct, array_like=True):
    """Where the reading of one partition of a relief lane stands."""

    topic: str
    partition: int
    jurisdiction: str
    next_offset: int
    newest: dict[str, int] = {}
    """Notary to the newest barrier passed."""
    fresh_as_of: int = 0
    """Issue time of the newest barrier passed, ms UTC, 0 = none yet."""
    applied: int = 0
    stale: int = 0
    refused: int = 0
    topic_id: bytes = b""
    """By which the broker tells the topic that was read from others of its name; empty if it was not asked yet."""

    @property
    def row(self) -> bytes:
        """The key it is stored under."""
        return ROW_LANE + f"{self.topic}/{self.partition}".encode()


class ReliefRecord(msgspec.Struct, array_like=True, frozen=True):
    """A verified relief record and whose list it belongs to."""

    jurisdiction: str
    value: bytes
    """Single-object encoding, as in the list store."""
    rivals: tuple[bytes, ...] = ()
    """What other courts say of the entry, one record each: whose it is the list says, which has nothing of it yet."""

    @property
    def values(self) -> tuple[bytes, ...]:
        """All records, the one that came first before its rivals."""
        return (self.value, *self.rivals)


@dataclass(slots=True)
class ReliefBatch:
    """What one batch does to the overlay."""

    records: dict[bytes, ReliefRecord] = field(default_factory=dict)
    """By entry id; the newest of the batch."""
    lanes: list[ReliefLane] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tables:
    records: TableHandle
    index: TableHandle
    state: TableHandle

    @classmethod
    def of(cls, environment: Environment, *, create: bool) -> "_Tables":
        return cls(*(environment.table(name, create=create) for name in (b"records", b"index", b"state")))


class ReliefSnapshot:
    """The overlay as it was at one commit."""

    __slots__ = ("_tables", "_transaction")

    def __init__(self, transaction: ReadTransaction, tables: _Tables) -> None:
        self._transaction = transaction
        self._tables = tables

    def entries(self, surrogate: bytes) -> list[bytes]:
        """Return the ids of the entries whose newest relief record names a surrogate."""
        return [key[SURROGATE_LENGTH:] for key, _ in rows(self._transaction, self._tables.index, surrogate)]

    def record(self, entry_id: bytes) -> ReliefRecord | None:
        """Return the newest relief record of an entry, None if none waits."""
        row = self._transaction.get(entry_id, db=self._tables.records)
        return None if row is None else msgspec.msgpack.decode(row, type=ReliefRecord)

    def lanes(self) -> list[ReliefLane]:
        """Return where the reading of every partition stands."""
        return decoded_rows(self._transaction, self._tables.state, ROW_LANE, ReliefLane)

    def waiting(self, after: bytes = b"", limit: int = 1000) -> list[tuple[bytes, ReliefRecord]]:
        """Return entry ids and records the state lane has not caught up with, in the order of the ids from behind
        `after`.
        """
        cursor = self._transaction.cursor(self._tables.records)
        waiting: list[tuple[bytes, ReliefRecord]] = []
        more = cursor.set_range(after + b"\x00") if after else cursor.first()
        while more and len(waiting) < limit:
            key, row = cursor.item()
            waiting.append((bytes(key), msgspec.msgpack.decode(row, type=ReliefRecord)))
            more = cursor.next()
        return waiting

    def count(self) -> int:
        """Count the entries that wait for the state lane."""
        return int(self._transaction.stat(self._tables.records)["entries"])

    def incidents(self) -> list[Incident]:
        """Return the relief records that were not let take effect, and why."""
        return decoded_rows(self._transaction, self._tables.state, ROW_INCIDENT, Incident)


class ReliefReader:
    """Reads the overlay, in any process."""

    def __init__(self, environment: Environment, tables: _Tables) -> None:
        self._environment = environment
        self._tables = tables
        self._empty_at = -1
        """Commit at which nothing was seen waiting: mostly nothing does, and every look-up asks."""

    @classmethod
    def open(cls, path: Path) -> "ReliefReader":
        """Open a reader in another process than the node's. Raises StoreMissing, StoreBusy, StoreDamaged."""
        environment = Environment(path, readonly=True)
        return cls(environment, _Tables.of(environment, create=False))

    @contextmanager
    def snapshot(self) -> Iterator[ReliefSnapshot]:
        """Give the overlay as it is at its newest commit; buffers must not leave the block."""
        with self._environment.read() as transaction:
            yield ReliefSnapshot(transaction, self._tables)

    def known_surrogates(self, surrogates: Iterable[bytes]) -> set[bytes]:
        """Return those of these surrogates that are named by relief records which wait for the state lane."""
        transaction = self._environment.begin(buffers=False)
        try:
            commit = transaction.id()
            if commit == self._empty_at:
                return set()
            if not transaction.cursor(self._tables.index).first():
                self._empty_at = commit
                return set()
            return known_surrogates(transaction, self._tables.index, surrogates)
        except DAMAGED as damaged:
            self._environment.tell_damage(damaged)
            raise
        finally:
            self._environment.end(transaction)

    def lanes(self) -> list[ReliefLane]:
        """Return where the reading of every partition stands."""
        with self.snapshot() as snapshot:
            return snapshot.lanes()

    def sync(self) -> None:
        """Flush to the disk, so that every commit so far is on it; within the node's process only."""
        self._environment.sync()

    def close(self) -> None:
        """Close a reader made by `open`."""
        self._environment.close()


class ReliefStore:
    """The overlay's one writer. A commit frees at once and does not wait for the disk;
    receipts do (`ReliefReader.sync`).
    """

    def __init__(self, environment: Environment, mark: PowerMark) -> None:
        self._environment = environment
        self._mark = mark
        self._tables = _Tables.of(environment, create=True)

    @classmethod
    def open(cls, path: Path, *, boot: str, map_size: int = 64 * _MIB) -> "ReliefStore":
        """Open or make the overlay in a directory; `boot` is the id of the machine's present run (`power.boot_id`).

        One that was being written when the machine went down, or is damaged, is read anew from what the lane retains.
        Raises StoreBusy, StoreFull.
        """
        mark = PowerMark(path, boot)
        if not mark.spoilt():
            mark.begin()
            try:
                return cls._at(path, mark, map_size)
            except StoreDamaged as damaged:
                _log.warning("the relief overlay is damaged", reason=damaged.message)
        mark.discard()
        mark.begin()
        return cls._at(path, mark, map_size)

    @classmethod
    def _at(cls, path: Path, mark: PowerMark, map_size: int) -> "ReliefStore":
        environment = Environment(path, map_size=map_size, sync=False, on_damage=mark.spoil)
        try:
            return cls(environment, mark)
        except BaseException:
            environment.close()
            raise

    def reader(self) -> ReliefReader:
        """Return a reader within this process."""
        return ReliefReader(self._environment, self._tables)

    def commit(self, batch: ReliefBatch) -> None:
        """Keep a batch whole: records, index, offsets."""

        def work(transaction: WriteTransaction) -> None:
            for entry_id, record in sorted(batch.records.items()):
                self._drop(transaction, entry_id)
                transaction.put(entry_id, pack(record), db=self._tables.records)
                for key in _index_keys(entry_id, record):
                    transaction.put(key, b"", db=self._tables.index)
            for lane in batch.lanes:
                transaction.put(lane.row, pack(lane), db=self._tables.state)
            self._put_incidents(transaction, batch.incidents)

        self._environment.write(work)

    def settle(
        self, entries: Sequence[tuple[bytes, ReliefRecord]], caught_up: Callable[[bytes, ReliefRecord], bool]
    ) -> int:
        """Drop those of these rows the state lane has caught up with, and return how many.
        A row that has changed since stays.
        """
        settled = [(entry_id, record) for entry_id, record in entries if caught_up(entry_id, record)]

        def work(transaction: WriteTransaction) -> int:
            dropped = 0
            for entry_id, record in settled:
                row = transaction.get(entry_id, db=self._tables.records)
                if row is not None and msgspec.msgpack.decode(row, type=ReliefRecord) == record:
                    self._drop(transaction, entry_id)
                    dropped += 1
            return dropped

        return self._environment.write(work) if settled else 0

    def close(self) -> None:
        """Flush and close the files; readers of this process must have ended."""
        self._environment.sync()
        self._environment.close()
        self._mark.end()

    def abandon(self) -> None:
        """Let go of the files as the end of a process does: nothing is flushed, the mark stays."""
        self._environment.close()

    def _drop(self, transaction: WriteTransaction, entry_id: bytes) -> None:
        row = transaction.get(entry_id, db=self._tables.records)
        if row is not None:
            for key in _index_keys(entry_id, msgspec.msgpack.decode(row, type=ReliefRecord)):
                transaction.delete(key, db=self._tables.index)
            transaction.delete(entry_id, db=self._tables.records)

    def _put_incidents(self, transaction: WriteTransaction, incidents: Sequence[Incident]) -> None:
        """Keep the newest incidents; two of the same message are one."""
        for incident in incidents:
            place = f"{incident.topic}/{incident.partition}/{incident.offset}"
            key = ROW_INCIDENT + incident.at.to_bytes(8, "big") + place.encode()
            transaction.put(key, pack(incident), db=self._tables.state)
        if incidents:
            for key, _ in rows(transaction, self._tables.state, ROW_INCIDENT)[:-KEPT_INCIDENTS]:
                transaction.delete(key, db=self._tables.state)


def _index_keys(entry_id: bytes, record: ReliefRecord) -> list[bytes]:
    prefixes = [prefix for prefix in map(prefix_of, record.values) if prefix["status"] < ENDED_FROM]
    named = {identity["surrogate"] for prefix in prefixes for identity in prefix["identities"]}
    return [surrogate + entry_id for surrogate in sorted(named)]
