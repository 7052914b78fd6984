"""What an examination of revoked keys has found counts again after a restart, unless its note is of something else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from liandong.consumers.replication.examination_note import FILE
from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change
from liandong.tests.worlds.list_copy import entry_of
from liandong.tests.worlds.robbed import STOLEN_AT, Robbed
from liandong.topics.catalogue import names


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Robbed]:
    made = Robbed(tmp_path)
    made.send(made.thief.message(made.thief.change(entry_of(made.first), Change.REVOKE)))
    made.send(made.thief.message(made.thief.include(made.innocent)))
    made.revoke()
    made.examine()
    yield made
    made.examiner.close()
    made.node.close()


def examined(world: Robbed) -> bool:
    return world.node.view.position("js").examined


def reads_at_once(world: Robbed) -> bool:
    """Whether one step of what starts again is enough to know everything, as it was known before."""
    known = [world.said(each) for each in (world.freed, world.blocked, world.innocent)]
    assert known == [[Trust.OPEN], [Trust.PROVEN], [Trust.OPEN]]
    world.start_again()
    assert not examined(world)
    world.examiner.step()
    if not examined(world):
        return False
    assert [world.said(each) for each in (world.freed, world.blocked, world.innocent)] == known
    return True


def test_a_restart_answers_at_once_by_what_was_noted(world: Robbed) -> None:
    assert reads_at_once(world)


def test_without_the_note_nobody_passes_until_the_log_was_looked_through_again(world: Robbed) -> None:
    (world.folder / FILE).unlink()
    assert not reads_at_once(world)
    world.examine()
    assert examined(world)
    assert reads_at_once(world)  # what was found again is noted again


def cut(note: Path) -> None:
    note.write_bytes(note.read_bytes()[:-1])


def flip(note: Path) -> None:
    raw = bytearray(note.read_bytes())
    raw[-3] ^= 1
    note.write_bytes(raw)


def empty(note: Path) -> None:
    note.write_bytes(b"")


def fill(note: Path) -> None:
    note.write_bytes(b"liandong-examined-1\n" + bytes(64))


def make_folder(note: Path) -> None:
    note.unlink()
    note.mkdir()


@pytest.mark.parametrize("damage", [cut, flip, empty, fill, make_folder])
def test_a_damaged_note_is_thrown_away(world: Robbed, damage: Callable[[Path], None]) -> None:
    damage(world.folder / FILE)
    assert not reads_at_once(world)
    world.examine()
    assert examined(world)


@pytest.mark.parametrize("topic", [*names.state_topics("js"), names.heads("js")])
def test_a_note_of_a_topic_that_was_made_again_is_thrown_away(world: Robbed, topic: str) -> None:
    records = [each.record for each in world.broker.records(topic)]
    world.broker.delete(topic)
    world.broker.create(topic, 1)
    publisher = world.broker.publisher()
    for record in records:
        publisher.send(record)
    publisher.flush(1)
    world.start_again()
    world.examiner.step()
    assert not examined(world)


def test_a_note_of_another_revocation_is_thrown_away(world: Robbed) -> None:
    key_id = world.court.signer.key_id
    world.keys.known[key_id] = replace(world.keys.known[key_id], revoked_at=STOLEN_AT - 1_000)
    world.start_again()
    world.examiner.step()
    assert not examined(world)
    world.examine()
    assert examined(world)


def test_a_note_says_nothing_once_the_notary_is_revoked_by_whose_head_it_proves(world: Robbed) -> None:
    key_id = world.notary.signer.key_id
    world.keys.known[key_id] = replace(world.keys.known[key_id], revoked_at=STOLEN_AT)
    world.start_again()
    for _ in range(2):
        world.examiner.step()
    assert not examined(world)
    world.examine()
    assert examined(world)
    assert world.said(world.blocked) == [Trust.OPEN]  # no head that counts shows it any more


def test_the_same_is_so_of_what_a_node_that_runs_has_found(world: Robbed) -> None:
    assert world.said(world.blocked) == [Trust.PROVEN]
    key_id = world.notary.signer.key_id
    world.keys.known[key_id] = replace(world.keys.known[key_id], revoked_at=STOLEN_AT)
    world.node.clock.time += 1_000
    world.examiner.step()
    assert not examined(world)
    world.examine()
    assert world.said(world.blocked) == [Trust.OPEN]


def test_a_note_that_cannot_be_written_stops_nothing(world: Robbed) -> None:
    make_folder(world.folder / FILE)
    key_id = world.court.signer.key_id
    world.keys.known[key_id] = replace(world.keys.known[key_id], revoked_at=STOLEN_AT - 1)
    world.node.clock.time += 1_000
    world.examine()
    assert examined(world)
