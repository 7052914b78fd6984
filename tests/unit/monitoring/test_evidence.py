"""What monitoring believes of receipts, heads and interceptions."""

import os
import tracemalloc
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import compress, decompress

import pytest
from hdrh.histogram import HdrHistogram
from sqlalchemy import func, select

from liandong.consumers.replication.latency import ApplyLatency
from liandong.monitoring.ledger.evidence_reading import EvidenceReading
from liandong.monitoring.ledger.rules import LedgerUpdate, LogPosition, State, standing
from liandong.monitoring.status.document import lag_records, lag_seconds, latency, proof_of
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.clock import NOW, VirtualClock
from liandong.tests.worlds.receipts import LISTS, RELIEF, AgencyScribe, WatchRoom, head_lanes
from liandong.tests.worlds.records import NotaryScribe
from liandong.topics.catalogue import names
from liandong.topics.keys.register_ends import RegisterBehind
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

ALWAYS = 10**15
LANE = TopicPartition(*LISTS[0])


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom(tmp_path)


def proof(room: WatchRoom) -> dict[str, Any]:
    """The verdict on the one node there is."""
    (node,) = room.view.nodes(NOW, ALWAYS)
    return proof_of(node.stand)


def update(offset: int, **fields: Any) -> LedgerUpdate:
    known: dict[str, Any] = {
        "frees": False,
        "jurisdiction": "js",
        "accepted_at": NOW,
        "positions": (LogPosition(LANE, offset),),
    }
    return LedgerUpdate(b"u" * 16, b"e" * 16, 1, **(known | fields))


def state(room: WatchRoom, wanted: LedgerUpdate) -> tuple[State, int]:
    nodes = room.view.nodes(NOW, ALWAYS)
    found = standing(wanted, room.view.agency(wanted, "railway-js", nodes), NOW + 5_000, 3_600_000)
    return found.state, found.since


def test_a_copy_is_proven_by_the_head_of_its_barrier_whichever_came_first(room: WatchRoom) -> None:
    room.hear(room.agency.receipt(1))
    assert proof(room)["state"] == "none"
    room.hear(room.head(1))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("equal", 1)
    room.hear(room.head(2))
    room.hear(room.agency.receipt(2))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("equal", 2)


def test_a_copy_that_differs_names_the_partitions_and_since_when(room: WatchRoom) -> None:
    room.hear(room.head(1), room.head(2, "b"), room.head(3, "b"))
    room.hear(room.agency.receipt(1), room.agency.receipt(2), room.agency.receipt(3))
    found = proof(room)
    assert found["state"] == "unequal"
    assert found["lanes"] == [f"{topic}/{partition}" for topic, partition in LISTS]
    assert found["unequal_since"] is not None
    room.hear(room.head(4, "c"), room.agency.receipt(4, "c"))
    assert proof(room)["state"] == "equal"
    assert proof(room)["unequal_since"] is None


def test_what_a_contradicted_node_claims_is_not_applied_until_it_is_right_again(room: WatchRoom) -> None:
    room.hear(room.head(1, "right"), room.agency.receipt(1, "wrong", at=NOW + 10, offset=50))
    assert state(room, update(49)) == (State.REFUSED, NOW + 10)
    room.hear(room.head(2, "right"), room.agency.receipt(2, "wrong", at=NOW + 20, offset=60))
    assert state(room, update(49))[0] is State.REFUSED
    room.hear(room.head(3, "right"), room.agency.receipt(3, "right", at=NOW + 30, offset=61))
    assert state(room, update(49)) == (State.APPLIED, NOW + 30)


def test_a_receipt_claims_nothing_until_the_head_of_its_barrier_is_there(room: WatchRoom) -> None:
    room.hear(room.agency.receipt(1, "wrong", at=NOW + 10), room.agency.receipt(2, "right", at=NOW + 20))
    assert state(room, update(49)) == (State.PENDING, NOW)
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert (node.stand.lanes, node.stand.barrier) == ([], -1)
    room.hear(room.head(1, "right"))
    assert state(room, update(49)) == (State.REFUSED, NOW + 10)
    room.hear(room.head(2, "right"))
    assert state(room, update(49)) == (State.APPLIED, NOW + 20)


