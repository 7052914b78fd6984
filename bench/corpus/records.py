"""Signed list records made as fast as the signature allows: only what differs is encoded for each.

They are byte for byte what `encode_signed` makes (a test compares them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

import fastavro

from ...schemas.law.listing import Change, Status
from ...schemas.wire.avro_schemas import current_schema, gate_prefix
from ...schemas.wire.codec import encode
from ...schemas.wire.framing import SINGLE_OBJECT
from ...schemas.wire.signing import PROOF_LENGTH, Ed25519Signer, PublicKey, SignatureInvalid, encode_signed, statement
from ...topics.catalogue import names
from ...topics.keys.register_ends import RegisterEnds
from ...topics.keys.revocations import Revocation
from .people import tags_of

JURISDICTION = "js"
NOTARY = "notary-js-1"
COURTS = tuple(f"court-su05{number:02d}" for number in range(20))
EPOCH = 1_790_000_000_000
"""Issue time of the first entry, ms UTC."""
WIRE_HEAD = SINGLE_OBJECT + current_schema("list-record").fingerprint

_DETAILS: dict[str, Any] = {
    "change": int(Change.INCLUDE),
    "reason": "",
    "changed_on": "2026-09-20",
    "recorded_at": EPOCH,
    "batch_id": "bat_" + "0" * 32,
    "name": "测试人",
    "court_name": "苏州市虎丘区人民法院",
    "case_number": "（2026）苏0505执1234号",
    "decision_number": "（2026）苏0505执1234号之一",
    "grounds": [1],
    "term_start": "2026-09-20",
    "term_end": "2028-09-19",
    "filing_date": "2026-03-02",
    "publish_date": "2026-09-20",
    "basis_number": "（2025）苏0505民初4321号",
    "basis_maker": "苏州市虎丘区人民法院",
    "performance": 1,
    "claim_amount": "128000.00",
    "related_entity": "",
}


def signer_of(participant: str) -> Ed25519Signer:
    """Return the key of a participant of the measurements; worth nothing anywhere else."""
    return Ed25519Signer(sha256(f"measurements: {participant}".encode()).digest())


class Keyring:
    """The registered keys of the measurements' courts and notary."""

    def __init__(self) -> None:
        keys = [_registered(court, "court") for court in COURTS] + [_registered(NOTARY, "notary")]
        self._keys = {key.key_id: key for key in keys}

    def key(self, key_id: bytes) -> PublicKey | None:
        """Return the key with this id."""
        return self._keys.get(key_id)

    def refresh(self) -> None:
        """Do nothing: nobody registers during a measurement."""

    def above(self, participant: str) -> list[str]:
        """Return nobody."""
        del participant
        return []

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        """Return nothing: nobody is revoked."""
        del register_offset, at
        return frozenset()

    def revocation(self, value: bytes) -> Revocation:
        """Refuse whatever is shown: nobody is revoked."""
        raise SignatureInvalid(f"nobody revokes a key by {value.hex()}")

    def ends(self) -> RegisterEnds:
        """Return how far a register without partitions reaches."""
        return RegisterEnds({}, 0)

    def read_to(self, ends: RegisterEnds) -> None:
        """Do nothing: all of it is read."""

    def vouches(self, at: int) -> bool:
        """Return yes: no register runs out during a measurement."""
        return at >= 0


def _registered(participant: str, kind: str) -> PublicKey:
    signer = signer_of(participant)
    return PublicKey(signer.key_id, participant, kind, JURISDICTION, "sign", signer.public_key)


def entry_id_of(entry: int) -> bytes:
    """Return a UUIDv7 that grows with the entry's number, one a millisecond."""
    rest = sha256(entry.to_bytes(8, "big")).digest()
    return (EPOCH + entry).to_bytes(6, "big") + bytes([0x70 | rest[0] >> 4, rest[1], 0x80 | rest[2] >> 2]) + rest[3:10]


def prefix_of(entry: int, **changed: Any) -> dict[str, Any]:
    """Return the gate prefix of an entry's first version."""
    surrogate, name_tag = tags_of(entry)
    one = {"key_id": 1, "certificate_type": 1, "link": 0, "surrogate": surrogate, "name_tag": name_tag}
    court, sequence = entry % len(COURTS), entry // len(COURTS) + 1
    return {
        "proof": bytes(PROOF_LENGTH),
        "entry_id": entry_id_of(entry),
        "version": 1,
        "court": COURTS[court],
        "court_sequence": sequence,
        "instrument": 1,
        "record_class": 0,
        "status": int(Status.ACTIVE),
        "person_kind": 1,
        "person_role": 0,
        "effective_from": EPOCH,
        "effective_until": 0,
        "identities": [one],
    } | changed


@dataclass
class Scribe:
    """Signs records; one a process."""

    signers: Mapping[str, Ed25519Signer] = field(default_factory=lambda: {court: signer_of(court) for court in COURTS})
    context: str = names.debtor_list(JURISDICTION)
    _tail: bytes = b""

    def __post_init__(self) -> None:
        whole = encode("list-record", prefix_of(0) | {"update_id": bytes(16)} | _DETAILS)
        self._tail = whole[len(_encoded_prefix(prefix_of(0))) + 16 :]

    def body(self, prefix: Mapping[str, Any]) -> bytes:
        """Return the signed body of a record with this prefix and the usual details."""
        content = _encoded_prefix(prefix)[PROOF_LENGTH:] + prefix["entry_id"] + self._tail
        signer = self.signers[prefix["court"]]
        signature = signer.sign(statement(self.context, content))
        return b"".join((signer.key_id, signature, content))

    def same_by_the_product(self, prefix: Mapping[str, Any]) -> bytes:
        """Return the same body as the product makes it."""
        record = {**prefix, "update_id": prefix["entry_id"], **_DETAILS}
        return encode_signed("list-record", record, self.context, self.signers[prefix["court"]])


def _encoded_prefix(prefix: Mapping[str, Any]) -> bytes:
    out = BytesIO()
    fastavro.schemaless_writer(out, gate_prefix(), prefix)
    return out.getvalue()


def barrier_body(topic: str, partition: int, number: int, issued_at: int) -> bytes:
    """Sign a barrier of the measurements' notary."""
    record = {"jurisdiction": JURISDICTION, "notary": NOTARY, "number": number, "issued_at": issued_at}
    record |= {"topic": topic, "partition": partition, "register_offset": 0, "register_hash": bytes(32)}
    record |= {"shows_revocations": True, "revocations": []}
    return encode_signed("barrier", record, "barrier", signer_of(NOTARY))
