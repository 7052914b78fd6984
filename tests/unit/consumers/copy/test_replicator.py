"""The rules by which a list message changes the copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode_prefix, encode
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, frame
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.copying import Node, assert_equal
from liandong.tests.worlds.records import (
    FINGERPRINT,
    NOW,
    CourtScribe,
    Keys,
    Model,
    NotaryScribe,
    identity,
    new_surrogate,
    recount,
    registered,
)
from liandong.topics.catalogue import names
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.memory.broker import MemoryBroker
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

LIST = names.debtor_list("js")


class Bench:
    """A broker with one partition a topic, a court, a notary and a node."""

    def __init__(self, directory: Path) -> None:
        self.broker = MemoryBroker(partitions=1)
        self.court, self.notary = CourtScribe(), NotaryScribe()
        self.keys = Keys(self.court.public_key, self.notary.public_key)
        self.node = Node(directory, self.broker.subscriber, self.keys)
        self.publisher = self.broker.publisher()

    def publish(self, *bodies: bytes) -> None:
        for body in bodies:
            self.publisher.send(self.court.message(body))
        self.node.drain_lists()

    def put(self, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> None:
        self.publisher.send(OutgoingRecord(LIST, key, value, headers))
        self.node.drain_lists()

    def barrier(self, number: int, issued_at: int = NOW) -> None:
        for marker in self.notary.barriers(1, number, issued_at):
            self.publisher.send(marker)
        self.node.drain()

    def digest(self) -> bytes:
        return SetDigest(self.node.lane(LIST, 0).digest).value()

    def entries(self, surrogate: bytes) -> list[bytes]:
        return [found.entry_id for found in self.node.view.find([surrogate])]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.node.close()


def entry_of(body: bytes) -> bytes:
    return decode_prefix(body)["entry_id"]


def test_a_correction_frees_the_old_identity_and_binds_the_new_one_in_the_same_commit(bench: Bench) -> None:
    old, new = new_surrogate(), new_surrogate()
    body = bench.court.include(old)
    bench.publish(body)
    corrected = bench.court.change(entry_of(body), Change.CORRECT, identities=[identity(new)])
    seen = []
    commit = bench.node.store.commit

    def watched(batch: object) -> None:
        seen.append((bench.entries(old), bench.entries(new)))
        commit(batch)  # type: ignore[arg-type]
        seen.append((bench.entries(old), bench.entries(new)))

    bench.node.store.commit = watched  # type: ignore[method-assign]
    bench.publish(corrected)
    assert seen == [([entry_of(body)], []), ([], [entry_of(body)])]


def test_an_ended_entry_keeps_its_minimal_record_and_no_index(bench: Bench) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    ended = bench.court.change(entry_of(body), Change.REVOKE)
    bench.publish(body, ended)
    assert bench.node.newest_body(entry_of(body)) == ended
    assert bench.node.index() == {}
    assert bench.entries(surrogate) == []


def test_an_end_that_comes_before_its_beginning_wins(bench: Bench) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    bench.publish(bench.court.change(entry_of(body), Change.REVOKE), body)
    assert bench.entries(surrogate) == []
    assert bench.node.lane(LIST, 0).stale == 1


def test_a_new_entry_needs_no_signature_until_it_blocks(bench: Bench) -> None:
    surrogate = new_surrogate()
    forged = bench.court.forged(bench.court.include(surrogate), reason="made up")
    bench.publish(forged)
    (found,) = bench.node.view.find([surrogate])
    assert not bench.node.view.verify_once(found)


def test_a_signature_is_verified_once(bench: Bench) -> None:
    surrogate = new_surrogate()
    bench.publish(bench.court.include(surrogate))
    (found,) = bench.node.view.find([surrogate])
    assert bench.node.view.verify_once(found)
    bench.keys.known.clear()
    assert bench.node.view.verify_once(found)


@pytest.mark.parametrize("change", [Change.REVOKE, Change.CORRECT])
def test_what_replaces_or_ends_a_live_entry_needs_the_courts_signature(bench: Bench, change: Change) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    before = dict(bench.court.entries)
    forged = bench.court.forged(bench.court.change(entry_of(body), change), reason="forged")
    bench.court.entries = before
    bench.publish(body, forged)
    assert bench.entries(surrogate) == [entry_of(body)]
    assert bench.node.lane(LIST, 0).refused == 1
    (incident,) = bench.node.lists.incidents()
    assert (incident.kind, incident.key, incident.raw) == (
        "wrong-signature", entry_of(body), bench.court.message(forged).value,
    )  # fmt: skip
    good = bench.court.change(entry_of(body), Change.CORRECT)
    bench.publish(good)
    assert bench.node.newest_body(entry_of(body)) == good


def test_a_change_that_cannot_be_read_to_its_end_has_no_effect(bench: Bench) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    bench.publish(body)
    bench.put(entry_of(body), frame(FINGERPRINT, bench.court.change(entry_of(body), Change.SHIELD)[:-20]))
    assert [found.prefix["version"] for found in bench.node.view.find([surrogate])] == [1]
    assert bench.node.incidents() == ["wrong-signature"]


def test_another_courts_signature_is_refused(bench: Bench) -> None:
    other = CourtScribe(court="court-su0106")
    bench.keys.known[other.public_key.key_id] = other.public_key
    body = bench.court.include()
    usurper = CourtScribe(signer=other.signer, entries=dict(bench.court.entries))
    bench.publish(body, usurper.change(entry_of(body), Change.REVOKE))
    assert bench.node.newest_body(entry_of(body)) == body
    assert "court-su0106" in bench.node.lists.incidents()[0].detail


def test_a_signature_for_another_list_is_refused(bench: Bench) -> None:
    body = bench.court.include(instrument=Instrument.EXIT_BAN)
    bench.publish(body)
    elsewhere = CourtScribe("cq", signer=bench.court.signer, entries=dict(bench.court.entries))
    bench.publisher.send(bench.court.message(elsewhere.change(entry_of(body), Change.LIFT)))
    bench.node.drain_lists()
    assert bench.node.newest_body(entry_of(body)) == body


def test_an_agencys_key_signs_no_real_entry(bench: Bench) -> None:
    body = bench.court.include()
    agency = Ed25519Signer(os.urandom(32))
    bench.keys.known[agency.key_id] = registered(agency, bench.court.court, "agency", "js")
    impostor = CourtScribe(signer=agency, entries=dict(bench.court.entries))
    bench.publish(body, impostor.change(entry_of(body), Change.REVOKE))
    assert bench.node.newest_body(entry_of(body)) == body


def test_an_unknown_key_is_looked_up_once_more(bench: Bench) -> None:
    body = bench.court.include()
    bench.publish(body)
    bench.court.signer = Ed25519Signer(os.urandom(32))
    bench.keys.arriving = [bench.court.public_key]
    ended = bench.court.change(entry_of(body), Change.REVOKE)
    bench.publish(ended)
    assert bench.node.newest_body(entry_of(body)) == ended
    assert bench.keys.refreshed == 1


def test_while_the_register_cannot_be_reached_nothing_is_refused_for_good(bench: Bench) -> None:
    body = bench.court.include()
    bench.publish(body)
    bench.court.signer = Ed25519Signer(os.urandom(32))
    ended = bench.court.change(entry_of(body), Change.REVOKE)
    refresh = bench.keys.refresh

    def unreachable() -> None:
        raise BrokerUnreachable("no broker")

    bench.keys.refresh = unreachable  # type: ignore[method-assign]
    with pytest.raises(BrokerUnreachable):
        bench.publish(ended)
    assert bench.node.incidents() == []
    bench.keys.refresh, bench.keys.arriving = refresh, [bench.court.public_key]  # type: ignore[method-assign]
    bench.node.list_subscriber.assign(bench.node.replicator.positions(bench.node.list_subscriber))
    bench.node.drain_lists()
    assert bench.node.newest_body(entry_of(body)) == ended


def test_a_record_nobody_can_read_is_kept_as_it_came_and_asks_for_a_person(bench: Bench) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    bench.publish(body)
    raw = b"\xc3\x01" + bytes(8) + b"from a later release"
    bench.put(entry_of(body), raw)
    (found,) = bench.node.view.find([surrogate])
    assert (found.opaque, found.body, found.entry_id) == (True, body, entry_of(body))
    assert bench.node.lane(LIST, 0).opaque == 1
    expected = SetDigest()
    expected.update([leaf(entry_of(body), -1, -1, bytes(72) + raw)])
    assert bench.digest() == expected.value()
    assert bench.node.incidents() == ["undecodable"]


def test_a_readable_record_takes_the_place_of_an_unreadable_one_unless_it_is_older(bench: Bench) -> None:
    first, second, third = new_surrogate(), new_surrogate(), new_surrogate()
    body = bench.court.include(first)
    newer = bench.court.change(entry_of(body), Change.CORRECT, identities=[identity(second)])
    newest = bench.court.change(entry_of(body), Change.CORRECT, identities=[identity(third)])
    bench.publish(newer)
    bench.put(entry_of(body), b"what is this")
    bench.publish(body)
    assert [found.opaque for found in bench.node.view.find([second])] == [True]
    assert bench.node.lane(LIST, 0).stale == 1
    bench.publish(newest)
    assert bench.node.index() == {third: {entry_of(body)}}
    assert bench.node.lane(LIST, 0).opaque == 0
    expected = SetDigest()
    expected.update([leaf(entry_of(body), 3, 1, newest)])
    assert bench.digest() == expected.value()


def test_the_same_unreadable_record_again_changes_nothing(bench: Bench) -> None:
    bench.put(b"k" * 16, b"nonsense")
    before = bench.digest()
    bench.put(b"k" * 16, b"nonsense")
    assert bench.digest() == before
    assert bench.node.lane(LIST, 0).records == 1


def test_an_entry_that_was_never_readable_is_known_by_its_id(bench: Bench) -> None:
    bench.put(b"k" * 16, b"nonsense")
    found = bench.node.view.entry(b"k" * 16)
    assert found is not None
    assert (found.opaque, found.prefix["status"], found.body) == (True, 0, b"")
    assert not bench.node.view.verify_once(found)


def test_a_record_under_another_entrys_key_is_not_believed(bench: Bench) -> None:
    body = bench.court.include()
    bench.put(b"k" * 16, bench.court.message(body).value)
    assert bench.node.newest_body(entry_of(body)) is None
    assert bench.node.incidents() == ["undecodable"]


@pytest.mark.parametrize("key", [None, b""])
def test_a_record_without_a_key_is_an_incident_only(bench: Bench, key: bytes | None) -> None:
    bench.put(key, bench.court.message(bench.court.include()).value)
    assert bench.node.incidents() == ["undecodable"]
    assert bench.node.lane(LIST, 0).records == 0


def test_records_in_confluent_framing_are_the_same_records(bench: Bench) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    header = (FINGERPRINT_HEADER, FINGERPRINT.hex().encode())
    bench.put(entry_of(body), frame(FINGERPRINT, body, 7), (header,))
    (found,) = bench.node.view.find([surrogate])
    assert found.record()["case_number"].startswith("（2026）")
    assert_equal(bench.node, {(LIST, 0): _model(body)})


def test_a_tombstone_forgets_what_has_ended_and_never_what_lives(bench: Bench) -> None:
    live, ended = bench.court.include(), bench.court.include()
    bench.publish(live, ended, bench.court.change(entry_of(ended), Change.REVOKE))
    bench.put(entry_of(live), None)
    bench.put(entry_of(ended), None)
    assert bench.node.incidents() == ["tombstone"]
    assert_equal(bench.node, {(LIST, 0): _model(live)})


def test_two_contents_of_one_version_are_an_incident_and_the_first_stays(bench: Bench) -> None:
    body = bench.court.include()
    twin = CourtScribe(signer=bench.court.signer, entries=dict(bench.court.entries))
    twin.entries[entry_of(body)] |= {"version": 0}
    other = twin.change(entry_of(body), Change.CORRECT, claim_amount="1.00")
    bench.publish(body, other)
    assert bench.node.newest_body(entry_of(body)) == body
    assert bench.node.incidents() == ["conflict"]


def test_a_forged_new_entry_is_healed_by_the_true_record_of_that_version(bench: Bench) -> None:
    body = bench.court.include()
    bench.publish(bench.court.forged(body, reason="forged"), body)
    assert bench.node.newest_body(entry_of(body)) == body
    assert bench.node.lane(LIST, 0).records == 1


def test_a_batch_may_hold_all_versions_of_an_entry(bench: Bench) -> None:
    body = bench.court.include()
    shielded = bench.court.change(entry_of(body), Change.SHIELD)
    back = bench.court.change(entry_of(body), Change.UNSHIELD)
    bench.publish(body, shielded, back, shielded)
    assert_equal(bench.node, recount(bench.broker.records(LIST)))


def test_court_sequences_are_kept_by_list(bench: Bench) -> None:
    bench.publish(*[bench.court.include() for _ in range(3)])
    bench.publish(bench.court.include(instrument=Instrument.EXIT_BAN))
    assert bench.node.store.courts() == {(LIST, bench.court.court): 3, (names.orders("js"), bench.court.court): 4}


def test_a_trimmed_log_is_copied_anew_while_the_old_copy_serves(bench: Bench) -> None:
    kept, dropped = new_surrogate(), new_surrogate()
    bodies = [bench.court.include(dropped), bench.court.include(kept)]
    bench.publish(*bodies)
    bench.node.close()
    bench.publisher.send(bench.court.message(bench.court.change(entry_of(bodies[0]), Change.REVOKE)))
    bench.publisher.send(bench.court.message(bodies[1]))
    bench.broker.truncate(TopicPartition(LIST, 0), 3)
    bench.node.open()
    bench.node.replicator.out_of_range(TopicPartition(LIST, 0))
    assert len(bench.entries(dropped)) == 1
    bench.node.drain_lists()
    assert bench.entries(dropped) == []
    assert len(bench.entries(kept)) == 1
    assert not bench.node.store.rebuilding
    assert_equal(bench.node, {(LIST, 0): _model(bodies[1])})


def test_records_a_new_release_can_read_make_the_copy_anew(bench: Bench) -> None:
    from liandong.consumers.replication.copy import readable_now
    from liandong.consumers.store.values import Opaque, stored_opaque

    body = bench.court.include()
    assert readable_now(stored_opaque(Opaque(b"", FINGERPRINT, frame(FINGERPRINT, body))))
    assert readable_now(stored_opaque(Opaque(b"", FINGERPRINT, frame(FINGERPRINT, body, 3))))
    assert not readable_now(stored_opaque(Opaque(b"", bytes(8), frame(bytes(8), body))))
    receipt = current_schema("receipt").fingerprint
    assert not readable_now(stored_opaque(Opaque(b"", receipt, frame(receipt, body))))


@pytest.mark.parametrize("status", [0, 7, 99])
def test_a_status_of_a_later_release_is_kept_for_the_gate_to_judge(bench: Bench, status: int) -> None:
    surrogate = new_surrogate()
    body = bench.court.include(surrogate)
    record = bench.court.entries[entry_of(body)] | {"status": status, "proof": bytes(72)}
    bench.put(entry_of(body), frame(FINGERPRINT, encode("list-record", record)))
    assert bench.entries(surrogate) == ([entry_of(body)] if status < 3 else [])


def _model(*bodies: bytes) -> Model:
    model = Model()
    for body in bodies:
        model.apply(body)
    return model
