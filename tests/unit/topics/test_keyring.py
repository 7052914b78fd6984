"""A register of keys believes the pinned root alone, and never forgets an end."""

import logging
from pathlib import Path

import pytest

from liandong.schemas.law.retention import Period
from liandong.schemas.wire.codec import from_wire, to_wire
from liandong.schemas.wire.framing import FINGERPRINT_HEADER
from liandong.schemas.wire.sealing import open_sealed, seal
from liandong.schemas.wire.signing import SignatureInvalid, Signer, encode_signed, verify
from liandong.tests.worlds.administration import Administration
from liandong.tests.worlds.clock import NOW, HandClock
from liandong.tests.worlds.wires import MemoryWire
from liandong.topics.catalogue import names
from liandong.topics.keys.key_records import _records
from liandong.topics.keys.keyrings import NoSealingKey
from liandong.topics.keys.known_keys import SCHEMA
from liandong.topics.keys.manifest_problems import ParticipantRefused
from liandong.topics.keys.participants import ESCROW
from liandong.topics.keys.signed_register import RegisterProblem
from liandong.topics.settings import load_settings
from liandong.topics.transport.errors import BrokerUnreachable
from liandong.topics.transport.ports import Headers, OutgoingRecord


class StillClock(HandClock):
    """Both its clocks stand still until `time` is moved by hand."""

    def monotonic(self) -> float:
        return self.time / 1000


class KeyOffice(Administration):
    """Three participants on a broker in memory."""

    def __init__(self, folder: Path) -> None:
        self.clock, wire = StillClock(), MemoryWire()
        super().__init__(wire, load_settings(state_dir=folder / "state"), self.clock)
        self.broker = wire.broker
        self.join("court-su05", "court", publish=False, name="中院", jurisdictions=["js"])
        self.join("court-su0505", "court", publish=False, name="基层", jurisdictions=["js"], superior="court-su05")
        self.join("railway-js", "agency", publish=False, jurisdictions=["js", "cq"])

    def put(self, *values: bytes | None, headers: Headers = ()) -> None:
        """Write to the topic whatever somebody might."""
        for value in values:
            self.publisher.send(OutgoingRecord(names.KEYS, b"k", value, headers))


@pytest.fixture
def office(tmp_path: Path) -> KeyOffice:
    return KeyOffice(tmp_path)


def barrier(signer: Signer) -> bytes:
    record = {
        "jurisdiction": "js",
        "notary": "n",
        "number": 1,
        "issued_at": 1,
        "topic": "t",
        "partition": 0,
        "register_offset": 0,
        "register_hash": bytes(32),
        "shows_revocations": True,
        "revocations": [],
    }
    return encode_signed("barrier", record, "barrier", signer)


def test_published_keys_are_known_with_owner_kind_and_place(office: KeyOffice) -> None:
    office.publish()
    directory = office.key_directory()
    key = directory.key(office.participants.signer("railway-js").key_id)
    assert key is not None
    assert (key.participant, key.kind, key.jurisdiction, key.use) == ("railway-js", "agency", "js,cq", "sign")
    assert (
        verify(barrier(office.participants.signer("court-su0505")), "barrier", directory, NOW).participant
        == "court-su0505"
    )
    assert directory.key(b"unknown!") is None
    assert directory.ignored == 0


def test_publishing_again_changes_nothing(office: KeyOffice) -> None:
    office.publish()
    office.publish()
    office.broker.compact(names.KEYS)
    # a signing key each; for three months sealing keys of six kinds (two courts, the escrow) or two (the agency); the register
    assert len(office.broker.records(names.KEYS)) == 3 + 3 * (6 + 6 + 6 + 2) + 1


def test_records_carry_their_key_id_as_key_and_no_private_half(office: KeyOffice) -> None:
    office.publish("railway-js")
    signer = office.participants.signer("railway-js")
    (record,) = [
        m for m in office.broker.records(names.KEYS) if m.key() == f"railway-js/{signer.key_id.hex()}".encode()
    ]
    assert from_wire(record.value() or b"")["public_key"] == signer.public_key
    secret = bytes.fromhex((office.participants.file("railway-js", "signing.key")).read_text())
    assert all(secret not in (m.value() or b"") for m in office.broker.records(names.KEYS))


