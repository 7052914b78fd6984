"""The list store's one writer: a batch is one commit, a rebuild is a second set of tables beside the first."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from .batch import KeptReceipt, StoreBatch
from .environment import GIB, Environment, Table, Transaction, Writing
from .layout import (
    FORMAT,
    LANE_LENGTH,
    ROW_COURT,
    ROW_GENERATION,
    ROW_HEAD,
    ROW_HEADS_READ,
    ROW_INCIDENT,
    ROW_LANE,
    ROW_MARK,
    ROW_OPAQUE,
    ROW_RECEIPT,
    ROW_RECEIPT_SEQUENCE,
    Generation,
    Incident,
    LaneState,
    Mark,
    TrustedHead,
    lane_prefix,
    lane_row,
    pack,
    parse_mark_row,
)
from .power import PowerMark
from .reader import ListReader, rows
from .tables import GenerationTables, StoreTables
from .writes import delete, put, put_state, rows_of

_log = structlog.get_logger(__name__)
KEPT_INCIDENTS = 1000
_QUIET_MS = 60_000
_S = TypeVar("_S", bound=msgspec.Struct)


class ListStore:
    """The copy of the list on one node. One process writes; any process reads with `ListReader.open`."""

    def __init__(self, environment: Environment, mark: PowerMark) -> None:
        self._environment = environment
        self._mark = mark
        self._trust_moved = True
        self._tables = StoreTables(environment, create=True)
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, str, int, bytes], int] = {}
        self.generation = environment.write(self._adopt)

    @classmethod
    def open(cls, path: Path, *, map_size: int = GIB) -> "ListStore":
        """Opens or makes the store in a directory; `map_size` is where it starts to grow from, bytes.

        One that was being written when the machine went down is begun anew, with what was trusted.
        Raises StoreBusy, StoreDamaged, StoreFull.
        """
        mark = PowerMark(path)
        spoilt = mark.spoilt()
        if spoilt:
            _log.warning(
                "the machine went down while the copy was written, it is made again from the log", path=str(path)
            )
            mark.discard()
        environment = Environment(path, map_size=map_size, sync=False)
        try:
            store = cls(environment, mark)
            if spoilt:
                store._restore(mark.kept())
            mark.begin()
        except BaseException:
            environment.close()
            raise
        return store

    def reader(self) -> ListReader:
        """A reader within this process."""
        return ListReader(self._environment, self._tables)

    @property
    def path(self) -> Path:
        """The store's directory."""
        return self._environment.path

    @property
    def map_size(self) -> int:
        """The map's size, bytes; it grows by itself."""
        return self._environment.map_size

    def set_up(self, wanted: Sequence[tuple[str, int, str]], now: int) -> list[LaneState]:
        """The lanes of these (topic, partition, jurisdiction), made at `now` (ms UTC) where they are new."""

        def work(transaction: Writing) -> list[LaneState]:
            state = self._writing.state
            known = {(one.topic, one.partition): one for one in _decoded(transaction, state, ROW_LANE, LaneState)}
            for topic, partition, jurisdiction in wanted:
                if (topic, partition) not in known:
                    lane = LaneState(len(known), topic, partition, jurisdiction, now)
                    known[topic, partition] = lane
                    transaction.put(lane_row(lane.number), pack(lane), db=state)
            return [known[topic, partition] for topic, partition, _ in wanted]

        return self._environment.write(work)

    @contextmanager
    def planning(self) -> Iterator[Callable[[bytes], memoryview | None]]:
        """Finds what stands at a place in the tables being written; buffers must not leave the block."""
        records = self._writing.records
        with self._environment.read() as transaction:
            get = transaction.get
            yield lambda place: get(place, db=records)

    def highest(self, lane: int) -> bytes:
        """The highest place in a lane; the lane's prefix if it is empty."""
        with self._environment.read() as transaction:
            cursor = transaction.cursor(self._writing.records)
            found = cursor.prev() if cursor.set_range(lane_prefix(lane + 1)) else cursor.last()
            place = bytes(cursor.key()) if found else b""
        return place if place[:LANE_LENGTH] == lane_prefix(lane) else lane_prefix(lane)

    def marks(self) -> list[tuple[int, str, Mark]]:
        """Lane, notary and mark of every barrier remembered."""
        with self._environment.read() as transaction:
            found = rows(transaction, self._writing.state, ROW_MARK)
            return [(*parse_mark_row(key), msgspec.msgpack.decode(row, type=Mark)) for key, row in found]

    def courts(self) -> dict[tuple[str, str], int]:
        """Topic and court to the highest sequence seen."""
        with self._environment.read() as transaction:
            found = [
                (key.decode(), int.from_bytes(row, "big"))
                for key, row in rows(transaction, self._writing.state, ROW_COURT)
            ]
        return {(name.split("/")[1], name.split("/")[2]): sequence for name, sequence in found}

    def heads_read(self) -> dict[str, int]:
        """`topic/partition` of the heads to the next offset to read."""
        with self._environment.read() as transaction:
            found = rows(transaction, self._writing.state, ROW_HEADS_READ)
            return {key[len(ROW_HEADS_READ) :].decode(): int.from_bytes(row, "big") for key, row in found}

    def heads(self) -> list[TrustedHead]:
        """The highest trusted head of every notary."""
        with self._environment.read() as transaction:
            return _decoded(transaction, self._tables.trust, ROW_HEAD, TrustedHead)

    def opaque(self) -> list[bytes]:
        """Stored values of the entries whose newest record cannot be read."""
        with self._environment.read() as transaction:
            places = [key[len(ROW_OPAQUE) :] for key, _ in rows(transaction, self._writing.state, ROW_OPAQUE)]
            values = [transaction.get(place, db=self._writing.records) for place in places]
            return [bytes(value) for value in values if value is not None]

    def receipts(self) -> tuple[int, list[KeptReceipt]]:
        """The last sequence given, and the receipts not yet handed on."""
        with self._environment.read() as transaction:
            last = transaction.get(ROW_RECEIPT_SEQUENCE, db=self._tables.trust)
            found = rows(transaction, self._tables.trust, ROW_RECEIPT)
            kept = [KeptReceipt(int.from_bytes(key[len(ROW_RECEIPT) :], "big"), bytes(body)) for key, body in found]
        return int.from_bytes(last or b"", "big"), kept

    def commit(self, batch: StoreBatch) -> None:
        """Keeps a batch whole. Raises StoreFull, then nothing of it was kept."""
        of_batch = rows_of(batch)
        noted = self._worth_noting(batch.incidents)

        def work(transaction: Writing) -> None:
            tables = self._writing
            delete(transaction, tables.index, of_batch.index_gone)
            put(transaction, tables.records, of_batch.records)
            put(transaction, tables.index, of_batch.index)
            delete(transaction, tables.records, of_batch.records_gone)
            put_state(transaction, tables.state, batch)
            self._put_trust(transaction, batch)
            self._put_incidents(transaction, noted)

        with self._lock:
            self._environment.write(work)
            if batch.activate:
                self.generation = Generation(self.generation.writing, self.generation.writing)

    def rebuild(self) -> None:
        """Begins a copy from nothing beside the one that is read, which goes on serving until the new one is whole."""

        def work(transaction: Writing) -> Generation:
            before = self.generation
            after = Generation(before.active, before.active + 1)
            tables = self._tables.of(after.writing)
            for table in (tables.records, tables.index, tables.state):
                transaction.drop(table, delete=False)
            transaction.put(ROW_GENERATION, pack(after), db=self._tables.trust)
            return after

        with self._lock:
            self.generation = self._environment.write(work)

    @property
    def rebuilding(self) -> bool:
        """Whether a new copy is being made beside the one that is read."""
        return self.generation.active != self.generation.writing

    def sync(self) -> None:
        """Returns when every commit so far is on the disk, and what is trusted would survive a loss of power."""
        self._environment.sync()
        if self._trust_moved:
            self._trust_moved = False
            self._mark.keep(self._trusted())

    def check_readers(self) -> int:
        """Frees the reader slots of processes that died; how many there were."""
        return self._environment.check_readers()

    def close(self) -> None:
        """Syncs and lets go of the files; readers of this process must have ended."""
        self.sync()
        self._environment.close()
        self._mark.end()

    @property
    def _writing(self) -> GenerationTables:
        return self._tables.of(self.generation.writing)

    def _adopt(self, transaction: Writing) -> Generation:
        """The generations of the store as found; another format's tables are emptied, what is trusted stays."""
        found = self._tables.generation(transaction)
        if found.format != FORMAT:
            for each in (0, 1):
                tables = self._tables.of(each)
                for table in (tables.records, tables.index, tables.state):
                    transaction.drop(table, delete=False)
            found = Generation(0, 0)
        transaction.put(ROW_GENERATION, pack(found), db=self._tables.trust)
        return found

    def _trusted(self) -> list[tuple[bytes, bytes]]:
        """The rows that must outlast the store; incidents come again with the log."""
        with self._environment.read() as transaction:
            kinds = (ROW_HEAD, ROW_RECEIPT, ROW_RECEIPT_SEQUENCE)
            return [row for kind in kinds for row in rows(transaction, self._tables.trust, kind)]

    def _restore(self, trusted: Sequence[tuple[bytes, bytes]]) -> None:
        def work(transaction: Writing) -> None:
            for key, value in trusted:
                transaction.put(key, value, db=self._tables.trust)

        self._environment.write(work)
        self._environment.sync()

    def _put_trust(self, transaction: Writing, batch: StoreBatch) -> None:
        trust = self._tables.trust
        self._trust_moved |= bool(batch.heads or batch.handed_on or batch.receipts)
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

    def _worth_noting(self, incidents: Sequence[Incident]) -> list[Incident]:
        """Leaves out what repeats within a minute, so that one cause does not push out all others."""
        noted = []
        for one in incidents:
            what = (one.kind, one.topic, one.partition, one.key)
            if one.at - self._noted.get(what, -_QUIET_MS) >= _QUIET_MS:
                self._noted[what] = one.at
                noted.append(one)
        if len(self._noted) > KEPT_INCIDENTS:
            self._noted.clear()
        return noted

    def _put_incidents(self, transaction: Writing, incidents: Sequence[Incident]) -> None:
        if not incidents:
            return
        trust, start = self._tables.trust, len(ROW_INCIDENT)
        cursor = transaction.cursor(trust)
        # the row behind all incidents starts with the prefix's last byte plus one
        found = cursor.prev() if cursor.set_range(ROW_INCIDENT[:-1] + b"0") else cursor.last()
        last = bytes(cursor.key()) if found else b""
        number = int.from_bytes(last[start:], "big") if last.startswith(ROW_INCIDENT) else 0
        for one in incidents:
            number += 1
            transaction.put(ROW_INCIDENT + number.to_bytes(8, "big"), pack(one), db=trust)
            if number > KEPT_INCIDENTS:
                transaction.delete(ROW_INCIDENT + (number - KEPT_INCIDENTS).to_bytes(8, "big"), db=trust)


def _decoded(transaction: Transaction, table: Table, kind: bytes, row: type[_S]) -> list[_S]:
    return [msgspec.msgpack.decode(value, type=row) for _, value in rows(transaction, table, kind)]
