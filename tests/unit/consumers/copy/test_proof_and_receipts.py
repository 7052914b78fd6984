"""Heads, proof and receipts: what may be claimed about a copy, and when."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram

from liandong.consumers.replication.proof import list_digest
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, decode_prefix
from liandong.schemas.wire.signing import Ed25519Signer, verify
from liandong.tests.worlds.copying import SEED, Node
from liandong.tests.worlds.records import NOW, CourtScribe, Keys, NotaryScribe, lane_heads, recount, registered
from liandong.topics.catalogue import names
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

PARTITIONS = 2
RECEIPT = current_schema("receipt").fingerprint


class Bench:
    """Courts, notaries and a node on one broker."""

    def __init__(self, directory: Path) -> None:
        self.broker = MemoryBroker(partitions=PARTITIONS)
        self.court, self.notary, self.second = CourtScribe(), NotaryScribe(), NotaryScribe(notary="notary-js-2")
        self.keys = Keys(*(one.public_key for one in (self.court, self.notary, self.second)))
        self.node = Node(directory, self.broker.subscriber, self.keys)
        self.publisher = self.broker.publisher()
        self.number = 0

    def send(self, *records: OutgoingRecord) -> None:
        for record in records:
            self.publisher.send(record)
        self.node.drain()

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
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.send(*(made.court.message(made.court.include()) for _ in range(20)))
    yield made
    made.node.close()


def test_a_copy_equal_to_the_head_is_proven_at_that_barrier(bench: Bench) -> None:
    number = bench.barrier()
    bench.head()
    position = bench.node.view.position()
    assert (position.notary, position.barrier, position.proven) == ("notary-js-1", number, True)
    assert position.valid_until == NOW + 60_000
    assert position.digest == list_digest((one["topic"], one["partition"], one["digest"]) for one in bench.lanes())  # type: ignore[misc]


def test_the_head_may_come_before_the_barrier(bench: Bench) -> None:
    bench.number = 1
    bench.head()
    assert not bench.node.view.position().proven
    bench.number = 0
    bench.barrier()
    assert bench.node.view.position().proven


def test_records_after_the_barrier_in_the_same_batch_do_not_disturb_the_proof(bench: Bench) -> None:
    lanes = bench.lanes()
    for record in bench.notary.barriers(PARTITIONS, 1):
        bench.publisher.send(record)
    bench.send(*(bench.court.message(bench.court.include()) for _ in range(20)))
    bench.send(bench.notary.head(1, lanes))
    assert bench.node.view.position().proven


def test_a_difference_is_kept_with_both_digests_until_the_copy_is_proven_again(bench: Bench) -> None:
    bench.barrier()
    lanes = bench.lanes()
    lanes[1] |= {"digest": bytes(32)}
    bench.send(bench.notary.head(1, lanes))
    (head,) = bench.node.lists.status().heads
    own = bench.node.lane(names.debtor_list("js"), 1)
    (lane,) = head.unequal
    assert (lane.topic, lane.partition, lane.notary) == (own.topic, 1, bytes(32).hex())
    assert lane.own == bench.lanes()[1]["digest"].hex()  # type: ignore[attr-defined]
    assert bench.incidents() == ["unequal"]
    assert not bench.node.view.position().proven
    bench.barrier()
    bench.head()
    assert bench.node.lists.status().heads[0].unequal == ()
    assert bench.node.view.position().proven


def test_one_notary_that_finds_the_copy_unequal_outweighs_the_other(bench: Bench) -> None:
    bench.barrier()
    bench.head()
    number = bench.barrier(bench.second)
    bench.send(bench.second.head(number, [one | {"digest": bytes(32)} for one in bench.lanes()]))
    assert not bench.node.view.position().proven


def test_a_lower_head_is_refused_also_after_a_restart(bench: Bench) -> None:
    bench.number = 5
    bench.head()
    bench.node.restart()
    bench.number = 4
    bench.head()
    assert bench.incidents() == ["head-rollback"]
    assert bench.node.lists.status().heads[0].number == 5


def test_two_heads_of_one_number_are_a_fork(bench: Bench) -> None:
    bench.barrier()
    bench.head()
    bench.head(floor_at=1)
    assert bench.incidents() == ["head-fork"]


def test_a_head_that_does_not_follow_the_last_is_noted(bench: Bench) -> None:
    bench.barrier()
    bench.head()
    bench.barrier()
    bench.head(previous=bytes(32))
    assert bench.incidents() == ["head-fork"]


def test_a_head_or_barrier_no_notary_signed_counts_for_nothing(bench: Bench) -> None:
    impostor = NotaryScribe(notary="court-su0505", signer=bench.court.signer)
    bench.send(*impostor.barriers(PARTITIONS, 1), impostor.head(1, bench.lanes()))
    assert bench.node.view.position().fresh_as_of == 0
    assert set(bench.incidents()) == {"barrier", "head-signature"}


def test_a_barrier_made_for_another_partition_counts_for_nothing(bench: Bench) -> None:
    topic = names.debtor_list("js")
    stray = bench.notary.barrier(topic, 0, 1)
    bench.send(OutgoingRecord(topic, stray.key, stray.value, partition=1))
    assert bench.node.lane(topic, 1).fresh_as_of == 0
    assert bench.incidents() == ["barrier"]


def test_a_receipt_says_what_the_node_holds(bench: Bench) -> None:
    number = bench.barrier()
    (receipt,) = bench.receipts()
    agency = registered(Ed25519Signer(SEED), "railway-js", "agency", "js")
    assert verify(bench.node.receipts[0], "receipt", Keys(agency), NOW).participant == "railway-js"
    about = ("agency", "node", "jurisdiction", "notary", "barrier", "sequence", "applied", "durable", "proven_barrier")
    assert [receipt[name] for name in about] == ["railway-js", "n1", "js", "notary-js-1", number, 1, 20, True, -1]
    by_topic = {(lane["topic"], lane["partition"]): lane for lane in receipt["lanes"]}  # type: ignore[attr-defined]
    assert len(by_topic) == 3 * PARTITIONS
    for lane in bench.lanes():
        held = by_topic[lane["topic"], lane["partition"]]
        assert (held["digest"], held["records"]) == (lane["digest"], lane["records"])
    bench.head()
    bench.barrier()
    latest = bench.receipts()[-1]
    assert (latest["proven_barrier"], latest["proven_at"]) == (number, NOW)


def test_latency_counts_every_record_once(bench: Bench) -> None:
    bench.node.clock.at += 10**9
    for _ in range(3):
        bench.barrier()
    counts = [HdrHistogram.decode(receipt["latency"]).get_total_count() for receipt in bench.receipts()]
    assert counts == [20, 0, 0]


def test_there_is_a_receipt_for_each_notarys_barriers(bench: Bench) -> None:
    bench.barrier()
    bench.barrier(bench.second)
    assert [one["notary"] for one in bench.receipts()] == ["notary-js-1", "notary-js-2"]


def test_no_receipt_before_every_lane_has_passed_the_barrier(bench: Bench) -> None:
    relief = names.relief("js")
    markers = bench.notary.barriers(PARTITIONS, 1)
    bench.send(*(one for one in markers if one.topic != relief))
    assert bench.node.receipts == []
    bench.send(*(one for one in markers if one.topic == relief))
    assert len(bench.node.receipts) == 1


def test_receipts_and_offsets_never_pass_what_is_synced(bench: Bench) -> None:
    synced: dict[tuple[str, int], int] = {}
    sync, checked = bench.node.store.sync, list[bool]()

    def watched() -> None:
        sync()
        synced.update({lane.name: lane.next_offset for lane in bench.node.lists.status().lanes})

    def emit(body: bytes) -> None:
        lanes = [lane for lane in decode(RECEIPT, body)["lanes"] if lane["topic"] != names.relief("js")]
        checked.extend(lane["applied_offset"] <= synced.get((lane["topic"], lane["partition"]), -1) for lane in lanes)

    bench.node.store.sync = watched  # type: ignore[method-assign]
    bench.node.replicator._receipts._reporter = bench.node.replicator._receipts._reporter.__class__(  # type: ignore[union-attr]
        "railway-js", "n1", Ed25519Signer(SEED), emit, bench.node.relief
    )
    bench.node.clock.at += 10_000
    bench.barrier()
    bench.send(*(bench.court.message(bench.court.include()) for _ in range(20)))
    bench.node.clock.at += 10_000
    bench.node.replicator.work([])
    committed = bench.broker.group("railway-js.n1.list").offsets
    assert checked == [True] * 2 * PARTITIONS
    assert {tuple(at): offset for at, offset in committed.items()} == synced
    assert sum(synced.values()) > 20


def test_a_receipt_a_crash_left_behind_is_handed_on_with_the_same_sequence(bench: Bench) -> None:
    kept = bench.node.receipts

    class Crash(list[bytes]):
        def append(self, body: bytes) -> None:
            kept.append(body)
            raise KeyboardInterrupt

    bench.node.receipts = Crash()
    bench.node.restart()
    with pytest.raises(KeyboardInterrupt):
        bench.barrier()
    (first,) = kept
    bench.node.receipts = kept
    bench.node.restart()
    bench.barrier()
    bench.barrier()
    assert kept[1] == first
    assert [decode(RECEIPT, body)["sequence"] for body in kept] == [1, 1, 2, 3]
    bench.node.restart()
    bench.barrier()
    assert [decode(RECEIPT, body)["sequence"] for body in kept] == [1, 1, 2, 3, 4]


def test_a_copy_that_slept_below_the_floor_is_made_again(bench: Bench) -> None:
    bench.barrier()
    body = bench.court.include()
    bench.node.clock.at = NOW + 86_400_000
    bench.node.restart()
    bench.barrier()
    bench.head(floor_at=NOW + 1)
    bench.send(bench.court.message(body))
    status = bench.node.lists.status()
    assert (status.generation.active, status.generation.writing) == (1, 1)
    assert sum(lane.records for lane in status.lanes) == 21
    assert bench.node.newest_body(decode_prefix(body)["entry_id"]) == body


def test_a_copy_above_the_floor_stays(bench: Bench) -> None:
    bench.barrier()
    bench.node.restart()
    bench.barrier()
    bench.head(floor_at=NOW - 1)
    assert bench.node.lists.status().generation.writing == 0


def test_reading_heads_begins_near_the_end(bench: Bench) -> None:
    for number in range(1, 300):
        bench.publisher.send(bench.notary.head(number, []))
    at = TopicPartition(names.heads("js"), 0)
    fresh = bench.node.replicator.positions(bench.node.list_subscriber)
    assert fresh[at] == 299 - 200


def test_a_listing_changed_after_the_barrier_shows_in_the_next_receipt(bench: Bench) -> None:
    bench.barrier()
    entry_id = next(iter(bench.court.entries))
    bench.send(bench.court.message(bench.court.change(entry_id, Change.REVOKE)))
    bench.barrier()
    first, second = bench.receipts()
    assert first["lanes"] != second["lanes"]
    assert [first["applied"], second["applied"]] == [20, 21]
