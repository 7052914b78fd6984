"""Backups of what participants keep: consistent while processes run, private, refused if they are not whole, put back once."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from liandong.consumers.node.assembly import OpenAgency
from liandong.consumers.node.locks import LOCK
from liandong.monitoring.backup.backup import BackupRefused, back_up, restore
from liandong.monitoring.notary.tally_store import TallyStore
from liandong.producers.register.register import register_file
from liandong.producers.upkeep.book import UpkeepBook
from liandong.producers.upkeep.guard import SigningGuard
from liandong.producers.upkeep.problems import SigningRefused
from liandong.tests.worlds.clock import VirtualClock, run_for
from liandong.tests.worlds.people import invented
from liandong.tests.worlds.railway import RailwayPlace
from liandong.tests.worlds.town_members import COURT, RAILWAY
from liandong.topics.catalogue import names
from liandong.topics.storage.copies import copy_sqlite, is_in_use
from liandong.topics.workers.clock import SystemClock
from liandong.topics.workers.worker import Worker

NOTARY = "notary-js-1"


class Operator:
    """Who keeps copies of a railway's, a court's and a notary's state."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(SystemClock().now() + 60_000)  # the keys are older
        self.place = RailwayPlace(folder / "town", self.clock)
        self.settings = self.place.town.settings
        self.copies = folder / "copies"

    def back_up(self, participant: str, name: str = "one") -> Path:
        back_up(self.settings, participant, self.copies / name, self.clock)
        return self.copies / name

    def restore(self, participant: str, name: str = "one", *, replace: bool = True) -> list[str]:
        put_back = restore(self.settings, participant, self.copies / name, replace=replace).paths
        return [path.as_posix() for path in put_back]

    def refused(self, participant: str, name: str = "one", *, replace: bool = True) -> str:
        with pytest.raises(BackupRefused) as refused:
            self.restore(participant, name, replace=replace)
        return refused.value.code

    def started(self) -> "Running":
        node = self.place.opened()
        return Running(node, [part.worker for part in node.parts()])

    def work(self, running: "Running", seconds: float = 5) -> None:
        run_for(self.clock, seconds, *running.workers)


class Running(NamedTuple):
    """A node and what works in it."""

    node: OpenAgency
    workers: list[Worker]

    def close(self) -> None:
        for worker in self.workers:
            worker.close()
        self.node.close()


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


def test_an_agency_is_copied_while_its_node_runs_and_what_it_did_since_is_done_again_once(operator: Operator) -> None:
    node = operator.started()
    operator.work(node)
    operator.place.town.court.watch(invented(1))
    operator.work(node)
    operator.back_up(RAILWAY)
    operator.place.town.court.watch(invented(2))
    operator.work(node)
    assert operator.refused(RAILWAY) == "RESTORE_IN_USE"
    node.close()
    assert f"agencies/{RAILWAY}/acts.db" in operator.restore(RAILWAY)
    again = operator.started()
    operator.work(again, 10)
    answers = operator.place.town.records(names.feedback("js"))
    assert [each["code"] for each in answers] == ["00"] * len(answers)
    assert len({each["command_id"] for each in answers}) == 2
    assert len({each["feedback_id"] for each in answers}) == 2  # the second is said again, under the same handle
    assert len(answers) == 3
    again.close()


def test_a_register_that_was_put_back_signs_nothing_before_it_was_compared_with_the_log(operator: Operator) -> None:
    court = operator.place.town.court
    book = UpkeepBook(court.register, "js")
    book.note({}, operator.clock.now())
    guard = SigningGuard(book, operator.clock, [], b"")
    with court.register.engine.connect() as connection:
        guard(connection, COURT, numbered=True)
    operator.back_up(COURT)
    court.register.close()
    operator.restore(COURT)
    with court.register.engine.connect() as connection, pytest.raises(SigningRefused) as refused:
        guard(connection, COURT, numbered=True)
    assert refused.value.code == "REGISTER_NOT_COMPARED"
    book.note({}, operator.clock.now())
    with court.register.engine.connect() as connection:
        guard(connection, COURT, numbered=True)


def test_a_database_that_cannot_be_read_is_named_and_no_backup_is_made(operator: Operator) -> None:
    node = operator.started()
    operator.work(node)
    node.close()
    acts = operator.settings.state_dir / "agencies" / RAILWAY / "acts.db"
    acts.write_bytes(b"no database at all, and long enough to be taken for one" * 100)
    with pytest.raises(BackupRefused, match=r"acts\.db") as refused:
        operator.back_up(RAILWAY)
    assert refused.value.code == "BACKUP_NOT_READ"
    assert not (operator.copies / "one" / "backup.yaml").exists()


