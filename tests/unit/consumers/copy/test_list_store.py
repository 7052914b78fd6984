"""The store itself: whole commits, growth, full disks, readers elsewhere, rebuilding."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import lmdb
import msgspec
import pytest

from liandong.consumers.store.batch import KeptReceipt, PassedBarrier, StoreBatch
from liandong.consumers.store.environment import Environment, WriteTransaction
from liandong.consumers.store.errors import StoreBusy, StoreDamaged, StoreError, StoreMissing, TrustDamaged
from liandong.consumers.store.layout import (
    KEPT_MARKS,
    Generation,
    Incident,
    LanePartition,
    LaneState,
    Mark,
    lane_prefix,
    pack,
)
from liandong.consumers.store.power import PowerMark
from liandong.consumers.store.reader import ListReader
from liandong.consumers.store.writer import ListStore
from liandong.consumers.store.writes import KEPT_INCIDENTS
from liandong.tests.worlds.chance import CHANCE

BOOT = "the only boot"
LANE = LanePartition("court.debtor-list.js.v1", 0, "js", 1)


@pytest.fixture
def store(tmp_path: Path) -> ListStore:
    made = ListStore.open(tmp_path / "list", boot=BOOT, map_size=1 << 20)
    made.set_up([LANE], 0)
    return made


def places(count: int, lane: int = 0) -> list[bytes]:
    return [lane_prefix(lane) + CHANCE.ordered_id() for _ in range(count)]


def records_in(store: ListStore) -> dict[bytes, bytes]:
    with store.reader().snapshot() as snapshot:
        return {place: bytes(value) for place, value in snapshot.records()}


def test_the_map_grows_when_it_is_full_while_threads_read(store: ListStore) -> None:
    stop, failed = threading.Event(), []
    reader = store.reader()

    def read() -> None:
        while not stop.is_set():
            try:
                with reader.snapshot() as snapshot:
                    for _, value in snapshot.records():
                        assert bytes(value[:1]) == b"v"
            except Exception as error:  # noqa: BLE001  whatever it is, the test fails with it
                failed.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    before, written = store.map_size, dict[bytes, bytes | None]()
    for _ in range(8):
        batch = StoreBatch(records={place: b"v" + os.urandom(2000) for place in places(300)})
        written |= batch.records
        store.commit(batch)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert store.map_size > before
    assert records_in(store) == written


def test_a_reader_in_another_process_adopts_a_map_that_has_grown(store: ListStore) -> None:
    script = """
import sys
from pathlib import Path
from liandong.consumers.store.power import PowerMark
from liandong.consumers.store.reader import ListReader
reader = ListReader.open(Path(sys.argv[1]))
for _ in sys.stdin:
    with reader.snapshot() as snapshot:
        print(sum(1 for _ in snapshot.records()), flush=True)
"""
    command = [sys.executable, "-c", script, str(store.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        counted = []
        for _ in range(4):
            store.commit(StoreBatch(records={place: os.urandom(2000) for place in places(400)}))
            child.stdin.write("\n")
            child.stdin.flush()
            counted.append(int(child.stdout.readline()))
        child.stdin.close()
    assert counted == [400, 800, 1200, 1600]


def test_slots_of_readers_that_were_killed_are_freed(store: ListStore) -> None:
    script = """
import os, sys
from pathlib import Path
from liandong.consumers.store.power import PowerMark
from liandong.consumers.store.reader import ListReader
with ListReader.open(Path(sys.argv[1])).snapshot():
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, str(store.path)], check=False)
    assert store.check_readers() == 1
    assert store.check_readers() == 0


