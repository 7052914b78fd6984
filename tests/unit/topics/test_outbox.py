"""The outbox in SQLite and in PostgreSQL: one behaviour."""

import secrets
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from liandong.tests.suites.outbox import OutboxSuite, record
from liandong.topics.storage.database import open_database, reading
from liandong.topics.storage.faults import DatabaseUnavailable
from liandong.topics.storage.outbox import SqlOutbox
from liandong.topics.workers.clock import SystemClock


class TestSqliteOutbox(OutboxSuite):
    def test_a_reader_does_not_wait_for_a_writer(self, engine: Engine, outbox: SqlOutbox) -> None:
        with engine.begin() as writing:
            outbox.append(writing, "state", [record(1)])
            assert outbox.unsent("state", 0, 10) == []
        assert len(outbox.unsent("state", 0, 10)) == 1

    def test_a_commit_is_on_the_disk_and_the_file_is_its_owners_only(self, engine: Engine, tmp_path: Path) -> None:
        with reading(engine) as connection:
            assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        for path in (tmp_path / "publisher").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


class TestPostgresOutbox(OutboxSuite):
    @pytest.fixture
    def engine(self, postgres_engine: Engine) -> Engine:
        return postgres_engine

    def test_two_publishers_in_one_database_keep_apart(
        self, postgres_url: str, engine: Engine, outbox: SqlOutbox
    ) -> None:
        other = open_database(postgres_url, schema=f"publisher_{secrets.token_hex(4)}")
        with engine.begin() as connection:
            outbox.append(connection, "state", [record(1)])
        assert SqlOutbox(other, clock=SystemClock()).unsent("state", 0, 10) == []
        other.dispose()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_database("postgresql://court:verysecret@127.0.0.1:1/outbox")
    assert "verysecret" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)