def test_a_receipt_shows_no_more_than_stands_below_the_marker_of_its_barrier(room: WatchRoom) -> None:
    room.hear(room.head(1), room.notary.report(1, {0: 30}), room.agency.receipt(1, offset=10_000))
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert {lane.name: (lane.received, lane.applied) for lane in node.stand.lanes} == {
        **{f"{topic}/{partition}": (101, 101) for topic, partition in LISTS},
        f"{RELIEF[0]}/0": (31, 31),
    }
    assert state(room, update(100))[0] is State.APPLIED
    assert state(room, update(101))[0] is State.PENDING


def test_a_receipt_of_a_barrier_nobody_issued_claims_nothing_for_ever(room: WatchRoom) -> None:
    room.hear(*room.proven(1, at=NOW + 10, offset=50))
    ahead: dict[str, Any] = {"sequence": 1_000_000, "barrier_issued_at": NOW * 2, "at": NOW * 2}
    room.hear(room.agency.receipt(10**9, offset=10_000, **ahead))
    room.hear(room.agency.receipt(1, offset=10_000, **ahead))  # of a barrier there is, and all else from the future
    (node,) = room.view.nodes(room.clock.now(), 1_000)
    assert {lane.applied for lane in node.stand.lanes} == {101}
    assert (node.stand.barrier, node.stand.barrier_issued_at) == (1, NOW + 1_000)
    room.agency.sequence = 2
    room.hear(*room.proven(3, at=NOW + 30, offset=60))
    (node,) = room.view.nodes(room.clock.now(), 1_000)
    assert (node.stand.barrier, node.stand.at, {lane.applied for lane in node.stand.lanes}) == (3, NOW + 30, {60})
    room.clock.pass_seconds(2)
    assert [node.serving for node in room.view.nodes(room.clock.now(), 1_000)] == [False]


def test_what_waits_for_heads_that_never_come_is_let_go(room: WatchRoom) -> None:
    for number in range(700):
        room.publisher.send(room.agency.receipt(10**9 + number))
    room.hear()
    with room.evidence.engine.connect() as connection:
        waiting = connection.scalar(select(func.count()).select_from(room.evidence.tables.awaiting))
    assert waiting is not None
    assert 600 <= waiting < 700
    room.hear(*room.proven(1))
    assert proof(room)["state"] == "equal"


def test_answers_to_canaries_from_the_future_are_of_when_the_broker_took_them(room: WatchRoom) -> None:
    answer = {"entry_id": b"c" * 16, "version": 1, "expected": "BLOCK", "got": "BLOCK", "at": (1 << 63) - 1}
    room.hear(room.head(1), room.agency.receipt(1, canaries=[answer], latency=b"no distribution"))
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert room.view.canaries(node.stand, NOW).newest_at == room.clock.now()
    assert latency([node.stand]) is None


def test_heads_from_the_future_make_nothing_fresh_and_hide_no_later_ones(room: WatchRoom) -> None:
    room.hear(room.head(1))
    room.hear(room.head(1_000_000, issued_at=NOW * 2, valid_until=NOW * 2 + 60_000))
    (head,) = room.view.heads()
    assert (head.fresh_at, head.fresh_until) == (room.clock.now(), room.clock.now() + 60_000)
    room.hear(*room.proven(2))
    (head,) = room.view.heads()
    assert (head.number, proof(room)["barrier"]) == (2, 2)
    room.hear(room.agency.receipt(1_000_000))
    assert proof(room)["barrier"] == 2, "it stands before the head of 2 in the log"


def test_a_head_that_is_older_than_what_is_kept_is_no_new_one(room: WatchRoom) -> None:
    first = room.head(1)
    room.hear(first)
    for number in range(2, 2_202):
        room.publisher.send(room.head(number))
    room.hear()
    room.hear(first, room.head(2, "b"))
    assert room.view.heads()[0].number == 2_201
    assert room.refused(names.heads("js"), "old") == 2


