"""Copies of stores that are in use, each as it is at one moment; and whether anybody uses a store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import lmdb

from ..private_files import PrivateFile, private_folder, write_private
from .mapped import DATA_FILE

_NO_WAIT = 0.0
_PATIENCE = 60.0
"""Seconds to wait for whoever writes a database that is copied: on a busy machine one transaction may take long."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database with what stands in the log beside it, while others write; the copy is one private file.

    Raises sqlite3.Error.
    """
    write_private(target, b"")
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as taken,
        closing(sqlite3.connect(target)) as copy,
    ):
        taken.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that nothing lies beside it
        copy.commit()


def copy_mapped(source: Path, target: Path) -> None:
    """Copy the LMDB environment in a folder into another, while others write. Raises lmdb.Error."""
    private_folder(target)
    with lmdb.open(str(source), readonly=True, max_dbs=16) as environment, PrivateFile(target / DATA_FILE) as file:
        environment.copyfd(file.stream.fileno(), compact=True)


def is_in_use(path: Path) -> bool:
    """Return whether a process has a SQLite database open; one that is not there is not in use."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(path, timeout=_NO_WAIT)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as busy:
            return busy.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        except sqlite3.DatabaseError:  # damaged: that is why it is put back
            return False
        connection.rollback()
    return False
