"""What a machine has read of the register of keys is kept for ever, whatever becomes of the topic, the process or the file."""

import os
import stat
from multiprocessing import get_context
from pathlib import Path

import pytest

from liandong.schemas.wire.signing import PublicKey
from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.opening import await_keys, open_directory
from liandong.topics.keys.register_memory import RegisterMemory
from liandong.topics.keys.signed_register import KEY, RegisterProblem
from liandong.topics.transport.ports import OutgoingRecord

COURT = "court-su0505"


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    made = KeyOffice(tmp_path)
    made.publish()
    return made


def reader(office: KeyOffice) -> KeyDirectory:
    """What a process that begins now knows."""
    return await_keys(open_directory(office.settings, office.wire.subscriber(), office.clock))


def problems(directory: KeyDirectory) -> tuple[RegisterProblem, ...]:
    standing = directory.standing()
    assert standing is not None
    return standing.problems


def records(office: KeyOffice) -> list[OutgoingRecord]:
    return [OutgoingRecord(names.KEYS, one.key(), one.value()) for one in office.broker.records(names.KEYS)]


def put_back(office: KeyOffice, *kept: OutgoingRecord) -> None:
    office.broker.delete(names.KEYS)
    office.wire.create(names.KEYS, partitions=1)
    for one in kept:
        office.publisher.send(one)


def old_key(office: KeyOffice, directory: KeyDirectory) -> PublicKey:
    """The first signing key of the court."""
    first = next(one for one in office.participants.keys(COURT) if one.use == "sign")
    found = directory.key(first.key_id)
    assert found is not None
    return found


def revoke(office: KeyOffice) -> None:
    office.clock.time += 1_000
    office.participants.rotate(COURT, compromised_since=office.clock.now())
    office.publish()


def file_of(office: KeyOffice) -> Path:
    return office.settings.state_dir / "register" / "records.txt"


def test_a_topic_put_back_to_before_a_revocation_revives_no_key_after_a_restart_and_is_named(office: KeyOffice) -> None:
    before = records(office)
    revoke(office)
    assert problems(reader(office)) == ()
    put_back(office, *before)
    after = reader(office)
    assert old_key(office, after).revoked_at
    assert problems(after) == (RegisterProblem.DIFFERS, RegisterProblem.ROLLED_BACK)
    standing = after.standing()
    assert standing is not None
    assert standing.signed is not None
    assert standing.signed.number == 2
    office.publish()
    after.step()
    assert problems(after) == ()


def test_an_emptied_topic_takes_no_key_away(office: KeyOffice) -> None:
    reader(office)
    put_back(office)
    after = reader(office)
    assert old_key(office, after).participant == COURT
    assert RegisterProblem.ROLLED_BACK in problems(after)


def test_without_the_file_nobody_could_tell(office: KeyOffice) -> None:
    before = records(office)
    revoke(office)
    reader(office)
    put_back(office, *before)
    file_of(office).unlink()
    assert problems(reader(office)) == ()


def test_an_older_file_in_its_place_forgets_nothing_the_topic_still_says(office: KeyOffice) -> None:
    reader(office)
    older = file_of(office).read_bytes()
    revoke(office)
    reader(office)
    file_of(office).write_bytes(older)
    put_back_state = reader(office)
    assert old_key(office, put_back_state).revoked_at
    assert problems(put_back_state) == ()
    before = [one for one in records(office) if one.key != KEY][:1]
    put_back(office, *before)
    assert old_key(office, reader(office)).revoked_at  # it was kept again


def test_a_running_reader_keeps_again_what_was_put_back_under_it(office: KeyOffice) -> None:
    running = reader(office)
    older = file_of(office).read_bytes()
    revoke(office)
    running.step()
    file_of(office).write_bytes(older[: len(older) // 2])
    office.clock.time += 1_000
    office.participants.retire("railway-js")
    office.publish()
    running.step()
    assert problems(running) == ()
    railway = office.participants.signer("railway-js").key_id
    put_back(office)
    after = reader(office).key(railway)
    assert after is not None
    assert after.valid_until


@pytest.mark.parametrize("place", [0, 7, 1_111, 2_222, 3_333, 3_900, 3_999])
def test_a_flipped_bit_costs_a_line_and_no_more(office: KeyOffice, place: int) -> None:
    revoke(office)
    reader(office)
    raw = bytearray(file_of(office).read_bytes())
    raw[place * len(raw) // 4_000] ^= 1 << place % 8
    file_of(office).write_bytes(raw)
    damaged = reader(office)
    assert problems(damaged) == ()
    assert old_key(office, damaged).revoked_at
    put_back(office)
    whole = reader(office)  # the topic had given the line again
    assert old_key(office, whole).revoked_at
    standing = whole.standing()
    assert standing is not None
    assert standing.signed is not None
    assert standing.signed.number == 2


def test_a_torn_end_is_ended_by_the_next_line(tmp_path: Path) -> None:
    memory = RegisterMemory(tmp_path)
    memory.keep([b"one"])
    path = tmp_path / "records.txt"
    path.write_bytes(path.read_bytes() + b"dG9")
    again = RegisterMemory(tmp_path)
    assert again.recall() == [b"one"]
    again.keep([b"two"])
    assert RegisterMemory(tmp_path).recall() == [b"one", b"two"]


def test_equal_values_of_several_processes_stand_once(tmp_path: Path) -> None:
    first, second = RegisterMemory(tmp_path), RegisterMemory(tmp_path)
    first.keep([b"a", b"b"])
    second.keep([b"b", b"c"])
    first.keep([b"c", b"d"])
    assert RegisterMemory(tmp_path).recall() == [b"a", b"b", b"c", b"d"]
    assert stat.S_IMODE((tmp_path / "records.txt").stat().st_mode) == 0o600


def _keep_many(folder: Path, first: int) -> None:
    memory = RegisterMemory(folder)
    for number in range(first, first + 100):
        memory.keep([number.to_bytes(4, "big") * 50])


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    context = get_context("spawn")
    processes = [context.Process(target=_keep_many, args=(tmp_path, first)) for first in (0, 50, 100)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert sorted(RegisterMemory(tmp_path).recall()) == [number.to_bytes(4, "big") * 50 for number in range(200)]


def test_what_cannot_be_kept_is_named_and_kept_later(office: KeyOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        running = reader(office)
        assert problems(running) == (RegisterProblem.NOT_KEPT,)
        assert old_key(office, running).participant == COURT
    running.step()
    office.publish()
    running.step()
    assert problems(running) == ()
    put_back(office)
    assert old_key(office, reader(office)).participant == COURT
