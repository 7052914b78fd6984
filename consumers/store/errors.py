"""What a store can fail with.

StoreError
├── StoreMissing     nobody has made the store yet
├── StoreFull        the disk takes no more; nothing of the batch was kept
├── StoreDamaged     the files are not what LMDB wrote
└── StoreBusy        the store cannot be used that way now: open elsewhere in this process, or out of reader slots
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lmdb

from ...schemas.errors import LiandongError, Unavailable

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_BUSY = (lmdb.ReadersFullError, lmdb.LockError)
_DAMAGED = (lmdb.CorruptedError, lmdb.InvalidError, lmdb.VersionMismatchError, lmdb.PageNotFoundError, lmdb.PanicError)


class StoreError(LiandongError):
    """The root of what a store fails with."""


class StoreMissing(StoreError, Unavailable):
    """There is no store at the path."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "STORE_MISSING", f"there is no list store at {path}", "start the node with `liandong agency run`"
        )


class StoreFull(StoreError):
    """The disk takes no more."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_DISK_FULL",
            f"the store at {path} could not be written: {cause}",
            "free disk space and start the node again; it goes on from the last commit, nothing is lost",
        )


class StoreDamaged(StoreError):
    """The files cannot be read."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_DAMAGED",
            f"the store at {path} cannot be read: {cause}",
            "stop the node and move that folder away; the next start builds it again from the log",
        )


class StoreBusy(StoreError, Unavailable):
    """The store is there but cannot be opened or read this way now."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_BUSY",
            f"the store at {path} cannot be opened: {cause}",
            "within the node's process take `ListStore.reader()`; elsewhere end some of the processes that read it",
        )


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise LMDB's errors as StoreError. A map that is full or was resized by another process passes as it is:
    the environment deals with that.
    """
    try:
        yield
    except (lmdb.MapFullError, lmdb.MapResizedError):
        raise
    except _DAMAGED as damaged:
        raise StoreDamaged(path, damaged) from damaged
    except lmdb.Error as failed:
        if isinstance(failed, lmdb.DiskError) or failed.code in _DISK:
            raise StoreFull(path, failed) from failed
        if isinstance(failed, _BUSY) or "already open" in str(failed):
            raise StoreBusy(path, failed) from failed
        raise
