"""The list store's one writer: a batch is one commit, a rebuild is a second set of tables beside the first."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import structlog

from ...schemas.wire.intl import INTL
from ...topics.state_format import StateNewer
from .batch import KeptReceipt, PassedBarrier, StoreBatch, StoredReceipts
from .environment import GIB, Environment, WriteTransaction
from .errors import StoreDamaged
from .layout import (
    LANE_LENGTH,
    ROW_COURT,
    ROW_GENERATION,
    ROW_HEAD,
    ROW_HEADS_READ,
    ROW_LANE,
    ROW_MARK,
    ROW_OPAQUE,
    ROW_RECEIPT,
    ROW_RECEIPT_SEQUENCE,
    STORE_FORMAT,
    Generation,
    Incident,
    LanePartition,
    LaneState,
    Mark,
    TrustedHead,
    lane_prefix,
    lane_row,
    pack,
    parse_mark_row,
)
from .power import KeptRows, PowerMark
from .reader import ListReader, decoded_rows, rows
from .tables import GenerationTables, StoreTables
from .writes import KEPT_INCIDENTS, delete, put, put_incidents, put_state, rows_of

_log = structlog.get_logger(__name__)
_QUIET_MS = 60_000


class ListStore:
    """The copy of the list on one node. One process writes; any process reads with `ListReader.open`."""

    def __init__(self, environment: Environment, mark: PowerMark) -> None:
        self._environment = environment
        self._mark = mark
        self._trust_changed = True
        self._tables = StoreTables(environment, create=True)
        self._lock = threading.Lock()
        self._noted_at: dict[tuple[str, str, int, bytes], int] = {}
        """When an incident of a kind, topic, partition and key was kept last, ms UTC."""
        self.generation = environment.write(self._adopt)

    @classmethod
    def open(cls, path: Path, *, boot: str, map_size: int = GIB) -> "ListStore":
        """Open or make the store in a directory; `map_size` is where it starts to grow from, bytes, and `boot` the id of
        the machine's present run (`power.boot_id`).

        One that was being written when the machine went down, or is damaged, is begun anew, with what was trusted.
        Raises StoreBusy, StoreFull, TrustDamaged, STATE_NEWER.
        """
        mark = PowerMark(path, boot)
        if not mark.spoilt():
            mark.begin()  # before the first commit, which does not wait for the disk either
            try:
                return cls._at(path, mark, map_size)
            except StoreDamaged as damaged:
                _log.warning("the copy is damaged", reason=damaged.message)
        _log.warning("the copy is not as it was left, it is made again from the log", path=str(path))
        trusted = mark.kept_rows()
        mark.discard()
        store = cls._at(path, mark, map_size, trusted)
        mark.begin()
        return store

    @classmethod
    def _at(cls, path: Path, mark: PowerMark, map_size: int, trusted: KeptRows | None = None) -> "ListStore":
        environment = Environment(path, map_size=map_size, sync=False, on_damage=mark.spoil)
        try:
            store = cls(environment, mark)
            if trusted is not None:
                store._restore(trusted)
            elif not mark.keeps(store._trusted_rows()):  # not written since a sync, damaged, or an older file put back
                store.sync()
        except BaseException:
            environment.close()
            raise
        return store

    def reader(self) -> ListReader:
        """Return a reader within this process."""
        return ListReader(self._environment, self._tables)

    @property
    def path(self) -> Path:
        """The store's directory."""
        return self._environment.path

    @property
    def map_size(self) -> int:
        """The map's size, bytes; it grows by itself."""
        return self._environment.map_size

    def suites(self) -> set[str]:
        """Name the suites whose digests are kept in the tables being written."""
        with self._environment.read() as transaction:
            return {lane.suite for lane in decoded_rows(transaction, self._writing.state, ROW_LANE, LaneState)}

    def set_up(self, partitions: Sequence[LanePartition], now: int, suite: str = INTL) -> list[LaneState]:
        """Return the lanes of these partitions; those that are new are made, as of `now` (ms UTC), with a suite's digest."""

        def work(transaction: WriteTransaction) -> list[LaneState]:
            state = self._writing.state
            lanes = {lane.name: lane for lane in decoded_rows(transaction, state, ROW_LANE, LaneState)}
            for topic, partition, jurisdiction, count in partitions:
                lane = lanes.get((topic, partition))
                if lane is None:
                    lane = LaneState(len(lanes), topic, partition, jurisdiction, now, suite=suite)
                if lane.partitions != count:
                    lane.partitions = count
                    lanes[lane.name] = lane
                    transaction.put(lane_row(lane.number), pack(lane), db=state)
            return [lanes[each.topic, each.partition] for each in partitions]

        return self._environment.write(work)

    @contextmanager
    def planning(self) -> Iterator[Callable[[bytes], memoryview | None]]:
        """Give a function that finds what stands at a place in the tables being written;
        buffers must not leave the block.
        """
        records = self._writing.records
        with self._environment.read() as transaction:
            get = transaction.get
            yield lambda place: get(place, db=records)

    def highest(self, lane: int) -> bytes:
        """Return the highest place in a lane; the lane's prefix if it is empty."""
        with self._environment.read() as transaction:
            cursor = transaction.cursor(self._writing.records)
            exists = cursor.prev() if cursor.set_range(lane_prefix(lane + 1)) else cursor.last()
            place = bytes(cursor.key()) if exists else b""
        return place if place[:LANE_LENGTH] == lane_prefix(lane) else lane_prefix(lane)

    def marks(self) -> list[PassedBarrier]:
        """Return every barrier that is remembered, lane by lane."""
        with self._environment.read() as transaction:
            return [
                PassedBarrier(*parse_mark_row(key), msgspec.msgpack.decode(row, type=Mark))
                for key, row in rows(transaction, self._writing.state, ROW_MARK)
            ]

    def courts(self) -> dict[tuple[str, str], int]:
        """Return the highest sequence seen, by topic and court."""
        with self._environment.read() as transaction:
            sequences = [
                (key.decode().split("/"), int.from_bytes(row, "big"))
                for key, row in rows(transaction, self._writing.state, ROW_COURT)
            ]
        return {(topic, court): sequence for (_, topic, court), sequence in sequences}

    def heads_read(self) -> dict[str, int]:
        """Return the next offset to read of the heads, by `topic/partition`."""
        with self._environment.read() as transaction:
            offsets = rows(transaction, self._writing.state, ROW_HEADS_READ)
            return {key[len(ROW_HEADS_READ) :].decode(): int.from_bytes(row, "big") for key, row in offsets}

    def heads(self) -> list[TrustedHead]:
        """Return the highest trusted head of every notary."""
        with self._environment.read() as transaction:
            return decoded_rows(transaction, self._tables.trust, ROW_HEAD, TrustedHead)

    def opaque(self) -> list[bytes]:
        """Return the stored values of the entries whose newest record cannot be read."""
        with self._environment.read() as transaction:
            places = [key[len(ROW_OPAQUE) :] for key, _ in rows(transaction, self._writing.state, ROW_OPAQUE)]
            values = [transaction.get(place, db=self._writing.records) for place in places]
            return [bytes(value) for value in values if value is not None]

    def receipts(self) -> StoredReceipts:
        """Return the last sequence given, and the receipts not yet handed on."""
        with self._environment.read() as transaction:
            last = transaction.get(ROW_RECEIPT_SEQUENCE, db=self._tables.trust)
            stored = rows(transaction, self._tables.trust, ROW_RECEIPT)
            waiting = [KeptReceipt(int.from_bytes(key[len(ROW_RECEIPT) :], "big"), bytes(body)) for key, body in stored]
        return StoredReceipts(int.from_bytes(last or b"", "big"), waiting)

    def commit(self, batch: StoreBatch) -> None:
        """Keep a batch whole. Raises StoreFull; then nothing of it was kept."""
        writes = rows_of(batch)
        incidents = self._without_repeats(batch.incidents)

        def work(transaction: WriteTransaction) -> None:
            tables = self._writing
            delete(transaction, tables.index, writes.index_gone)
            put(transaction, tables.records, writes.records)
            put(transaction, tables.index, writes.index)
            delete(transaction, tables.records, writes.records_gone)
            put_state(transaction, tables.state, batch)
            self._put_trust(transaction, batch)
            put_incidents(transaction, self._tables.trust, incidents)

        with self._lock:
            self._environment.write(work)
            if batch.activate:
                self.generation = Generation(self.generation.writing, self.generation.writing)

    def rebuild(self) -> None:
        """Begin a copy from nothing beside the one that is read, which goes on serving until the new one is whole."""

        def work(transaction: WriteTransaction) -> Generation:
            active = self.generation.active
            rebuilding = Generation(active, active + 1)
            self._empty(transaction, rebuilding.writing)
            transaction.put(ROW_GENERATION, pack(rebuilding), db=self._tables.trust)
            return rebuilding

        with self._lock:
            self.generation = self._environment.write(work)

    @property
    def rebuilding(self) -> bool:
        """Whether a new copy is being made beside the one that is read."""
        return self.generation.active != self.generation.writing

    def sync(self) -> None:
        """Flush to the disk: every commit so far is on it when this returns,
        and what is trusted would survive a loss of power.
        """
        self._environment.sync()
        if self._trust_changed and not self._mark.spoilt():  # what is read from a damaged store must not outlast it
            self._mark.keep(self._trusted_rows())
            self._trust_changed = False

    def check_readers(self) -> int:
        """Free the reader slots of processes that died, and return how many there were."""
        return self._environment.check_readers()

    def close(self) -> None:
        """Flush and close the files; readers of this process must have ended."""
        self.sync()
        self._environment.close()
        self._mark.end()

    def abandon(self) -> None:
        """Let go of the files as the end of a process does: nothing is flushed, the mark stays."""
        self._environment.close()

    @property
    def _writing(self) -> GenerationTables:
        return self._tables.of(self.generation.writing)

    def _adopt(self, transaction: WriteTransaction) -> Generation:
        """Take over the generations of the store that is there;
        an earlier format's tables are emptied, what is trusted stays. Raises STATE_NEWER.
        """
        generation = self._tables.generation(transaction)
        if generation.format > STORE_FORMAT:
            raise StateNewer(self.path, generation.format, STORE_FORMAT)
        if generation.format != STORE_FORMAT:
            _log.warning("the copy has an earlier format, it is made again from the log", path=str(self.path))
            for number in (0, 1):
                self._empty(transaction, number)
            generation = Generation(0, 0)
        transaction.put(ROW_GENERATION, pack(generation), db=self._tables.trust)
        return generation

    def _empty(self, transaction: WriteTransaction, generation: int) -> None:
        tables = self._tables.of(generation)
        for table in (tables.records, tables.index, tables.state):
            transaction.drop(table, delete=False)

    def _trusted_rows(self) -> KeptRows:
        """Return the rows that must outlast the store; incidents come again with the log."""
        with self._environment.read() as transaction:
            decoded_rows(transaction, self._tables.trust, ROW_HEAD, TrustedHead)  # raises what shows a damage
            kinds = (ROW_HEAD, ROW_RECEIPT, ROW_RECEIPT_SEQUENCE)
            return [row for kind in kinds for row in rows(transaction, self._tables.trust, kind)]

    def _restore(self, trusted: Sequence[tuple[bytes, bytes]]) -> None:
        def work(transaction: WriteTransaction) -> None:
            for key, value in trusted:
                transaction.put(key, value, db=self._tables.trust)

        self._environment.write(work)
        self._environment.sync()

    def _put_trust(self, transaction: WriteTransaction, batch: StoreBatch) -> None:
        trust = self._tables.trust
        self._trust_changed |= bool(batch.heads or batch.handed_on or batch.receipts)
        for row, head in batch.heads.items():
            transaction.put(ROW_HEAD + row.encode(), pack(head), db=trust)
        for sequence in batch.handed_on:
            transaction.delete(ROW_RECEIPT + sequence.to_bytes(8, "big"), db=trust)
        for receipt in batch.receipts:
            transaction.put(ROW_RECEIPT + receipt.sequence.to_bytes(8, "big"), receipt.body, db=trust)
            transaction.put(ROW_RECEIPT_SEQUENCE, receipt.sequence.to_bytes(8, "big"), db=trust)
        if batch.activate:
            writing = self.generation.writing
            transaction.put(ROW_GENERATION, pack(Generation(writing, writing)), db=trust)

    def _without_repeats(self, incidents: Sequence[Incident]) -> list[Incident]:
        """Leave out what repeats within a minute, so that one cause does not push out all others."""
        fresh = []
        for incident in incidents:
            cause = (incident.kind, incident.topic, incident.partition, incident.key)
            if incident.at - self._noted_at.get(cause, -_QUIET_MS) >= _QUIET_MS:
                self._noted_at[cause] = incident.at
                fresh.append(incident)
        if len(self._noted_at) > KEPT_INCIDENTS:
            self._noted_at.clear()
        return fresh
