"""The rules by which a list message changes the copy."""

import os

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change, Instrument
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import encode
from liandong.schemas.wire.framing import frame
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.copying import assert_equal
from liandong.tests.worlds.list_copy import LIST, ListCopy, entry_of, model_of
from liandong.tests.worlds.records import FINGERPRINT, CourtScribe, identity, new_surrogate, recount, registered
from liandong.topics.catalogue import names
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.ports import TopicPartition


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
    assert copy.node.newest_body(entry_of(body)) == ended
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
    assert copy.node.view.trust(found) is Trust.NOBODYS


def test_a_signature_is_verified_once(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    copy.publish(copy.court.include(surrogate))
    (found,) = copy.node.view.find([surrogate])
    assert copy.node.view.trust(found) is Trust.PROVEN
    copy.keys.known.clear()
    assert copy.node.view.trust(found) is Trust.PROVEN


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
    assert copy.node.newest_body(entry_of(body)) == good


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
    assert copy.node.newest_body(entry_of(body)) == body
    assert "court-su0106" in copy.node.lists.incidents()[0].detail


def test_a_signature_for_another_list_is_refused(copy: ListCopy) -> None:
    body = copy.court.include(instrument=Instrument.EXIT_BAN)
    copy.publish(body)
    elsewhere = CourtScribe("cq", signer=copy.court.signer, entries=dict(copy.court.entries))
    copy.publisher.send(copy.court.message(elsewhere.change(entry_of(body), Change.LIFT)))
    copy.node.drain_lists()
    assert copy.node.newest_body(entry_of(body)) == body


def test_an_agencys_key_signs_no_real_entry(copy: ListCopy) -> None:
    body = copy.court.include()
    agency = Ed25519Signer(os.urandom(32))
    copy.keys.known[agency.key_id] = registered(agency, copy.court.court, "agency", "js")
    impostor = CourtScribe(signer=agency, entries=dict(copy.court.entries))
    copy.publish(body, impostor.change(entry_of(body), Change.REVOKE))
    assert copy.node.newest_body(entry_of(body)) == body


def test_an_unknown_key_is_looked_up_once_more(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.publish(body)
    copy.court.signer = Ed25519Signer(os.urandom(32))
    copy.keys.arriving = [copy.court.public_key]
    ended = copy.court.change(entry_of(body), Change.REVOKE)
    copy.publish(ended)
    assert copy.node.newest_body(entry_of(body)) == ended
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
    copy.publish(ended)
    assert (copy.node.newest_body(entry_of(body)), copy.node.incidents()) == (body, [])
    copy.keys.refresh, copy.keys.arriving = refresh, [copy.court.public_key]  # type: ignore[method-assign]
    copy.node.clock.time += 1_000
    copy.node.drain_lists()
    assert copy.node.newest_body(entry_of(body)) == ended


def test_a_null_value_changes_nothing_and_is_noted(copy: ListCopy) -> None:
    live, included = copy.court.include(), copy.court.include()
    ended = copy.court.change(entry_of(included), Change.REVOKE)
    copy.publish(live, included, ended)
    copy.put(entry_of(live), None)
    copy.put(entry_of(ended), None)
    copy.put(b"nobody's entry  ", None)
    assert copy.node.incidents() == ["tombstone", "tombstone"]
    copy.publish(included)
    assert_equal(copy.node, {(LIST, 0): model_of(live, ended, included)})


def test_two_contents_of_one_version_are_an_incident_and_the_first_stays(copy: ListCopy) -> None:
    body = copy.court.include()
    twin = CourtScribe(signer=copy.court.signer, entries=dict(copy.court.entries))
    twin.entries[entry_of(body)] |= {"version": 0}
    other = twin.change(entry_of(body), Change.CORRECT, claim_amount="1.00")
    copy.publish(body, other)
    assert copy.node.newest_body(entry_of(body)) == body
    assert copy.node.incidents() == ["conflict"]


def test_a_forged_new_entry_is_healed_by_the_true_record_of_that_version(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.publish(copy.court.forged(body, reason="forged"), body)
    assert copy.node.newest_body(entry_of(body)) == body
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
    assert_equal(copy.node, {(LIST, 0): model_of(bodies[1])})


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
