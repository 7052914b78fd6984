"""Opens the databases this package keeps: SQLite on one machine, PostgreSQL for several.

SQLite runs in WAL mode with `synchronous=FULL`: an accepted record is a promise, and with NORMAL the last commits can be
lost with the power; commits are few and large, so the flush costs little. A writing transaction takes the write lock when
it begins (BEGIN IMMEDIATE): one that began as a reader cannot wait for the lock, it fails at once.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, inspect, make_url, text

from ...schemas.fingerprints import fingerprint
from ...schemas.phrases import Phrase, reason_of
from ..extras import need
from .faults import DatabaseDamaged, PasswordFileUnreadable, damage_told_by, fault_of, fault_of_file, tell_faults
from .migrations import bring_up, is_known
from .sqlite_file import damage_of, make_sqlite

BUSY_MILLISECONDS = 60_000
"""How long a writer waits for another one; a chunk of a large publication takes well under a second."""
_LOG_BYTES = 40_000 * 4096
_READING = "liandong_reading"
_POSTGRES: dict[str, Any] = {
    "application_name": "liandong",
    "connect_timeout": 10,
    # a server that went without a word is noticed within half a minute and not after two hours
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_CREATING = 0x6C69616E
"""Advisory lock of PostgreSQL under which tables are made: two processes may start at once."""


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def open_database(
    url: str, *, schema: str | None = None, password_file: Path | None = None, page_bytes: int = 4096
) -> Engine:
    """Open an engine for a SQLAlchemy URL, connected once to see that it works.

    `schema` keeps several owners apart in one PostgreSQL database (it is made if missing and set as search path); SQLite
    has a file for each and takes no notice. `password_file` is read at each connection. `page_bytes` is for a SQLite file that is made now: large pages for large
    transactions. Raises DATABASE_UNAVAILABLE, DATABASE_DAMAGED for a SQLite file that was emptied or cut, and EXTRA_MISSING for
    PostgreSQL without its driver.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        _make_sqlite(parsed, page_bytes)
        _require_whole(Path(parsed.database))
    engine = _engine(parsed, schema, password_file, page_bytes)
    with engine.begin() as connection:
        if schema and engine.dialect.name == "postgresql":
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    return engine


def open_existing_database(
    url: str, *, schema: str | None = None, password_file: Path | None = None, table: Table
) -> Engine | None:
    """Open a database that has this table, without making one; None if it was never made.

    One of an earlier release is taken through the steps to this one. Raises STATE_NEWER.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not Path(parsed.database or "").is_file():
            return None
        _require_whole(Path(parsed.database or ""))
    engine = _engine(parsed, schema, password_file)
    with ExitStack() as unless_there:
        unless_there.callback(engine.dispose)
        with reading(engine) as connection:
            if not inspect(connection).has_table(table.name):
                return None
            is_behind = not is_known(connection, table.metadata)
        if is_behind:
            create_tables(engine, table.metadata)
        unless_there.pop_all()
    return engine


def _make_sqlite(url: URL, page_bytes: int) -> None:
    try:
        make_sqlite(Path(url.database or ""), page_bytes)
    except sqlite3.Error as failed:
        raise fault_of(url, failed) or failed from failed
    except OSError as failed:
        raise fault_of_file(url, failed) from failed


def _require_whole(path: Path) -> None:
    if damage := damage_of(path):
        raise DatabaseDamaged(str(path), damage)


def _engine(url: URL, schema: str | None, password_file: Path | None, page_bytes: int = 4096) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", partial(_connect_sqlite, url.database or "", page_bytes))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        need("postgres")
        driver = url.set(drivername="postgresql+psycopg")
        connect = _POSTGRES | dict(url.query) | {"options": _postgres_options(url, schema)}
        engine = create_engine(driver, connect_args=connect, pool_pre_ping=True, hide_parameters=True)
        if password_file is not None:
            event.listen(engine, "do_connect", partial(_give_password, password_file))
    tell_faults(engine, url)
    return engine


def _give_password(file: Path, _dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    """Put the password into what a connection is made with, as it stands in its file now."""
    try:
        options["password"] = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failed:
        why = reason_of(failed) if isinstance(failed, OSError) else Phrase(type(failed).__name__, "不是 UTF-8 文字")
        raise PasswordFileUnreadable(file, why) from failed


def _postgres_options(url: URL, schema: str | None) -> str:
    """Return what the server is told at the begin of each connection; what the URL asks for comes last and so counts."""
    own = [f"-csearch_path={schema}"] if schema else []
    asked = url.query.get("options", ())
    return " ".join([*own, f"-clock_timeout={BUSY_MILLISECONDS}", *([asked] if isinstance(asked, str) else asked)])


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Make the tables that are missing, and take those of an earlier release through the steps to this one's.

    Safe when several processes start at once. `metadata` is of `migrations.store_metadata`. Raises STATE_NEWER.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATING})
        bring_up(connection, metadata)


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


def _connect_sqlite(path: str, page_bytes: int, connection: Any, record: object) -> None:
    try:
        _prepare_sqlite(page_bytes, connection, record)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if damage := damage_told_by(path, error):
            raise damage from error
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
