"""Where a notary keeps its tally between runs: one LMDB environment, one commit for entries, digests and offsets.

48 bytes of value and 19 of key per entry, under 1.5 GB for ten million. A commit is on disk when it returns, so whatever a
notary publishes afterwards it can answer for after any crash.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import lmdb
from filelock import FileLock, Timeout

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, chinese
from ...schemas.wire.suites import INTL_SUITE, Suite
from ...topics.private_files import DiskFull, private_folder, telling_full, write_private
from ...topics.state_format import StateNewer
from ...topics.storage.mapped import checksum, lacks_pages
from ...topics.transport.ports import TopicPartition
from .tally import Tally
from .tally_state import CHECK, FORMAT, HEAD, META, KeptTally, NotaryProgress, is_whole, state_rows

_LOCK = "running.lock"
_OPEN = b"open"
"""What the seal says while the tally is written, and after a process that was killed."""
_FIRST_MAP = 1 << 30
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""LMDB makes EIO of a write that had room for a part of it."""
_DAMAGED = (
    lmdb.CorruptedError,
    lmdb.IncompatibleError,
    lmdb.InvalidError,
    lmdb.PageNotFoundError,
    lmdb.PanicError,
    lmdb.VersionMismatchError,
)


class TallyLocked(LiandongError):
    """Another process is the same notary already; two heads of one number could differ."""

    def __init__(self, notary: str) -> None:
        super().__init__(
            "NOTARY_RUNNING",
            f"another process on this machine is {notary}",
            "let it run, or stop it first; a second notary needs a name of its own",
            f"本机另一进程正在作为 {notary} 运行",
            "请让其继续运行，或先将其停止；第二个见证节点须另取名称",
        )


class TallyDamaged(LiandongError):
    """The tally cannot be read; who signs from a wrong one contradicts what it signed before."""

    def __init__(self, directory: Path, cause: object) -> None:
        super().__init__(
            "NOTARY_TALLY_DAMAGED",
            f"the tally in {directory} cannot be read: {cause}",
            "make a notary with a new name, which counts the lists itself, and end this one; never put back an older tally",
            f"{directory} 中的计数无法读取：{chinese(cause)}",
            "请以新的名称建立见证节点（由其自行计数），并终止本节点；绝不可恢复较旧的计数",
        )


@contextmanager
def _telling_damage(directory: Path) -> Iterator[None]:
    try:
        with telling_full(directory):
            yield
    except _DAMAGED as damaged:
        raise TallyDamaged(directory, damaged) from damaged
    except lmdb.Error as failed:
        number = getattr(failed, "code", 0)  # not every error of LMDB has one
        if isinstance(failed, lmdb.DiskError) or number in _NO_ROOM:
            raise DiskFull(directory, OSError(number, str(failed))) from failed
        raise


class EntriesView:
    """All entries as one commit left them, in the order of their keys; later commits do not change it."""

    def __init__(self, transaction: lmdb.Transaction, directory: Path) -> None:
        self._transaction, self._directory = transaction, directory
        self._rows = iter(transaction.cursor())
        self.closed = False

    def take(self, count: int) -> list[tuple[bytes, bytes]]:
        """Return the next so many keys and packed entries; none at the end. Raises NOTARY_TALLY_DAMAGED."""
        with _telling_damage(self._directory):
            return [(bytes(key), bytes(packed)) for key, packed in islice(self._rows, count)]

    def close(self) -> None:
        """Let go of that state of the tally; what lies in it can be written over from now on."""
        if not self.closed:
            self.closed = True
            self._rows = iter(())
            self._transaction.abort()


