"""What a record under an entry's key means to the register that the entry is of."""

from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.framing import FramingError
from ...schemas.wire.signing import SignatureInvalid
from ...topics.keys.entitlement import may_say
from ...topics.keys.keyrings import RefreshingKeyring
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message
from ...topics.transport.received import unwrap
from .book import OwnEntry


class UnderKey(Enum):
    """What stands under an entry's key."""

    NEWEST = "newest"
    """What the register holds."""
    REFUSED = "refused"
    """That, and nobody takes it: its key was not valid when it was signed, or is revoked as of then."""
    OTHER = "other"
    """Nothing that may stand last: an older version, a null, bytes nobody can read, another's."""
    AHEAD = "ahead"
    """What a court of this register signed, and the register does not know."""
    STOLEN = "stolen"
    """What a key of the entry's court has signed that is revoked by now: a version as high as the register's, or higher."""
    STRANGE = "strange"
    """What a key of a court of this register has signed that is revoked by now: an entry the register never had."""
    NOTHING = "nothing"
    """No entry of this register."""


class StolenVersion(NamedTuple):
    """A record that a court's key has signed which is revoked by now."""

    version: int
    key_id: bytes
    taken_by: str = ""
    """Whose key it was, a court above, where the entry is not its court's any more by it; that court alone can say more."""


class Judge:
    """Judges records of one jurisdiction's lists."""

    def __init__(self, keyring: RefreshingKeyring, jurisdiction: str, courts: Collection[str]) -> None:
        """`courts` are those that may sign here."""
        self._keyring, self._jurisdiction, self._courts = keyring, jurisdiction, courts
        self._verifier = Verifier(keyring)

    def meaning(self, message: Message, entry: OwnEntry | None) -> UnderKey:
        """Say what a message means. Raises TransportError while the register of keys cannot be asked."""
        try:
            fingerprint, body = unwrap(message)
        except FramingError:
            return UnderKey.NOTHING if entry is None else UnderKey.OTHER
        if entry is not None and body == entry.body:
            return UnderKey.NEWEST if self.counts(fingerprint, body, entry.court) else UnderKey.REFUSED
        if self._is_ahead(fingerprint, body, message.key() or b"", entry):
            return UnderKey.AHEAD
        stolen = self.stolen(fingerprint, body, message.key() or b"", entry)
        if entry is None:
            return UnderKey.NOTHING if stolen is None else UnderKey.STRANGE
        return UnderKey.STOLEN if stolen is not None and stolen.version >= entry.version else UnderKey.OTHER

    def holds(self, fingerprint: bytes, body: bytes, key: bytes, entry: OwnEntry | None) -> bool:
        """Return whether a court that may sign here, or one above the entry's, has signed this record of it, and it counts now."""
        try:
            prefix = decode_prefix(body)
            if prefix["entry_id"] != key or not self._is_heard(prefix, entry):
                return False
            self._verifier.record(fingerprint, body, prefix, self._jurisdiction)
        except (Undecodable, SignatureInvalid):
            return False
        return True

    def may_speak(self, body: bytes, of: OwnEntry) -> bool:
        """Return whether a record under an entry's key that holds can take the place of what stands there."""
        return self._verifier.may_follow(of.court, self._verifier.signer_of(decode_prefix(body)))

    def gives_back(self, entry: OwnEntry, court: str) -> bool:
        """Return whether the register's newest record of an entry is signed by this court, or one above it."""
        return self._verifier.may_follow(court, self._verifier.signer_of(decode_prefix(entry.body)))

    def _is_heard(self, prefix: GatePrefix, entry: OwnEntry | None) -> bool:
        """Whether this register cares for a record: a court of its own is named, or somebody above the entry's court signed it."""
        return prefix["court"] in self._courts or (
            entry is not None and self._verifier.may_follow(entry.court, self._verifier.signer_of(prefix))
        )

    def stolen(self, fingerprint: bytes, body: bytes, key: bytes, entry: OwnEntry | None) -> StolenVersion | None:
        """Return what the entry's court or one above it, or of an unknown entry any, has signed with a key that is revoked by now.

        Copies have taken it if no barrier before it covers the revocation (docs/wire.md), so the court must say more than it does.
        What another court's stolen key has signed they have not: nothing has to be said above that.
        """
        prefix = _prefix(body)
        if prefix is None or prefix["entry_id"] != key or not self._is_heard(prefix, entry):
            return None
        try:
            signer = self._verifier.once_valid(fingerprint, body, prefix, self._jurisdiction)
        except SignatureInvalid:
            return None
        may_follow = self._verifier.may_follow
        if not signer.revoked_at or (entry is not None and not may_follow(entry.court, signer.participant)):
            return None
        is_taken = entry is not None and not may_follow(prefix["court"], entry.court)
        return StolenVersion(prefix["version"], signer.key_id, signer.participant if is_taken else "")

    def _is_ahead(self, fingerprint: bytes, body: bytes, key: bytes, entry: OwnEntry | None) -> bool:
        prefix = _prefix(body)
        if prefix is None or (entry is not None and prefix["version"] < entry.version):
            return False
        return self.holds(fingerprint, body, key, entry)

    def counts(self, fingerprint: bytes, body: bytes, court: str) -> bool:
        """Return whether the key under an own record was valid then and may say this version; the record is known to be its court's.

        A key that is not registered yet may still come. Raises TransportError.
        """
        key = self._keyring.key(body[:8])
        if key is None:
            return True
        if not self._verifier.may_follow(court, key.participant):
            return False
        try:
            record = decode(fingerprint, body)
        except Undecodable:
            return False
        return key.usable_at(record["recorded_at"]) and may_say(key, record["version"])


def _prefix(body: bytes) -> GatePrefix | None:
    try:
        return decode_prefix(body)
    except Undecodable:
        return None
