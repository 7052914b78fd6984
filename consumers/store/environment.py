"""An LMDB environment that grows when it is full, while threads of the same process read from it.

LMDB's map may be resized only while nobody in the process reads, so readers pass a gate; a reader in another process
adopts the new size when it next begins. Reads are zero-copy: buffers are valid inside `read` and nowhere else.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import lmdb

from .errors import StoreFull, StoreMissing, store_errors

Reading: TypeAlias = "lmdb.Transaction[memoryview]"
Writing: TypeAlias = "lmdb.Transaction[bytes]"
Transaction: TypeAlias = "lmdb.Transaction[memoryview] | lmdb.Transaction[bytes]"
Table = Any
"""An LMDB database handle; py-lmdb keeps the type private."""

GIB = 1 << 30
_LARGEST_STEP = 8 * GIB
_READERS = 510
_SPARE = 16
_T = TypeVar("_T")


class Environment:
    """One environment: tables by name, read snapshots, write transactions that are whole or not at all."""

    def __init__(self, path: Path, *, map_size: int = GIB, readonly: bool = False, metasync: bool = False) -> None:
        """Opens or makes the environment; a reader of another process gives `readonly`.

        With `metasync` off a commit flushes its data but not the page that makes it the newest: a machine that loses
        power falls back to the commit before, never to something broken. `sync` closes that gap.
        Raises StoreMissing, StoreDamaged, StoreBusy.
        """
        if readonly and not (path / "data.mdb").exists():
            raise StoreMissing(path)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._step = map_size
        self._gate = threading.Condition()
        self._reading = 0
        self._growing = False
        with store_errors(path):
            self._lmdb = lmdb.open(
                str(path),
                map_size=map_size,
                readonly=readonly,
                metasync=metasync,
                mode=0o600,
                max_dbs=16,
                max_readers=_READERS,
                max_spare_txns=_SPARE,
            )
            self._lmdb.reader_check()

    def table(self, name: bytes, *, create: bool) -> Table:
        """The table of this name; StoreMissing if it is not there and may not be made."""
        with store_errors(self.path):
            try:
                return self._lmdb.open_db(name, create=create)
            except (lmdb.NotFoundError, lmdb.ReadonlyError):
                raise StoreMissing(self.path) from None

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A snapshot; buffers taken from it must not leave the block."""
        with self._gate:
            self._gate.wait_for(lambda: not self._growing)
            self._reading += 1
        try:
            with self._begun() as transaction:
                yield transaction
        finally:
            with self._gate:
                self._reading -= 1
                self._gate.notify_all()

    def write(self, work: Callable[[Writing], _T]) -> _T:
        """Runs `work` in one transaction: all of it is kept or nothing. Grows the map and tries again when it is full.

        `work` may run more than once, so it must only touch the transaction. Raises StoreFull.
        """
        while True:
            try:
                with store_errors(self.path), self._lmdb.begin(write=True) as transaction:
                    return work(transaction)
            except lmdb.MapFullError:
                self._grow()
            except lmdb.MapResizedError:
                self._resize(0)

    def sync(self) -> None:
        """Returns when every commit so far would survive a loss of power."""
        with store_errors(self.path):
            self._lmdb.sync(force=True)

    def check_readers(self) -> int:
        """Frees reader slots of processes that died; how many there were."""
        return int(self._lmdb.reader_check())

    @property
    def map_size(self) -> int:
        """How far the store can grow before the map is enlarged, bytes."""
        return int(self._lmdb.info()["map_size"])

    def close(self) -> None:
        """Waits for the readers of this process and lets go."""
        with self._gate:
            self._gate.wait_for(lambda: not self._reading)
            self._lmdb.close()

    def _begun(self) -> Reading:
        try:
            return self._lmdb.begin(buffers=True)
        except lmdb.MapResizedError:
            with self._gate:
                self._reading -= 1
            try:
                self._resize(0)
            finally:
                with self._gate:
                    self._reading += 1
            return self._lmdb.begin(buffers=True)

    def _grow(self) -> None:
        self._resize(self.map_size + min(max(self.map_size, self._step), _LARGEST_STEP))

    def _resize(self, size: int) -> None:
        """Sets the map's size (0: what another process has set) while nobody in this process reads."""
        with self._gate:
            self._gate.wait_for(lambda: not self._growing)
            self._growing = True
            try:
                self._gate.wait_for(lambda: not self._reading)
                self._lmdb.set_mapsize(size)
            except (lmdb.Error, OSError, MemoryError) as failed:
                raise StoreFull(self.path, failed) from failed
            finally:
                self._growing = False
                self._gate.notify_all()
