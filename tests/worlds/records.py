"""Builders of signed records, barriers and heads, and the simple model a copy of a list is compared with.

Everybody here is fictitious: surrogates are random bytes or HMACs of made-up numbers, no certificate number appears.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from liandong.schemas.law.listing import ENDED_FROM, Change, Instrument, Status, next_status
from liandong.schemas.wire.avro_schemas import current_schema
from liandong.schemas.wire.codec import decode, decode_prefix, encode, to_wire
from liandong.schemas.wire.digest import SetDigest, leaf
from liandong.schemas.wire.framing import SINGLE_OBJECT, unframe
from liandong.schemas.wire.signing import Ed25519Signer, Keyring, PublicKey, Signer, encode_signed, prove, verify
from liandong.tests.worlds.chance import CHANCE
from liandong.tests.worlds.clock import NOW
from liandong.topics.catalogue import names
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.known_keys import KnownKeys
from liandong.topics.keys.register_ends import RegisterBehind, RegisterEnds
from liandong.topics.keys.revocations import Revocation
from liandong.topics.keys.signed_register import RegisterMark
from liandong.topics.transport.ports import OutgoingRecord

RECORD = "list-record"
FINGERPRINT = current_schema(RECORD).fingerprint
LATER_SCHEMA = SINGLE_OBJECT + bytes(range(8))
"""What frames a record of a schema this release does not know."""


_OF_A_KEY = (
    *("participant", "key_id", "kind", "jurisdiction", "use", "retention", "period", "suite"),
    *("public_key", "valid_from", "valid_until", "revoked_at"),
)


class Keys:
    """A keyring of given keys; `refreshed` and `asked` count how often it was to read again, and asked how far it reaches."""

    def __init__(self, *keys: PublicKey) -> None:
        self.known = {key.key_id: key for key in keys}
        self.superiors: dict[str, list[str]] = {}
        self.revocations: dict[bytes, int] = {}
        """Where in the register each revocation stands."""
        self.root = Ed25519Signer(sha256(b"the root of these keys").digest())
        self.read_through = 1 << 20
        """How far the register has been read."""
        self.arriving: list[PublicKey] = []
        self.refreshed = self.asked = 0
        self.vouched_until = 0
        """Until when the root's word about these keys counts, ms UTC; 0: it said none."""
        self.behind: bool | None = None
        """Whether what arrives is still on its way; None: a look at the register brings it, True or False: none does."""

    def key(self, key_id: bytes) -> PublicKey | None:
        return self.known.get(key_id)

    def above(self, participant: str) -> list[str]:
        return self.superiors.get(participant, [])

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        if register_offset > self.read_through:
            raise RegisterBehind
        ended = {key_id for key_id, offset in self.revocations.items() if offset < register_offset}
        return frozenset(key_id for key_id in ended if self.known[key_id].revoked_at <= at)

    def revocation(self, value: bytes) -> Revocation:
        return KnownKeys(StoredKey(self.root.public_key)).revocation(value)

    def revoking(self, key_id: bytes, signer: Signer | None = None) -> bytes:
        """The root's record of a key as it is known, perhaps signed by somebody else."""
        key = self.known[key_id]
        record = {name: getattr(key, name) for name in _OF_A_KEY} | {"name": "", "superior": "", "takeover_on": ""}
        return to_wire(
            "participant-key", encode_signed("participant-key", record, "participant-key", signer or self.root)
        )

    def revoking_records(self, kinds: Collection[str], jurisdiction: str, at: int) -> dict[bytes, bytes]:
        here = [key for key in self.known.values() if key.kind in kinds and jurisdiction in key.places]
        return {key.key_id: self.revoking(key.key_id) for key in here if 0 < key.revoked_at <= at}

    @property
    def version(self) -> int:
        return len(self.known)

    def refresh(self) -> None:
        self.refreshed += 1
        if self.behind is None:
            self._arrive()

    def _arrive(self) -> None:
        self.known |= {key.key_id: key for key in self.arriving}

    def mark(self) -> RegisterMark:
        return RegisterMark(len(self.known), sha256(b"".join(sorted(self.known))).digest())

    def ends(self) -> RegisterEnds:
        self.asked += 1
        return RegisterEnds({}, 0)

    def read_to(self, ends: RegisterEnds) -> None:  # noqa: ARG002  all there is is read
        self.refresh()
        if self.behind:
            raise RegisterBehind
        self._arrive()

    def vouches(self, at: int) -> bool:
        return not self.vouched_until or at < self.vouched_until


