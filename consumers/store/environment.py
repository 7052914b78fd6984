# mypyc: compile
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

from ...schemas.phrases import Phrase
from ...topics.private_files import private_folder
from ...topics.storage.mapped import lacks_pages
from .errors import DAMAGED, StoreDamaged, StoreFull, StoreMissing, store_errors
from .kept import keep

ReadTransaction: TypeAlias = "lmdb.Transaction[memoryview]"
WriteTransaction: TypeAlias = "lmdb.Transaction[bytes]"
AnyTransaction: TypeAlias = "ReadTransaction | WriteTransaction"
TableHandle = Any
"""An LMDB database handle; py-lmdb keeps the type private."""

GIB = 1 << 30
_LARGEST_STEP = 8 * GIB
_READERS = 510
_SPARE = 16
_T = TypeVar("_T")


class Environment:
    """One environment: tables by name, read snapshots, write transactions that are whole or not at all."""

    def __init__(
        self,
        path: Path,
        *,
        map_size: int = GIB,
        readonly: bool = False,
        sync: bool = True,
        on_damage: Callable[[], None] | None = None,
    ) -> None:
        """Open or make the environment; a reader of another process gives `readonly`.

        With `sync` a commit is on the disk when it returns. Without, a loss of power leaves the files in any state
        unless everything was flushed by the method of that name (`power.PowerMark`). `on_damage` is called before
        StoreDamaged is raised by anything later.
        Raises StoreMissing, StoreDamaged, StoreBusy.
        """
        if readonly and not (path / "data.mdb").exists():
            raise StoreMissing(path)
        private_folder(path)
        if lacks_pages(path):
            raise StoreDamaged(path, Phrase("its file was cut short", "其文件不完整"))
        self.path = path
        self._on_damage = on_damage
        self._step = map_size
        self._moving = threading.Lock()
        self._inside: list[None] = []
        """One item for every snapshot of this process: appending and taking one off cost a tenth of a lock."""
        self._shut = False
        self._open = threading.Event()
        self._open.set()
        self._left = threading.Event()
        """Set by a reader that leaves while others are kept out."""
        with store_errors(path):
            self._lmdb = lmdb.open(
                str(path),
                map_size=map_size,
                readonly=readonly,
                sync=sync,
                mode=0o600,
                max_dbs=16,
                max_readers=_READERS,
                max_spare_txns=_SPARE,
            )
            self._lmdb.reader_check()

    def table(self, name: bytes, *, create: bool) -> TableHandle:
        """Return the handle of a table by its name. Raises StoreMissing if it is not there and may not be made."""
        with store_errors(self.path):
            try:
                return self._lmdb.open_db(name, create=create)
            except (lmdb.NotFoundError, lmdb.ReadonlyError):
                raise StoreMissing(self.path) from None

    def read(self) -> "_ReadBlock":
        """Begin a snapshot for a `with` block; buffers taken from it must not leave the block."""
        return _ReadBlock(self)

    def write(self, work: Callable[[WriteTransaction], _T]) -> _T:
        """Run `work` in one transaction: all of it is kept or nothing. Grow the map and try again when it is full.

        `work` may run more than once, so it must only touch the transaction. Raises StoreFull.
        """
        while True:
            with store_errors(self.path, self._on_damage):
                transaction = self._begin_writing()
                try:
                    result = work(transaction)
                    transaction.commit()
                except lmdb.MapFullError:
                    self._resize(self.map_size + min(max(self.map_size, self._step), _LARGEST_STEP), transaction)
                except BaseException:
                    self._abort(transaction)
                    raise
                else:
                    return result

    def _begin_writing(self) -> WriteTransaction:
        try:
            return self._lmdb.begin(write=True)
        except lmdb.MapResizedError:
            self._resize(0)
            return self._begin_writing()

    def sync(self) -> None:
        """Flush to the disk, so that every commit so far would survive a loss of power."""
        with store_errors(self.path):
            self._lmdb.sync(force=True)

    def keep(self) -> None:
        """Keep what stands in the files now as the last proven copy; whoever writes meanwhile waits if the map is full."""
        with self.read():
            keep(self.path, self._lmdb)

    def check_readers(self) -> int:
        """Free the reader slots of processes that died, and return how many there were."""
        return int(self._lmdb.reader_check())

    @property
    def map_size(self) -> int:
        """How far the store can grow before the map is enlarged, bytes."""
        return int(self._lmdb.info()["map_size"])

    def close(self) -> None:
        """Wait for the readers of this process, and close the files."""
        with self._nobody_reading():
            self._lmdb.close()

    def begin(self, *, buffers: bool = True) -> ReadTransaction:
        """Begin a snapshot, which `end` must follow whatever happens; `read` does both.
        Without `buffers` rows are copied.
        """
        self._inside.append(None)
        try:
            if not self._shut:
                return self._lmdb.begin(buffers=buffers)  # type: ignore[call-overload,no-any-return]  # knows literals
        except lmdb.MapResizedError:
            self._leave()
            self._resize(0)
            return self.begin(buffers=buffers)
        except BaseException:
            self._leave()
            raise
        self._leave()
        self._open.wait()
        return self.begin(buffers=buffers)

    def end(self, transaction: ReadTransaction) -> None:
        """End a snapshot that `begin` began."""
        try:
            transaction.abort()
        finally:
            self._leave()

    def _leave(self) -> None:
        self._inside.pop()
        if self._shut:
            self._left.set()

    def tell_damage(self, error: BaseException) -> None:
        """Raise StoreDamaged if an error of reading shows that the files are damaged."""
        if isinstance(error, DAMAGED):
            if self._on_damage is not None:
                self._on_damage()
            raise StoreDamaged(self.path, error) from error

    def _resize(self, size: int, full: "WriteTransaction | None" = None) -> None:
        """Give up a transaction the map was too small for, and set the map's size (0: what another process has set)."""
        with self._nobody_reading():
            if full is not None:
                full.abort()
            try:
                self._lmdb.set_mapsize(size)
            except (lmdb.Error, OSError, MemoryError) as failed:
                raise StoreFull(self.path, failed) from failed

    def _abort(self, transaction: WriteTransaction) -> None:
        with self._nobody_reading():
            transaction.abort()

    @contextmanager
    def _nobody_reading(self) -> Iterator[None]:
        """Hold readers of this process back: the map moves, and py-lmdb's abort waits until no thread is in LMDB, which
        busy readers put off for ever.
        """
        with self._moving:
            self._open.clear()
            self._shut = True
            try:
                self._left.clear()
                while self._inside:  # whoever comes in now sees that it is shut, and leaves
                    self._left.wait()
                    self._left.clear()
                yield
            finally:
                self._shut = False
                self._open.set()


class _ReadBlock:
    """`with` around a snapshot; a class, because a generator would cost as much as the look-up inside."""

    __slots__ = ("_environment", "_transaction")

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __enter__(self) -> ReadTransaction:
        self._transaction = self._environment.begin()
        return self._transaction

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._environment.end(self._transaction)
        if error is not None:
            self._environment.tell_damage(error)