def is_counted(directory: Path) -> bool:
    """Return whether a process is the notary whose tally lies here."""
    if not (directory / _LOCK).exists():
        return False
    lock = FileLock(directory / _LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


class TallyStore:
    """The tally of one notary on disk."""

    def __init__(self, directory: Path, notary: str, suite: Suite = INTL_SUITE) -> None:
        """Open it or make it (directory 0700, files 0600), to count with the digest of a suite.

        Raises NOTARY_RUNNING if another process holds it, NOTARY_TALLY_DAMAGED, DISK_FULL.
        """
        private_folder(directory)
        self._lock = FileLock(directory / _LOCK, mode=0o600)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise TallyLocked(notary) from None
        self._directory, self._suite = directory, suite
        try:
            with _telling_damage(directory):
                self._open(directory)
        except BaseException:
            self._lock.release()
            raise
        self._view: EntriesView | None = None
        self.head = b""
        """Body of the newest head, kept so that a restart sends the very same bytes again."""

    def _open(self, directory: Path) -> None:
        if lacks_pages(directory):
            raise TallyDamaged(directory, Phrase("its file was cut short", "其文件不完整"))
        self._seal = directory / "sealed"
        if self._seal.exists() and self._seal.read_bytes() not in {_OPEN, checksum(directory)}:
            raise TallyDamaged(
                directory, Phrase("its file is not the one that was closed last", "不是最近一次关闭的文件")
            )
        write_private(self._seal, _OPEN)
        self._env = lmdb.open(str(directory), map_size=_FIRST_MAP, max_dbs=2, mode=0o600, metasync=True, max_readers=16)
        grown = self._env.info()["last_pgno"] * self._env.stat()["psize"] * 2
        self._env.set_mapsize(max(_FIRST_MAP, grown))
        self._entries = self._env.open_db(b"entries")
        self._meta = self._env.open_db(b"meta")

    def find(self, key: bytes) -> bytes | None:
        """Return a packed `TallyEntry`, None if that entry is not there."""
        with _telling_damage(self._directory), self._env.begin(db=self._entries) as view:
            packed: bytes | None = view.get(key)
        return packed

    def load(self, lanes: list[TopicPartition]) -> tuple[Tally, NotaryProgress]:
        """Read the tally and the progress as last committed; an empty tally at first, and when what is there was counted
        with another suite. Raises NOTARY_TALLY_DAMAGED, STATE_NEWER.
        """
        tally = Tally(lanes, self.find, self._suite)
        with _telling_damage(self._directory), self._env.begin(db=self._meta) as view:
            rows = {bytes(key): bytes(value) for key, value in view.cursor()}
        self.head = rows.get(HEAD, b"")
        if META not in rows and CHECK not in rows:
            return tally, NotaryProgress()
        if not is_whole(rows):
            raise TallyDamaged(self._directory, Phrase("its state has another checksum", "其状态的校验和不符"))
        kept = KeptTally.of(rows)
        if kept.format > FORMAT:
            raise StateNewer(self._directory, kept.format, FORMAT)
        progress = kept.progress
        if kept.suite != self._suite.name:
            self._write_anew(tally, progress)
        else:
            kept.restore(tally)
        return tally, progress

    def begin_anew(self, counted: Tally, progress: NotaryProgress) -> Tally:
        """Forget what was counted, of lists that are gone; return an empty tally, with what was found amiss so far.

        The numbers that were used are not forgotten. Raises NOTARY_TALLY_DAMAGED, DISK_FULL.
        """
        self._close_view()
        tally = Tally(counted.lanes, self.find, self._suite)
        tally.findings = counted.findings
        self._write_anew(tally, progress)
        return tally

    def _write_anew(self, tally: Tally, progress: NotaryProgress) -> None:
        """Forget all entries in one transaction, and not the numbers that were used."""
        with _telling_damage(self._directory), self._env.begin(write=True) as change:
            change.drop(self._entries, delete=False)
            for key, value in state_rows(tally, progress, self.head).items():
                change.put(key, value, db=self._meta)

    def commit(self, tally: Tally, progress: NotaryProgress, head: bytes | None = None) -> None:
        """Write everything that changed at once and synced; a new head with the state it speaks of.

        Raises DISK_FULL: what changed is then written with the next commit.
        """
        newest = self.head if head is None else head
        while True:
            try:
                with _telling_damage(self._directory):
                    self._write(tally, progress, newest)
            except lmdb.MapFullError:
                self._close_view()  # a map grows while nobody reads it
                self._env.set_mapsize(self._env.info()["map_size"] * 2)
            else:
                self.head = newest
                tally.changed.clear()
                return

    def view(self) -> EntriesView:
        """Return the entries as the last commit left them; the view before this one is closed."""
        self._close_view()
        with _telling_damage(self._directory):
            self._view = EntriesView(self._env.begin(db=self._entries), self._directory)
        return self._view

    def _close_view(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None

    def _write(self, tally: Tally, progress: NotaryProgress, head: bytes) -> None:
        with self._env.begin(write=True) as change:
            for key in sorted(tally.changed):
                change.put(key, tally.changed[key], db=self._entries)
            for key, value in state_rows(tally, progress, head).items():
                change.put(key, value, db=self._meta)

    def close(self) -> None:
        """Let go of the files."""
        self._close_view()
        self._env.close()
        with suppress(OSError, DiskFull):  # what a full disk leaves there says that the tally was not closed
            write_private(self._seal, checksum(self._directory))
        self._lock.release()
