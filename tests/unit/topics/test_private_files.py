"""A private file is its owner's from the first moment, and whole at every moment."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from liandong.consumers.api.tokens import Grant, TokenFile
from liandong.consumers.store.power import PowerMark
from liandong.producers.intake import open_rejects
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import HandClock
from liandong.topics.embedded.state import Cluster, Folder
from liandong.topics.keys.key_book import KeyBook, KeyEntry
from liandong.topics.keys.key_files import new_seed
from liandong.topics.private_files import PrivateFile, private_folder, write_private
from liandong.topics.storage.database import open_database, sqlite_url

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A process that hides nothing by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


def rejects(path: Path) -> None:
    with open_rejects(path, (), is_csv=True):
        pass


WRITERS: list[Callable[[Path], object]] = [
    lambda path: write_private(path, "secret"),
    lambda path: new_seed(path, CHANCE),
    lambda path: KeyBook(path).note_signing(KeyEntry(use="sign", public_key=b"key".hex(), valid_from=1)),
    lambda path: TokenFile(path).add(Grant("booking"), clock=HandClock(), chance=CHANCE),
    rejects,
]


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("write", WRITERS)
def test_a_file_has_its_mode_before_it_has_content_or_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], object]
) -> None:
    path = tmp_path / "file"
    modes: list[int] = []
    opened = os.open

    def watched(place: Path, *arguments: int) -> int:
        descriptor = opened(place, *arguments)
        if Path(place).name.startswith(".file."):
            modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", watched)
    write(path)
    assert modes == [0o600]
    assert mode(path) == 0o600


@pytest.mark.usefixtures("open_umask")
def test_a_file_others_could_read_is_replaced_by_one_they_cannot(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    other = path.open(encoding="utf-8")
    rejects(path)
    assert mode(path) == 0o600
    with other:
        assert other.read() == "old", "who had the old file open must not read the new content"


@pytest.mark.usefixtures("open_umask")
def test_a_database_and_its_log_are_private_too(tmp_path: Path) -> None:
    path = tmp_path / "state" / "outbox.db"
    engine = open_database(sqlite_url(path))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE something (x)")
        assert {mode(each) for each in path.parent.iterdir()} == {0o600}
    assert mode(path.parent) == 0o700
    engine.dispose()


@pytest.mark.usefixtures("open_umask")
def test_a_folder_and_its_missing_parents_are_private_and_others_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path / "state" / "keys") == tmp_path / "state" / "keys"
    assert mode(tmp_path / "state" / "keys") == mode(tmp_path / "state") == 0o700
    assert mode(tmp_path) == 0o755
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        private_folder(tmp_path / "file")


@pytest.mark.parametrize("failing", ["fsync", "replace", "write"])
def test_a_crash_in_the_middle_leaves_the_old_file_whole_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "keys.yaml"
    write_private(path, "old")

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", crash)
    elif failing == "replace":
        monkeypatch.setattr(Path, "replace", crash)

    def written() -> None:
        with PrivateFile(path) as file:
            file.stream.write(b"new")
            if failing == "write":
                crash()

    with pytest.raises(OSError, match="No space"):
        written()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_rejects_of_a_run_that_failed_leave_the_old_rejects(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    rejects(path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError), open_rejects(path, ("name",), is_csv=True):
        raise RuntimeError
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    synced, replaced = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        synced(descriptor)

    def replace(path: Path, target: Path) -> Path:
        steps.append("name")
        return replaced(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    for write in (
        lambda: write_private(tmp_path / "key", b"1"),
        lambda: TokenFile(tmp_path / "tokens.yaml").add(Grant("booking"), clock=HandClock(), chance=CHANCE),
        lambda: PowerMark(tmp_path, "a boot").keep([(b"head", b"1")]),
        lambda: Folder(tmp_path).write(Cluster("id", ())),
        lambda: rejects(tmp_path / "rejects.csv"),
    ):
        steps.clear()
        write()
        assert steps == ["file", "name", "folder"]


def test_a_link_and_a_device_are_written_through_and_not_replaced(tmp_path: Path) -> None:
    elsewhere = tmp_path / "mounted.key"
    elsewhere.write_text("a longer old secret", encoding="utf-8")
    link = tmp_path / "signing.key"
    link.symlink_to(elsewhere)
    write_private(link, "new")
    assert link.is_symlink()
    assert elsewhere.read_text(encoding="utf-8") == "new"
    rejects(Path(os.devnull))
    assert Path(os.devnull).is_char_device()
