"""A jurisdiction with a real register of keys, whose entries are traced and proven."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from liandong.monitoring.trace.count import CountPorts
from liandong.monitoring.trace.document import EntryProof, bytes_of
from liandong.monitoring.trace.making import MadeProof, TracedEntry, make_proof
from liandong.monitoring.trace.verdict import ProofVerdict, ProvenState
from liandong.monitoring.trace.verification import verify_proof
from liandong.schemas import ids
from liandong.schemas.wire.codec import to_wire
from liandong.schemas.wire.signing import Ed25519Signer, PublicKey, Signer, encode_signed
from liandong.tests.worlds.clock import DAY_MS, NOW
from liandong.tests.worlds.jurisdiction import WatchedJurisdiction
from liandong.tests.worlds.wires import Wire
from liandong.topics.catalogue import names
from liandong.topics.keys.key_files import StoredKey
from liandong.topics.keys.signed_register import KEY
from liandong.topics.transport.ports import OutgoingRecord
from liandong.topics.workers.clock import SystemClock


class TracedJurisdiction(WatchedJurisdiction):
    """Its keys stand on the bus, signed by a root of its own."""

    def __init__(self, wire: Wire, directory: Path) -> None:
        super().__init__(wire, directory)
        wire.create(names.KEYS, partitions=1)
        self.root = Ed25519Signer(b"r" * 32)
        self.pinned = StoredKey(self.root.public_key)
        for key in list(self.keys.known.values()):
            self.register(key)
        self.send(OutgoingRecord(names.KEYS, KEY, self.word(self.root)))

    def word(self, by: Signer, **fields: Any) -> bytes:
        """What the root says of all keys; nobody who traces counts them."""
        record = {"number": 1, "keys": 0, "hash": bytes(32), "issued_at": NOW, "valid_until": NOW + 400 * DAY_MS}
        return to_wire("key-register", encode_signed("key-register", record | fields, "key-register", by))

    def register(self, key: PublicKey, *, by: Signer | None = None) -> None:
        """Put a key on the bus, signed by the root or somebody else."""
        self.send(OutgoingRecord(names.KEYS, key.key_id, self.key_record(key, by or self.root)))

    def key_record(self, key: PublicKey, by: Signer) -> bytes:
        """A record of `participants.keys.v1`."""
        fields = ("participant", "key_id", "kind", "jurisdiction", "use", "public_key")
        fields = (*fields, "valid_from", "valid_until", "revoked_at", "suite", "retention", "period")  # type: ignore[assignment]
        record = {name: getattr(key, name) for name in fields} | {"name": "", "superior": "", "takeover_on": ""}
        return to_wire("participant-key", encode_signed("participant-key", record, "participant-key", by))

    def make(self, entry_id: bytes, kind: str = "ent", jurisdiction: str = "js") -> MadeProof:
        """Trace an entry."""
        subscriber = self.wire.subscriber()
        try:
            wanted = TracedEntry(f"{kind}_{entry_id.hex()}", jurisdiction, self.pinned)
            return make_proof(wanted, CountPorts(subscriber, self.keys, SystemClock()), lambda _reached, _end: None)
        finally:
            subscriber.close()

    def verdict(self, proof: EntryProof, **changed: Any) -> ProofVerdict:
        """What verifying a proof gives, with some fields changed by hand."""
        return verify_proof(bytes_of(msgspec.structs.replace(proof, **changed)), self.pinned)

    def proven(self, proof: EntryProof) -> ProvenState:
        """What a proof that holds proves."""
        verdict = self.verdict(proof)
        assert verdict.proven is not None, verdict.problems
        return verdict.proven

    def codes(self, proof: EntryProof, **changed: Any) -> set[str]:
        """The checks that fail when fields are changed by hand."""
        verdict = self.verdict(proof, **changed)
        assert verdict.proven is None
        return {each.code for each in verdict.problems}


def written(bodies: Mapping[bytes, bytes] | list[bytes]) -> list[str]:
    """List records as they stand in a file."""
    return [to_wire("list-record", body).hex() for body in bodies]


def entry_text(entry_id: bytes) -> str:
    """An entry's id as people write it."""
    return ids.text("ent", entry_id)