def test_everything_in_a_copy_is_private(operator: Operator) -> None:
    node = operator.place.opened()
    folder = operator.back_up(RAILWAY)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    index = yaml.safe_load((folder / "backup.yaml").read_text(encoding="utf-8"))
    assert (index["participant"], index["kind"]) == (RAILWAY, "agency")
    assert f"participants/{RAILWAY}/signing.key" in index["files"]
    assert not any(f"/{RAILWAY}/1/" in path for path in index["files"])  # the copy of the list is made again
    node.close()


def test_a_database_is_copied_as_it_is_at_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "busy.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30)) as writer:
            number = 0
            while not stop.is_set():
                number += 1
                with writer:
                    writer.execute("INSERT INTO pairs VALUES (?, 0)", (number,))
                    writer.execute("UPDATE pairs SET b = a WHERE a = ?", (number,))
                written.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(60)
        for number in range(5):
            copy_sqlite(path, tmp_path / f"{number}.db")
        assert is_in_use(path)
    finally:
        stop.set()
        thread.join()
    assert not is_in_use(path)
    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("SELECT count(*) FROM pairs WHERE a <> b").fetchone() == (0,)
            assert copy.execute("SELECT count(*) = max(a) OR max(a) IS NULL FROM pairs").fetchone() == (1,)
    assert sorted(each.name for each in tmp_path.glob("0.db*")) == ["0.db"]


def test_a_court_gets_back_its_inbox_and_its_register(operator: Operator) -> None:
    operator.place.town.court.watch(invented(1))
    folder = operator.back_up(COURT)
    index = yaml.safe_load((folder / "backup.yaml").read_text(encoding="utf-8"))
    assert "publisher/js.db" in index["files"]
    assert operator.refused(COURT) == "RESTORE_IN_USE"  # the town's court has it open
    operator.place.town.court.register.close()
    register = register_file(operator.settings, "js")
    register.unlink()
    operator.restore(COURT, replace=False)
    with closing(sqlite3.connect(register)) as put_back:
        assert put_back.execute("SELECT count(*) FROM commands").fetchone() == (1,)


def test_a_notarys_tally_goes_with_its_keys_and_not_under_one_that_runs(operator: Operator) -> None:
    folder = operator.settings.state_dir / "monitoring" / "js" / NOTARY
    store = TallyStore(folder, NOTARY)
    store.close()
    operator.back_up(NOTARY)
    store = TallyStore(folder, NOTARY)
    assert operator.refused(NOTARY) == "RESTORE_IN_USE"
    store.close()
    assert operator.restore(NOTARY) == [f"monitoring/js/{NOTARY}/data.mdb"]
    TallyStore(folder, NOTARY).close()


def test_keys_that_are_there_are_never_replaced_by_older_ones(operator: Operator) -> None:
    operator.place.opened().close()
    operator.back_up(RAILWAY)
    keys = operator.settings.state_dir / "participants" / RAILWAY / "sealing.key"
    keys.write_bytes(b"newer")
    operator.restore(RAILWAY)
    assert keys.read_bytes() == b"newer"
    keys.unlink()
    assert f"participants/{RAILWAY}/sealing.key" in operator.restore(RAILWAY)


def test_what_is_not_whole_or_not_its_own_is_refused_before_anything_is_written(operator: Operator) -> None:
    operator.place.opened().close()
    folder = operator.back_up(RAILWAY)
    assert operator.refused(COURT) == "BACKUP_OF_ANOTHER"
    assert operator.refused(RAILWAY, replace=False) == "RESTORE_EXISTS"
    acts = folder / "agencies" / RAILWAY / "acts.db"
    whole = acts.read_bytes()
    acts.write_bytes(whole[:-4096])
    before = (operator.settings.state_dir / "agencies" / RAILWAY / "acts.db").read_bytes()
    assert operator.refused(RAILWAY) == "BACKUP_UNREADABLE"
    acts.write_bytes(whole)
    index = folder / "backup.yaml"
    said = index.read_text(encoding="utf-8")
    index.write_text(said.replace(f"agencies/{RAILWAY}/acts.db", "../../elsewhere.db"), encoding="utf-8")
    assert operator.refused(RAILWAY) == "BACKUP_UNREADABLE"
    index.unlink()
    assert operator.refused(RAILWAY) == "BACKUP_UNREADABLE"  # one that was broken off
    assert (operator.settings.state_dir / "agencies" / RAILWAY / "acts.db").read_bytes() == before


def test_a_folder_that_holds_something_takes_no_backup(operator: Operator) -> None:
    operator.back_up(RAILWAY)
    with pytest.raises(BackupRefused) as refused:
        operator.back_up(RAILWAY)
    assert refused.value.code == "BACKUP_FOLDER_TAKEN"
    assert "/backups" not in refused.value.in_language("zh").message
    assert LOCK not in {path.name for path in operator.copies.rglob("*")}
