"""The transparency log of a notary's heads: whole, never taken back and never forked, whatever happens on the way."""

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from liandong.monitoring.log.heads import NotaryName
from liandong.monitoring.notary.notary import Notary
from liandong.monitoring.transparency import tiled_log
from liandong.monitoring.transparency.head_log import EVERY_SECONDS, HeadLog, HeadLogPorts, note_key
from liandong.monitoring.transparency.tiled_log import LogState, TiledLog
from liandong.schemas.wire.merkle import root
from liandong.schemas.wire.signed_note import read_checkpoint
from liandong.schemas.wire.signing import PROOF_LENGTH, Ed25519Signer, encode_signed
from liandong.schemas.wire.tiles import bundled, entry_of
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.private_files import write_private
from liandong.topics.transport.envelope import outgoing
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.transport.received import unwrap

NAME = NotaryName("js", "notary-js-1")


class Journal:
    """A notary, and the log of its heads."""

    def __init__(self, directory: Path) -> None:
        self.world = WatchedJurisdiction(MemoryWire(), directory)
        self.folder = directory / "heads-log"
        self.notary: Notary = self.world.notary()
        self.head_log = self.start()

    def start(self) -> HeadLog:
        signer = self.world.signers[NAME.name]
        key = note_key(NAME, signer.public_key)
        ports = HeadLogPorts(self.world.wire.subscriber(), self.world.keys, self.world.clock, self.world.signals)
        return HeadLog(NAME, lambda: TiledLog(self.folder, key, signer), ports)

    def restart(self) -> None:
        self.head_log.close()
        self.head_log = self.start()

    def heads(self, count: int) -> None:
        """Lets the notary sign so many heads."""
        for _ in range(count):
            self.world.barrier(self.notary)

    def work(self) -> None:
        """Lets the log take what there is now."""
        self.world.clock.pass_seconds(EVERY_SECONDS)
        while not self.head_log.step():
            pass

    def send(self, *bodies: bytes) -> None:
        """Puts bodies into the topic of heads, whoever signed them."""
        topic, about = names.heads("js"), {"event_id": "evt_1", "source": "x", "time_ms": 1}
        self.world.send(*(outgoing("list-head", body, topic, None, **about) for body in bodies))  # type: ignore[arg-type]

    def bodies(self) -> list[bytes]:
        """The notary's heads as they stand in the topic."""
        found = [unwrap(message)[1] for message in self.world.log(names.heads("js"))]
        return [body for body in found if NAME.name.encode() in body]

    def checkpoint(self) -> tuple[int, bytes]:
        noted = read_checkpoint((self.folder / "checkpoint").read_text(encoding="utf-8"))
        return noted.size, noted.root

    def failure(self) -> str:
        return self.head_log.failure.code if self.head_log.failure else ""

    def assert_whole(self) -> None:
        """The checkpoint is over all heads in the topic, in their order, and the bundles hold them."""
        entries = self.bodies()
        assert self.failure() == ""
        assert self.checkpoint() == (len(entries), root(entries))
        full, partial = divmod(len(entries), 256)
        names_ = [f"{number:03d}" for number in range(full)] + ([f"{full:03d}.p/{partial}"] if partial else [])
        bundles = [bundled((self.folder / "tile/entries" / name).read_bytes()) for name in names_]
        assert [entry for each in bundles for entry in each] == entries


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_every_head_is_in_the_log_once_after_any_restart_of_either(journal: Journal) -> None:
    journal.work()
    assert journal.checkpoint() == (0, root([]))
    for _ in range(4):
        journal.heads(3)
        journal.work()
        journal.assert_whole()
        journal.restart()
    journal.work()
    journal.assert_whole()
    assert journal.head_log.size == 12
    labels = {"jurisdiction": "js", "notary": "notary-js-1"}
    assert journal.world.metric("liandong_notary_log_entries", **labels) == 12


def test_heads_of_others_and_what_is_no_head_stay_out(journal: Journal) -> None:
    other = journal.world.notary("notary-js-2")
    journal.heads(2)
    journal.world.barrier(other)
    journal.send(b"", b"junk", journal.bodies()[0][:-1], bytes(72) + journal.bodies()[0][72:])
    journal.work()
    assert len(journal.world.log(names.heads("js"))) == 7
    assert journal.head_log.size == 2


def test_partial_tiles_go_once_the_full_one_is_there(journal: Journal) -> None:
    for count in (100, 155, 1, 20):
        journal.heads(count)
        journal.work()
        journal.assert_whole()
    lying = sorted(path.relative_to(journal.folder).as_posix() for path in journal.folder.rglob("*") if path.is_file())
    assert lying == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/20",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/20",
    ]


@pytest.mark.parametrize("survived", range(7))
def test_a_crash_between_any_two_files_takes_nothing_back_and_adds_nothing_twice(
    journal: Journal, survived: int
) -> None:
    journal.heads(254)
    journal.work()
    before = journal.checkpoint()
    journal.heads(4)
    left = [survived]

    def dying(path: Path, content: str | bytes) -> None:
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        write_private(path, content)

    with patch.object(tiled_log, "write_private", dying):
        journal.work()
    assert journal.failure() == "TRANSPARENCY_LOG_UNWRITABLE"
    assert journal.checkpoint() == before
    journal.restart()
    journal.work()
    journal.assert_whole()


