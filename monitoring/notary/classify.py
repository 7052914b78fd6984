"""What a notary makes of one message of a list: a marker, a record whose proof holds or not, or bytes it cannot read."""

from dataclasses import dataclass

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import PROOF_LENGTH, SignatureInvalid
from ...schemas.wire.suites import INTL_SUITE, Suite
from ...topics.keys.entitlement import ListPlace, kept_class
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message, TopicPartition
from ...topics.transport.received import may_be_entry, unwrap
from .checkpoints import PublisherCheckpoint
from .tally import OPAQUE_CLASS


@dataclass(frozen=True, slots=True)
class Marker:
    """A barrier of some notary, its signature checked."""

    notary: str
    number: int
    issued_at: int
    key_id: bytes
    """Of who signed it."""
    covered: frozenset[bytes]
    """Ids of the keys that were revoked when it was issued, as far as its notary had read the register."""


@dataclass(frozen=True, slots=True)
class ListMessage:
    """A list record, or bytes that should be one (class `OPAQUE_CLASS`)."""

    entry_id: bytes
    version: int
    status: int
    body_hash: bytes
    record_class: int
    court: str
    court_sequence: int
    sound: bool
    """Who may say so has signed it, and it stands where it belongs."""
    key_id: bytes
    """Of who signed it, as its proof claims."""
    signer: str = ""
    """Who signed what is sound: the court it names, or one above it."""
    alarm: str = ""
    """What is wrong with it: signature or opaque; empty if all is well."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A null value under an entry's key."""

    entry_id: bytes


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """A message that is none of these; it changes no copy."""

    reason: str
    """key, barrier or checkpoint."""


ClassifiedMessage = Marker | PublisherCheckpoint | ListMessage | Tombstone | ForeignMessage


class MessageClassifier:
    """Reads the messages of one jurisdiction's lists and verifies every signature."""

    def __init__(self, jurisdiction: str, keyring: RefreshingKeyring, suite: Suite = INTL_SUITE) -> None:
        """`suite` is that of the digests what is classified goes into."""
        self._jurisdiction = jurisdiction
        self._content_hash = suite.content_hash
        self._verifier = Verifier(keyring)

    def may_follow(self, court: str, successor: str) -> bool:
        """Whether a court may replace what another one said."""
        return self._verifier.may_follow(court, successor)

    def begin_batch(self) -> None:
        """Note that what is classified from now on was polled just now."""
        self._verifier.begin_batch()

    def classify(self, place: ListPlace, message: Message) -> ClassifiedMessage:
        """Say what a message is. A bad message is an answer, not an error; TransportError if keys cannot be looked up,
        RegisterBehind if they are on their way.
        """
        key, value = message.key() or b"", message.value()
        if value is None:
            return Tombstone(key) if may_be_entry(key) else ForeignMessage("key")
        try:
            fingerprint, body = unwrap(message)
        except FramingError:
            fingerprint, body = b"", b""
        if is_version_of(fingerprint, "barrier"):
            return self._marker(place, fingerprint, body)
        if is_version_of(fingerprint, "court-checkpoint"):
            return self._checkpoint(place, fingerprint, body)
        prefix = _prefix(body) if is_version_of(fingerprint, "list-record") else None
        if prefix is not None and prefix["entry_id"] == key and prefix["version"] > 0:
            return self._record(place, prefix, fingerprint, body)
        if not may_be_entry(key):
            return ForeignMessage("key")
        return self._unreadable(place, key, body, value)

    def _unreadable(self, place: ListPlace, key: bytes, body: bytes, value: bytes) -> ListMessage:
        try:
            prefix = self._verifier.unreadable(place, key, body)
        except SignatureInvalid:
            unsigned = (0, 0, self._content_hash(value), OPAQUE_CLASS, "", 0)
            return ListMessage(key, *unsigned, sound=False, key_id=body[:8], alarm="opaque")
        signed = (prefix["version"], 0, self._content_hash(value), OPAQUE_CLASS, prefix["court"], 0)
        signer = self._verifier.signer_of(prefix)
        return ListMessage(key, *signed, sound=True, key_id=body[:8], signer=signer, alarm="opaque")

    def _record(self, place: ListPlace, prefix: GatePrefix, fingerprint: bytes, body: bytes) -> ListMessage:
        try:
            self._verifier.in_list(place, fingerprint, body, prefix)
            alarm, signer = "", self._verifier.signer_of(prefix)
        except (SignatureInvalid, Undecodable):
            alarm, signer = "signature", ""
        return ListMessage(
            prefix["entry_id"],
            prefix["version"],
            prefix["status"],
            self._content_hash(body[PROOF_LENGTH:]),
            kept_class(prefix["record_class"]),
            prefix["court"],
            prefix["court_sequence"],
            not alarm,
            body[:8],
            signer,
            alarm,
        )

    def _marker(self, place: ListPlace, fingerprint: bytes, body: bytes) -> Marker | ForeignMessage:
        try:
            barrier = decode(fingerprint, body)
            self._verifier.barrier(body, barrier, TopicPartition(place.topic, place.partition), self._jurisdiction)
            covered = self._verifier.covered_by(barrier)
        except (Undecodable, SignatureInvalid):
            return ForeignMessage("barrier")
        return Marker(barrier["notary"], barrier["number"], barrier["issued_at"], body[:8], covered)

    def _checkpoint(self, place: ListPlace, fingerprint: bytes, body: bytes) -> PublisherCheckpoint | ForeignMessage:
        try:
            said = decode(fingerprint, body)
            self._verifier.checkpoint(body, said, TopicPartition(place.topic, place.partition), self._jurisdiction)
        except (Undecodable, SignatureInvalid):
            return ForeignMessage("checkpoint")
        courts = {court["court"]: (court["highest"], court["live"]) for court in said["courts"]}
        return PublisherCheckpoint(said["publisher"], said["epoch"].hex(), said["number"], courts)


def _prefix(body: bytes) -> GatePrefix | None:
    try:
        return decode_prefix(body)
    except Undecodable:
        return None
