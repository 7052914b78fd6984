"""Records nobody can read, or nobody should believe: kept as they came, and what they do to the copy."""

import pytest

from liandong.schemas.law.listing import Change
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.schemas.wire.framing import FINGERPRINT_HEADER, frame
from liandong.tests.worlds.copying import assert_equal
from liandong.tests.worlds.list_copy import LIST, ListCopy, entry_of, model_of
from liandong.tests.worlds.records import FINGERPRINT, identity, new_surrogate


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