def test_since_is_the_first_receipt_that_covers_the_update(room: WatchRoom) -> None:
    for number, offset in enumerate((10, 20, 30, 30, 30), start=1):
        room.hear(*room.proven(number, f"state {offset}", at=NOW + number, offset=offset))
    assert state(room, update(9)) == (State.APPLIED, NOW + 1)
    assert state(room, update(10)) == (State.APPLIED, NOW + 2)
    assert state(room, update(29)) == (State.APPLIED, NOW + 3)
    assert state(room, update(30)) == (State.PENDING, NOW)


def test_receipts_in_another_order_and_twice_say_the_same(room: WatchRoom, tmp_path: Path) -> None:
    heads, records = zip(*(room.proven(n, f"s{n}", at=NOW + n, offset=10 * n) for n in range(1, 6)), strict=True)
    room.hear(*heads, *records)
    other = WatchRoom(tmp_path / "other")
    other.keys = room.keys
    other.evidence = other.open()
    other.hear(*reversed(records[:3]), *heads, *reversed(records[3:]), *records[1:3])
    for offset in (5, 15, 25, 45):
        assert state(other, update(offset)) == state(room, update(offset))
    assert other.view.nodes(NOW, ALWAYS)[0].stand.barrier == 5
    assert other.view.nodes(NOW, ALWAYS)[0].receipts_missing == 0


def test_the_short_form_says_what_the_receipt_it_refers_to_says_at_other_offsets(room: WatchRoom) -> None:
    room.hear(*room.proven(1, at=NOW + 1, offset=40))
    room.hear(room.head(2), room.agency.short(2, since=1, at=NOW + 2, offset=60))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("equal", 2)
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert {lane.applied for lane in node.stand.lanes} == {60}
    room.hear(room.head(3, "other"), room.agency.short(3, since=1, at=NOW + 3, offset=70))
    assert proof(room)["state"] == "unequal"


@pytest.mark.parametrize(
    "fields", [{"since": 7}, {"incarnation": bytes(16)}, {"offsets": [99]}, {"notary": "notary-js-2"}]
)
def test_a_short_form_that_refers_to_nothing_known_claims_nothing(room: WatchRoom, fields: dict[str, Any]) -> None:
    room.hear(*room.proven(1, at=NOW + 1, offset=40))
    room.hear(room.head(2), room.agency.short(2, **{"since": 1, "at": NOW + 2, "offset": 60} | fields))
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert ({lane.applied for lane in node.stand.lanes}, node.stand.at, node.receipts_missing) == ({40}, NOW + 1, 0)
    assert proof(room)["barrier"] == 1


def test_a_replayed_whole_receipt_does_not_stand_behind_newer_short_forms(room: WatchRoom) -> None:
    old, new = room.agency.receipt(1, "old", offset=10), room.agency.receipt(2, "new", offset=20)
    room.hear(old, new, old)
    room.hear(room.head(3, "new"), room.agency.short(3, since=2, at=NOW + 3, offset=30))
    assert proof(room)["state"] == "equal"


def test_a_lost_receipt_is_seen_by_its_number(room: WatchRoom) -> None:
    room.hear(room.agency.receipt(1))
    room.agency.receipt(2)
    room.agency.receipt(3)
    room.hear(room.agency.receipt(4))
    assert room.view.nodes(NOW, ALWAYS)[0].receipts_missing == 2


def test_receipts_under_a_wrong_key_count_for_nothing(room: WatchRoom) -> None:
    stranger = AgencyScribe(signer=Ed25519Signer(os.urandom(32)))
    impostor = AgencyScribe(agency="bank-js", signer=room.agency.signer)
    elsewhere = AgencyScribe(jurisdiction="cq", signer=room.agency.signer)
    junk = OutgoingRecord(names.RECEIPTS, b"k", b"junk")
    room.hear(stranger.receipt(1), impostor.receipt(1), elsewhere.receipt(1), junk)
    assert room.view.nodes(NOW, ALWAYS) == []
    assert room.refused(names.RECEIPTS, "signature") == 3
    assert room.refused(names.RECEIPTS, "undecodable") == 1


