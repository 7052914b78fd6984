"""A monitor's disk that really is full: no number gets two digests, the chain of heads is whole, nothing ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.tests.unit.monitoring.test_head_log import Journal
from liandong.tests.unit.monitoring.test_notary_in_virtual_time import Place, digests_by_number
from liandong.tests.worlds.clock import NOW, run_for
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction, assert_chain, assert_equal_to_a_recount
from liandong.tests.worlds.receipts import WatchRoom
from liandong.tests.worlds.small_disk import fill, small_disk
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.storage.faults import DatabaseFull


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", 12) as folder:
        yield folder


@pytest.mark.parametrize("spare", [0, 4096, 16_384, 65_536, 131_072])
def test_a_notary_on_a_full_disk_waits_and_its_chain_goes_on(disk: Path, spare: int) -> None:
    world = WatchedJurisdiction(MemoryWire(), disk)
    place = Place(world)
    world.publish(*(world.court.include() for _ in range(50)))
    run_for(world.clock, 3, place.notary)
    before = place.notary.head_number
    ballast = fill(disk, leave=spare)
    for _ in range(20):
        world.publish(*(world.court.include() for _ in range(200)))
        run_for(world.clock, 2, place.notary)
    assert getattr(place.notary.failure, "code", None) == "DISK_FULL"
    stopped_at = place.notary.head_number
    assert stopped_at < before + 40
    ballast.unlink()
    run_for(world.clock, 5, place.notary)
    assert place.notary.failure is None
    assert place.notary.head_number > stopped_at
    heads = world.heads()
    assert_chain(heads)
    assert_equal_to_a_recount(world, heads[-1])
    assert all(len(digests) == 1 for digests in digests_by_number(world).values())
    place.notary.close()


def test_a_notary_that_is_stopped_on_a_full_disk_goes_on_from_what_it_has(disk: Path) -> None:
    world = WatchedJurisdiction(MemoryWire(), disk)
    place = Place(world)
    run_for(world.clock, 3, place.notary)
    ballast = fill(disk)
    world.publish(*(world.court.include() for _ in range(2000)))
    run_for(world.clock, 3, place.notary)
    place.notary.close()
    ballast.unlink()
    again = Place(world)
    run_for(world.clock, 5, again.notary)
    heads = world.heads()
    assert_chain(heads)
    assert_equal_to_a_recount(world, heads[-1])
    assert all(len(digests) == 1 for digests in digests_by_number(world).values())
    again.notary.close()


def test_a_transparency_log_on_a_full_disk_waits_and_lacks_nothing_after(disk: Path) -> None:
    journal = Journal(disk)
    journal.heads(2)
    journal.work()
    size = journal.head_log.size
    journal.heads(3)
    ballast = fill(disk)
    journal.world.clock.pass_seconds(10)
    journal.head_log.step()
    assert journal.head_log.failure is not None
    assert journal.head_log.failure.code == "DISK_FULL"
    ballast.unlink()
    journal.work()
    assert journal.head_log.size == size + 3
    assert len(journal.bodies()) == size + 3


def test_evidence_on_a_full_disk_takes_each_receipt_once_when_there_is_room(disk: Path) -> None:
    room = WatchRoom(disk)
    room.hear(room.head(1), room.agency.receipt(1))
    ballast = fill(disk)
    with pytest.raises(DatabaseFull):
        room.hear(*(each for number in range(2, 200) for each in (room.head(number), room.agency.receipt(number))))
    (node,) = room.view.nodes(NOW, 10**15)
    assert node.stand.barrier == 1
    ballast.unlink()
    room.hear()
    (node,) = room.view.nodes(NOW, 10**15)
    assert node.stand.barrier == 199
    assert node.stand.sequence == 199
