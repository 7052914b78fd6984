"""What a store can fail with.

StoreError
├── StoreMissing     nobody has made the store yet
├── StoreFull        the disk takes no more; nothing of the batch was kept
├── StoreDamaged     the files are not what LMDB wrote
├── TrustDamaged     what must outlast the store cannot be read
└── StoreBusy        the store cannot be used that way now: open elsewhere in this process, or out of reader slots
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import lmdb
import msgspec

from ...schemas.errors import LiandongError, Unavailable
from ...schemas.phrases import chinese

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_BUSY = (lmdb.ReadersFullError, lmdb.LockError)
DAMAGED = (
    lmdb.CorruptedError,
    lmdb.IncompatibleError,
    lmdb.InvalidError,
    lmdb.PageNotFoundError,
    lmdb.PanicError,
    lmdb.VersionMismatchError,
    msgspec.DecodeError,
    UnicodeDecodeError,  # what msgspec raises for a text in a row, and Python for a key
)
"""What shows that the files, or a row in them, are not what was written."""


class StoreError(LiandongError):
    """The root of what a store fails with."""


class StoreMissing(StoreError, Unavailable):
    """There is no store at the path."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "STORE_MISSING",
            f"there is no list store at {path}",
            "start the node with `liandong agency run`",
            f"{path} 没有名单副本",
            "请用 `liandong agency run` 启动节点",
        )


class StoreFull(StoreError):
    """The disk takes no more."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_DISK_FULL",
            f"the store at {path} could not be written: {cause}",
            "free disk space; the node goes on from its last commit by itself, nothing is lost",
            f"{path} 的名单副本无法写入：{chinese(cause)}",
            "请释放磁盘空间；节点会从最近一次提交处自动继续，不会丢失内容",
        )


class StoreDamaged(StoreError):
    """The files cannot be read."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_DAMAGED",
            f"the store at {path} cannot be read: {cause}",
            "start the node again: it builds the store again from the log; look after the disk",
            f"{path} 的名单副本无法读取：{chinese(cause)}",
            "请重新启动节点，节点会从消息日志重建副本；并检查磁盘",
        )


class TrustDamaged(StoreError):
    """The rows that must outlast the store cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "STORE_TRUST_DAMAGED",
            f"{path} is not what this node wrote: the highest heads it trusted, and receipts not yet handed on",
            "put back a copy of that file; without one remove it, and compare the first head trusted with another node's",
            f"{path} 不是本节点写入的内容：其中记有已采信的最高名单签名摘要和尚未送出的回执",
            "请恢复该文件的备份；没有备份的，请将其删除，并将首次采信的名单签名摘要与其他节点核对",
        )


class StoreBusy(StoreError, Unavailable):
    """The store is there but cannot be opened or read this way now."""

    def __init__(self, path: Path, cause: object) -> None:
        super().__init__(
            "STORE_BUSY",
            f"the store at {path} cannot be opened: {cause}",
            "within the node's process take `ListStore.reader()`; elsewhere end some of the processes that read it",
            f"{path} 的名单副本无法打开：{chinese(cause)}",
            "在节点进程内请用 `ListStore.reader()`；在其他进程中请结束部分读取它的进程",
        )


@contextmanager
def store_errors(path: Path, on_damage: Callable[[], None] | None = None) -> Iterator[None]:
    """Raise LMDB's errors as StoreError, a damage once `on_damage` was called. A map that is full or was resized by
    another process passes as it is: the environment deals with that.
    """
    try:
        yield
    except (lmdb.MapFullError, lmdb.MapResizedError):
        raise
    except DAMAGED as damaged:
        if on_damage is not None:
            on_damage()
        raise StoreDamaged(path, damaged) from damaged
    except lmdb.Error as failed:
        if isinstance(failed, lmdb.DiskError) or getattr(failed, "code", 0) in _DISK:
            raise StoreFull(path, failed) from failed
        if isinstance(failed, _BUSY) or "already open" in str(failed):
            raise StoreBusy(path, failed) from failed
        raise
