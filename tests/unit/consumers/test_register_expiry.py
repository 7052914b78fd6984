"""A register of keys past its validity changes no answer, and nothing new is called proven until the root signs the next."""

from pathlib import Path

from liandong.schemas.law.decisions import Trust
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import PARTITIONS, CopyInMemory, recount_log
from liandong.tests.worlds.records import lane_heads, new_surrogate
from liandong.tests.worlds.wires import MemoryWire


def barrier(copy: CopyInMemory, number: int, *, issued_at: int = NOW) -> None:
    """A barrier and its head over what stands in the log."""
    copy.send(*copy.notary.barriers(PARTITIONS, number, issued_at))
    wire = MemoryWire()
    wire.broker = copy.broker
    lanes = lane_heads(recount_log(wire), "js", PARTITIONS)
    copy.send(copy.notary.head(number, lanes, issued_at=issued_at, valid_until=issued_at + 60_000))


def test_answers_stay_and_the_last_proof_stays_while_newer_heads_prove_nothing(tmp_path: Path) -> None:
    copy, (first, second) = CopyInMemory(tmp_path, partitions=PARTITIONS), (new_surrogate(), new_surrogate())
    copy.send(copy.court.message(copy.court.include(first)))
    barrier(copy, 1)
    assert (copy.node.view.position().proven, copy.node.view.position().barrier) == (True, 1)
    copy.keys.vouched_until = NOW  # it has just run out
    copy.send(copy.court.message(copy.court.include(second)))
    barrier(copy, 2)
    position = copy.node.view.position()
    assert (position.barrier if position.proven else -1) < 2
    assert position.fresh_as_of == NOW
    found = copy.node.view.find([first, second])
    assert len(found) == 2
    assert {copy.node.view.trust(each) for each in found} == {Trust.PROVEN}
    assert copy.node.incidents() == []
    copy.keys.vouched_until = NOW + 1  # the root has signed the next
    barrier(copy, 3)
    assert (copy.node.view.position().proven, copy.node.view.position().barrier) == (True, 3)
    copy.node.close()


def test_a_head_from_behind_its_end_proves_nothing_to_a_slow_clock_either(tmp_path: Path) -> None:
    copy = CopyInMemory(tmp_path, partitions=PARTITIONS)
    copy.keys.vouched_until = NOW + 1_000
    barrier(copy, 1, issued_at=NOW + 1_000)
    assert not copy.node.view.position().proven
    copy.node.close()


def test_a_copy_that_differs_is_told_all_the_same(tmp_path: Path) -> None:
    copy = CopyInMemory(tmp_path, partitions=PARTITIONS)
    copy.keys.vouched_until = NOW
    copy.send(copy.court.message(copy.court.include(new_surrogate())))
    copy.send(*copy.notary.barriers(PARTITIONS, 1))
    copy.send(copy.notary.head(1, lane_heads({}, "js", PARTITIONS)))
    assert copy.node.incidents() == ["unequal"]
    copy.node.close()
