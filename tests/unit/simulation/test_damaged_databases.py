"""What becomes of SQLite files that were cut short, have a bit flipped, were emptied or replaced by an older copy."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from liandong.consumers.acts_db.database import open_acts
from liandong.consumers.acts_db.tables import metadata
from liandong.tests.simulation.backups import copied, cut, flip, restore
from liandong.tests.simulation.crashing import Life
from liandong.tests.simulation.disks import Disk
from liandong.tests.simulation.seeded import chance_of
from liandong.topics.storage.database import open_existing_database, sqlite_url
from liandong.topics.storage.faults import DatabaseDamaged
from liandong.topics.storage.sqlite_file import damage_of


def acts(folder: Path) -> Path:
    """An acts database that knows some hundred commands."""
    path = folder / "acts.db"
    engine = open_acts(sqlite_url(path))
    note(engine, range(300))
    engine.dispose()
    return path


def note(engine: Engine, numbers: range) -> None:
    with engine.begin() as connection:
        connection.execute(insert(HANDLED), [row(number) for number in numbers])


HANDLED = metadata.tables["commands_handled"]


def row(number: int) -> dict[str, object]:
    def value(kind: type) -> object:
        return {int: number, bytes: number.to_bytes(16, "big"), bool: False, float: 1.0}.get(kind, f"text {number}")

    return {column.name: value(column.type.python_type) for column in HANDLED.columns}


def read(path: Path) -> int:
    engine = open_acts(sqlite_url(path))
    try:
        with engine.begin() as connection:
            return len(connection.execute(select(HANDLED)).all())
    finally:
        engine.dispose()


@pytest.mark.parametrize("seed", range(30))
def test_a_database_with_a_flipped_bit_is_read_or_named(tmp_path: Path, seed: int) -> None:
    path = acts(tmp_path)
    assert flip(path, chance_of(seed)) > 0
    with suppress(DatabaseDamaged):
        read(path)


@pytest.mark.parametrize("seed", range(30))
def test_a_database_that_was_cut_is_named_with_what_to_do(tmp_path: Path, seed: int) -> None:
    path = acts(tmp_path)
    assert cut(path, chance_of(seed)) > 0
    with pytest.raises(DatabaseDamaged, match=r"acts\.db.*(runbook|empty)"):
        read(path)


def test_a_page_that_was_being_moved_out_of_the_log_is_not_missing_while_the_log_is_there(tmp_path: Path) -> None:
    path, log = acts(tmp_path), tmp_path / "acts.db-wal"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE more AS SELECT randomblob(3000) FROM commands_handled")
        connection.commit()
        died, kept = path.read_bytes() + bytes(100), log.read_bytes()
    path.write_bytes(died)
    log.write_bytes(kept)
    assert damage_of(path) == ""
    assert read(path) == 300
    path.write_bytes(died)
    assert not log.exists()
    assert damage_of(path) == "the end of it is missing"


def test_a_database_that_was_emptied_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    path = acts(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(DatabaseDamaged, match=r"acts\.db.*empty"):
        open_acts(sqlite_url(path))
    with pytest.raises(DatabaseDamaged, match=r"acts\.db.*empty"):
        open_existing_database(sqlite_url(path), table=HANDLED)


def test_a_database_whose_making_was_interrupted_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "acts.db"
    with monkeypatch.context() as interrupted:
        interrupted.setattr(os, "link", interrupt)
        with pytest.raises(KeyboardInterrupt):
            open_acts(sqlite_url(path))
    assert list(tmp_path.iterdir()) == []
    assert read(path) == 0
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_database_that_two_make_at_once_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "acts.db"
    link = os.link

    def another_first(made: Path, target: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        note(open_acts(sqlite_url(path)), range(5))
        link(made, target)

    monkeypatch.setattr(os, "link", another_first)
    assert read(path) == 5


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_backup_of_a_database_in_use_has_every_commit_and_takes_the_place_of_newer_ones(
    tmp_path: Path, disk: Disk
) -> None:
    path, life = acts(tmp_path), Life("node", disk)
    with life.running():
        engine = open_acts(sqlite_url(path))
        note(engine, range(300, 400))
        backup = copied(path)
        note(engine, range(400, 500))
    life.kill()
    assert read(path) == 500
    restore(backup)
    assert read(path) == 400