def test_a_full_disk_stops_cleanly_and_the_last_commit_is_whole(tmp_path: Path) -> None:
    script = """
import os, resource, sys
from pathlib import Path
from liandong.consumers.store.batch import StoreBatch
from liandong.consumers.store.errors import StoreFull
from liandong.consumers.store.layout import lane_prefix
from liandong.consumers.store.writer import ListStore
store = ListStore.open(Path(sys.argv[1]), boot='the only boot')
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))
for number in range(1000):
    records = {lane_prefix(0) + bytes([number // 256, number % 256, each]) + bytes(13): os.urandom(1500) for each in range(100)}
    try:
        store.commit(StoreBatch(records=records))
    except StoreFull as full:
        print(number, full.code, flush=True)
        os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    commits, code = done.stdout.split()
    assert code == "STORE_DISK_FULL"
    store = ListStore.open(tmp_path, boot=BOOT)
    assert len(records_in(store)) == 100 * int(commits)
    store.commit(StoreBatch(records=dict.fromkeys(places(1), b"goes on")))
    store.close()


def test_files_that_are_no_store_are_named_damaged_by_readers_and_made_anew_by_the_node(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(b"not lmdb" * 2000)
    with pytest.raises(StoreDamaged) as damaged:
        ListReader.open(tmp_path)
    assert str(tmp_path) in damaged.value.message
    store = ListStore.open(tmp_path, boot=BOOT)
    assert records_in(store) == {}
    store.close()


@pytest.mark.parametrize(
    "row",
    [
        (b"", b""),
        (b"x" * 600, b""),
        (b"heads-read/" + b"x" * 600, bytes(8)),
        (b"heads-read/\xff", bytes(8)),
        (b"heads-read/t/0", bytes(9)),
        (b"receipt/3", b"body"),
        (b"receipt-sequence", b""),
        (b"floor/js", b"no floor"),
        (b"head/js/n", msgspec.msgpack.encode(["n", b"js"])),
        (b"head/js/n", b"\x95\xa1\xff"),
    ],
)
def test_rows_that_no_store_could_keep_are_not_put_back_and_the_file_is_named(
    tmp_path: Path, row: tuple[bytes, bytes]
) -> None:
    PowerMark(tmp_path, BOOT).keep([row])
    PowerMark(tmp_path, BOOT).spoil()
    with pytest.raises(TrustDamaged, match="trusted"):
        ListStore.open(tmp_path, boot=BOOT)


def test_a_text_nobody_can_read_in_a_row_shows_a_damage(store: ListStore) -> None:
    def damage(transaction: WriteTransaction) -> None:
        transaction.put(b"heads-read/\xff", bytes(8), db=store._tables.trust)

    store._environment.write(damage)
    with pytest.raises(StoreDamaged):
        store.heads_read()


def test_a_store_nobody_made_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        ListReader.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_second_opening_in_the_same_process_says_what_to_do(store: ListStore) -> None:
    with pytest.raises(StoreBusy, match=r"ListStore\.reader"):
        ListReader.open(store.path)


def test_the_files_belong_to_their_owner_alone(store: ListStore) -> None:
    assert {path.stat().st_mode & 0o077 for path in (store.path, *store.path.iterdir())} == {0}


def test_a_failed_write_keeps_nothing_of_the_batch(store: ListStore) -> None:
    (good,) = places(1)
    with pytest.raises(lmdb.BadValsizeError):
        store.commit(StoreBatch(records={good: b"value", lane_prefix(0) + bytes(600): b"key too long"}))
    assert records_in(store) == {}


def test_keys_that_grow_are_appended_and_others_find_their_place(store: ListStore) -> None:
    keys = places(50)
    store.commit(StoreBatch(records=dict.fromkeys(keys[::2], b"even")))
    store.commit(StoreBatch(records=dict.fromkeys(keys[1::2], b"odd")))
    assert list(records_in(store)) == sorted(keys)


def test_the_highest_place_is_known_lane_by_lane(store: ListStore) -> None:
    first, third = places(3, lane=0), places(2, lane=2)
    store.commit(StoreBatch(records=dict.fromkeys(first + third, b"value")))
    assert [store.highest(lane) for lane in range(4)] == [max(first), lane_prefix(1), max(third), lane_prefix(3)]


def test_only_the_newest_marks_are_kept(store: ListStore) -> None:
    for number in range(KEPT_MARKS + 20):
        mark = Mark(number, number, number, bytes(32), 0)
        store.commit(StoreBatch(passed=[PassedBarrier(0, "notary-js-1", mark), PassedBarrier(0, "notary-js-10", mark)]))
    numbers = sorted(passed.mark.number for passed in store.marks() if passed.notary == "notary-js-1")
    assert numbers == list(range(20, KEPT_MARKS + 20))
    assert len(store.marks()) == 2 * KEPT_MARKS


def test_incidents_that_repeat_are_noted_once_a_minute_and_the_newest_are_kept(store: ListStore) -> None:
    def incident(number: int, at: int) -> Incident:
        return Incident("conflict", at, LANE[0], 0, number, "", number.to_bytes(4, "big"))

    store.commit(StoreBatch(incidents=[incident(1, 0), incident(1, 59_999), incident(1, 60_000)]))
    assert [one.at for one in store.reader().incidents()] == [0, 60_000]
    store.commit(StoreBatch(incidents=[incident(number, 70_000) for number in range(2, KEPT_INCIDENTS + 5)]))
    kept = store.reader().incidents()
    assert len(kept) == KEPT_INCIDENTS
    assert kept[-1].offset == KEPT_INCIDENTS + 4


def test_a_rebuild_serves_the_old_copy_until_the_new_one_is_whole(store: ListStore) -> None:
    old, new = places(2)
    lane = LaneState(0, *LANE[:3], 0, next_offset=9, partitions=1)
    store.commit(StoreBatch(records={old: b"old"}, lanes={0: lane}))
    store.rebuild()
    assert store.set_up([LANE], 5)[0].next_offset == -1
    store.commit(StoreBatch(records={new: b"new"}))
    assert records_in(store) == {old: b"old"}
    with store.planning() as stored:
        assert [stored(old), bytes(stored(new) or b"")] == [None, b"new"]
    store.close()
    again = ListStore.open(store.path, boot=BOOT)
    assert again.rebuilding
    again.commit(StoreBatch(activate=True))
    assert records_in(again) == {new: b"new"}
    assert again.generation == Generation(1, 1)
    again.close()


def test_what_is_trusted_survives_rebuilds_and_other_formats(store: ListStore) -> None:
    (place,) = places(1)
    store.commit(StoreBatch(records={place: b"value"}, receipts=[KeptReceipt(7, b"receipt")]))
    store.rebuild()
    store.close()
    environment = Environment(store.path)
    trust = environment.table(b"trust", create=False)
    environment.write(lambda transaction: transaction.put(b"generation", pack(Generation(0, 0, format=99)), db=trust))
    environment.close()
    again = ListStore.open(store.path, boot=BOOT)
    assert records_in(again) == {}
    assert again.receipts() == (7, [KeptReceipt(7, b"receipt")])
    again.close()


def test_every_store_error_says_what_to_do() -> None:
    for error in (StoreMissing(Path("p")), StoreBusy(Path("p"), "c"), StoreDamaged(Path("p"), "c")):
        assert isinstance(error, StoreError)
        assert error.remedy