def test_two_heads_of_one_number_ring(room: WatchRoom) -> None:
    first = room.head(1, "a")
    room.hear(first, first)
    assert room.refused(names.heads("js"), "fork") == 0
    assert room.view.split_views(0) == []
    room.hear(room.head(1, "b"), room.head(2), room.head(4), room.head(2, "c"))
    assert room.refused(names.heads("js"), "fork") == 2
    (split,) = room.view.split_views(0)
    assert (split.notary, split.low, split.high, split.count) == ("notary-js-1", 1, 2, 2)
    assert len(set(split.hashes)) == 2
    assert room.view.split_views(split.at + 1) == []


def test_an_agency_cannot_sign_the_head_its_own_copy_is_compared_with(room: WatchRoom) -> None:
    forger = NotaryScribe(notary=room.agency.agency, signer=room.agency.signer)
    room.hear(forger.head(1, head_lanes("wrong"), issued_at=NOW + 1_000))
    room.hear(room.agency.receipt(1, "wrong", notary=room.agency.agency))
    assert proof(room)["state"] == "none"
    assert room.refused(names.heads("js"), "signature") == 1


def test_every_record_is_read_once_even_by_the_next_process(room: WatchRoom) -> None:
    assert room.hear(room.head(1), room.agency.receipt(1)) == 2
    assert room.hear() == 0
    room.evidence = room.open()
    assert room.hear() == 0
    assert room.hear(room.head(2, "b"), room.agency.receipt(2)) == 2
    assert proof(room)["state"] == "unequal"


def test_two_processes_that_read_the_same_receipts_count_them_once(room: WatchRoom) -> None:
    told = ApplyLatency()
    told.note([NOW] * 7, NOW + 10)
    room.publisher.send(room.agency.receipt(1, latency=told.take()))
    # it looked before the first one wrote
    other = EvidenceReading(room.open(), room.wire.subscriber(), ["js"], VirtualClock())
    assert room.hear() == 1
    assert other.step()
    assert (other.done, other.taken) == (True, 0)
    (node,) = room.view.nodes(NOW, ALWAYS)
    found = latency([node.stand])
    assert found is not None
    assert found["updates"] == 7


def _wide() -> bytes:
    """A distribution that reaches further than those of nodes."""
    wide = HdrHistogram(1, 2**60, 2)
    wide.record_value(2**59)
    return bytes(wide.encode())


def _inflated() -> bytes:
    """Some hundred kilobytes that unpack to two hundred megabytes."""
    whole = b64decode(_lateness(1))
    packed = compress(decompress(whole[8:]) + bytes(200_000_000), 9)
    return b64encode(whole[:4] + len(packed).to_bytes(4, "big") + packed)


def _lateness(count: int) -> bytes:
    told = ApplyLatency()
    told._record(10, count)
    return told.take()


