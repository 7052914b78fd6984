"""Files that only their owner can read: the one way this package writes keys, registers, tokens and rejected rows.

The content goes to a temporary file in the same folder, which has its mode from the moment it exists, and takes the place of
the old file in one step. A crash leaves the old content or the new one; when a write returns, the new one is on the disk.
Only what must leave no copy is changed where it stands.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import BinaryIO, ClassVar, Self

from ..schemas.errors import Unavailable
from ..schemas.phrases import reason_of
from ..schemas.problems import BilingualError, Text

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_BINARY = getattr(os, "O_BINARY", 0)
"""Windows would else turn line ends into its own."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(BilingualError, Unavailable):
    """A file could not be written: there is no room."""

    texts: ClassVar[dict[str, Text]] = {
        "DISK_FULL": Text(
            "{path} could not be written: {why}",
            "free disk space and do it again; what stood there before is whole",
            "无法写入 {path}：{why}",
            "请释放磁盘空间后重试；原有内容完好无损",
        )
    }

    def __init__(self, path: object, error: OSError) -> None:
        super().__init__("DISK_FULL", path=str(path), why=reason_of(error))


@contextmanager
def telling_full(path: object) -> Iterator[None]:
    """Raise DISK_FULL for what the system says of a full disk or quota while the block lasts."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(error.filename or path, error) from error
        raise


def private_folder(path: Path) -> Path:
    """Make a folder, and every parent that is missing, that only its owner can enter; those that exist stay as they are."""
    missing = [path]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for folder in reversed(missing):
        folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    return path


def private_place(path: Path, begin: Callable[[Path], None]) -> None:
    """Make a private file if there is none, for a library that opens files itself; and its folder.

    `begin` gives it what it begins with before it has its name: one that is found empty was emptied.
    """
    private_folder(path.parent)
    if path.exists():
        return
    target = path.resolve()
    descriptor, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)  # readable by its owner alone
    os.close(descriptor)
    begun = Path(name)
    try:
        begin(begun)
        with suppress(FileExistsError):  # another process was first
            os.link(begun, target)
    finally:
        begun.unlink()
    _sync_folder(target.parent)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a private file whole, and make its folder. Raises DISK_FULL, and OSError for anything else."""
    with telling_full(path):
        private_folder(path.parent)
        with PrivateFile(path) as file:
            file.stream.write(content.encode() if isinstance(content, str) else content)


def append_private(path: Path, content: str) -> None:
    """Append whole lines to a private file, and make it; on the disk when this returns. Raises OSError.

    The caller keeps other writers out. A crash may leave the beginning of a line, which the next append ends.
    """
    private_folder(path.parent)
    is_new = not path.exists()
    with open(path, "ab+", opener=lambda name, flags: os.open(name, flags | _BINARY, _FILE_MODE)) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
        is_torn = bool(end) and file.read(1) != b"\n"
        file.write(b"\n" * is_torn + content.encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)


@contextmanager
def private_in_place(path: Path) -> Iterator[BinaryIO]:
    """Open a private file to read it and change it where it stands, so that no second copy of what was overwritten is left in
    blocks that were freed; on the disk when the block ends. Raises OSError.
    """
    with path.open("r+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


class PrivateFile:
    """A private file while it is written; `keep` gives it its name, `discard` forgets it.

    As a context it is kept when the block ends and discarded when the block raises. What is no regular file (a device, a
    pipe, a link, which is its owner's choice of another place) is not replaced but written through.
    """

    def __init__(self, path: Path) -> None:
        """Open the temporary file. Raises OSError."""
        self._path = path
        self._partial: Path | None = None
        if _is_special(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, _FILE_MODE)
        else:
            descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # readable by its owner alone
            self._partial = Path(name)
        self.stream: BinaryIO = os.fdopen(descriptor, "wb")

    @property
    def written(self) -> Path:
        """Where what was written stands as long as it is not kept."""
        return self._partial or self._path

    def keep(self) -> None:
        """Put the file in place of the one of its name; on the disk when this returns."""
        try:
            self.stream.flush()
            if self._partial is not None:
                os.fsync(self.stream.fileno())
            self.stream.close()
            if self._partial is not None:
                self._partial.replace(self._path)
        except BaseException:
            self.discard()
            raise
        if self._partial is not None:
            _sync_folder(self._path.parent)

    def discard(self) -> None:
        """Forget what was written; the file of that name, if there is one, stays as it was."""
        try:
            self.stream.close()
        finally:
            if self._partial is not None:
                self._partial.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the file, or discard it if the block raised."""
        if kind is None:
            self.keep()
        else:
            self.discard()


def _is_special(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the new name last, where the system has folders that can be synced."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
