"""Records nobody here can read, or nobody should believe, and what they do to the copy."""

import os

import pytest

from liandong.schemas.law.decisions import Trust
from liandong.schemas.law.listing import Change
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, frame
from liandong.schemas.wire.signing import Ed25519Signer
from liandong.tests.worlds.copying import assert_equal
from liandong.tests.worlds.list_copy import LIST, ListCopy, entry_of, model_of
from liandong.tests.worlds.records import FINGERPRINT, LATER_SCHEMA, identity, new_surrogate


def test_a_record_of_a_later_schema_is_kept_as_it_came_and_asks_for_a_person(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    copy.publish(body)
    raw = copy.court.later(copy.court.change(entry_of(body), Change.CORRECT))
    copy.put(entry_of(body), raw)
    (found,) = copy.node.view.find([surrogate])
    assert (found.opaque, found.body, found.entry_id) == (True, body, entry_of(body))
    assert copy.node.view.trust(found) is Trust.PROVEN
    assert copy.node.lane(LIST, 0).opaque == 1
    expected = SetDigest()
    expected.update([leaf(entry_of(body), -1, -1, bytes(72) + raw)])
    assert copy.digest() == expected.value()
    assert copy.node.incidents() == ["undecodable"]


def test_what_cannot_be_read_and_no_court_signed_changes_nothing(copy: ListCopy) -> None:
    surrogate = new_surrogate()
    body = copy.court.include(surrogate)
    copy.publish(body)
    before = copy.digest()
    newer = copy.court.change(entry_of(body), Change.CORRECT)
    other = copy.court.include()
    stranger = Ed25519Signer(os.urandom(32))
    for raw in (
        b"what is this",
        LATER_SCHEMA,
        LATER_SCHEMA + b"garbage",
        copy.court.later(newer, stranger),
        copy.court.later(other),  # its own court's, and of another entry
        copy.court.later(body),  # of the version that stands
    ):
        copy.put(entry_of(body), raw)
        copy.put(b"k" * 16, raw)
    (found,) = copy.node.view.find([surrogate])
    assert (found.opaque, found.body) == (False, body)
    assert copy.digest() == before
    assert copy.node.lane(LIST, 0).records == 1
    assert copy.node.view.entry(b"k" * 16) is None


def test_a_higher_version_takes_the_place_of_one_of_a_later_schema(copy: ListCopy) -> None:
    first, second, third = new_surrogate(), new_surrogate(), new_surrogate()
    body = copy.court.include(first)
    newer = copy.court.change(entry_of(body), Change.CORRECT, identities=[identity(second)])
    later = copy.court.later(copy.court.change(entry_of(body), Change.EXTEND))
    newest = copy.court.change(entry_of(body), Change.CORRECT, identities=[identity(third)])
    copy.publish(newer)
    copy.put(entry_of(body), later)
    copy.publish(body, newer)
    assert [found.opaque for found in copy.node.view.find([second])] == [True]
    assert copy.node.lane(LIST, 0).stale == 2
    copy.publish(newest)
    copy.put(entry_of(body), later)
    assert copy.node.index() == {third: {entry_of(body)}}
    assert copy.node.lane(LIST, 0).opaque == 0
    expected = SetDigest()
    expected.update([leaf(entry_of(body), 4, 1, newest)])
    assert copy.digest() == expected.value()


def test_the_same_record_of_a_later_schema_again_changes_nothing(copy: ListCopy) -> None:
    body = copy.court.include()
    raw = copy.court.later(body)
    copy.put(entry_of(body), raw)
    before = copy.digest()
    copy.put(entry_of(body), raw)
    assert copy.digest() == before
    assert copy.node.lane(LIST, 0).records == 1


def test_an_entry_of_which_nothing_could_be_read_is_known_by_its_id(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.put(entry_of(body), copy.court.later(body))
    found = copy.node.view.entry(entry_of(body))
    assert found is not None
    assert (found.opaque, found.prefix["status"], found.body) == (True, 0, b"")
    assert copy.node.view.trust(found) is Trust.NOBODYS


def test_a_record_under_another_entrys_key_is_not_believed(copy: ListCopy) -> None:
    body = copy.court.include()
    copy.put(b"k" * 16, copy.court.message(body).value)
    assert copy.node.newest_body(entry_of(body)) is None
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
    assert_equal(copy.node, {(LIST, 0): model_of(body)})