@pytest.mark.parametrize("odd", [_wide, _inflated, lambda: _lateness(2**62), lambda: b"AAAA", lambda: b"="])
def test_what_is_no_distribution_of_a_node_adds_nothing_and_stops_nothing(
    room: WatchRoom, odd: Callable[[], bytes]
) -> None:
    raw = odd()
    tracemalloc.start()
    room.hear(*(room.agency.receipt(number, latency=raw) for number in (1, 2, 3)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000
    room.hear(room.agency.receipt(4, latency=_lateness(7)), room.agency.receipt(5, latency=_lateness(1)))
    (node,) = room.view.nodes(NOW, ALWAYS)
    found = latency([node.stand])
    assert found is not None
    assert (found["updates"], node.receipts_missing) == (8, 0)


def test_only_a_right_answer_to_a_canary_after_the_update_proves_the_gate(room: WatchRoom) -> None:
    def answer(at: int, got: str) -> dict[str, Any]:
        return {"entry_id": b"c" * 16, "version": 1, "expected": "BLOCK", "got": got, "at": at}

    room.hear(*room.proven(1, at=NOW + 10, canaries=[answer(NOW + 5, "BLOCK"), answer(NOW + 15, "ALLOW")]))
    assert state(room, update(49))[0] is State.APPLIED
    room.hear(room.agency.receipt(2, at=NOW + 30, canaries=[answer(NOW + 25, "BLOCK")]))
    assert state(room, update(49)) == (State.GATE_PROVEN, NOW + 25)


def test_interceptions_are_no_evidence_of_the_shared_ledger(room: WatchRoom) -> None:
    assert set(room.evidence.handlers(["js"])) == {names.heads("js"), names.notary_reports("js"), names.RECEIPTS}


def test_a_release_by_the_relief_lane_counts_before_the_list_has_it(room: WatchRoom) -> None:
    relief = LogPosition(TopicPartition(names.relief("js"), 0), 40)
    release = update(500, frees=True, positions=(LogPosition(LANE, 500), relief))
    room.hear(room.notary.report(1, {0: 39}), *room.proven(1, at=NOW + 5, offset=41))
    assert state(room, release)[0] is State.PENDING, "the marker of the barrier stands before it"
    room.hear(room.notary.report(2, {0: 60}), room.head(2, "b"), room.agency.receipt(2, "x", at=NOW + 7, offset=41))
    assert state(room, release)[0] is State.REFUSED, "nothing a node says counts while its lists differ"
    room.hear(*room.proven(3, at=NOW + 10_000, offset=41))  # its report has not come: the one before says enough
    assert state(room, release) == (State.APPLIED, NOW + 10_000)
    assert state(room, update(500)) == (State.PENDING, NOW)


def test_lag_is_counted_to_the_markers_of_the_newest_head(room: WatchRoom) -> None:
    room.hear(room.head(3), room.agency.receipt(3, offset=91), room.head(5))
    (node,), heads = room.view.nodes(NOW, ALWAYS), room.view.heads()
    assert lag_records(node.stand, heads) == 10 * len(LISTS)
    assert lag_seconds(node.stand, heads) == 2.0
    room.hear(room.agency.receipt(5, offset=101))
    (node,) = room.view.nodes(NOW, ALWAYS)
    assert (lag_records(node.stand, heads), lag_seconds(node.stand, heads)) == (0, 0.0)


def test_latencies_of_all_receipts_and_nodes_are_one_distribution(room: WatchRoom) -> None:
    slow, quick = ApplyLatency(), ApplyLatency()
    quick.note([NOW] * 90, NOW + 10)
    slow.note([NOW] * 10, NOW + 500)
    room.hear(room.agency.receipt(1, latency=quick.take()), room.agency.receipt(2, latency=slow.take()))
    (node,) = room.view.nodes(NOW, ALWAYS)
    found = latency([node.stand, node.stand])
    assert found is not None
    assert found["updates"] == 200
    assert found["p50"] == pytest.approx(10, rel=0.02)
    assert found["p99"] == pytest.approx(500, rel=0.02)


def test_a_node_that_went_silent_does_not_serve_any_more(room: WatchRoom) -> None:
    room.hear(room.agency.receipt(1, at=NOW))
    now = room.clock.now()
    assert [node.serving for node in room.view.nodes(now + 1_000, 1_000)] == [True]
    assert [node.serving for node in room.view.nodes(now + 1_001, 1_000)] == [False]


def test_a_receipt_under_a_key_on_its_way_is_taken_when_the_key_has_come(room: WatchRoom) -> None:
    room.agency.signer = Ed25519Signer(os.urandom(32))
    room.keys.arriving, room.keys.behind = [room.agency.public_key], True
    room.publisher.send(room.agency.receipt(1))
    reading = EvidenceReading(room.evidence, room.wire.subscriber(), ["js"], VirtualClock())
    for _ in range(2):
        with pytest.raises(RegisterBehind):
            reading.step()
        assert (reading.done, reading.waits) == (False, True)
    room.keys.behind = False
    assert reading.step()
    assert (reading.done, reading.waits, reading.taken) == (True, False, 1)
    assert room.refused(names.RECEIPTS, "signature") == 0


def test_while_the_roots_word_has_run_out_nothing_new_is_proven_and_what_differs_is_told(room: WatchRoom) -> None:
    room.hear(room.head(1), room.agency.receipt(1))
    room.keys.vouched_until = NOW
    room.hear(room.head(2, issued_at=NOW), room.agency.receipt(2))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("equal", 1)
    room.hear(room.head(3, "b", issued_at=NOW), room.agency.receipt(3))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("unequal", 3)
    room.keys.vouched_until = NOW + 1
    room.hear(room.agency.receipt(4), room.head(4, issued_at=NOW))
    assert (proof(room)["state"], proof(room)["barrier"]) == ("equal", 4)
