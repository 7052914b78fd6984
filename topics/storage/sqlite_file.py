"""Makes the file of a SQLite database, and finds what SQLite itself does not notice of one that was harmed."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from ..private_files import private_place

_PAGE_SIZE_AT = slice(16, 18)
_LARGEST_PAGE = 65_536
"""Stands in the header as 1 (The SQLite Database File Format, 1.3.2)."""


def make_sqlite(path: Path, page_bytes: int) -> None:
    """Make a file with its first page before anybody opens it, so that its log has its mode too; one that exists stays.

    Raises sqlite3.OperationalError.
    """
    private_place(path, partial(_begin, page_bytes))


def damage_of(path: Path) -> str:
    """Return what is wrong with a file that SQLite would take for a whole one, empty if nothing is.

    SQLite takes an empty file for a new one, and forgets the log beside it: who goes on from there hands out numbers twice.
    What is missing of its last page it reads as zeros. Only a process that died while it moved the log into the file leaves
    such a page, and then the log still has it.
    """
    if not path.is_file():
        return ""
    if not path.stat().st_size:
        return "it is empty"
    if not _ends_within_a_page(path):
        return ""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint")
            return "the end of it is missing" if _ends_within_a_page(path) else ""
    except sqlite3.DatabaseError as damaged:
        return str(damaged)


def _begin(page_bytes: int, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size={page_bytes}")
        connection.execute("PRAGMA journal_mode=WAL")


def _ends_within_a_page(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(_PAGE_SIZE_AT.stop)
    page = int.from_bytes(header[_PAGE_SIZE_AT])
    return path.stat().st_size % (_LARGEST_PAGE if page == 1 else max(page, 1)) != 0
