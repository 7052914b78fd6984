"""Publishing into SQLite and into PostgreSQL: one behaviour."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from liandong.tests.suites.publishing import PublishingSuite
from liandong.topics.storage.database import open_database, sqlite_url


class TestPublishingIntoSqlite(PublishingSuite):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        engine = open_database(sqlite_url(tmp_path / "publisher.db"))
        yield engine
        engine.dispose()


class TestPublishingIntoPostgres(PublishingSuite):
    @pytest.fixture
    def engine(self, postgres_url: str) -> Iterator[Engine]:
        schema = f"publisher_{secrets.token_hex(4)}"
        engine = open_database(postgres_url, schema=schema)
        yield engine
        with engine.begin() as connection:
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
        engine.dispose()
