"""The directory believes the pinned root alone, and never forgets an end."""

import logging
from pathlib import Path

import pytest

from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.sealing import open_sealed, seal
from liandong.schemas.wire.signing import Ed25519Signer, SignatureInvalid, encode_signed, verify
from liandong.topics.catalogue import names
from liandong.topics.keys.directory import SCHEMA, KeyDirectory, NoSealingKey, load_directory, publish_keys
from liandong.topics.keys.participants import Participants
from liandong.topics.settings import load_settings
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.memory.broker import MemoryBroker

NOW = 1_790_000_000_000


class SetClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> int:
        return self.at


class World:
    """One administrator's machine and a broker."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.people = Participants(load_settings(state_dir=folder / "state"), self.clock)
        self.people.new("court-su05", "court", name="中院", jurisdictions=["js"])
        self.people.new("court-su0505", "court", name="基层", jurisdictions=["js"], superior="court-su05")
        self.people.new("railway-js", "agency", jurisdictions=["js", "cq"])
        self.broker = MemoryBroker()

    def publish(self, *participants: str) -> None:
        for participant in participants or [one.id for one in self.people.list()]:
            publish_keys(self.broker.publisher(), self.people, participant)

    def directory(self) -> KeyDirectory:
        return load_directory(self.broker.subscriber(), self.people.root_public_key, self.clock)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def barrier(signer: Ed25519Signer) -> bytes:
    record = {"jurisdiction": "js", "notary": "n", "number": 1, "issued_at": 1, "topic": "t", "partition": 0}
    return encode_signed("barrier", record, "barrier", signer)


def test_published_keys_are_known_with_owner_kind_and_place(world: World) -> None:
    world.publish()
    directory = world.directory()
    key = directory.key(world.people.signer("railway-js").key_id)
    assert key is not None
    assert (key.participant, key.kind, key.jurisdiction, key.use) == ("railway-js", "agency", "js,cq", "sign")
    assert verify(barrier(world.people.signer("court-su0505")), "barrier", directory, NOW).participant == "court-su0505"
    assert directory.key(b"unknown!") is None
    assert directory.ignored == 0


def test_publishing_again_changes_nothing(world: World) -> None:
    world.publish()
    world.publish()
    world.broker.compact(names.KEYS)
    # two keys of three participants and the escrow's
    assert len(world.broker.records(names.KEYS)) == 7


def test_records_carry_their_key_id_as_key_and_no_private_half(world: World) -> None:
    world.publish("railway-js")
    signer = world.people.signer("railway-js")
    (record,) = [m for m in world.broker.records(names.KEYS) if m.key() == f"railway-js/{signer.key_id.hex()}".encode()]
    assert from_wire(record.value() or b"")["public_key"] == signer.public_key
    secret = bytes.fromhex((world.people._file("railway-js", "signing.key")).read_text())
    assert all(secret not in (m.value() or b"") for m in world.broker.records(names.KEYS))


def test_keys_of_another_root_are_ignored_counted_and_logged_once(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = World(tmp_path / "stranger")
    stranger.broker = world.broker
    stranger.publish()
    world.publish("railway-js")
    world.broker.publisher()
    with caplog.at_level(logging.WARNING):
        directory = world.directory()
    assert directory.key(stranger.people.signer("court-su0505").key_id) is None
    assert directory.key(world.people.signer("railway-js").key_id) is not None
    assert directory.ignored == 3 * 3
    assert len([one for one in caplog.records if one.name.endswith("keys.directory")]) == 1


def test_bytes_that_are_no_key_record_are_ignored(world: World) -> None:
    directory = KeyDirectory(world.people.root_public_key)
    for value in (
        None,
        b"",
        b"\x00",
        b"\xc3\x01" + bytes(8),
        to_wire(SCHEMA, bytes(40)),
        to_wire("barrier", barrier(world.people.root_signer())),
    ):
        directory.feed(value)
    assert directory.ignored == 6


def test_a_replaced_key_counts_until_its_end_and_a_revoked_one_until_it_was_lost(world: World) -> None:
    old = world.people.signer("court-su0505")
    world.clock.at = NOW + 1000
    world.people.rotate("court-su0505", overlap_ms=500)
    world.publish("court-su0505")
    directory, new = world.directory(), world.people.signer("court-su0505")
    assert verify(barrier(old), "barrier", directory, NOW + 1499)
    assert verify(barrier(new), "barrier", directory, NOW + 1000)
    for signer, at in ((old, NOW + 1500), (new, NOW + 999)):
        with pytest.raises(SignatureInvalid):
            verify(barrier(signer), "barrier", directory, at)
    world.people.rotate("court-su0505", compromised_since=NOW + 1200)
    world.publish("court-su0505")
    world.clock.at += 2000
    directory.refresh()
    assert verify(barrier(new), "barrier", directory, NOW + 1199)
    with pytest.raises(SignatureInvalid):
        verify(barrier(new), "barrier", directory, NOW + 1200)


def test_an_older_record_does_not_undo_a_revocation(world: World) -> None:
    world.publish("court-su0505")
    before = [message.value() for message in world.broker.records(names.KEYS)]
    lost = world.people.signer("court-su0505").key_id
    world.people.rotate("court-su0505", compromised_since=NOW)
    world.publish("court-su0505")
    directory = world.directory()
    for value in before:
        directory.feed(value)
    key = directory.key(lost)
    assert key is not None
    assert key.revoked_at == NOW


def test_a_key_never_changes_its_owner(world: World) -> None:
    world.publish("court-su0505")
    directory, signer = world.directory(), world.people.signer("court-su0505")
    stolen = {
        "participant": "railway-js", "key_id": signer.key_id, "kind": "agency", "jurisdiction": "js", "name": "", "superior": "",
        "use": "sign", "suite": "intl", "public_key": signer.public_key, "valid_from": 0, "valid_until": 0, "revoked_at": 0,
    }  # fmt: skip
    root = world.people.root_signer()
    directory.feed(to_wire(SCHEMA, encode_signed(SCHEMA, stolen, SCHEMA, root)))
    directory.feed(to_wire(SCHEMA, encode_signed(SCHEMA, {**stolen, "key_id": bytes(8)}, SCHEMA, root)))
    key = directory.key(signer.key_id)
    assert key is not None
    assert (key.participant, directory.ignored) == ("court-su0505", 2)


def test_content_is_sealed_to_the_court_its_superior_and_the_escrow(world: World) -> None:
    world.publish()
    recipients = world.directory().recipients("court-su0505")
    openers = [world.people.sealing_key("court-su0505"), world.people.sealing_key("court-su05"), world.people.escrow]
    assert [one.key_id for one in recipients] == [key.key_id for key in openers]
    content = {
        "proof": bytes(72),
        "jurisdiction": "js",
        "notary": "n",
        "number": 5,
        "issued_at": 1,
        "topic": "t",
        "partition": 0,
    }
    sealed = seal("barrier", content, "ctx", recipients)
    assert [open_sealed(sealed, "ctx", key)["number"] for key in openers] == [5, 5, 5]


def test_a_superior_without_keys_is_left_out_aloud(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.publish("court-su0505")
    with caplog.at_level(logging.WARNING):
        assert len(world.directory().recipients("court-su0505")) == 2
    assert "court-su05" in caplog.text


def test_nothing_is_sealed_to_the_unknown_and_the_retired(world: World) -> None:
    world.publish()
    with pytest.raises(NoSealingKey, match="liandong participant publish"):
        world.directory().recipients("nobody")
    world.people.retire("railway-js")
    world.publish("railway-js")
    with pytest.raises(NoSealingKey):
        world.directory().recipients("railway-js")


def test_a_key_published_later_is_found_but_the_topic_is_read_once_a_second_at_most(world: World) -> None:
    world.publish("court-su0505")
    directory = world.directory()
    late = world.people.signer("railway-js").key_id
    assert directory.key(late) is None
    world.publish("railway-js")
    assert directory.key(late) is None
    world.clock.at += 1000
    assert directory.key(late) is not None


def test_an_empty_topic_is_an_empty_directory(world: World) -> None:
    assert world.directory().key(b"12345678") is None


def test_keys_that_were_not_taken_are_reported(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liandong.topics.keys.directory.PATIENCE", 0.05)
    world.broker.stop()
    with pytest.raises(BrokerUnreachable):
        world.publish("railway-js")
    world.broker.start()
    assert world.broker.records(names.KEYS) == []
