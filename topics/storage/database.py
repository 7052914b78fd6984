"""Opens the databases this package keeps: SQLite on one machine, PostgreSQL for several.

SQLite runs in WAL mode with `synchronous=FULL`: an accepted record is a promise, and with NORMAL the last commits can be
lost with the power; commits are few and large, so the flush costs little. A writing transaction takes the write lock when
it begins (BEGIN IMMEDIATE): one that began as a reader cannot wait for the lock, it fails at once.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

from ...schemas.errors import LiandongError, Unavailable
from ...schemas.fingerprints import fingerprint
from ..extras import need
from .sqlite_file import damage_of, make_sqlite

BUSY_MILLISECONDS = 60_000
"""How long a SQLite writer waits for another one; a chunk of a large publication takes well under a second."""
_LOG_BYTES = 40_000 * 4096
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NOT_OURS = ("no such table", "no such column", "malformed database schema", "Could not decode to UTF-8")
_WITH_TEXT = " with text"
"""Behind it stands what the column holds, which no message may."""
_READING = "liandong_reading"
_CREATING = 0x6C69616E
"""Advisory lock of PostgreSQL under which tables are made: two processes may start at once."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be opened."""

    def __init__(self, where: str, why: str) -> None:
        """Take in `where` nothing that holds a password."""
        remedy = "check the path or LIANDONG_OUTBOX_URL, that the server runs and that this user may write there"
        super().__init__("DATABASE_UNAVAILABLE", f"cannot open {where}: {why}", remedy)


class DatabaseDamaged(LiandongError):
    """A SQLite file is not what SQLite wrote."""

    def __init__(self, path: str, cause: object) -> None:
        super().__init__(
            "DATABASE_DAMAGED",
            f"{path} cannot be read: {cause}",
            "stop what uses this file and put back its newest copy, or remove it if it is made again: docs/runbook.md, State directory",
        )


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def open_database(url: str, *, schema: str | None = None, page_bytes: int = 4096) -> Engine:
    """Open an engine for a SQLAlchemy URL, connected once to see that it works. Raises DATABASE_UNAVAILABLE.

    `schema` keeps several owners apart in one PostgreSQL database (it is made if missing and set as search path); SQLite
    has a file for each and takes no notice. `page_bytes` is for a SQLite file that is made now: large pages for large
    transactions. Raises DATABASE_UNAVAILABLE, DATABASE_DAMAGED for a SQLite file that was emptied or cut, and EXTRA_MISSING for
    PostgreSQL without its driver.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        try:
            make_sqlite(Path(parsed.database), page_bytes)
        except sqlite3.OperationalError as failed:
            raise DatabaseUnavailable(parsed.database, str(failed)) from failed
        _require_whole(Path(parsed.database))
    engine = _engine(parsed, schema, page_bytes)
    with reaching(parsed), engine.begin() as connection:
        if schema and engine.dialect.name == "postgresql":
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    return engine


def open_existing_database(url: str, *, schema: str | None = None, table: str) -> Engine | None:
    """Open a database that has this table, without making anything; None if it was never made."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not Path(parsed.database or "").is_file():
            return None
        _require_whole(Path(parsed.database or ""))
    engine = _engine(parsed, schema)
    with reaching(parsed), reading(engine) as connection:
        if inspect(connection).has_table(table):
            return engine
    engine.dispose()
    return None


def _require_whole(path: Path) -> None:
    if damage := damage_of(path):
        raise DatabaseDamaged(str(path), damage)


def _engine(url: URL, schema: str | None, page_bytes: int = 4096) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url)
        event.listen(engine, "connect", partial(_connect_sqlite, url.database or "", page_bytes))
        event.listen(engine, "handle_error", partial(_tell_damage, url.database or ""))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    driver = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
    if driver.drivername == "postgresql+psycopg":
        need("postgres")
    options = {"options": f"-csearch_path={schema}"} if schema else {}
    return create_engine(driver, connect_args=options, pool_pre_ping=True)


@contextmanager
def reaching(url: URL) -> Iterator[None]:
    """Say in plain words that a database cannot be opened, for a `with` block. Raises DATABASE_UNAVAILABLE."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailable(url.render_as_string(hide_password=True), str(error.orig).strip()) from error


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Make the tables that are missing; safe when several processes start at once. Raises DATABASE_UNAVAILABLE."""
    with reaching(engine.url), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATING})
        if not metadata.tables.keys() <= set(
            inspect(connection).get_table_names()
        ):  # one question instead of one a table
            metadata.create_all(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection that only reads and so never waits for a writer."""
    with engine.connect().execution_options(**{_READING: True}) as connection:
        yield connection


def insert_once(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless its key is there already; return whether it was inserted."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return connection.execute(insert(table).values(dict(row)).on_conflict_do_nothing()).rowcount == 1


def lock_until_commit(connection: Connection, name: bytes) -> None:
    """Wait until no other transaction holds this lock; the transaction's end gives it back.

    Whoever takes several takes them in order. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = int.from_bytes(fingerprint(name)[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _tell_damage(path: str, context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, sqlite3.DatabaseError) and _shows_damage(error):
        raise DatabaseDamaged(path, str(error).split(_WITH_TEXT)[0]) from None


def _shows_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether SQLite cannot read its file, or finds other tables or texts in it than those that were written."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in _DAMAGE or (code in {sqlite3.SQLITE_OK, sqlite3.SQLITE_ERROR} and str(error).startswith(_NOT_OURS))


def _connect_sqlite(path: str, page_bytes: int, connection: Any, record: object) -> None:
    try:
        _prepare_sqlite(page_bytes, connection, record)
    except sqlite3.DatabaseError as error:
        if _shows_damage(error):
            raise DatabaseDamaged(path, error) from error
        raise


def _prepare_sqlite(page_bytes: int, connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        f"page_size={page_bytes}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # what is deleted from a page that is written anyway is wiped, and no page is written only for that; builds differ
        "secure_delete=FAST",
        "cache_size=-65536",
        "journal_size_limit=67108864",
        # by default the log is copied into the database with every large commit; pages that change again and again (keys
        # and certificates lie scattered) are then written many times
        f"wal_autocheckpoint={_LOG_BYTES // page_bytes}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(_READING) else "BEGIN IMMEDIATE")
