"""What a loss of power leaves of a store, and that nothing torn is ever served."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.consumers.store import power
from liandong.consumers.store.batch import KeptReceipt, StoreBatch
from liandong.consumers.store.layout import LanePartition, TrustedHead, lane_prefix
from liandong.consumers.store.power import PowerMark
from liandong.consumers.store.relief import ReliefBatch, ReliefLane, ReliefStore
from liandong.consumers.store.writer import ListStore
from liandong.tests.simulation.backups import PAGE
from liandong.tests.simulation.crashing import Killed, Life
from liandong.tests.simulation.disks import Disk, mixed
from liandong.tests.simulation.seeded import chance_of
from liandong.topics.workers.chance import Chance

LANE = LanePartition("court.debtor-list.js.v1", 0, "js", 1)
MAP = 1 << 22
SEEDS = 200


def head(number: int) -> TrustedHead:
    return TrustedHead("notary-js-1", "js", number, b"h" * 32, 1_800_000_000_000)


def batch(number: int) -> StoreBatch:
    places = [lane_prefix(0) + bytes([number, one]) * 8 for one in range(12)]
    receipts = [KeptReceipt(number, b"a receipt")]
    return StoreBatch(
        records=dict.fromkeys(places, bytes([number]) * 500), heads={head(0).row: head(number)}, receipts=receipts
    )


def entries(store: ListStore) -> int:
    with store.reader().snapshot() as snapshot:
        return sum(1 for _ in snapshot.records())


def write(store: ListStore, chance: Chance) -> int:
    """Commit some batches, sync behind one of them, and return its number; 0 = none."""
    store.set_up([LANE], 0)
    commits = 1 + chance.below(12)
    synced = chance.below(commits + 1)
    for number in range(1, commits + 1):
        store.commit(batch(number))
        if number == synced:
            store.sync()
    return synced


@pytest.fixture(scope="module")
def torn() -> Iterator[list[bool]]:
    """Whether the file was torn, seed by seed."""
    seen: list[bool] = []
    yield seen
    if len(seen) == SEEDS:
        assert sum(seen) > SEEDS // 2


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_torn_copy_is_begun_anew_with_what_was_trusted_when_it_was_synced_last(
    tmp_path: Path, disk: Disk, torn: list[bool], seed: int
) -> None:
    chance = chance_of(seed)
    life = Life("node", disk)
    with life.running():
        synced = write(ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP), chance)
    life.kill()
    torn.append(bool(disk.lose_power(chance)))
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert entries(store) == 0
        assert store.heads() == ([head(synced)] if synced else [])
        assert store.receipts().last_sequence == synced
        store.close()


def calls_of_a_start(folder: Path) -> int:
    life = Life("node", Disk())
    with life.running():
        ListStore.open(folder, boot=power.boot_id(), map_size=MAP)
    life.kill()
    return life.calls


def test_power_lost_at_any_call_of_a_start_behind_an_orderly_end_leaves_nothing_torn_that_serves(
    tmp_path: Path,
) -> None:
    for call in range(1, calls_of_a_start(tmp_path / "whole") + 1):
        for seed in range(10):
            disk, folder = Disk(), tmp_path / f"{call}-{seed}"
            with Life("node", disk).running():
                ListStore.open(folder, boot=power.boot_id(), map_size=MAP).close()
            life = Life("node", disk)
            life.doom(call, after=True)
            with pytest.raises(Killed), life.running():
                ListStore.open(folder, boot=power.boot_id(), map_size=MAP)
            torn = disk.lose_power(chance_of(seed))
            with Life("node", disk).running():
                assert not torn or PowerMark(folder, power.boot_id()).spoilt()
                store = ListStore.open(folder, boot=power.boot_id(), map_size=MAP)
                store.set_up([LANE], 0)
                store.commit(batch(1))
                assert entries(store) == 12
                store.close()


def test_a_closed_copy_outlasts_a_loss_of_power(tmp_path: Path, disk: Disk) -> None:
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        store.set_up([LANE], 0)
        store.commit(batch(1))
        store.close()
    assert disk.lose_power(chance_of(1)) == []
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert entries(store) == 12
        store.close()


def test_a_killed_process_costs_no_commit(tmp_path: Path, disk: Disk) -> None:
    life = Life("node", disk)
    with life.running():
        write(ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP), chance_of(1))
    life.kill()
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert entries(store) > 0
        store.close()


def test_a_torn_overlay_is_read_again_from_its_lane(tmp_path: Path, disk: Disk) -> None:
    life = Life("node", disk)
    with life.running():
        overlay = ReliefStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        overlay.commit(ReliefBatch(lanes=[ReliefLane("court.relief.js.v1", 0, "js", 17)]))
    life.kill()
    disk.lose_power(chance_of(3))
    with Life("node", disk).running():
        again = ReliefStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert again.reader().lanes() == []
        again.close()


def test_a_mixed_file_has_pages_of_both_and_ends_behind_the_last_that_reached_the_disk() -> None:
    before, now = b"a" * PAGE * 4, b"b" * PAGE * 40
    found = set()
    for seed in range(20):
        pages = mixed(before, now, chance_of(seed))
        assert len(pages) % PAGE == 0
        kinds = [pages[place : place + PAGE] for place in range(0, len(pages), PAGE)]
        assert all(page in {b"a" * PAGE, b"b" * PAGE, bytes(PAGE)} for page in kinds)
        found |= {page[:1] for page in kinds}
    assert found == {b"a", b"b", b"\0"}
