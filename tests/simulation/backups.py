"""Files replaced by older copies, with a bit flipped, or cut short. No process may have them open meanwhile, but for `copied`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from

from liandong.topics.workers.chance import Chance

PAGE = 4096
DATA_FILE = "data.mdb"
_SQLITE = b"SQLite format 3\0"
_BESIDE = {"sqlite": ("-wal", "-shm"), "lmdb": (), "plain": ()}
_LEAF, _LONG_VALUE, _TABLE = 2, 1, 2


@dataclass(frozen=True, slots=True)
class Backup:
    """A consistent copy of one file."""

    path: Path
    content: bytes


def kind_of(path: Path) -> str:
    """Return which library reads a file: sqlite, lmdb or plain."""
    if path.name == DATA_FILE:
        return "lmdb"
    with path.open("rb") as file:
        return "sqlite" if file.read(len(_SQLITE)) == _SQLITE else "plain"


def copied(path: Path) -> Backup:
    """Copy a file as a careful operator does: SQLite by its own backup, so that the log beside it is in the copy."""
    if kind_of(path) != "sqlite":
        return Backup(path, path.read_bytes())
    place = path.with_name(f"{path.name}.copy")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)
    content = place.read_bytes()
    place.unlink()
    return Backup(path, content)


def restore(backup: Backup) -> None:
    """Put a copy back; what lies beside a SQLite file belongs to the one that was there and goes."""
    if backup.path.exists():
        settle(backup.path)
    backup.path.write_bytes(backup.content)
    if backup.path.name == DATA_FILE:
        backup.path.with_name("lock.mdb").unlink(missing_ok=True)


def settle(path: Path) -> None:
    """Make a file whole by itself: what SQLite has in the log beside it goes into it, and the log goes."""
    if kind_of(path) == "sqlite":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for suffix in _BESIDE["sqlite"]:
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def cut(path: Path, chance: Chance) -> int:
    """Cut a file short anywhere, and return its new length."""
    settle(path)
    content = path.read_bytes()
    length = chance.below(len(content)) if content else 0
    path.write_bytes(content[:length])
    return length


def flip(path: Path, chance: Chance, *, anywhere: bool = False) -> int:
    """Flip one bit, and return in which byte. In an LMDB file it is one of a key or a value unless it may be `anywhere`:
    LMDB trusts what joins its pages and may end the process over it.
    """
    settle(path)
    content = bytearray(path.read_bytes())
    if not content:
        return 0
    if path.name == DATA_FILE and not anywhere:
        spans = list(_rows(bytes(content)))
        span = spans[chance.below(len(spans))] if spans else range(len(content))
    else:
        span = range(len(content))
    place = span[chance.below(len(span))]
    content[place] ^= 1 << chance.below(8)
    path.write_bytes(content)
    return place


def _rows(content: bytes) -> Iterator[range]:
    """Iterate over where keys and short values lie in the leaves of an LMDB file; tables' own rows are left out."""
    for start in range(2 * PAGE, len(content) - PAGE + 1, PAGE):
        flags, lower = unpack_from("=10xHH", content, start)
        if flags != _LEAF or not 16 <= lower <= PAGE:
            continue
        for (offset,) in (unpack_from("=H", content, place) for place in range(start + 16, start + lower, 2)):
            if offset > PAGE - 8:
                break
            low, high, kind, key = unpack_from("=HHHH", content, start + offset)
            end = start + offset + 8 + key + (low | high << 16)
            if not kind & (_LONG_VALUE | _TABLE) and end <= start + PAGE and key > 8:
                yield range(start + offset + 8, end)
