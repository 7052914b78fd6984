"""Heads, proof and receipts: what may be claimed about a copy, and when."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram

from liandong.consumers.replication.proof import list_digest
from liandong.consumers.store.batch import KeptReceipt
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, decode_prefix
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import Ed25519Signer, verify
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import SEED, CopyInMemory
from liandong.tests.worlds.records import Keys, NotaryScribe, lane_heads, recount, registered
from liandong.topics.catalogue import names
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

PARTITIONS = 2
RECEIPT = current_schema("receipt").fingerprint


class ProvenCopy(CopyInMemory):
    """A copy that two notaries vouch for."""

    def __init__(self, directory: Path) -> None:
        self.second = NotaryScribe(notary="notary-js-2")
        super().__init__(directory, self.second.public_key, partitions=PARTITIONS)
        self.number = 0

    def barrier(self, notary: NotaryScribe | None = None) -> int:
        self.number += 1
        self.send(*(notary or self.notary).barriers(PARTITIONS, self.number))
        return self.number

    def lanes(self) -> list[dict[str, object]]:
        log = [message for topic in names.state_topics("js") for message in self.broker.records(topic)]
        return lane_heads(recount(log), "js", PARTITIONS)

    def head(self, **fields: object) -> None:
        self.send(self.notary.head(self.number, self.lanes(), **fields))

    def receipts(self) -> list[dict[str, object]]:
        return [decode(RECEIPT, body) for body in self.node.receipts]

    def incidents(self) -> list[str]:
        return self.node.incidents()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[ProvenCopy]:
    made = ProvenCopy(tmp_path)
    made.send(*(made.court.message(made.court.include()) for _ in range(20)))
    yield made
    made.node.close()


def test_a_copy_equal_to_the_head_is_proven_at_that_barrier(copy: ProvenCopy) -> None:
    number = copy.barrier()
    copy.head()
    position = copy.node.view.position()
    assert (position.notary, position.barrier, position.proven) == ("notary-js-1", number, True)
    assert position.valid_until == NOW + 60_000
    assert position.digest == list_digest((one["topic"], one["partition"], one["digest"]) for one in copy.lanes())  # type: ignore[misc]


def test_the_head_may_come_before_the_barrier(copy: ProvenCopy) -> None:
    copy.number = 1
    copy.head()
    assert not copy.node.view.position().proven
    copy.number = 0
    copy.barrier()
    assert copy.node.view.position().proven


def test_records_after_the_barrier_in_the_same_batch_do_not_disturb_the_proof(copy: ProvenCopy) -> None:
    lanes = copy.lanes()
    for record in copy.notary.barriers(PARTITIONS, 1):
        copy.publisher.send(record)
    copy.send(*(copy.court.message(copy.court.include()) for _ in range(20)))
    copy.send(copy.notary.head(1, lanes))
    assert copy.node.view.position().proven


def test_a_difference_is_kept_with_both_digests_until_the_copy_is_proven_again(copy: ProvenCopy) -> None:
    copy.barrier()
    lanes = copy.lanes()
    lanes[1] |= {"digest": bytes(32)}
    copy.send(copy.notary.head(1, lanes))
    (head,) = copy.node.lists.status().heads
    own = copy.node.lane(names.debtor_list("js"), 1)
    (lane,) = head.unequal
    assert (lane.topic, lane.partition, lane.notary) == (own.topic, 1, bytes(32).hex())
    assert lane.own == copy.lanes()[1]["digest"].hex()  # type: ignore[attr-defined]
    assert copy.incidents() == ["unequal"]
    assert not copy.node.view.position().proven
    copy.barrier()
    copy.head()
    assert copy.node.lists.status().heads[0].unequal == ()
    assert copy.node.view.position().proven


def test_one_unequal_notary_among_equal_ones_is_an_alarm_and_no_more(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.head()
    number = copy.barrier(copy.second)
    copy.send(copy.second.head(number, [one | {"digest": bytes(32)} for one in copy.lanes()]))
    assert copy.node.view.position().proven
    assert copy.incidents() == ["unequal"]


def test_the_only_notary_left_outweighs_one_whose_head_was_valid_no_more(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.head()
    number, late = copy.barrier(copy.second), {"issued_at": NOW + 60_001}
    copy.send(copy.second.head(number, [one | {"digest": bytes(32)} for one in copy.lanes()], **late))
    assert not copy.node.view.position().proven


def test_a_lower_head_is_refused_also_after_a_restart(copy: ProvenCopy) -> None:
    copy.number = 4
    copy.barrier()
    copy.head()
    copy.node.restart()
    copy.number = 4
    copy.head()
    assert copy.incidents() == ["head-rollback"]
    assert copy.node.lists.status().heads[0].number == 5


def test_two_heads_of_one_number_are_a_fork(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.head()
    copy.head(floor_at=1)
    assert copy.incidents() == ["head-fork"]


def test_a_head_that_does_not_follow_the_last_is_noted(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.head()
    copy.barrier()
    copy.head(previous=bytes(32))
    assert copy.incidents() == ["head-fork"]


def test_a_head_or_barrier_no_notary_signed_counts_for_nothing(copy: ProvenCopy) -> None:
    impostor = NotaryScribe(notary="court-su0505", signer=copy.court.signer)
    copy.send(*impostor.barriers(PARTITIONS, 1), impostor.head(1, copy.lanes()))
    assert copy.node.view.position().fresh_as_of == 0
    assert set(copy.incidents()) == {"barrier", "head-signature"}


def test_a_barrier_made_for_another_partition_counts_for_nothing(copy: ProvenCopy) -> None:
    topic = names.debtor_list("js")
    stray = copy.notary.barrier(topic, 0, 1)
    copy.send(OutgoingRecord(topic, stray.key, stray.value, partition=1))
    assert copy.node.lane(topic, 1).fresh_as_of == 0
    assert copy.incidents() == ["barrier"]


def test_a_receipt_says_what_the_node_holds(copy: ProvenCopy) -> None:
    number = copy.barrier()
    (receipt,) = copy.receipts()
    agency = registered(Ed25519Signer(SEED), "railway-js", "agency", "js")
    assert verify(copy.node.receipts[0], "receipt", Keys(agency), NOW).participant == "railway-js"
    about = ("agency", "node", "jurisdiction", "notary", "barrier", "sequence", "applied", "durable", "proven_barrier")
    assert [receipt[name] for name in about] == ["railway-js", "n1", "js", "notary-js-1", number, 1, 20, True, -1]
    by_topic = {(lane["topic"], lane["partition"]): lane for lane in receipt["lanes"]}  # type: ignore[attr-defined]
    assert len(by_topic) == 3 * PARTITIONS
    for lane in copy.lanes():
        held = by_topic[lane["topic"], lane["partition"]]
        assert (held["digest"], held["records"]) == (lane["digest"], lane["records"])
    copy.head()
    copy.barrier()
    latest = copy.receipts()[-1]
    assert (latest["proven_barrier"], latest["proven_at"]) == (number, NOW)
    newest_head = copy.broker.records(names.heads("js"))[-1].value()
    assert newest_head is not None
    assert latest["proven_head"] == sha256(unframe(newest_head)[1]).digest() != receipt["proven_head"] == bytes(32)


def test_what_has_not_changed_is_said_once_in_sixty_receipts(copy: ProvenCopy) -> None:
    for _ in range(62):
        copy.barrier()
    whole, *short = copy.receipts()
    again = short.pop(59)
    offsets = [lane["applied_offset"] for lane in whole["lanes"]]  # type: ignore[attr-defined]
    for number, receipt in enumerate(short[:59], start=1):
        assert (receipt["unchanged_since"], receipt["lanes"]) == (whole["sequence"], [])
        assert receipt["offsets"] == [offset + number for offset in offsets]  # one marker each
    assert (again["unchanged_since"], again["offsets"]) == (0, [])
    assert [lane["digest"] for lane in again["lanes"]] == [lane["digest"] for lane in whole["lanes"]]  # type: ignore[attr-defined]
    assert short[-1]["unchanged_since"] == again["sequence"]
    assert len(copy.node.receipts[1]) < len(copy.node.receipts[0]) / 2


def test_the_short_form_refers_to_the_same_start_and_notary(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.barrier(copy.second)
    copy.barrier()
    copy.node.restart()
    copy.barrier()
    first, seconds, third, *later = copy.receipts()
    assert [one["unchanged_since"] for one in (first, seconds, third)] == [0, 0, first["sequence"]]
    own = {one["sequence"] for one in later}
    assert all(one["unchanged_since"] in {0, *own} for one in later)
    assert later[0]["unchanged_since"] == 0
    assert {one["incarnation"] > first["incarnation"] for one in later} == {True}  # type: ignore[operator]


def test_latency_counts_every_record_once(copy: ProvenCopy) -> None:
    copy.node.clock.time += 10**9
    for _ in range(3):
        copy.barrier()
    counts = [HdrHistogram.decode(receipt["latency"]).get_total_count() for receipt in copy.receipts()]
    assert counts == [20, 0, 0]


def test_there_is_a_receipt_for_each_notarys_barriers(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.barrier(copy.second)
    assert [one["notary"] for one in copy.receipts()] == ["notary-js-1", "notary-js-2"]


def test_no_receipt_before_every_lane_has_passed_the_barrier(copy: ProvenCopy) -> None:
    relief = names.relief("js")
    markers = copy.notary.barriers(PARTITIONS, 1)
    copy.send(*(one for one in markers if one.topic != relief))
    assert copy.node.receipts == []
    copy.send(*(one for one in markers if one.topic == relief))
    assert len(copy.node.receipts) == 1


def test_receipts_and_offsets_never_pass_what_is_synced(copy: ProvenCopy) -> None:
    synced: dict[tuple[str, int], int] = {}
    sync, checked = copy.node.store.sync, list[bool]()

    def watched() -> None:
        sync()
        synced.update({lane.name: lane.next_offset for lane in copy.node.lists.status().lanes})

    def emit(receipt: KeptReceipt) -> None:
        lanes = [lane for lane in decode(RECEIPT, receipt.body)["lanes"] if lane["topic"] != names.relief("js")]
        checked.extend(lane["applied_offset"] <= synced.get((lane["topic"], lane["partition"]), -1) for lane in lanes)

    copy.node.store.sync = watched  # type: ignore[method-assign]
    receipts = copy.node.replicator._receipts
    assert receipts is not None
    receipts._reporter = replace(receipts._reporter, emit=emit)
    copy.node.clock.time += 10_000
    copy.barrier()
    copy.send(*(copy.court.message(copy.court.include()) for _ in range(20)))
    copy.node.clock.time += 10_000
    copy.node.replicator.step()
    committed = copy.broker.group("railway-js.n1.list").offsets
    assert checked == [True] * 2 * PARTITIONS
    assert {tuple(at): offset for at, offset in committed.items()} == synced
    assert sum(synced.values()) > 20


def test_a_receipt_a_crash_left_behind_is_handed_on_with_the_same_sequence(copy: ProvenCopy) -> None:
    kept = copy.node.receipts

    class Crash(list[bytes]):
        def append(self, body: bytes) -> None:
            kept.append(body)
            raise KeyboardInterrupt

    copy.node.receipts = Crash()
    copy.node.restart()
    with pytest.raises(KeyboardInterrupt):
        copy.barrier()
    (first,) = kept
    copy.node.receipts = kept
    copy.node.restart()
    copy.barrier()
    copy.barrier()
    assert kept[1] == first
    assert [decode(RECEIPT, body)["sequence"] for body in kept] == [1, 1, 2, 3]
    copy.node.restart()
    copy.barrier()
    assert [decode(RECEIPT, body)["sequence"] for body in kept] == [1, 1, 2, 3, 4]


def test_a_copy_that_slept_below_the_floor_is_made_again(copy: ProvenCopy) -> None:
    copy.barrier()
    body = copy.court.include()
    copy.node.clock.time = NOW + 86_400_000
    copy.node.restart()
    copy.barrier()
    copy.head(floor_at=NOW + 1)
    copy.send(copy.court.message(body))
    status = copy.node.lists.status()
    assert (status.generation.active, status.generation.writing) == (1, 1)
    assert sum(lane.records for lane in status.lanes) == 21
    assert copy.node.newest_body(decode_prefix(body)["entry_id"]) == body


def test_a_copy_above_the_floor_stays(copy: ProvenCopy) -> None:
    copy.barrier()
    copy.node.restart()
    copy.barrier()
    copy.head(floor_at=NOW - 1)
    assert copy.node.lists.status().generation.writing == 0


def test_reading_heads_begins_near_the_end(copy: ProvenCopy) -> None:
    for number in range(1, 300):
        copy.publisher.send(copy.notary.head(number, []))
    at = TopicPartition(names.heads("js"), 0)
    fresh = copy.node.replicator.positions(copy.node.list_subscriber)
    assert fresh[at] == 299 - 200


def test_a_listing_changed_after_the_barrier_shows_in_the_next_receipt(copy: ProvenCopy) -> None:
    copy.barrier()
    entry_id = next(iter(copy.court.entries))
    copy.send(copy.court.message(copy.court.change(entry_id, Change.REVOKE)))
    copy.barrier()
    first, second = copy.receipts()
    assert first["lanes"] != second["lanes"]
    assert [first["applied"], second["applied"]] == [20, 21]
