"""What a node, a notary and a court do with files that were cut short, have a bit flipped or were replaced by an older copy."""

from collections.abc import Callable
from pathlib import Path

import lmdb
import pytest

from liandong.consumers.api.tokens import Grant, TokenFile
from liandong.consumers.gate.rules import load_limits
from liandong.consumers.store import power
from liandong.consumers.store.batch import KeptReceipt, StoreBatch
from liandong.consumers.store.errors import StoreDamaged, TrustDamaged
from liandong.consumers.store.layout import LanePartition, TrustedHead, lane_prefix, lane_row
from liandong.consumers.store.reader import ListReader
from liandong.consumers.store.writer import ListStore
from liandong.monitoring.notary.tally import SignedBy, Tally, TallyEntry
from liandong.monitoring.notary.tally_state import NotaryProgress
from liandong.monitoring.notary.tally_store import TallyDamaged, TallyStore
from liandong.schemas.errors import LiandongError
from liandong.tests.simulation.backups import DATA_FILE, PAGE, cut, flip
from liandong.tests.simulation.crashing import Life
from liandong.tests.simulation.disks import Disk
from liandong.tests.simulation.seeded import chance_of
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import HandClock
from liandong.topics.transport.ports import TopicPartition
from liandong.topics.workers.chance import Chance

MAP = 1 << 22
LANE = LanePartition("court.debtor-list.js.v1", 0, "js", 1)
AT = TopicPartition(LANE.topic, 0)
HEAD = TrustedHead("notary-js-1", "js", 7, b"h" * 32, 1_800_000_000_000)
PLACES = [lane_prefix(0) + bytes([one]) * 16 for one in range(250)]


def filled(folder: Path) -> None:
    """A store that was closed in order, with 250 entries and a head."""
    store = ListStore.open(folder, boot=power.boot_id(), map_size=MAP)
    store.set_up([LANE], 0)
    for start in range(0, 250, 50):
        store.commit(StoreBatch(records=dict.fromkeys(PLACES[start : start + 50], b"v" * 500)))
    store.commit(StoreBatch(heads={HEAD.row: HEAD}, receipts=[KeptReceipt(3, b"a receipt")]))
    store.close()


def entries(store: ListStore) -> int:
    with store.reader().snapshot() as snapshot:
        return sum(1 for _ in snapshot.records())


def outcome(work: Callable[[], object]) -> str:
    """The code of what went wrong; anything that is not the product's own error is raised."""
    try:
        work()
    except LiandongError as failed:
        return failed.code
    return "fine"


@pytest.mark.parametrize("seed", range(40))
def test_a_copy_that_was_cut_short_is_begun_anew_with_what_was_trusted(tmp_path: Path, seed: int) -> None:
    filled(tmp_path)
    length = cut(tmp_path / DATA_FILE, chance_of(seed))
    reading = outcome(lambda: ListReader.open(tmp_path).close())
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert entries(store) == 0
    assert reading == "STORE_DAMAGED" or length > 40 * PAGE
    assert (store.heads(), store.receipts()) == ([HEAD], (3, [KeptReceipt(3, b"a receipt")]))
    store.commit(StoreBatch(records={PLACES[0]: b"goes on"}))
    store.close()


@pytest.mark.parametrize("seed", range(40))
def test_no_bit_of_a_closed_copy_flips_unnoticed(tmp_path: Path, seed: int) -> None:
    filled(tmp_path)
    flip(tmp_path / DATA_FILE, chance_of(seed), anywhere=bool(seed % 2))
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert (entries(store), store.heads()) == (0, [HEAD])
    store.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_in_a_row_of_a_killed_nodes_copy_raises_nothing_but_its_damage(
    tmp_path: Path, disk: Disk, seed: int
) -> None:
    filled(tmp_path)
    life = Life("node", disk)
    with life.running():
        ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    life.kill()
    disk.flip(tmp_path / DATA_FILE, chance_of(seed))

    def use() -> None:
        store.reader().status()
        store.set_up([LANE], 0)
        store.receipts()
        entries(store)

    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        used = outcome(use)
        store.close()
        again = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert (used, entries(again)) in [("fine", 250), ("STORE_DAMAGED", 0)]
        again.close()


def test_a_copy_found_damaged_while_it_is_used_is_begun_anew_at_the_next_start(tmp_path: Path) -> None:
    filled(tmp_path)
    environment = lmdb.open(str(tmp_path), max_dbs=16)
    with environment.begin(write=True) as transaction:
        transaction.put(lane_row(1), b"\xff not a row", db=environment.open_db(b"state/0", txn=transaction))
    environment.close()
    (tmp_path / "sealed").unlink()
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    with pytest.raises(StoreDamaged):
        store.set_up([LANE], 0)
    store.close()
    again = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert (entries(again), again.heads()) == (0, [HEAD])
    again.close()


def test_a_copy_whose_trust_cannot_be_read_is_begun_anew_at_once(tmp_path: Path) -> None:
    filled(tmp_path)
    environment = lmdb.open(str(tmp_path), max_dbs=16)
    with environment.begin(write=True) as transaction:
        transaction.put(b"head/js/notary-js-1", b"\xff not a row", db=environment.open_db(b"trust", txn=transaction))
    environment.close()
    (tmp_path / "sealed").unlink()
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert (entries(store), store.heads()) == (0, [HEAD])
    store.close()


def test_a_mark_with_any_bit_flipped_costs_the_copy_and_nothing_else(tmp_path: Path, disk: Disk) -> None:
    life = Life("node", disk)
    with life.running():
        filled(tmp_path)
        ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    life.kill()
    flip(tmp_path / "written-since-boot", chance_of(1))
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert (entries(store), store.heads()) == (0, [HEAD])
        store.close()


