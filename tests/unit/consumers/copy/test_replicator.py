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
from liandong.tests.worlds.clock import NOW
from liandong.tests.worlds.copying import CopyInMemory, assert_equal
from liandong.tests.worlds.records import (
    FINGERPRINT,
    CourtScribe,
    Model,
    identity,
    new_surrogate,
    recount,
    registered,
)
from liandong.topics.catalogue import names
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.ports import OutgoingRecord, TopicPartition

LIST = names.debtor_list("js")


class ListCopy(CopyInMemory):
    """A copy whose list lane is driven by itself."""

    def publish(self, *bodies: bytes) -> None:
        for body in bodies:
            self.publisher.send(self.court.message(body))
        self.node.drain_lists()

    def put(self, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> None:
        self.publisher.send(OutgoingRecord(LIST, key, value, headers))
        self.node.drain_lists()

    def barrier(self, number: int, issued_at: int = NOW) -> None:
        self.send(*self.notary.barriers(1, number, issued_at))

    def digest(self) -> bytes:
        return SetDigest(self.node.lane(LIST, 0).digest).value()

    def entries(self, surrogate: bytes) -> list[bytes]:
        return [found.entry_id for found in self.node.view.find([surrogate])]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[ListCopy]:
    made = ListCopy(tmp_path)
    yield made
    made.node.close()


def entry_of(body: bytes) -> bytes:
    return decode_prefix(body)["entry_id"]


def test_a_correction_frees_the_old_identity_and_binds_the_new_one_in_the_same_commit(copy: ListCopy) -> None:
    old, new = new_surrogate(), new_surrogate()
    body = copy.court.include(old)
    copy.publish(body)
    corrected = copy.court.change(entry_of(body), Change.CORRECT, identities=[identity(new)])
    seen = []
    commit = copy.node.store.commit

    def watched(batch: object) -> None:
        seen.append((copy.entries(old), copy.entries(new)))
        commit(batch)  # type: ignore[arg-type]
        seen.append((copy.entries(old), copy.entries(new)))

    copy.node.store.commit = watched  # type: ignore[method-assign]
    copy.publish(corrected)
    assert seen == [([entry_of(body)], []), ([], [entry_of(body)])]


def test_an_ended_entry_keeps_its_minimal_record_and_no_index(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    ended = copy.court.change(entry_of(body), Change.REVOKE)
    copy.publish(body, ended)
    assert copy.node.lists.body(entry_of(body)) == ended
    assert copy.node.index() == {}
    assert copy.entries(surrogate) == []


def test_an_end_that_comes_before_its_beginning_wins(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    copy.publish(copy.court.change(entry_of(body), Change.REVOKE), body)
    assert copy.entries(surrogate) == []
    assert copy.node.lane(LIST, 0).stale == 1


def test_a_new_entry_needs_no_signature_until_it_blocks(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    forged = copy.court.forged(copy.court.include(surrogate), reason="made up")
    copy.publish(forged)
    (found,) = copy.node.view.find([surrogate])
    assert not copy.node.view.verify_once(found)


def test_a_signature_is_verified_once(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    copy.publish(copy.court.include(surrogate))
    (found,) = copy.node.view.find([surrogate])
    assert copy.node.view.verify_once(found)
    copy.keys.known.clear()
    assert copy.node.view.verify_once(found)


@pytest.mark.parametrize("change", [Change.REVOKE, Change.CORRECT])
def test_what_replaces_or_ends_a_live_entry_needs_the_courts_signature(copy: ListCopy, change: Change) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    before = dict(copy.court.entries)
    forged = copy.court.forged(copy.court.change(entry_of(body), change), reason="forged")
    copy.court.entries = before
    copy.publish(body, forged)
    assert copy.entries(surrogate) == [entry_of(body)]
    assert copy.node.lane(LIST, 0).refused == 1
    (incident,) = copy.node.lists.incidents()
    assert (incident.kind, incident.key, incident.raw) == (
        "wrong-signature", entry_of(body), copy.court.message(forged).value,
    )  # fmt: skip
    good = copy.court.change(entry_of(body), Change.CORRECT)
    copy.publish(good)
    assert copy.node.lists.body(entry_of(body)) == good


def test_a_change_that_cannot_be_read_to_its_end_has_no_effect(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    copy.publish(body)
    copy.put(entry_of(body), frame(FINGERPRINT, copy.court.change(entry_of(body), Change.SHIELD)[:-20]))
    assert [found.prefix["version"] for found in copy.node.view.find([surrogate])] == [1]
    assert copy.node.incidents() == ["wrong-signature"]


def test_another_courts_signature_is_refused(copy: ListCopy) -> None:
    other = CourtScribe(court="court-su0106")
    copy.keys.known[other.public_key.key_id] = other.public_key
    body = copy.court.include()
    usurper = CourtScribe(signer=other.signer, entries=dict(copy.court.entries))
    copy.publish(body, usurper.change(entry_of(body), Change.REVOKE))
    assert copy.node.lists.body(entry_of(body)) == body
    assert "court-su0106" in copy.node.lists.incidents()[0].detail


def test_a_signature_for_another_list_is_refused(copy: ListCopy) -> None:
    body = copy.court.include(instrument=Instrument.EXIT_BAN)
    copy.publish(body)
    elsewhere = CourtScribe("cq", signer=copy.court.signer, entries=dict(copy.court.entries))
    copy.publisher.send(copy.court.message(elsewhere.change(entry_of(body), Change.LIFT)))
    copy.node.drain_lists()
    assert copy.node.lists.body(entry_of(body)) == body


def test_an_agencys_key_signs_no_real_entry(copy: ListCopy) -> None:
    body = copy.court.include()
    agency = Ed25519Signer(os.urandom(32))
    copy.keys.known[agency.key_id] = registered(agency, copy.court.court, "agency", "js")
    impostor = CourtScribe(signer=agency, entries=dict(copy.court.entries))
    copy.publish(body, impostor.change(entry_of(body), Change.REVOKE))
    assert copy.node.lists.body(entry_of(body)) == body


def test_an_unknown_key_is_looked_up_once_more(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.publish(body)
    copy.court.signer = Ed25519Signer(os.urandom(32))
    copy.keys.arriving = [copy.court.public_key]
    ended = copy.court.change(entry_of(body), Change.REVOKE)
    copy.publish(ended)
    assert copy.node.lists.body(entry_of(body)) == ended
    assert copy.keys.refreshed == 1


def test_while_the_register_cannot_be_reached_nothing_is_refused_for_good(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.publish(body)
    copy.court.signer = Ed25519Signer(os.urandom(32))
    ended = copy.court.change(entry_of(body), Change.REVOKE)
    refresh = copy.keys.refresh

    def unreachable() -> None:
        raise BrokerUnreachable("no broker")

    copy.keys.refresh = unreachable  # type: ignore[method-assign]
    with pytest.raises(BrokerUnreachable):
        copy.publish(ended)
    assert copy.node.incidents() == []
    copy.keys.refresh, copy.keys.arriving = refresh, [copy.court.public_key]  # type: ignore[method-assign]
    copy.node.list_subscriber.assign(copy.node.replicator.positions(copy.node.list_subscriber))
    copy.node.drain_lists()
    assert copy.node.lists.body(entry_of(body)) == ended


def test_a_record_nobody_can_read_is_kept_as_it_came_and_asks_for_a_person(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    copy.publish(body)
    raw = b"\xc3\x01" + bytes(8) + b"from a later release"
    copy.put(entry_of(body), raw)
    (found,) = copy.node.view.find([surrogate])
    assert (found.opaque, found.body, found.entry_id) == (True, body, entry_of(body))
    assert copy.node.lane(LIST, 0).opaque == 1
    expected = SetDigest()
    expected.update([leaf(entry_of(body), -1, -1, bytes(72) + raw)])
    assert copy.digest() == expected.value()
    assert copy.node.incidents() == ["undecodable"]


def test_a_readable_record_takes_the_place_of_an_unreadable_one_unless_it_is_older(copy: ListCopy) -> None:
    first, second, third = new_surrogate(), new_surrogate(), new_surrogate()
    body = copy.court.include(first)
    newer = copy.court.change(entry_of(body), Change.CORRECT, identities=[identity(second)])
    newest = copy.court.change(entry_of(body), Change.CORRECT, identities=[identity(third)])
    copy.publish(newer)
    copy.put(entry_of(body), b"what is this")
    copy.publish(body)
    assert [found.opaque for found in copy.node.view.find([second])] == [True]
    assert copy.node.lane(LIST, 0).stale == 1
    copy.publish(newest)
    assert copy.node.index() == {third: {entry_of(body)}}
    assert copy.node.lane(LIST, 0).opaque == 0
    expected = SetDigest()
    expected.update([leaf(entry_of(body), 3, 1, newest)])
    assert copy.digest() == expected.value()


def test_the_same_unreadable_record_again_changes_nothing(copy: ListCopy) -> None:
    copy.put(b"k" * 16, b"nonsense")
    before = copy.digest()
    copy.put(b"k" * 16, b"nonsense")
    assert copy.digest() == before
    assert copy.node.lane(LIST, 0).records == 1


def test_an_entry_that_was_never_readable_is_known_by_its_id(copy: ListCopy) -> None:
    copy.put(b"k" * 16, b"nonsense")
    found = copy.node.view.entry(b"k" * 16)
    assert found is not None
    assert (found.opaque, found.prefix["status"], found.body) == (True, 0, b"")
    assert not copy.node.view.verify_once(found)


def test_a_record_under_another_entrys_key_is_not_believed(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.put(b"k" * 16, copy.court.message(body).value)
    assert copy.node.lists.body(entry_of(body)) is None
    assert copy.node.incidents() == ["undecodable"]


@pytest.mark.parametrize("key", [None, b""])
def test_a_record_without_a_key_is_an_incident_only(copy: ListCopy, key: bytes | None) -> None:
    copy.put(key, copy.court.message(copy.court.include()).value)
    assert copy.node.incidents() == ["undecodable"]
    assert copy.node.lane(LIST, 0).records == 0


def test_records_in_confluent_framing_are_the_same_records(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    header = (FINGERPRINT_HEADER, FINGERPRINT.hex().encode())
    copy.put(entry_of(body), frame(FINGERPRINT, body, 7), (header,))
    (found,) = copy.node.view.find([surrogate])
    assert found.record()["case_number"].startswith("（2026）")
    assert_equal(copy.node, {(LIST, 0): _model(body)})


def test_a_tombstone_forgets_what_has_ended_and_never_what_lives(copy: ListCopy) -> None:
    live, ended = copy.court.include(), copy.court.include()
    copy.publish(live, ended, copy.court.change(entry_of(ended), Change.REVOKE))
    copy.put(entry_of(live), None)
    copy.put(entry_of(ended), None)
    assert copy.node.incidents() == ["tombstone"]
    assert_equal(copy.node, {(LIST, 0): _model(live)})


def test_two_contents_of_one_version_are_an_incident_and_the_first_stays(copy: ListCopy) -> None:
    body = copy.court.include()
    twin = CourtScribe(signer=copy.court.signer, entries=dict(copy.court.entries))
    twin.entries[entry_of(body)] |= {"version": 0}
    other = twin.change(entry_of(body), Change.CORRECT, claim_amount="1.00")
    copy.publish(body, other)
    assert copy.node.lists.body(entry_of(body)) == body
    assert copy.node.incidents() == ["conflict"]


def test_a_forged_new_entry_is_healed_by_the_true_record_of_that_version(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.publish(copy.court.forged(body, reason="forged"), body)
    assert copy.node.lists.body(entry_of(body)) == body
    assert copy.node.lane(LIST, 0).records == 1


def test_a_batch_may_hold_all_versions_of_an_entry(copy: ListCopy) -> None:
    body = copy.court.include()
    shielded = copy.court.change(entry_of(body), Change.SHIELD)
    back = copy.court.change(entry_of(body), Change.UNSHIELD)
    copy.publish(body, shielded, back, shielded)
    assert_equal(copy.node, recount(copy.broker.records(LIST)))


def test_court_sequences_are_kept_by_list(copy: ListCopy) -> None:
    copy.publish(*[copy.court.include() for _ in range(3)])
    copy.publish(copy.court.include(instrument=Instrument.EXIT_BAN))
    assert copy.node.store.courts() == {(LIST, copy.court.court): 3, (names.orders("js"), copy.court.court): 4}


def test_a_trimmed_log_is_copied_anew_while_the_old_copy_serves(copy: ListCopy) -> None:
    kept, dropped = new_surrogate(), new_surrogate()
    bodies = [copy.court.include(dropped), copy.court.include(kept)]
    copy.publish(*bodies)
    copy.node.close()
    copy.publisher.send(copy.court.message(copy.court.change(entry_of(bodies[0]), Change.REVOKE)))
    copy.publisher.send(copy.court.message(bodies[1]))
    copy.broker.truncate(TopicPartition(LIST, 0), 3)
    copy.node.open()
    copy.node.replicator.out_of_range(TopicPartition(LIST, 0))
    assert len(copy.entries(dropped)) == 1
    copy.node.drain_lists()
    assert copy.entries(dropped) == []
    assert len(copy.entries(kept)) == 1
    assert not copy.node.store.rebuilding
    assert_equal(copy.node, {(LIST, 0): _model(bodies[1])})


def test_records_a_new_release_can_read_make_the_copy_anew(copy: ListCopy) -> None:
    from liandong.consumers.replication.copy import readable_now
    from liandong.consumers.store.values import Opaque, stored_opaque

    body = copy.court.include()
    assert readable_now(stored_opaque(Opaque(b"", FINGERPRINT, frame(FINGERPRINT, body))))
    assert readable_now(stored_opaque(Opaque(b"", FINGERPRINT, frame(FINGERPRINT, body, 3))))
    assert not readable_now(stored_opaque(Opaque(b"", bytes(8), frame(bytes(8), body))))
    receipt = current_schema("receipt").fingerprint
    assert not readable_now(stored_opaque(Opaque(b"", receipt, frame(receipt, body))))


@pytest.mark.parametrize("status", [0, 7, 99])
def test_a_status_of_a_later_release_is_kept_for_the_gate_to_judge(copy: ListCopy, status: int) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    record = copy.court.entries[entry_of(body)] | {"status": status, "proof": bytes(72)}
    copy.put(entry_of(body), frame(FINGERPRINT, encode("list-record", record)))
    assert copy.entries(surrogate) == ([entry_of(body)] if status < 3 else [])


def _model(*bodies: bytes) -> Model:
    model = Model()
    for body in bodies:
        model.apply(body)
    return model
