"""Every fault of a database is a code with a remedy in both languages: a real PostgreSQL that is stopped, locked, full, closed."""

import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from sqlalchemy import Column, Engine, LargeBinary, Table, Text, create_engine, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError

from liandong.schemas.errors import LiandongError, Unavailable
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.commands import liandong
from liandong.tests.worlds.court_office import COURT, JURISDICTION, rows, write
from liandong.tests.worlds.postgres import ThrowAwayPostgres, binaries
from liandong.tests.worlds.small_disk import fill, grow, small_disk
from liandong.topics.keys.registrar import Registrar
from liandong.topics.settings import load_settings
from liandong.topics.storage.bulk import insert_rows, rows_among
from liandong.topics.storage.database import create_tables, lock_until_commit, open_database, reading, sqlite_url
from liandong.topics.storage.faults import (
    DatabaseDamaged,
    DatabaseFault,
    DatabaseUnavailable,
    PasswordFileUnreadable,
    fault_of,
)
from liandong.topics.storage.migrations import store_metadata
from liandong.topics.workers.clock import SystemClock

SECRET = "correct-horse"
metadata = store_metadata("things")
things = Table("things", metadata, Column("name", Text, primary_key=True), Column("body", LargeBinary))


class Server(NamedTuple):
    """A running PostgreSQL and the URL it is reached by."""

    cluster: ThrowAwayPostgres
    url: str


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own, which may be stopped; in a folder its user can reach, as those of pytest are not."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL binaries here")
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = ThrowAwayPostgres(Path(folder) / "cluster", programs)
        yield Server(server, server.up())
        server.down()


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_database(server.url, schema=f"t_{secrets.token_hex(4)}")
    create_tables(engine, metadata)
    yield engine
    engine.dispose()


def put(engine: Engine, *names: str, size: int = 10) -> None:
    with engine.begin() as connection:
        insert_rows(connection, things, ("name", "body"), [(name, secrets.token_bytes(size)) for name in names])


def names_in(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(connection.scalars(select(things.c.name)))


def put_while_it_goes(server: Server, engine: Engine) -> None:
    """Have a server go between two statements of a transaction."""
    with engine.begin() as connection:
        connection.execute(insert(things).values(name="lost"))
        server.cluster.down()
        connection.execute(insert(things).values(name="lost too"))


def test_a_server_that_is_lost_in_the_middle_is_told_and_reached_again(server: Server, engine: Engine) -> None:
    put(engine, "before")
    with pytest.raises(DatabaseUnavailable) as lost:
        put_while_it_goes(server, engine)
    assert lost.value.code == "DATABASE_UNAVAILABLE"
    assert "nothing accepted is lost" in lost.value.remedy
    with pytest.raises(DatabaseUnavailable, match="refused"):
        names_in(engine)
    server.cluster.again()
    assert names_in(engine) == ["before"]


def test_a_server_that_is_lost_while_rows_are_streamed_or_fetched_is_told(server: Server, engine: Engine) -> None:
    put(engine, "before")

    def rows() -> Iterator[tuple[str, bytes]]:
        yield ("first", b"")
        server.cluster.down()
        for number in range(10_000):
            yield (str(number), bytes(1000))

    with pytest.raises(DatabaseUnavailable), engine.begin() as connection:
        insert_rows(connection, things, ("name", "body"), rows())
    server.cluster.again()
    with engine.connect() as connection:
        server.cluster.down()
        with pytest.raises(DatabaseUnavailable):
            list(rows_among(connection, things, ("name",), "name", ["before"]))
    server.cluster.again()
    assert names_in(engine) == ["before"]


def test_a_lock_that_is_held_for_too_long_is_told(server: Server) -> None:
    url = f"{server.url}?options=-clock_timeout%3D50ms"
    engine = open_database(url)
    with engine.begin() as holding, engine.connect() as waiting:
        lock_until_commit(holding, b"an entry")
        with pytest.raises(DatabaseFault) as busy:
            lock_until_commit(waiting, b"an entry")
    assert busy.value.code == "DATABASE_BUSY"
    engine.dispose()


def test_a_lock_has_a_time_out_without_being_asked(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "1min"
        assert connection.scalar(text("SHOW application_name")) == "liandong"


def test_a_full_disk_of_postgresql_is_told_and_loses_nothing(server: Server, tmp_path: Path) -> None:
    for each in (tmp_path, *(one for one in tmp_path.parents if one.name.startswith(("pytest-", "popen-")))):
        each.chmod(0o755)
    with small_disk(tmp_path / "tiny", 4) as disk:
        (disk / "space").mkdir()
        space = server.cluster.lend(disk / "space")
        admin = create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE TABLESPACE tiny LOCATION '{space}'"))
        engine = open_database(f"{server.url}?options=-cdefault_tablespace%3Dtiny", schema="tiny")
        create_tables(engine, metadata)
        put(engine, "before")
        ballast = fill(disk)
        with pytest.raises(DatabaseFault) as full:
            put(engine, *map(str, range(1000)), size=5000)
        assert full.value.code == "DATABASE_FULL"
        assert names_in(engine) == ["before"]
        ballast.unlink()
        put(engine, "after")
        assert names_in(engine) == ["after", "before"]
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA tiny CASCADE"))
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text("DROP TABLESPACE tiny"))
        admin.dispose()


def test_a_password_stands_in_a_file_and_a_new_one_needs_no_restart(server: Server, tmp_path: Path) -> None:
    admin = create_engine(server.url.replace("postgresql:", "postgresql+psycopg:"))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE ROLE clerk LOGIN PASSWORD '{SECRET}'"))
        connection.execute(text("GRANT CREATE ON DATABASE postgres TO clerk"))
    server.cluster.ask_for_passwords(but_of="test")
    url, file = server.url.replace("test@", "clerk@"), tmp_path / "password"
    with pytest.raises(PasswordFileUnreadable) as missing:
        open_database(url, password_file=file)
    assert str(file) in missing.value.message
    file.write_text("wrong\n", encoding="utf-8")
    with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
        open_database(url, password_file=file)
    file.write_text(SECRET + "\n", encoding="utf-8")
    engine = open_database(url, schema="clerk", password_file=file)
    create_tables(engine, metadata)
    with admin.begin() as connection:
        connection.execute(text("ALTER ROLE clerk PASSWORD 'another'"))
    engine.dispose()
    with pytest.raises(DatabaseUnavailable) as refused:
        names_in(engine)
    assert SECRET not in str(refused.value)
    file.write_text("another", encoding="utf-8")
    assert names_in(engine) == []
    assert SECRET not in repr(engine.url)
    with admin.begin() as connection:
        connection.execute(text("REVOKE ALL ON clerk.things FROM clerk"))
    with pytest.raises(DatabaseFault) as forbidden:
        put(engine, "one")
    assert forbidden.value.code == "DATABASE_FORBIDDEN"
    engine.dispose()
    admin.dispose()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("/postgres", "/postgrse"), "does not exist"),
        (("test@", "tset@"), "tset"),
        (("127.0.0.1", "database.invalid"), "database.invalid"),
        (("/postgres", "/postgres?sllmode=require"), "sllmode"),
    ],
)
def test_a_typo_in_a_url_is_told_by_the_command_line(
    server: Server, tmp_path: Path, change: tuple[str, str], why: str
) -> None:
    environment = {"LIANDONG_STATE_DIR": str(tmp_path), "LIANDONG_OUTBOX_URL": server.url.replace(*change)}
    Registrar(load_settings(state_dir=tmp_path), SystemClock(), CHANCE).new(
        COURT, "court", name="示例区人民法院", jurisdictions=[JURISDICTION]
    )
    file = write(tmp_path / "list.csv", rows(1))
    ended = liandong("court", "publish", str(file), "--no-wait", environment=environment)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error DATABASE_UNAVAILABLE")
    assert why in ended.err
    assert "check the path or the URL" in ended.err