def test_keys_of_another_root_are_ignored_counted_and_logged_once(
    office: KeyOffice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = KeyOffice(tmp_path / "stranger")
    stranger.publisher = office.broker.publisher()
    stranger.publish()
    office.publish("railway-js")
    office.broker.publisher()
    with caplog.at_level(logging.WARNING):
        directory = office.key_directory()
    assert directory.key(stranger.participants.signer("court-su0505").key_id) is None
    assert directory.key(office.participants.signer("railway-js").key_id) is not None
    assert directory.ignored == 3 + 3 * (6 + 6 + 6 + 2) + 1
    assert len([one for one in caplog.records if one.name.endswith("keys.known_keys")]) == 1


def test_bytes_that_are_no_key_record_are_ignored(office: KeyOffice) -> None:
    office.put(
        None,
        b"",
        b"\x00",
        b"\xc3\x01" + bytes(8),
        to_wire(SCHEMA, bytes(40)),
        to_wire("barrier", barrier(office.participants.root_signer())),
    )
    for forged in (b"no number", "指纹".encode()):
        office.put(b"\x00\x00\x00\x00\x01body", headers=[(FINGERPRINT_HEADER, forged)])
    assert office.key_directory().ignored == 8


def test_a_replaced_key_counts_until_its_end_and_a_revoked_one_until_it_was_lost(office: KeyOffice) -> None:
    old = office.participants.signer("court-su0505")
    office.clock.time = NOW + 1000
    office.participants.rotate("court-su0505", overlap_ms=500)
    office.publish("court-su0505")
    directory, new = office.key_directory(), office.participants.signer("court-su0505")
    assert verify(barrier(old), "barrier", directory, NOW + 1499)
    assert verify(barrier(new), "barrier", directory, NOW + 1000)
    for signer, at in ((old, NOW + 1500), (new, NOW + 999)):
        with pytest.raises(SignatureInvalid):
            verify(barrier(signer), "barrier", directory, at)
    office.participants.rotate("court-su0505", compromised_since=NOW + 1200)
    office.publish("court-su0505")
    office.clock.time += 2000
    directory.refresh()
    assert verify(barrier(new), "barrier", directory, NOW + 1199)
    with pytest.raises(SignatureInvalid):
        verify(barrier(new), "barrier", directory, NOW + 1200)


def test_an_older_record_does_not_undo_a_revocation(office: KeyOffice) -> None:
    office.publish("court-su0505")
    before = [message.value() for message in office.broker.records(names.KEYS)]
    lost = office.participants.signer("court-su0505").key_id
    office.participants.rotate("court-su0505", compromised_since=NOW)
    office.publish("court-su0505")
    office.put(*before)
    directory = office.key_directory()
    key = directory.key(lost)
    assert key is not None
    assert key.revoked_at == NOW


def test_who_stands_above_a_court_is_what_its_first_key_says_whenever_it_is_asked(office: KeyOffice) -> None:
    """A copy made today would otherwise take another record than one made a year ago."""
    office.publish()
    before = office.key_directory()
    assert before.above("court-su0505") == ["court-su05"]
    office.clock.time += 3_600_000
    manifest = office.settings.state_dir / "participants" / "court-su0505" / "manifest.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("court-su05\n", "court-su06\n"), "utf-8")
    first = office.participants.signer("court-su0505").key_id
    office.participants.rotate("court-su0505")
    second = office.participants.signer("court-su0505").key_id
    records = {record["key_id"]: record for record in _records(office.participants, "court-su0505")}
    assert records[second]["superior"] == "court-su06"
    root = office.participants.root_signer()
    office.put(to_wire(SCHEMA, encode_signed(SCHEMA, records[second], SCHEMA, root)))
    office.clock.time += 1000
    before.refresh()
    for directory in (before, office.key_directory()):
        assert (directory.key(second) is not None, directory.above("court-su0505")) == (True, ["court-su05"])
    assert first != second
    with pytest.raises(ParticipantRefused, match="court-su0505 was registered under court-su05"):
        office.participants.level_with(before.known)


@pytest.mark.parametrize(("participant", "moved"), [("court-su0505", "js"), ("railway-js", "zj")])
def test_where_a_court_acts_is_what_its_first_key_says_an_agency_follows_its_register(
    office: KeyOffice, participant: str, moved: str
) -> None:
    """What a copy is hangs on where courts and notaries act, and not on where an agency does."""
    office.publish()
    before = office.key_directory()
    office.clock.time += 3_600_000
    manifest = office.settings.state_dir / "participants" / participant / "manifest.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("- js", "- zj"), "utf-8")
    first = office.participants.signer(participant).key_id
    office.participants.rotate(participant)
    second = office.participants.signer(participant).key_id
    office.publish(participant)  # the first key again, too
    office.clock.time += 1000
    before.refresh()
    for directory in (before, office.key_directory()):
        keys = directory.key(first), directory.key(second)
        assert [key and key.jurisdiction.split(",")[0] for key in keys] == [moved, moved]
        assert directory.serving("court" if moved == "js" else "agency")[participant] >= {moved}
    if moved == "js":
        with pytest.raises(ParticipantRefused, match="court-su0505 was registered in js and cannot move to zj"):
            office.participants.level_with(before.known)
    else:
        office.participants.level_with(before.known)


def test_a_key_of_a_court_that_is_said_to_act_elsewhere_is_told(office: KeyOffice) -> None:
    office.publish()
    directory = office.key_directory()
    manifest = office.settings.state_dir / "participants" / "court-su0505" / "manifest.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("- js", "- zj"), "utf-8")
    office.publish("court-su0505")
    office.clock.time += 1000
    directory.refresh()
    standing = directory.standing()
    assert standing is not None
    assert RegisterProblem.DIFFERS in standing.problems


def test_a_key_begins_behind_every_one_that_has_begun_and_waits_for_none_made_by_a_clock_ahead(
    office: KeyOffice,
) -> None:
    def begins() -> list[int]:
        return [each.valid_from - NOW for each in office.participants.rotate("court-su0505") if each.use == "sign"]

    assert begins() == [0, 1]
    office.clock.time += 3_600_000
    begins()
    office.clock.time -= 3_000_000
    assert begins() == [0, 1, 3_600_000, 600_000]


def test_a_key_never_changes_its_owner(office: KeyOffice) -> None:
    office.publish("court-su0505")
    directory, signer = office.key_directory(), office.participants.signer("court-su0505")
    stolen = {
        "participant": "railway-js", "key_id": signer.key_id, "kind": "agency", "jurisdiction": "js", "name": "", "superior": "",
        "use": "sign", "retention": "", "period": "", "suite": "intl", "public_key": signer.public_key, "valid_from": 0, "valid_until": 0, "revoked_at": 0, "takeover_on": "",
    }  # fmt: skip
    root = office.participants.root_signer()
    for record in (stolen, {**stolen, "key_id": bytes(8)}):
        office.put(to_wire(SCHEMA, encode_signed(SCHEMA, record, SCHEMA, root)))
    office.clock.time += 1000
    directory.refresh()
    key = directory.key(signer.key_id)
    assert key is not None
    assert (key.participant, directory.ignored) == ("court-su0505", 2)


def test_content_is_sealed_to_the_court_its_superior_and_the_escrow(office: KeyOffice) -> None:
    office.publish()
    recipients = office.key_directory().recipients("court-su0505", "command")
    month = str(Period.at(office.clock.now()))
    openers = [
        office.participants.sealing_keys(one).newest("command", month) for one in ("court-su0505", "court-su05", ESCROW)
    ]
    assert [one.key_id for one in recipients] == [key.key_id for key in openers if key]
    content = {
        "proof": bytes(72),
        "jurisdiction": "js",
        "notary": "n",
        "number": 5,
        "issued_at": 1,
        "topic": "t",
        "partition": 0,
        "register_offset": 0,
        "register_hash": bytes(32),
        "shows_revocations": True,
        "revocations": [],
    }
    sealed = seal("barrier", content, "ctx", recipients)
    assert [open_sealed(sealed, "ctx", key)["number"] for key in openers if key] == [5, 5, 5]


def test_a_superior_without_keys_is_left_out_aloud(office: KeyOffice, caplog: pytest.LogCaptureFixture) -> None:
    office.publish("court-su0505")
    with caplog.at_level(logging.WARNING):
        assert len(office.key_directory().recipients("court-su0505", "command")) == 2
    assert "court-su05" in caplog.text


def test_nothing_is_sealed_to_the_unknown_and_the_retired(office: KeyOffice) -> None:
    office.publish()
    with pytest.raises(NoSealingKey, match="liandong participant renew"):
        office.key_directory().recipients("nobody", "command")
    office.participants.retire("railway-js")
    office.publish("railway-js")
    with pytest.raises(NoSealingKey):
        office.key_directory().recipients("railway-js", "command")


def test_a_key_published_later_is_found_but_the_topic_is_read_once_a_second_at_most(office: KeyOffice) -> None:
    office.publish("court-su0505")
    directory = office.key_directory()
    late = office.participants.signer("railway-js").key_id
    assert directory.key(late) is None
    office.publish("railway-js")
    assert directory.key(late) is None
    office.clock.time += 1000
    assert directory.key(late) is not None


def test_an_empty_topic_is_an_empty_directory(office: KeyOffice) -> None:
    assert office.key_directory().key(b"12345678") is None


def test_keys_that_were_not_taken_are_reported(office: KeyOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liandong.topics.keys.key_records.PATIENCE", 0.05)
    office.broker.stop()
    with pytest.raises(BrokerUnreachable):
        office.publish("railway-js")
    office.broker.start()
    assert office.broker.records(names.KEYS) == []
