"""What the root says of its register, held against what a directory has read of it."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.intl import INTL
from liandong.schemas.wire.key_register import register_hash
from liandong.schemas.wire.signing import Ed25519Signer, Signer, encode_signed
from liandong.tests.unit.topics.test_keyring import KeyOffice
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import KeyDirectory
from liandong.topics.keys.signed_register import KEY, RegisterProblem, RegisterStanding, SignedRegister
from liandong.topics.transport.ports import OutgoingRecord

DAY_MS = 86_400_000


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    made = KeyOffice(tmp_path)
    made.publish()
    return made


def read(office: KeyOffice) -> tuple[KeyDirectory, RegisterStanding]:
    directory = office.key_directory()
    standing = directory.standing()
    assert standing is not None
    return directory, standing


def words(office: KeyOffice) -> list[dict[str, Any]]:
    """What the root said of its register, oldest first."""
    return [from_wire(one.value() or b"") for one in office.broker.records(names.KEYS) if one.key() == KEY]


def say(office: KeyOffice, signer: Signer | None = None, **fields: Any) -> None:
    """Write a word about the register."""
    record = words(office)[-1] | fields
    body = encode_signed("key-register", record, "key-register", signer or office.participants.root_signer())
    office.publisher.send(OutgoingRecord(names.KEYS, KEY, to_wire("key-register", body)))


def by_hand(office: KeyOffice) -> bytes:
    """The hash as docs/wire.md describes it, from the records of the topic."""
    newest: dict[bytes, dict[str, Any]] = {}
    for one in office.broker.records(names.KEYS):
        if one.key() != KEY:
            record = from_wire(one.value() or b"")
            before = newest.get(record["key_id"], record)
            for end in ("valid_until", "revoked_at"):
                record[end] = min(filter(None, (before[end], record[end])), default=0)
            newest[record["key_id"]] = record
    content = b""
    for key_id, record in sorted(newest.items()):
        content += key_id
        for name in ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite"):
            text = record[name].encode()
            content += len(text).to_bytes(2, "big") + text
        content += len(record["public_key"]).to_bytes(2, "big") + record["public_key"]
        for name in ("valid_from", "valid_until", "revoked_at"):
            content += record[name].to_bytes(8, "big")
    return sha256(content).digest()


def test_the_root_says_what_a_reader_finds(office: KeyOffice) -> None:
    directory, standing = read(office)
    said = words(office)[-1]
    assert standing.signed == SignedRegister(
        said["number"], 63, by_hand(office), said["valid_until"], said["issued_at"]
    )
    assert (standing.problems, standing.keys, standing.hash) == ((), 63, by_hand(office))
    end = len(office.broker.records(names.KEYS))
    assert (directory.mark().offset, directory.mark().hash) == (end, by_hand(office))
    assert said["valid_until"] - said["issued_at"] == 400 * DAY_MS
    assert directory.ignored == 0


def test_publishing_the_same_keys_says_the_same_and_a_change_the_next_number(office: KeyOffice) -> None:
    office.publish()
    assert {one["number"] for one in words(office)} == {1}
    changes: list[Callable[[], object]] = [
        lambda: office.participants.rotate("railway-js"),
        lambda: office.participants.rotate("railway-js", compromised_since=office.clock.now() - 1_000),
        lambda: office.participants.retire("railway-js"),
        lambda: office.join("notary-js-1", "notary", publish=False, jurisdictions=["js"]),
    ]
    for number, change in enumerate(changes, start=2):
        office.clock.time += 1_000
        change()
        office.publish()
        assert words(office)[-1]["number"] == number
        assert read(office)[1].problems == ()
        assert words(office)[-1]["hash"] == by_hand(office)


def test_a_key_or_an_end_that_is_missing_on_the_topic_is_told(office: KeyOffice) -> None:
    office.participants.rotate("court-su0505", compromised_since=office.clock.now())
    office.publish("railway-js")  # the root speaks of everybody, and only these keys are sent
    assert read(office)[1].problems == (RegisterProblem.DIFFERS,)
    office.publish("court-su0505")
    assert read(office)[1].problems == ()


def test_without_any_word_of_the_root_missing_keys_would_not_show(office: KeyOffice) -> None:
    kept = [one for one in office.broker.records(names.KEYS) if one.key() != KEY]
    office.broker.delete(names.KEYS)
    office.wire.create(names.KEYS, partitions=1)
    publisher = office.broker.publisher()
    for one in kept:
        publisher.send(OutgoingRecord(names.KEYS, one.key(), one.value()))
    assert read(office)[1].problems == (RegisterProblem.MISSING,)


def test_an_old_word_written_again_is_a_register_rolled_back_until_a_newer_comes(office: KeyOffice) -> None:
    old = words(office)[-1]
    office.participants.rotate("railway-js")
    office.publish()
    say(office, **old)
    directory, standing = read(office)
    assert standing.problems == (RegisterProblem.ROLLED_BACK,)
    assert standing.signed is not None
    assert standing.signed.number == 2
    office.publish()
    directory.step()
    found = directory.standing()
    assert found is not None
    assert found.problems == ()


def test_a_forged_word_counts_for_nothing(office: KeyOffice) -> None:
    _, before = read(office)
    say(office, office.participants.signer("court-su0505"), number=99, hash=bytes(32))
    say(office, Ed25519Signer(b"x" * 32), number=98)
    office.publisher.send(OutgoingRecord(names.KEYS, KEY, None))
    office.publisher.send(OutgoingRecord(names.KEYS, KEY, to_wire("key-register", b"\xff" * 90)))
    directory, standing = read(office)
    assert (standing.signed, standing.problems) == (before.signed, ())
    assert directory.ignored == 4


def test_past_its_validity_it_is_told_and_publishing_renews_it_in_time(office: KeyOffice) -> None:
    office.clock.time += 199 * DAY_MS
    office.publish()
    assert words(office)[-1]["number"] == 1
    office.clock.time += 2 * DAY_MS
    office.publish()
    assert words(office)[-1]["number"] == 2
    office.clock.time += 400 * DAY_MS
    assert read(office)[1].problems == (RegisterProblem.EXPIRED,)
    office.publish()
    assert read(office)[1].problems == ()


def test_every_field_that_counts_changes_the_hash(office: KeyOffice) -> None:
    records = [from_wire(one.value() or b"") for one in office.broker.records(names.KEYS) if one.key() != KEY]
    record = records[0]
    hashes = {register_hash([record], INTL)}
    for name in ("participant", "kind", "jurisdiction", "superior", "use", "retention", "period", "suite"):
        hashes.add(register_hash([record | {name: record[name] + "x"}], INTL))
    for name in ("valid_from", "valid_until", "revoked_at"):
        hashes.add(register_hash([record | {name: record[name] + 1}], INTL))
    hashes.add(register_hash([record | {"public_key": record["public_key"] + b"x"}], INTL))
    hashes.add(register_hash([record | {"key_id": bytes(8)}], INTL))
    hashes.add(register_hash([], INTL))
    assert len(hashes) == 15
    assert register_hash(records, INTL) == register_hash(records[::-1], INTL)


def test_compaction_keeps_what_is_needed(office: KeyOffice) -> None:
    office.participants.rotate("railway-js")
    office.publish()
    office.broker.compact(names.KEYS)
    assert [one["number"] for one in words(office)] == [2]
    _, standing = read(office)
    assert standing.problems == ()
    assert standing.hash == by_hand(office)