def registered(signer: Signer, participant: str, kind: str, jurisdiction: str) -> PublicKey:
    """A signer's key as the register of participants has it."""
    return PublicKey(signer.key_id, participant, kind, jurisdiction, "sign", signer.public_key, suite=signer.suite)


def verify_from(body: bytes, context: str, keyring: Keyring, participant: str, at: int) -> None:
    """The signature under a body holds, and it is this participant's."""
    assert verify(body, context, keyring, at).participant == participant


def identity(surrogate: bytes, *, name_tag: bytes | None = None, key_id: int = 1, link: int = 0) -> dict[str, Any]:
    """One certificate of a subject."""
    tag = name_tag if name_tag is not None else sha256(surrogate).digest()[:16]
    return {"key_id": key_id, "certificate_type": 1, "link": link, "surrogate": surrogate, "name_tag": tag}


def new_surrogate() -> bytes:
    """16 bytes nobody else has."""
    return os.urandom(16)


_EMPTY: dict[str, Any] = {
    "record_class": 0,
    "person_kind": 1,
    "person_role": 0,
    "effective_from": NOW - 86_400_000,
    "effective_until": 0,
    "reason": "",
    "changed_on": "2026-11-22",
    "recorded_at": NOW,
    "batch_id": "bat_" + "0" * 32,
    "name": "测试人甲",
    "court_name": "苏州市虎丘区人民法院",
    "case_number": "（2026）苏0505执1234号",
    "decision_number": "（2026）苏0505执1234号之一",
    "grounds": [1],
    "term_start": "",
    "term_end": "",
    "filing_date": "2026-03-02",
    "publish_date": "2026-11-22",
    "basis_number": "（2025）苏0505民初4321号",
    "basis_maker": "苏州市虎丘区人民法院",
    "performance": 1,
    "claim_amount": "128000.00",
    "related_entity": "",
}
_OF_THE_SUBJECT = ("name", "case_number", "decision_number", "basis_number", "basis_maker", "claim_amount")


@dataclass
class CourtScribe:
    """Writes a court's signed records: `include` makes an entry, `change` its next version.

    Bodies are complete Avro bodies, proof included; `message` puts one on its state topic, `relief` on the fast lane.
    """

    jurisdiction: str = "js"
    court: str = "court-su0505"
    signer: Signer = field(default_factory=lambda: Ed25519Signer(os.urandom(32)))
    entries: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    sequence: int = 0

    @property
    def public_key(self) -> PublicKey:
        return registered(self.signer, self.court, "court", self.jurisdiction)

    def include(
        self, *surrogates: bytes, instrument: Instrument = Instrument.LIST_ENTRY, at: int = NOW, **fields: Any
    ) -> bytes:
        """A new entry with these surrogates (a fresh one if none is given)."""
        identities = [identity(one) for one in surrogates or (new_surrogate(),)]
        record = _EMPTY | {
            "entry_id": CHANCE.ordered_id(),
            "version": 1,
            "court": self.court,
            "instrument": int(instrument),
        }
        record |= {"status": int(Status.ACTIVE), "identities": identities, "change": int(Change.INCLUDE)}
        return self._write(record | {"recorded_at": at} | fields)

    def change(self, entry_id: bytes, change: Change, *, at: int = NOW, **fields: Any) -> bytes:
        """The next version of an entry; ended ones lose name and identities as the law of the bus wants."""
        before = self.entries[entry_id]
        status = next_status(Instrument(before["instrument"]), Status(before["status"]), change)
        record = before | {"version": before["version"] + 1, "status": int(status), "change": int(change)}
        if status >= ENDED_FROM:
            record |= {"identities": [], "person_kind": 0, "grounds": []} | dict.fromkeys(_OF_THE_SUBJECT, "")
        return self._write(record | {"recorded_at": at} | fields)

    def message(self, body: bytes) -> OutgoingRecord:
        """A record on the state topic of its instrument."""
        prefix = decode_prefix(body)
        topic = names.state_topic(prefix["instrument"], self.jurisdiction)
        return OutgoingRecord(topic, prefix["entry_id"], to_wire(RECORD, body))

    def relief(self, body: bytes) -> OutgoingRecord:
        """The same bytes on the fast lane."""
        message = self.message(body)
        return OutgoingRecord(names.relief(self.jurisdiction), message.key, message.value)

    def later(self, body: bytes, signer: Signer | None = None) -> bytes:
        """The value of a record whose schema only a later release knows: the same gate prefix, and more behind."""
        context = names.state_topic(decode_prefix(body)["instrument"], self.jurisdiction)
        signed, _ = prove(body[72:] + b"a field of later", context, signer or self.signer)
        return LATER_SCHEMA + signed

    def forged(self, body: bytes, **fields: Any) -> bytes:
        """A record with other content under a signature that does not belong to it."""
        return body[:72] + encode(RECORD, decode(FINGERPRINT, body) | fields)[72:]

    def _write(self, record: dict[str, Any]) -> bytes:
        self.sequence += 1
        record |= {"court_sequence": self.sequence, "update_id": CHANCE.ordered_id()}
        self.entries[record["entry_id"]] = record
        context = names.state_topic(record["instrument"], self.jurisdiction)
        return encode_signed(RECORD, record, context, self.signer)


