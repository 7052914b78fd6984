"""What the records of `participants.keys.v1` say, as far as the pinned root signed them.

A key is never overwritten: a newer record of the same key can end or revoke it, and nothing undoes that.
"""

import logging
from dataclasses import dataclass, replace

from ...schemas.errors import LiandongError
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.sealing import Recipient
from ...schemas.wire.signing import PublicKey, SignatureInvalid, key_id
from ..catalogue import names
from ..transport.ports import Message
from ..transport.received import unwrap
from .signatures import Reading, require

SCHEMA = "participant-key"
"""Schema, and context of the root's signature."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Root:
    """A keyring that knows the root alone."""

    public_key: bytes

    def key(self, key_id_: bytes) -> PublicKey | None:
        root_id = key_id(self.public_key)
        return PublicKey(root_id, "root", "root", "", "sign", self.public_key) if key_id_ == root_id else None


class KnownKeys:
    """All keys in the records taken so far. One thread takes records, any may ask."""

    def __init__(self, root_public_key: bytes) -> None:
        self._root = _Root(root_public_key)
        self._keys: dict[bytes, PublicKey] = {}
        self._superiors: dict[str, str] = {}
        self.version = 0
        """How often a record has changed what is known."""
        self.ignored = 0
        """Records that do not count: not signed by the root, or against what is registered."""

    def __contains__(self, key_id_: bytes) -> bool:
        return key_id_ in self._keys

    def take(self, message: Message) -> None:
        """Take one message of the topic; what does not count is counted and logged once."""
        try:
            self.register(*unwrap(message))
        except (FramingError, Undecodable, SignatureInvalid, _Contradiction) as refused:
            if not self.ignored:
                logger.warning("a record of %s is ignored, as will be others like it: %s", names.KEYS, refused.message)
            self.ignored += 1

    def register(self, fingerprint: bytes, body: bytes) -> bytes:
        """Take one record; return the id of its key. Raises Undecodable, SignatureInvalid or KEY_CONTRADICTION if it does not count."""
        record = decode(fingerprint, body)
        require(self._root, SCHEMA, body, record, Reading())
        new = PublicKey(
            key_id(record["public_key"]),
            *(record[name] for name in ("participant", "kind", "jurisdiction", "use", "public_key")),
            *(record[name] for name in ("valid_from", "valid_until", "revoked_at")),
        )
        if new.key_id != record["key_id"]:
            raise _Contradiction(f"key {record['key_id'].hex()} of {new.participant} is not the id of its public key")
        known = self._keys.get(new.key_id)
        if known is not None:
            if (known.participant, known.kind, known.use) != (new.participant, new.kind, new.use):
                raise _Contradiction(f"key {new.key_id.hex()} of {known.participant} cannot become {new.participant}'s")
            new = replace(
                new,
                valid_until=_earlier(known.valid_until, new.valid_until),
                revoked_at=_earlier(known.revoked_at, new.revoked_at),
            )
        superior = record["superior"]
        if new != known or self._superiors.get(new.participant) != superior:
            self._keys[new.key_id], self._superiors[new.participant] = new, superior
            self.version += 1
        return new.key_id

    def get(self, key_id_: bytes) -> PublicKey | None:
        """Return a registered key, None if unknown."""
        return self._keys.get(key_id_)

    def superior(self, participant: str) -> str:
        """Return the participant above one, empty if there is none."""
        return self._superiors.get(participant, "")

    def sealing(self, participant: str, now: int) -> list[Recipient]:
        """Return the sealing keys of a participant that are valid now."""
        return [
            Recipient(key.key_id, key.public_key)
            for key in list(self._keys.values())
            if key.participant == participant and key.use == "seal" and key.usable_at(now)
        ]

    def serving(self, kind: str, now: int) -> dict[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and the jurisdictions they act in."""
        return {
            key.participant: frozenset(key.jurisdiction.split(",")) - {""}
            for key in list(self._keys.values())
            if key.kind == kind and key.use == "sign" and key.usable_at(now)
        }


class _Contradiction(LiandongError):
    """A record the root signed that goes against what is registered."""

    def __init__(self, message: str) -> None:
        super().__init__("KEY_CONTRADICTION", message, "register a new key; a registered one never changes its owner")


def _earlier(one: int, other: int) -> int:
    """Return the earlier of two instants, 0 = never."""
    return min(filter(None, (one, other)), default=0)
