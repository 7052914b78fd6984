"""A machine that goes down while the list is written: the copy is made again, what was trusted stays."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from liandong.consumers.replication.keeping import ChildKeeper, LastProvenCopy
from liandong.consumers.store import power
from liandong.consumers.store.batch import KeptReceipt, StoreBatch
from liandong.consumers.store.layout import LanePartition, StoredPosition, TrustedHead, lane_prefix
from liandong.consumers.store.power import PowerMark
from liandong.consumers.store.relief import ReliefBatch, ReliefLane, ReliefStore
from liandong.consumers.store.writer import ListStore
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import VirtualClock
from liandong.tests.worlds.keeping import OwnKeeper
from liandong.tests.worlds.waiting import until

BOOT = "the first boot"
LANE = LanePartition("court.debtor-list.js.v1", 0, "js", 1)
HEAD = TrustedHead("notary-js-1", "js", 7, b"h" * 32, 1_800_000_000_000)
PLACE = lane_prefix(0) + CHANCE.ordered_id()
RECEIPT = KeptReceipt(3, b"a receipt")


def written(folder: Path, *, synced: bool) -> None:
    """A store with a record, a head and a receipt whose process is killed: nothing closes it."""
    store = ListStore.open(folder, boot=BOOT, map_size=1 << 20)
    store.set_up([LANE], 0)
    batch = StoreBatch(records={lane_prefix(0) + CHANCE.ordered_id(): b"v"}, heads={HEAD.row: HEAD}, receipts=[RECEIPT])
    store.commit(batch)
    if synced:
        store.sync()
    store.abandon()


def records_in(store: ListStore) -> int:
    with store.reader().snapshot() as snapshot:
        return sum(1 for _ in snapshot.records())


@pytest.mark.parametrize("synced", [True, False])
def test_a_killed_process_costs_nothing_while_the_machine_runs(tmp_path: Path, *, synced: bool) -> None:
    written(tmp_path, synced=synced)
    store = ListStore.open(tmp_path, boot=BOOT)
    assert (records_in(store), store.heads(), store.receipts()) == (1, [HEAD], (3, [RECEIPT]))


def test_after_a_loss_of_power_the_copy_is_begun_anew_with_what_was_trusted(
    tmp_path: Path,
) -> None:
    written(tmp_path, synced=True)
    store = ListStore.open(tmp_path, boot="another boot")
    assert (records_in(store), store.heads(), store.receipts()) == (0, [HEAD], (3, [RECEIPT]))
    assert store.set_up([LANE], 0)[0].next_offset == -1


def test_what_was_never_synced_was_never_said_to_be_durable(tmp_path: Path) -> None:
    written(tmp_path, synced=False)
    store = ListStore.open(tmp_path, boot="another boot")
    assert (records_in(store), store.heads(), store.receipts()) == (0, [], (0, []))


def test_a_start_that_is_killed_before_the_trust_is_back_loses_none_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, synced=True)
    with monkeypatch.context() as killing:
        killing.setattr(PowerMark, "kept_rows", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ListStore.open(tmp_path, boot="another boot")
    assert ListStore.open(tmp_path, boot="another boot").heads() == [HEAD]


def test_a_store_that_was_closed_outlasts_a_loss_of_power(tmp_path: Path) -> None:
    store = ListStore.open(tmp_path, boot=BOOT)
    store.set_up([LANE], 0)
    store.commit(StoreBatch(records={lane_prefix(0) + CHANCE.ordered_id(): b"v"}))
    store.close()
    again = ListStore.open(tmp_path, boot="another boot")
    assert records_in(again) == 1


def test_the_machine_has_one_boot_id() -> None:
    assert power.boot_id() == power.boot_id() != ""


def test_an_overlay_that_was_written_when_the_machine_went_down_is_read_again(
    tmp_path: Path,
) -> None:
    overlay = ReliefStore.open(tmp_path, boot=BOOT)
    overlay.commit(ReliefBatch(lanes=[ReliefLane("court.relief.js.v1", 0, "js", 17)]))
    overlay.abandon()
    again = ReliefStore.open(tmp_path, boot="another boot")
    assert again.reader().lanes() == []
    again.commit(ReliefBatch(lanes=[ReliefLane("court.relief.js.v1", 0, "js", 21)]))
    again.close()
    assert [lane.next_offset for lane in ReliefStore.open(tmp_path, boot="a third boot").reader().lanes()] == [21]


def proven_store(folder: Path, *, stopped: bool) -> ListStore:
    """A store that was proven and is written on: kept as the last proven copy, or killed with it."""
    store = ListStore.open(folder, boot=BOOT, map_size=1 << 20)
    store.set_up([LANE], 0)
    position = StoredPosition("notary-js-1", 7, "d", 1_000, proven=True)
    batch = StoreBatch(records={PLACE: b"v"}, heads={HEAD.row: HEAD}, positions={"js": position})
    store.commit(batch)
    store.sync()
    if stopped:
        store.close()
        store = ListStore.open(folder, boot=BOOT, map_size=1 << 20)
    else:
        store.keep_proven()
    store.commit(StoreBatch(records={PLACE[:-1] + b"\xff": b"w"}, heads={HEAD.row: replace(HEAD, number=9)}))
    store.sync()
    return store


@pytest.mark.parametrize("stopped", [True, False])
def test_after_a_loss_of_power_the_last_proven_copy_serves_as_stale(tmp_path: Path, *, stopped: bool) -> None:
    proven_store(tmp_path, stopped=stopped).abandon()
    store = ListStore.open(tmp_path, boot="another boot")
    assert (records_in(store), [head.number for head in store.heads()]) == (1, [9])
    position = store.serving()["js"]
    assert (position.barrier, position.fresh_as_of, position.proven) == (7, 1_000, False)
    assert store.set_up([LANE], 0)[0].rebuild_until == -1


def test_a_last_proven_copy_that_is_damaged_too_is_not_put_back(tmp_path: Path) -> None:
    proven_store(tmp_path, stopped=True).abandon()
    kept = tmp_path / "last-proven.mdb"
    raw = bytearray(kept.read_bytes())
    raw[len(raw) // 2] ^= 1
    kept.write_bytes(raw)
    assert records_in(ListStore.open(tmp_path, boot="another boot")) == 0


def test_a_copy_that_is_not_proven_takes_no_proven_ones_place(tmp_path: Path) -> None:
    store = proven_store(tmp_path, stopped=True)
    store.commit(StoreBatch(positions={"js": StoredPosition("notary-js-1", 9, "d", 2_000)}))
    store.close()
    (tmp_path / "data.mdb").unlink()
    assert records_in(ListStore.open(tmp_path, boot="another boot")) == 1


def test_another_process_keeps_the_copy_while_it_is_written_on(tmp_path: Path) -> None:
    store, keeper = proven_store(tmp_path, stopped=False), ChildKeeper()
    (tmp_path / "last-proven.mdb").unlink()
    keeper.begin(store)
    until(lambda: keeper.ended() is not None)
    assert keeper.ended()
    assert (tmp_path / "last-proven.mdb").stat().st_mode & 0o777 == 0o600
    store.abandon()
    assert records_in(ListStore.open(tmp_path, boot="another boot")) == 2


def test_a_copy_is_kept_when_it_is_proven_and_hourly(tmp_path: Path) -> None:
    clock, store = VirtualClock(), proven_store(tmp_path, stopped=False)
    kept = tmp_path / "last-proven.mdb"
    kept.unlink()
    part = LastProvenCopy(store, OwnKeeper(), clock)
    part.step()
    kept.unlink()
    clock.pass_seconds(3_599)
    assert part.step() == pytest.approx(1.0)
    assert not kept.exists()
    clock.pass_seconds(1)
    part.step()
    assert kept.exists()
    part.close()
    store.close()