def test_what_a_statement_held_stands_in_no_error(engine: Engine) -> None:
    put(engine, "one")
    for held in (engine, open_database("sqlite://")):
        create_tables(held, metadata)
        row = {"name": "a name", "body": b"nobody's business"}
        with held.connect() as connection, pytest.raises(IntegrityError) as twice:
            connection.execute(insert(things), [row, row])
        assert "parameters hidden" in str(twice.value)
        assert "business" not in str(twice.value)


def test_a_table_that_somebody_removed_is_told(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE things"))
    with pytest.raises(DatabaseDamaged, match="42P01"):
        names_in(engine)


def test_a_schema_that_is_no_text_any_more_is_damage_whenever_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    engine = open_database(sqlite_url(path))
    create_tables(engine, metadata)
    engine.dispose()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE things", b"\xeeREATE TABLE things"))
    for _ in range(2):
        with pytest.raises(DatabaseDamaged, match="malformed"):
            names_in(open_database(sqlite_url(path)))


def test_sqlite_that_is_full_is_told_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "tiny", 2) as disk:
        engine = open_database(sqlite_url(disk / "things.db"))
        create_tables(engine, metadata)
        put(engine, "before")
        with pytest.raises(DatabaseFault) as full:
            put(engine, *map(str, range(1000)), size=5000)
        assert full.value.code == "DATABASE_FULL"
        assert names_in(engine) == ["before"]
        grow(disk, 20)
        put(engine, "after", size=5000)
        assert names_in(engine) == ["after", "before"]
        engine.dispose()
        fill(disk)
        for name in ("things.db", "new.db"):
            with pytest.raises(DatabaseFault) as again:
                put(open_database(sqlite_url(disk / name)), "third", size=500_000)
            assert again.value.code == "DATABASE_FULL", name


def test_sqlite_that_another_process_holds_is_told(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "things.db"))
    create_tables(engine, metadata)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    other = sqlite3.connect(tmp_path / "things.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseFault) as busy:
        put(engine, "one")
    assert busy.value.code == "DATABASE_BUSY"
    other.close()
    put(engine, "one")
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LiandongError) as refused:
        open_database(sqlite_url(tmp_path / "file" / "things.db"))
    assert refused.value.code == "DATABASE_UNAVAILABLE"
    assert isinstance(refused.value, Unavailable)


def test_what_is_no_fault_of_a_database_stays_what_it_is() -> None:
    assert fault_of(make_url("sqlite://"), ValueError("x")) is None
    assert fault_of(make_url("sqlite://"), sqlite3.IntegrityError("x")) is None