@dataclass
class NotaryScribe:
    """Writes barriers and heads as a notary does."""

    jurisdiction: str = "js"
    notary: str = "notary-js-1"
    signer: Signer = field(default_factory=lambda: Ed25519Signer(os.urandom(32)))
    previous: bytes = bytes(32)

    @property
    def public_key(self) -> PublicKey:
        return registered(self.signer, self.notary, "notary", self.jurisdiction)

    def barrier(self, topic: str, partition: int, number: int, issued_at: int = NOW, **fields: Any) -> OutgoingRecord:
        """A marker for one partition; with a `register_offset` as version 1 of its schema means it."""
        record: dict[str, Any] = {"jurisdiction": self.jurisdiction, "notary": self.notary, "number": number}
        record |= {"issued_at": issued_at, "topic": topic, "partition": partition, "register_offset": 0}
        record |= {"register_hash": bytes(32), "shows_revocations": "register_offset" not in fields, "revocations": []}
        record |= fields
        body = encode_signed("barrier", record, "barrier", self.signer)
        key = b"barrier/" + self.notary.encode()
        return OutgoingRecord(topic, key, to_wire("barrier", body), partition=partition)

    def barriers(self, partitions: int, number: int, issued_at: int = NOW) -> list[OutgoingRecord]:
        """A marker for every partition of both lists and the relief lane."""
        topics = (*names.state_topics(self.jurisdiction), names.relief(self.jurisdiction))
        return [self.barrier(topic, each, number, issued_at) for topic in topics for each in range(partitions)]

    def report(self, number: int, relief: Mapping[int, int] = {}, **fields: Any) -> OutgoingRecord:
        """A signed report; `relief` is where the markers stand in the partitions of the relief lane."""
        rows = [{"partition": partition, "offset": offset} for partition, offset in relief.items()]
        record: dict[str, Any] = {"jurisdiction": self.jurisdiction, "notary": self.notary, "number": number}
        record |= {"issued_at": NOW, "relief": rows, "findings": []} | fields
        body = encode_signed("notary-report", record, "notary-report", self.signer)
        return OutgoingRecord(
            names.notary_reports(self.jurisdiction), None, to_wire("notary-report", body), partition=0
        )

    def head(self, number: int, lanes: Sequence[Mapping[str, Any]], **fields: Any) -> OutgoingRecord:
        """A signed head; `lanes` from `lane_heads`."""
        record: dict[str, Any] = {"jurisdiction": self.jurisdiction, "notary": self.notary, "number": number}
        record |= {"issued_at": NOW, "valid_until": NOW + 60_000, "previous": self.previous, "lanes": list(lanes)}
        body = encode_signed(
            "list-head",
            record | {"courts": [], "suite": "intl", "snapshot_barrier": -1, "snapshot": [], "floor_at": 0} | fields,
            "list-head",
            self.signer,
        )
        self.previous = sha256(body).digest()
        return OutgoingRecord(names.heads(self.jurisdiction), None, to_wire("list-head", body), partition=0)


