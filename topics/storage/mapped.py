"""A look at an LMDB file before it is mapped.

A page that lies behind the end of a file that was cut short raises nothing when it is read: the system ends the process.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import Struct, error

from blake3 import blake3

DATA_FILE = "data.mdb"
_META = Struct("=16xI12xQI36xQ40xQQQ")
"""Magic, bytes of the map, bytes of a page, roots of the trees of free pages and of tables, last page, commit."""
_PAGE = Struct("=10xHH")
_NODE = Struct("=HHHH")
_NUMBER = Struct("=Q")
_MAGIC, _EMPTY = 0xBEEFC0DE, (1 << 64) - 1
_LARGEST_MAP = 1 << 46
_HEAD = 16
_BRANCH, _LEAF = 1, 2
_LONG_VALUE, _TABLE = 1, 2
_ROOT_IN_TABLE = 40


@dataclass(frozen=True, slots=True)
class _Meta:
    map_bytes: int
    page_bytes: int
    roots: tuple[int, int]
    last_page: int
    commit: int


def lacks_pages(folder: Path) -> bool:
    """Return whether the data file in a folder, or its map, is too short for its newest commit; False if there is none.

    What is no LMDB file at all is left to LMDB, which says so.
    """
    path = folder / DATA_FILE
    while path.exists():
        before = _newest(path)
        if before is None:
            return path.stat().st_size == 0  # LMDB would take it for a new one
        needed = (before.last_page + 1) * before.page_bytes
        if not needed <= before.map_bytes <= _LARGEST_MAP:
            return True
        if path.stat().st_size >= needed:
            return False
        # a commit that gave its last pages back does not write them: only what can be reached tells
        lacking = _Pages(path, before.page_bytes).lack(before.roots)
        if _newest(path) == before:  # else another process has written meanwhile
            return lacking
    return False


def _newest(path: Path) -> _Meta | None:
    with path.open("rb") as file:
        start = file.read(_META.size)
        if len(start) < _META.size:
            return None
        page_bytes = _META.unpack(start)[2]
        file.seek(page_bytes)
        metas = [_meta(start), _meta(file.read(_META.size))]
    found = [meta for meta in metas if meta]
    return max(found, key=lambda meta: meta.commit) if len(found) == len(metas) else None


def _meta(raw: bytes) -> _Meta | None:
    if len(raw) < _META.size:
        return None
    magic, map_bytes, page_bytes, free_root, table_root, last_page, commit = _META.unpack(raw)
    return _Meta(map_bytes, page_bytes, (free_root, table_root), last_page, commit) if magic == _MAGIC else None


def checksum(folder: Path) -> bytes:
    """Return a checksum of the data file in a folder that nobody writes now, in hex: some gigabytes in a second."""
    path = folder / DATA_FILE
    if not path.exists() or not path.stat().st_size:
        return b""
    return blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest().encode()


class _Pages:
    """The pages of one file, walked from the roots of its trees."""

    def __init__(self, path: Path, page_bytes: int) -> None:
        self._path, self._page_bytes = path, page_bytes
        self._count = path.stat().st_size // page_bytes

    def lack(self, roots: tuple[int, ...]) -> bool:
        """Return whether something that a root leads to lies behind the end."""
        waiting = [root for root in roots if root != _EMPTY]
        walked = 0
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
            try:
                while waiting:
                    page = waiting.pop()
                    walked += 1
                    if page >= self._count or walked > self._count:
                        return True
                    waiting += self._below(pages, page)
            except error:
                return True
        return False

    def _below(self, pages: mmap.mmap, page: int) -> Iterator[int]:
        """Iterate over the pages of trees that a page names, and over the end of each long value the file lacks."""
        start = page * self._page_bytes
        flags, lower = _PAGE.unpack_from(pages, start)
        for place in range(start + _HEAD, start + lower, 2):
            node = start + int.from_bytes(pages[place : place + 2], "little")
            low, high, kind, key = _NODE.unpack_from(pages, node)
            value = node + _NODE.size + key
            if flags & _BRANCH:
                yield low | high << 16 | kind << 32
            elif flags & _LEAF and kind & _LONG_VALUE:
                last = _NUMBER.unpack_from(pages, value)[0] + ((low | high << 16) + _HEAD - 1) // self._page_bytes
                if last >= self._count:
                    yield last
            elif flags & _LEAF and kind & _TABLE:
                root = _NUMBER.unpack_from(pages, value + _ROOT_IN_TABLE)[0]
                if root != _EMPTY:
                    yield root
