"""Suites run here on the broker in memory and on a database of their own."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.storage.database import open_database, sqlite_url


@pytest.fixture
def wire() -> Iterator[MemoryWire]:
    made = MemoryWire()
    yield made
    made.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "publisher" / "js.db"))
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """A schema of its own, gone afterwards."""
    schema = f"publisher_{secrets.token_hex(4)}"
    engine = open_database(postgres_url, schema=schema)
    yield engine
    with engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    engine.dispose()
