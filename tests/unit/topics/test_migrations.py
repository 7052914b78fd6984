"""Numbered steps of a database: once each, whole or not at all, and nothing a newer release left is guessed at."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, Text, inspect, text

from liandong.topics.state_format import StateNewer
from liandong.topics.storage.database import create_tables, open_database, open_existing_database, sqlite_url
from liandong.topics.storage.migrations import Step, StoreFormat, part_of, store_metadata

ADDED = Step(("ALTER TABLE cases ADD COLUMN note TEXT NOT NULL DEFAULT ''", "UPDATE cases SET note = 'from ' || name"))
RENAMED = Step(("ALTER TABLE cases RENAME COLUMN note TO remark",), breaking=True)


def release(number: int, *columns: str, part: StoreFormat | None = None) -> MetaData:
    """The tables of a release that has so many steps."""
    metadata = store_metadata("cases", *(ADDED, RENAMED)[: number - 1])
    Table("cases", metadata, Column("name", Text, primary_key=True), *(Column(each, Text) for each in columns))
    if part is not None:
        Table("parts", metadata, Column("name", Text, primary_key=True), info=part_of(metadata, part))
    return metadata


FIRST, SECOND, THIRD = release(1), release(2, "note"), release(3, "remark")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "cases.db")
        return
    server = request.getfixturevalue("postgres_url")
    schema = f"t_{secrets.token_hex(4)}"
    yield f"{server}?options=-csearch_path%3D{schema}"
    engine = open_database(server)
    with engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    engine.dispose()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    schema = url.rpartition("%3D")[2] if url.startswith("postgresql") else None
    engine = open_database(url, schema=schema)
    yield engine
    engine.dispose()


def of_the_first_release(engine: Engine) -> None:
    """Leave what release 0.1.0 leaves: tables and rows, and no numbers."""
    with engine.begin() as connection:
        FIRST.create_all(connection)
        connection.execute(text("INSERT INTO cases VALUES ('one'), ('two')"))


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def numbers(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT number, needs FROM liandong_formats WHERE store = 'cases'")


def columns(engine: Engine) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns("cases")}


def test_a_database_without_a_number_goes_through_all_steps_once(engine: Engine) -> None:
    of_the_first_release(engine)
    for _ in range(2):
        create_tables(engine, SECOND)
        assert rows(engine, "SELECT name, note FROM cases ORDER BY name") == [("one", "from one"), ("two", "from two")]
    assert numbers(engine) == [(2, 1)]
    create_tables(engine, THIRD)
    assert columns(engine) == {"name", "remark"}
    assert numbers(engine) == [(3, 3)]


def test_a_new_database_is_made_as_the_last_step_leaves_it(engine: Engine) -> None:
    create_tables(engine, THIRD)
    assert columns(engine) == {"name", "remark"}
    assert numbers(engine) == [(3, 3)]


def test_the_release_before_goes_on_beside_a_newer_one_that_only_added(engine: Engine) -> None:
    of_the_first_release(engine)
    create_tables(engine, SECOND)
    create_tables(engine, FIRST)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cases (name) VALUES ('three')"))
    create_tables(engine, SECOND)
    assert numbers(engine) == [(2, 1)]
    assert len(rows(engine, "SELECT note FROM cases")) == 3


def test_what_a_newer_release_took_away_from_is_refused_and_stays(url: str, engine: Engine) -> None:
    create_tables(engine, THIRD)
    for earlier in (FIRST, SECOND):
        with pytest.raises(StateNewer) as refused:
            create_tables(engine, earlier)
        assert refused.value.code == "STATE_NEWER"
        assert "3" in refused.value.message
        with pytest.raises(StateNewer):
            open_existing_database(url, table=earlier.tables["cases"])
    assert columns(engine) == {"name", "remark"}


def test_a_step_that_fails_leaves_the_database_as_it_was(engine: Engine) -> None:
    of_the_first_release(engine)
    broken = store_metadata("cases", ADDED, Step(("ALTER TABLE cases ADD COLUMN other TEXT", "NO STATEMENT")))
    Table("cases", broken, Column("name", Text, primary_key=True))
    with pytest.raises(Exception, match="syntax"):
        create_tables(engine, broken)
    assert columns(engine) == {"name"}
    create_tables(engine, SECOND)
    assert columns(engine) == {"name", "note"}


def test_processes_that_start_at_once_take_each_step_once(url: str, engine: Engine) -> None:
    of_the_first_release(engine)
    schema = url.rpartition("%3D")[2] if url.startswith("postgresql") else None
    engines = [open_database(url, schema=schema) for _ in range(6)]
    with ThreadPoolExecutor(len(engines)) as threads:
        list(threads.map(lambda each: create_tables(each, THIRD), engines))
    assert numbers(engine) == [(3, 3)]
    for each in engines:
        each.dispose()


def test_a_database_that_is_only_read_is_brought_up_too(url: str, engine: Engine) -> None:
    of_the_first_release(engine)
    found = open_existing_database(url, table=SECOND.tables["cases"])
    assert found is not None
    assert rows(found, "SELECT note FROM cases WHERE name = 'one'") == [("from one",)]
    found.dispose()


def test_a_part_of_several_stores_has_steps_of_its_own(engine: Engine) -> None:
    create_tables(engine, release(1, part=StoreFormat("parts")))
    grown = StoreFormat("parts", (Step(("ALTER TABLE parts ADD COLUMN size TEXT",)),))
    create_tables(engine, release(2, "note", part=grown))
    create_tables(engine, release(2, "note", part=grown))
    assert {column["name"] for column in inspect(engine).get_columns("parts")} == {"name", "size"}
    assert sorted(rows(engine, "SELECT store, number FROM liandong_formats")) == [("cases", 2), ("parts", 2)]


def test_a_part_that_a_store_gains_is_made(engine: Engine) -> None:
    create_tables(engine, FIRST)
    create_tables(engine, release(1, part=StoreFormat("parts")))
    assert sorted(rows(engine, "SELECT store, number FROM liandong_formats")) == [("cases", 1), ("parts", 1)]
