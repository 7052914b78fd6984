"""The last proven copy of a store: compact, on the disk whole, and of no use to anybody while the store itself is.

After a loss of power, or a damage, it takes the store's place and is read on from: what it says was right when it was made.
The file is the store's data file with a checksum of it behind.
"""

from contextlib import suppress
from pathlib import Path

import lmdb
import structlog
from blake3 import blake3

from ...topics.private_files import PrivateFile
from ...topics.storage.mapped import DATA_FILE
from .errors import store_errors

_log = structlog.get_logger(__name__)
_FILE = "last-proven.mdb"
_CHECKSUM = 32
_SLICE = 1 << 20


def keep(folder: Path, environment: "lmdb.Environment") -> None:
    """Keep an open store of a folder as the last proven copy, in the place of the one before. Raises StoreError, OSError."""
    with store_errors(folder), PrivateFile(folder / _FILE) as file:
        environment.copyfd(file.stream.fileno(), compact=True)
        file.stream.seek(0, 2)
        file.stream.write(_checksum(file.written))


def keep_from_beside(folder: Path) -> None:
    """Keep the store of a folder that another process has open and goes on writing. Raises StoreError, OSError."""
    with store_errors(folder):
        environment = lmdb.open(str(folder), readonly=True, max_dbs=16)
    try:
        keep(folder, environment)
    finally:
        environment.close()


def put_back(folder: Path) -> bool:
    """Put the last proven copy where the store's data file was; return whether there is a whole one."""
    kept = folder / _FILE
    if not kept.exists():
        return False
    whole, left, checksum = False, kept.stat().st_size - _CHECKSUM, blake3()
    with kept.open("rb") as source, suppress(_Damaged), PrivateFile(folder / DATA_FILE) as file:
        while left > 0 and (content := source.read(min(left, _SLICE))):
            checksum.update(content)
            file.stream.write(content)
            left -= len(content)
        if left or source.read() != checksum.digest():
            _log.warning("the last proven copy is damaged, too", path=str(kept))
            raise _Damaged
        whole = True
    return whole


class _Damaged(Exception):
    """Lets go of what was copied."""


def _checksum(path: Path) -> bytes:
    return blake3(max_threads=blake3.AUTO).update_mmap(path).digest()
