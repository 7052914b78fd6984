"""What the records of `participants.keys.v1` say, as far as the pinned root signed them.

A key is never overwritten: a newer record of the same key can end or revoke it, and nothing undoes that.
"""

import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...schemas.errors import LiandongError
from ...schemas.law.retention import Period
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.key_register import register_hash
from ...schemas.wire.signing import PublicKey, SignatureInvalid
from ...schemas.wire.suites import find_suite, key_id
from ..catalogue import names
from ..transport.ports import Message
from ..transport.received import unwrap
from . import signed_register
from .key_files import StoredKey
from .signatures import Reading, require
from .signed_register import RegisterProblem, RegisterStanding, SignedRegister

SCHEMA = "participant-key"
"""Schema, and context of the root's signature."""

_MANY = 1_000_000
MOST_LEVELS = 8
"""Of participants above each other; China's courts have four."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Root:
    """A keyring that knows the root alone."""

    root: StoredKey

    def key(self, key_id_: bytes) -> PublicKey | None:
        raw, suite = self.root
        root_id = key_id(raw, suite)
        return PublicKey(root_id, "root", "root", "", "sign", raw, suite=suite) if key_id_ == root_id else None


class KnownKeys:
    """All keys in the records taken so far. One thread takes records, any may ask."""

    def __init__(self, root_public_key: StoredKey) -> None:
        self._root = _Root(root_public_key)
        self._keys: dict[bytes, PublicKey] = {}
        self._superiors: dict[str, str] = {}
        self._records: dict[bytes, Mapping[str, Any]] = {}
        """The newest record of every key, with the earliest of its ends."""
        self._revoked_at_offset: dict[bytes, int] = {}
        """By key, the offset of the first record that revokes it."""
        self._hash: bytes | None = None
        """Over these; None when it has to be made again."""
        self._signed: SignedRegister | None = None
        self._rolled_back = False
        """Whether the newest word of the root that was read is an older one."""
        self.version = 0
        """How often a record has changed what is known."""
        self.ignored = 0
        """Records that do not count: not signed by the root, or against what is registered."""

    def __contains__(self, key_id_: bytes) -> bool:
        return key_id_ in self._keys

    def take(self, message: Message) -> None:
        """Take one message of the topic; what does not count is counted and logged once."""
        try:
            fingerprint, body = unwrap(message)
            if is_version_of(fingerprint, signed_register.SCHEMA):
                self._hear_root(decode(fingerprint, body), body)
            else:
                self._note_revocation(self.register(fingerprint, body), message.offset())
        except (FramingError, Undecodable, SignatureInvalid, _Contradiction) as refused:
            if not self.ignored:
                logger.warning("a record of %s is ignored, as will be others like it: %s", names.KEYS, refused.message)
            self.ignored += 1

    def register(self, fingerprint: bytes, body: bytes) -> bytes:
        """Take one record of a key; return the id of that key. Raises Undecodable, SignatureInvalid, KEY_CONTRADICTION, SUITE_UNKNOWN."""
        record = decode(fingerprint, body)
        require(self._root, SCHEMA, body, record, Reading())
        new = PublicKey(
            *(record[name] for name in ("key_id", "participant", "kind", "jurisdiction", "use", "public_key")),
            *(record[name] for name in ("valid_from", "valid_until", "revoked_at", "suite", "retention", "period")),
        )
        # a key of a suite that is not known here is kept, so that what it signed is refused and not waited for
        if find_suite(new.suite) is not None and new.key_id != key_id(new.public_key, new.suite):
            raise _Contradiction(f"key {record['key_id'].hex()} of {new.participant} is not the id of its public key")
        known = self._keys.get(new.key_id)
        if known is not None:
            if _identity(known) != _identity(new):
                raise _Contradiction(f"key {new.key_id.hex()} of {known.participant} cannot become {new.participant}'s")
            new = replace(
                new,
                valid_until=_earlier(known.valid_until, new.valid_until),
                revoked_at=_earlier(known.revoked_at, new.revoked_at),
            )
        superior, stated = record["superior"], self._records.get(new.key_id)
        whole = {**record, "valid_until": new.valid_until, "revoked_at": new.revoked_at}
        if stated is None or self._hash_of([stated]) != self._hash_of([whole]):
            self._records[new.key_id], self._hash = whole, None
        if new != known or self._superiors.get(new.participant) != superior:
            self._keys[new.key_id], self._superiors[new.participant] = new, superior
            self.version += 1
        return new.key_id

    def _note_revocation(self, key_id_: bytes, offset: int) -> None:
        if self._keys[key_id_].revoked_at:
            self._revoked_at_offset[key_id_] = min(offset, self._revoked_at_offset.get(key_id_, offset))

    def revoked_for(self, register_offset: int, at: int) -> frozenset[bytes]:
        """Return the ids of the keys whose revocation stands below an offset of the topic, and counts since an instant or earlier."""
        return frozenset(
            key_id_
            for key_id_, offset in list(self._revoked_at_offset.items())
            if offset < register_offset and self._keys[key_id_].revoked_at <= at
        )

    def get(self, key_id_: bytes) -> PublicKey | None:
        """Return a registered key, None if unknown."""
        return self._keys.get(key_id_)

    def superior(self, participant: str) -> str:
        """Return the participant above one, empty if there is none."""
        return self._superiors.get(participant, "")

    def above(self, participant: str) -> list[str]:
        """Return everybody above a participant, the next one first; `MOST_LEVELS` at most."""
        found: list[str] = []
        while len(found) < MOST_LEVELS and (participant := self.superior(participant)):
            found.append(participant)
        return found

    def sealing(self, participant: str, retention: str, now: int) -> PublicKey | None:
        """Return the key that what is kept as `retention` is sealed to now: of those valid, and of a suite that is known here,
        the one of the newest period.
        """
        valid = [
            key
            for key in list(self._keys.values())
            if (key.participant, key.use, key.retention) == (participant, "seal", retention)
            and key.usable_at(now)
            and find_suite(key.suite)
        ]
        return max(valid, key=lambda key: (key.period, key.valid_until or math.inf, key.key_id), default=None)

    def months_left(self, now: int) -> dict[str, int]:
        """Return for everybody who has sealing keys and has not ended how many coming months all kinds have keys for.

        -1: something is sealed to a key beyond its month already, or can be sealed to none.
        """
        newest: dict[tuple[str, str], str] = {}
        for key in list(self._keys.values()):
            if key.use == "seal" and not key.revoked_at and (not key.valid_until or key.valid_until > key.valid_from):
                owned = (key.participant, key.retention)
                newest[owned] = max(newest.get(owned, ""), key.period)
        ended = self._ended(now)
        this, months = Period.at(now), dict[str, int]()
        for (participant, _), text in newest.items():
            last = Period.parse(text)
            if last is not None and participant not in ended:
                months[participant] = min(months.get(participant, _MANY), max(-1, last.months_after(this)))
        return months

    def _ended(self, now: int) -> set[str]:
        """Return who has signing keys, and none that is valid now."""
        signing = [key for key in list(self._keys.values()) if key.use == "sign"]
        return {key.participant for key in signing} - {key.participant for key in signing if key.usable_at(now)}

    def serving(self, kind: str, now: int) -> dict[str, frozenset[str]]:
        """Return the participants of a kind with a signing key that is valid now, and the jurisdictions they act in."""
        return {key.participant: key.places for key in self.signing(kind, now)}

    def revoked(self, kind: str) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that were revoked."""
        return [key for key in list(self._keys.values()) if key.kind == kind and key.use == "sign" and key.revoked_at]

    def signing(self, kind: str, now: int) -> list[PublicKey]:
        """Return the signing keys of a kind of participants that are valid now."""
        keys = list(self._keys.values())
        return [key for key in keys if key.kind == kind and key.use == "sign" and key.usable_at(now)]

    @property
    def hash(self) -> bytes:
        """Over all keys read so far and their ends."""
        if self._hash is None:
            self._hash = self._hash_of(self._records.values())
        return self._hash

    def _hash_of(self, keys: Iterable[Mapping[str, Any]]) -> bytes:
        return register_hash(keys, self._root.root.suite)

    def standing(self, now: int) -> RegisterStanding:
        """Hold what was read against the newest word of the root; `now` in ms UTC."""
        return RegisterStanding(self._signed, len(self._records), self.hash, tuple(self._problems(now)))

    def _problems(self, now: int) -> Iterator[RegisterProblem]:
        signed = self._signed
        if signed is None:
            if self._records:
                yield RegisterProblem.MISSING
            return
        if (signed.hash, signed.keys) != (self.hash, len(self._records)):
            yield RegisterProblem.DIFFERS
        if self._rolled_back:
            yield RegisterProblem.ROLLED_BACK
        if signed.valid_until <= now:
            yield RegisterProblem.EXPIRED

    def _hear_root(self, record: Mapping[str, Any], body: bytes) -> None:
        require(self._root, signed_register.SCHEMA, body, record, Reading())
        said, before = SignedRegister.of(record), self._signed
        self._rolled_back = before is not None and said.number < before.number
        if not self._rolled_back:
            self._signed = said


class _Contradiction(LiandongError):
    """A record the root signed that goes against what is registered."""

    def __init__(self, message: str) -> None:
        super().__init__("KEY_CONTRADICTION", message, "register a new key; a registered one never changes its owner")


def _identity(key: PublicKey) -> tuple[object, ...]:
    """Return what a registered key is and is for, which never changes."""
    return key.participant, key.kind, key.use, key.suite, key.public_key, key.retention, key.period


def _earlier(one: int, other: int) -> int:
    """Return the earlier of two instants, 0 = never."""
    return min(filter(None, (one, other)), default=0)
