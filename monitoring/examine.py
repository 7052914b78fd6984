"""What a notary makes of one message of a list: a marker, a record whose proof holds or not, or bytes it cannot read."""

from dataclasses import dataclass
from hashlib import sha256

from ..schemas.catalogue import is_version_of
from ..schemas.codec import GatePrefix, Undecodable, decode, decode_prefix
from ..schemas.framing import FINGERPRINT_HEADER, FramingError, unframe
from ..schemas.signing import PROOF_LENGTH, Keyring, SignatureInvalid, verify, verify_from
from ..topics.ports import Message, TopicPartition
from .tally import OPAQUE_CLASS

ENTRY_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Marker:
    """A barrier of some notary, its signature checked."""

    notary: str
    number: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class Record:
    """A list record, or bytes that should be one (class `OPAQUE_CLASS`)."""

    entry_id: bytes
    version: int
    status: int
    body_hash: bytes
    record_class: int
    court: str
    court_sequence: int
    alarm: str = ""
    """Why it must not replace anything: signature, foreign-court, misplaced, opaque; empty if all is well."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A message that is neither; it changes no copy."""

    reason: str
    """tombstone, key or barrier."""


class Examiner:
    """Reads the messages of one jurisdiction's lists and verifies every signature."""

    def __init__(self, jurisdiction: str, keyring: Keyring) -> None:
        self._jurisdiction = jurisdiction
        self._keyring = keyring

    def examine(self, lane: TopicPartition, message: Message) -> Marker | Record | Foreign:
        """Never raises for what somebody wrote; that is the finding."""
        key, value = message.key(), message.value()
        if value is None:
            return Foreign("tombstone")
        try:
            fingerprint, body = unframe(value, dict(message.headers() or ()).get(FINGERPRINT_HEADER))
        except (FramingError, ValueError):
            fingerprint, body = b"", b""
        if is_version_of(fingerprint, "barrier"):
            return self._marker(lane, fingerprint, body)
        if key is None or len(key) != ENTRY_ID_LENGTH:
            return Foreign("key")
        try:
            prefix = decode_prefix(body) if is_version_of(fingerprint, "list-record") else None
        except Undecodable:
            prefix = None
        if prefix is None:
            return Record(key, 0, 0, sha256(value).digest(), OPAQUE_CLASS, "", 0, "opaque")
        return self._record(lane, key, prefix, body, message.timestamp()[1])

    def _record(self, lane: TopicPartition, key: bytes, prefix: GatePrefix, body: bytes, at: int) -> Record:
        return Record(
            key,
            prefix["version"],
            prefix["status"],
            sha256(memoryview(body)[PROOF_LENGTH:]).digest(),
            min(max(prefix["record_class"], 0), OPAQUE_CLASS - 1),
            prefix["court"],
            prefix["court_sequence"],
            "misplaced" if prefix["entry_id"] != key else self._alarm(lane.topic, prefix["court"], body, at),
        )

    def _alarm(self, topic: str, court: str, body: bytes, at: int) -> str:
        try:
            signer = verify(body, topic, self._keyring, at)
        except SignatureInvalid:
            return "signature"
        if signer.participant != court or signer.kind != "court" or signer.jurisdiction != self._jurisdiction:
            return "foreign-court"
        return ""

    def _marker(self, lane: TopicPartition, fingerprint: bytes, body: bytes) -> Marker | Foreign:
        try:
            barrier = decode(fingerprint, body)
            verify_from(body, "barrier", self._keyring, barrier["notary"], barrier["issued_at"])
        except (Undecodable, SignatureInvalid):
            return Foreign("barrier")
        if (barrier["jurisdiction"], barrier["topic"], barrier["partition"]) != (self._jurisdiction, *lane):
            return Foreign("barrier")
        return Marker(barrier["notary"], barrier["number"], barrier["issued_at"])
