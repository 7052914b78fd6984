"""The list store's one writer: a batch is one commit, a rebuild is a second set of tables beside the first."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec.structs
import structlog

from ...schemas.wire.intl import INTL
from ...topics.state_format import StateNewer
from .batch import StoreBatch
from .environment import GIB, Environment, WriteTransaction
from .errors import StoreDamaged, StoreError, TrustDamaged
from .index_proof import IndexPlace, IndexSlice, index_slice, mend
from .kept import put_back
from .lacking import LackingSlice, lacking
from .layout import (
    ROW_GENERATION,
    ROW_LANE,
    ROW_POSITION,
    STORE_FORMAT,
    Generation,
    Incident,
    LanePartition,
    LaneState,
    lane_row,
    pack,
)
from .power import KeptRows, PowerMark
from .reader import ListReader, decoded_rows, positions_in
from .stored_state import StoredState
from .trust import are_trusted, forget_comparisons, put_trust, restore_trust, trusted_rows
from .writes import KEPT_INCIDENTS, delete, put, put_incidents, put_serving, put_state, rows_of

_log = structlog.get_logger(__name__)
_QUIET_MS = 60_000


class ListStore(StoredState):
    """The copy of the list on one node. One process writes; any process reads with `ListReader.open`."""

    def __init__(self, environment: Environment, mark: PowerMark) -> None:
        super().__init__(environment)
        self._mark = mark
        self._trust_changed = True
        self._lock = threading.Lock()
        self._noted_at: dict[tuple[str, str, int, bytes], int] = {}
        """When an incident of a kind, topic, partition and key was kept last, ms UTC."""
        self.generation = environment.write(self._adopt)

    @classmethod
    def open(cls, path: Path, *, boot: str, map_size: int = GIB) -> "ListStore":
        """Open or make the store in a directory; `map_size` is where it starts to grow from, bytes, and `boot` the id of
        the machine's present run (`power.boot_id`).

        One that was being written when the machine went down, or is damaged, is the last proven copy again, which serves as
        stale until the log was read; without one it is begun anew. What was trusted stays.
        Raises StoreBusy, StoreFull, TrustDamaged, STATE_NEWER.
        """
        mark = PowerMark(path, boot)
        if not mark.spoilt():
            mark.begin()  # before the first commit, which does not wait for the disk either
            try:
                return cls._at(path, mark, map_size)
            except StoreDamaged as damaged:
                _log.warning("the copy is damaged", reason=damaged.message)
        trusted = mark.kept_rows()
        if not are_trusted(trusted):
            raise TrustDamaged(mark.trusted)
        mark.discard()
        begun = "from the last proven one" if put_back(path) else "from the log"
        _log.warning(f"the copy is not as it was left, it is made again {begun}", path=str(path))
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
            put_serving(transaction, self._tables.of(self.generation.active).state, batch)
            put_trust(transaction, self._tables.trust, batch)
            if batch.activate:
                writing = self.generation.writing
                transaction.put(ROW_GENERATION, pack(Generation(writing, writing)), db=self._tables.trust)
            put_incidents(transaction, self._tables.trust, incidents)

        self._trust_changed |= bool(batch.heads or batch.floors or batch.handed_on or batch.receipts)
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
            forget_comparisons(transaction, self._tables.trust)
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

    @property
    def proven(self) -> bool:
        """Whether the copy that is read is proven now, of every list, and none is made beside it."""
        positions = self.serving().values()
        return bool(positions) and all(position.proven for position in positions) and not self.rebuilding

    def keep_proven(self) -> None:
        """Keep the copy as the last proven one if it is proven now. Raises StoreError, OSError."""
        if self.proven:
            self._environment.keep()

    def index_slice(self, after: IndexPlace, limit: int) -> IndexSlice:
        """Hold so many rows of the index and the records behind a place against each other."""
        with self._environment.read() as transaction:
            return index_slice(transaction, self._writing, after, limit)

    def mend_index(self, keys: list[bytes]) -> None:
        """Put rows of the index right by their records."""
        self._environment.write(lambda transaction: mend(transaction, self._writing, keys))

    def lacking(self, start: bytes, limit: int) -> LackingSlice:
        """Look from a place on for a record of the copy that serves whose entry the new copy has not, or an older version of."""
        with self._environment.read() as transaction:
            active = self._tables.of(self.generation.active)
            return lacking(transaction, active, self._writing, start, limit)

    def check_readers(self) -> int:
        """Free the reader slots of processes that died, and return how many there were."""
        return self._environment.check_readers()

    def close(self) -> None:
        """Keep the copy if it is proven, flush and close the files; readers of this process must have ended."""
        try:
            self.keep_proven()
        except (StoreError, OSError) as failed:
            _log.warning("the copy was not kept as the last proven one", reason=str(failed))
        self.sync()
        self._environment.close()
        self._mark.end()

    def abandon(self) -> None:
        """Let go of the files as the end of a process does: nothing is flushed, the mark stays."""
        self._environment.close()

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
        with self._environment.read() as transaction:
            return trusted_rows(transaction, self._tables.trust)

    def _restore(self, trusted: Sequence[tuple[bytes, bytes]]) -> None:
        """Put back what was trusted. A copy that was put back proves nothing before it has read the log to its end."""

        def work(transaction: WriteTransaction) -> None:
            restore_trust(transaction, self._tables.trust, trusted)
            state = self._writing.state
            for lane in decoded_rows(transaction, state, ROW_LANE, LaneState):
                lane.rebuild_until = -1
                transaction.put(lane_row(lane.number), pack(lane), db=state)
            for jurisdiction, position in positions_in(transaction, state).items():
                unproven = msgspec.structs.replace(position, proven=False)
                transaction.put(ROW_POSITION + jurisdiction.encode(), pack(unproven), db=state)

        self._environment.write(work)
        self._environment.sync()

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