def test_a_log_that_was_lost_is_made_again_the_same_and_signs_nothing_before(journal: Journal) -> None:
    journal.heads(5)
    journal.work()
    signed = (journal.folder / "checkpoint").read_bytes()
    journal.head_log.close()
    shutil.rmtree(journal.folder)
    journal.restart()
    journal.work()
    assert (journal.folder / "checkpoint").read_bytes() == signed
    journal.heads(2)
    journal.work()
    journal.assert_whole()


def test_a_log_that_would_become_another_is_never_signed(journal: Journal) -> None:
    journal.heads(5)
    journal.work()
    journal.head_log.close()
    shutil.rmtree(journal.folder)
    journal.world.wire.truncate(TopicPartition(names.heads("js"), 0), 2)
    journal.restart()
    journal.work()
    assert journal.failure() == "TRANSPARENCY_LOG_FORKED"
    journal.heads(6)
    journal.work()
    assert journal.failure() == "TRANSPARENCY_LOG_FORKED"
    assert not (journal.folder / "checkpoint").exists()
    assert journal.world.alarms("transparency_log_forked") == 2


@pytest.mark.parametrize(
    "harmed",
    ["checkpoint", "tile/0/001.p/4", "tile/1/000.p/1", "tile/entries/001.p/4", "../heads-log.json"],
)
@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(path.read_bytes()[:-9]), Path.unlink])
def test_a_log_that_was_harmed_is_not_gone_on_from(
    journal: Journal, harmed: str, harm: Callable[[Path], object]
) -> None:
    journal.heads(260)
    journal.work()
    journal.restart()
    harm(journal.folder / harmed)
    journal.heads(1)
    journal.work()
    if harmed == "checkpoint":  # it is signed again, or made again from the topic
        journal.assert_whole()
        return
    assert journal.failure() == "TRANSPARENCY_LOG_DAMAGED"
    assert journal.checkpoint()[0] == 260
    assert journal.world.alarms("transparency_log_damaged") == 1
    if "json" not in harmed:
        journal.folder.rename(journal.folder.with_name("aside"))  # as the remedy says
        journal.work()
        journal.assert_whole()


def test_a_checkpoint_ahead_of_the_state_is_not_taken_back(journal: Journal) -> None:
    journal.heads(2)
    journal.work()
    state = journal.folder.with_name("heads-log.json")
    old = state.read_bytes()
    journal.heads(2)
    journal.work()
    journal.restart()
    state.write_bytes(old)
    journal.work()
    assert (journal.failure(), journal.checkpoint()[0]) == ("TRANSPARENCY_LOG_DAMAGED", 4)


def test_a_second_head_of_one_number_rings_and_stays_out(journal: Journal) -> None:
    journal.heads(2)
    journal.work()
    (newest,) = journal.world.heads()[-1:]
    forged = {name: value for name, value in newest.items() if name != "hash"} | {"floor_at": 1}
    journal.send(encode_signed("list-head", forged, "list-head", journal.world.signers[NAME.name]), journal.bodies()[1])
    journal.work()
    assert journal.world.alarms("second_head") == 1
    assert (journal.head_log.size, journal.failure()) == (2, "")


def test_another_process_waits_until_the_log_is_free(journal: Journal) -> None:
    journal.heads(1)
    journal.work()
    second = journal.start()
    second.step()
    assert second.failure
    assert second.failure.code == "TRANSPARENCY_LOG_RUNNING"
    journal.head_log.close()
    journal.head_log = second
    journal.work()
    journal.assert_whole()


def test_an_outage_is_waited_out(journal: Journal) -> None:
    journal.work()
    wire: Any = journal.world.wire
    journal.heads(3)
    wire.stop()
    journal.work()
    assert journal.failure() == "BROKER_UNREACHABLE"
    wire.start()
    journal.work()
    journal.assert_whole()


def test_a_topic_that_was_made_again_is_read_from_its_beginning(journal: Journal) -> None:
    journal.heads(3)
    journal.work()
    bodies = journal.bodies()
    journal.world.wire.delete(names.heads("js"))
    journal.world.wire.create(names.heads("js"), partitions=1)
    journal.send(bodies[-1])
    journal.work()
    journal.heads(1)
    journal.work()
    assert journal.head_log.size == 4
    assert journal.checkpoint() == (4, root([*bodies, journal.bodies()[-1]]))


def test_a_key_that_was_renewed_signs_the_same_log(journal: Journal) -> None:
    journal.heads(2)
    journal.work()
    before = journal.checkpoint()
    signed = (journal.folder / "checkpoint").read_text(encoding="utf-8")
    journal.head_log.close()
    signer = Ed25519Signer(os.urandom(32))
    log = TiledLog(journal.folder, note_key(NAME, signer.public_key), signer)
    assert log.state.size == 2
    assert journal.checkpoint() == before
    assert (journal.folder / "checkpoint").read_text(encoding="utf-8") != signed
    log.close()


def test_a_head_that_is_too_long_for_an_entry_stands_there_by_its_proof_and_hash() -> None:
    body = os.urandom(70_000)
    entry = entry_of(body)
    assert entry == body[:PROOF_LENGTH] + sha256(body[PROOF_LENGTH:]).digest()
    assert entry_of(body[:65_535]) == body[:65_535]


def test_what_was_read_and_is_not_new_moves_nothing(tmp_path: Path) -> None:
    signer = Ed25519Signer(os.urandom(32))
    log = TiledLog(tmp_path / "log", note_key(NAME, signer.public_key), signer)
    log.append([b"one"], LogState(number=1, offset=1))
    signed = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    log.append([], LogState(number=1, offset=9))
    assert log.state.offset == 9
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == signed
