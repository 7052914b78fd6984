"""What revokes a key is the root's own record, wherever it stands and whoever shows it."""

from pathlib import Path

import pytest

from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, to_wire
from liandong.schemas.wire.framing import unframe
from liandong.schemas.wire.signing import SignatureInvalid, encode_signed
from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.known_keys import SCHEMA, KnownKeys

COURTS, LATER = ("court",), NOW + 10_000


class Robbed(KeyOffice):
    """An office whose court has lost its first key, of which nobody has read yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.publish()
        self.root = self.participants.root_public_key
        self.lost = self.participants.signer("court-su0505")
        self.before = self.key_directory()
        self.clock.time += 1_000
        self.participants.rotate("court-su0505", compromised_since=NOW + 500)
        self.publish()

    def shown(self) -> dict[bytes, bytes]:
        return self.key_directory().revoking_records(COURTS, "js", LATER)

    def replace_root(self) -> StoredKey:
        root = self.participants.root_books.replace_root(self.participants.chance)
        self.publish()
        return root


@pytest.fixture
def office(tmp_path: Path) -> Robbed:
    return Robbed(tmp_path)


def test_a_notary_shows_what_was_revoked_by_then_of_its_own_jurisdiction(office: Robbed) -> None:
    directory = office.key_directory()
    assert list(directory.revoking_records(COURTS, "js", NOW + 500)) == [office.lost.key_id]
    none = (COURTS, "js", NOW + 499), (COURTS, "cq", LATER), (("notary",), "js", LATER)
    assert [directory.revoking_records(*each) for each in none] == [{}, {}, {}]


def test_who_has_not_read_of_it_knows_it_by_the_record_itself(office: Robbed) -> None:
    (value,) = office.shown().values()
    known = KnownKeys(office.root)
    assert known.revocation(value) == office.before.revocation(value) == (office.lost.key_id, NOW + 500)
    assert known.get(office.lost.key_id) is None, "what is shown is not registered by that"


def test_nothing_but_a_record_of_the_root_that_revokes_counts(office: Robbed) -> None:
    (value,) = office.shown().values()
    fingerprint, body = unframe(value)
    record = decode(fingerprint, body)
    court = office.participants.signer("court-su0505")
    root = office.participants.root_signer()
    others = [
        to_wire(SCHEMA, encode_signed(SCHEMA, record, SCHEMA, court)),
        to_wire(SCHEMA, encode_signed(SCHEMA, record | {"revoked_at": 0}, SCHEMA, root)),
        to_wire("key-register", body),
        to_wire(SCHEMA, body[:-1]),
        *(b"", b"\xc3\x01", b"\x00" * 40, b"\xc3\x01" + bytes(8) + body),
    ]
    others += [one.value() or b"" for one in office.broker.records(names.KEYS) if one.key() == b"register"]
    for each in others:
        with pytest.raises(SignatureInvalid):
            KnownKeys(office.root).revocation(each)


def test_the_record_of_a_former_root_counts_where_the_key_is_known_to_be_revoked(office: Robbed) -> None:
    (by_the_former,) = office.shown().values()
    new = office.replace_root()
    (by_the_new,) = office.shown().values()
    assert by_the_new != by_the_former
    assert office.key_directory().revocation(by_the_former) == (office.lost.key_id, NOW + 500)
    changed = KnownKeys(office.root)
    for one in office.broker.records(names.KEYS):
        if (one.key() or b"").startswith(b"root/"):
            changed.take(one)
    assert changed.roots.current == new
    with pytest.raises(SignatureInvalid, match="former root"):
        changed.revocation(by_the_former)
    assert changed.revocation(by_the_new) == (office.lost.key_id, NOW + 500)
    with pytest.raises(SignatureInvalid):
        KnownKeys(office.root).revocation(by_the_new)


def test_the_earliest_instant_is_shown_whatever_order_the_records_came_in(office: Robbed) -> None:
    (value,) = office.shown().values()
    record, root = decode(*unframe(value)), office.participants.root_signer()
    bodies = [encode_signed(SCHEMA, record | {"revoked_at": at}, SCHEMA, root) for at in (NOW + 9, NOW + 7, NOW + 8)]
    known = KnownKeys(office.root)
    for body in bodies:
        known.register(current_schema(SCHEMA).fingerprint, body)
    assert known.revoking_records(COURTS, "js", NOW + 7) == {office.lost.key_id: to_wire(SCHEMA, bodies[1])}