@dataclass
class PublisherScribe:
    """Writes checkpoints as a jurisdiction's publisher does."""

    jurisdiction: str = "js"
    publisher: str = "publisher-js"
    signer: Signer = field(default_factory=lambda: Ed25519Signer(os.urandom(32)))
    epoch: bytes = field(default_factory=CHANCE.ordered_id)

    @property
    def public_key(self) -> PublicKey:
        return registered(self.signer, self.publisher, "publisher", self.jurisdiction)

    def checkpoint(
        self, topic: str, partition: int, number: int, courts: Mapping[str, tuple[int, int]], **fields: Any
    ) -> OutgoingRecord:
        """One for a partition; `courts` are the highest sequence and the live entries of each."""
        record: dict[str, Any] = {"jurisdiction": self.jurisdiction, "publisher": self.publisher, "number": number}
        record |= {"topic": topic, "partition": partition, "issued_at": NOW, "epoch": self.epoch}
        rows = [{"court": court, "highest": each[0], "live": each[1]} for court, each in sorted(courts.items())]
        body = encode_signed("court-checkpoint", record | {"courts": rows} | fields, "court-checkpoint", self.signer)
        key = b"checkpoint/" + self.publisher.encode()
        return OutgoingRecord(topic, key, to_wire("court-checkpoint", body), partition=partition)


class LogRecord(Protocol):
    """What the model needs of a message."""

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...


@dataclass
class Model:
    """What a copy of one partition must hold: entry id to newest body, nothing clever."""

    newest: dict[bytes, bytes] = field(default_factory=dict)
    stale: int = 0

    def apply(self, body: bytes) -> None:
        """Keeps the higher version."""
        prefix = decode_prefix(body)
        before = self.newest.get(prefix["entry_id"])
        if before is not None and decode_prefix(before)["version"] >= prefix["version"]:
            self.stale += 1
        else:
            self.newest[prefix["entry_id"]] = body

    def digest(self) -> bytes:
        """The digest a notary would sign."""
        digest = SetDigest()
        digest.update(self.leaves(lambda _: True))
        return digest.value()

    def live_leaves(self) -> list[bytes]:
        """What a snapshot shows: neither ended entries nor canaries, by entry id."""
        return self.leaves(lambda prefix: prefix["status"] < ENDED_FROM and not prefix["record_class"])

    def leaves(self, wanted: Callable[[Mapping[str, Any]], bool]) -> list[bytes]:
        """The leaves of some entries, by entry id."""
        prefixes = {entry_id: decode_prefix(body) for entry_id, body in sorted(self.newest.items())}
        return [
            leaf(entry_id, prefix["version"], prefix["status"], self.newest[entry_id])
            for entry_id, prefix in prefixes.items()
            if wanted(prefix)
        ]

    def by_surrogate(self) -> dict[bytes, set[bytes]]:
        """Which live entries a surrogate leads to."""
        found: dict[bytes, set[bytes]] = {}
        for entry_id, body in self.newest.items():
            prefix = decode_prefix(body)
            if prefix["status"] < ENDED_FROM:
                for one in prefix["identities"]:
                    found.setdefault(one["surrogate"], set()).add(entry_id)
        return found


def recount(log: Iterable[LogRecord]) -> dict[tuple[str, int], Model]:
    """The models of all partitions of a log of list records; barriers are passed over."""
    models: dict[tuple[str, int], Model] = {}
    for message in log:
        model = models.setdefault((message.topic(), message.partition()), Model())
        value = message.value()
        assert value is not None
        fingerprint, body = unframe(value)
        if fingerprint == FINGERPRINT:
            model.apply(body)
    return models


def lane_heads(
    models: Mapping[tuple[str, int], Model], jurisdiction: str, partitions: int, offset: int = 0
) -> list[dict[str, Any]]:
    """The lanes of a head over these models; partitions nobody wrote to are empty."""
    lanes = []
    for topic in names.state_topics(jurisdiction):
        for partition in range(partitions):
            model = models.get((topic, partition), Model())
            counts = {"records": len(model.newest), "live": 0}
            place = {"topic": topic, "topic_id": bytes(16), "partition": partition, "offset": offset}
            lanes.append(place | {"digest": model.digest()} | counts)
    return lanes