@pytest.mark.parametrize("seed", range(60))
def test_trusted_rows_are_whole_or_refused(tmp_path: Path, seed: int) -> None:
    filled(tmp_path)
    (flip, cut)[seed % 2](tmp_path / "trusted", chance_of(seed))
    (tmp_path / DATA_FILE).write_bytes(b"")
    for _ in range(2):
        with pytest.raises(TrustDamaged):
            ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    (tmp_path / "trusted").unlink()
    ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP).close()


def older(path: Path, _: Chance) -> int:
    """Put the trusted rows of before the first head back."""
    ListStore.open(path.parent / "older", boot=power.boot_id(), map_size=MAP).close()
    return path.write_bytes((path.parent / "older" / path.name).read_bytes())


def gone(path: Path, _: Chance) -> int:
    """Remove a file."""
    path.unlink()
    return 0


@pytest.mark.parametrize("harm", [flip, cut, older, gone])
@pytest.mark.parametrize("seed", range(4))
def test_trusted_rows_that_were_harmed_are_written_anew_as_soon_as_a_whole_copy_is_opened(
    tmp_path: Path, disk: Disk, harm: Callable[[Path, Chance], int], seed: int
) -> None:
    filled(tmp_path)
    harm(tmp_path / "trusted", chance_of(seed))
    life = Life("node", disk)
    with life.running():
        ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    life.kill()
    disk.lose_power(chance_of(seed))
    with Life("node", disk).running():
        store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
        assert (store.heads(), store.receipts()) == ([HEAD], (3, [KeptReceipt(3, b"a receipt")]))
        store.close()


def counted(folder: Path) -> None:
    store = TallyStore(folder, "notary-js-1")
    tally = Tally([AT], store.find)
    for one in range(200):
        body_hash = bytes([one]) * 32
        entry = TallyEntry(1, 1, body_hash, 0, tally.court_number("court-a"), verified=True)
        tally.apply(AT, bytes([one]) * 16, entry, SignedBy(b"", "court-a"))
    store.commit(tally, NotaryProgress(issued=7), b"the body of a head")
    store.close()


def load(folder: Path) -> None:
    store = TallyStore(folder, "notary-js-1")
    try:
        assert store.load([AT])[1].issued == 7
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_tally_that_was_cut_short_or_has_a_bit_flipped_is_refused(tmp_path: Path, seed: int) -> None:
    counted(tmp_path)
    assert outcome(lambda: load(tmp_path)) == "fine"
    (cut, flip)[seed % 2](tmp_path / DATA_FILE, chance_of(seed))
    assert outcome(lambda: load(tmp_path)) == "NOTARY_TALLY_DAMAGED"


@pytest.mark.parametrize("row", [b"meta", b"head", b"check", f"digest/{AT.topic}/0".encode()])
def test_no_bit_of_a_tallys_state_can_flip_unnoticed(tmp_path: Path, row: bytes) -> None:
    counted(tmp_path)
    environment = lmdb.open(str(tmp_path), max_dbs=2)
    table = environment.open_db(b"meta")
    with environment.begin(write=True, db=table) as transaction:
        value = bytearray(transaction.get(row) or b"")
        value[len(value) // 2] ^= 4
        transaction.put(row, bytes(value))
    environment.close()
    (tmp_path / "sealed").unlink()
    with pytest.raises(TallyDamaged):
        load(tmp_path)


def test_an_older_copy_of_a_lists_folder_takes_the_place_of_a_newer_one(tmp_path: Path, disk: Disk) -> None:
    with Life("node", disk).running():
        filled(tmp_path)
    copies = [disk.backup(path) for path in (tmp_path / DATA_FILE, tmp_path / "sealed")]
    add_one(tmp_path)
    for backup in copies:
        disk.restore(backup)
    assert disk.lose_power(chance_of(1)) == []
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert entries(store) == 250
    store.close()


def test_an_older_file_of_a_list_beside_newer_ones_is_begun_anew(tmp_path: Path, disk: Disk) -> None:
    filled(tmp_path)
    backup = disk.backup(tmp_path / DATA_FILE)
    add_one(tmp_path)
    disk.restore(backup)
    store = ListStore.open(tmp_path, boot=power.boot_id(), map_size=MAP)
    assert (entries(store), store.heads()) == (0, [HEAD])
    store.close()


def add_one(folder: Path) -> None:
    store = ListStore.open(folder, boot=power.boot_id(), map_size=MAP)
    store.commit(StoreBatch(records={lane_prefix(0) + b"n" * 16: b"new"}))
    store.close()


@pytest.mark.parametrize("damage", [cut, flip])
@pytest.mark.parametrize("seed", range(40))
def test_tokens_and_limits_are_read_or_refused_by_name(tmp_path: Path, damage: Callable[..., int], seed: int) -> None:
    tokens, limits = tmp_path / "tokens.yaml", tmp_path / "limits.yaml"
    for caller in ("booking-east", "booking-west"):
        TokenFile(tokens).add(Grant(caller), clock=HandClock(), chance=CHANCE)
    text = 'hotel-price-per-night: {amount: "600.00", basis: {zh: 规定, en: rule}, valid_from: 2026-01-01}\n'
    limits.write_text(text, encoding="utf-8")
    readers: list[tuple[Path, Callable[[], object]]] = [
        (tokens, TokenFile(tokens).tokens),
        (limits, lambda: load_limits(limits)),
    ]
    for path, work in readers:
        damage(path, chance_of(seed))
        assert outcome(work) in {"TOKENS_UNREADABLE", "LIMITS_INVALID", "fine"}
