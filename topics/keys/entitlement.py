"""Who may sign what, for where: the one table of `schemas.wire.rules`, asked of a key that is known."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ...schemas.wire.rules import RULES, Rule
from ...schemas.wire.signing import Keyring, PublicKey, SignatureInvalid, verify
from ...schemas.wire.suites import find_suite
from ..transport.errors import TransportError
from ..transport.partitioner import partition_of

_DAY_MS = 86_400_000
_UNKNOWN_CLASS = 254


class WrongParticipant(SignatureInvalid):
    """The signature holds and is not that of whom the record names."""


class WrongKind(SignatureInvalid):
    """The signature holds and is that of a kind of participant that may not say this."""


class WrongJurisdiction(SignatureInvalid):
    """The signature holds and its owner does not act where this is said, or it does not belong where it stands."""


class VersionTooHigh(SignatureInvalid):
    """The signature holds, and the version is higher than its key may say: its owner could say no more than that by the next one."""


class Reading(NamedTuple):
    """Where and when a record is read."""

    jurisdictions: Collection[str] | None = None
    """Those of its topic or its reader; None: it may be from any."""
    written_at: int = 0
    """When the message was written, ms UTC."""
    now: int = 0
    """ms UTC; for records that do not outlive a revocation."""


def require(keyring: Keyring, schema: str, body: bytes, record: Mapping[str, Any], reading: Reading) -> PublicKey:
    """Return the key under a decoded record, which is one that may have signed it. Raises SignatureInvalid."""
    rule = RULES[schema]
    at = record[rule.valid_at] if rule.valid_at else reading.written_at
    if rule.by_day:
        at = _within_day(keyring.key(body[:8]), at)
    key = verify(body, schema, keyring, at)
    if not rule.outlives_revocation and key.revoked_at and reading.now >= key.revoked_at:
        raise SignatureInvalid(f"the key of {key.participant} is revoked")
    if rule.counts_by_arrival and key.revoked_at and reading.written_at >= key.revoked_at:
        raise SignatureInvalid(f"it came after the key of {key.participant} was revoked")
    if rule.signer and key.participant != record[rule.signer]:
        raise WrongParticipant(f"signed by {key.participant}, claims to be from {record[rule.signer]}")
    require_entitled(rule, schema, key)
    if rule.place:
        require_place(rule, key, record[rule.place], reading.jurisdictions)
    if rule.holds_digests and find_suite(record["suite"]) is None:
        raise SignatureInvalid(f"the digests of {key.participant} are of a suite that is not known here")
    return key


def is_refused_for_good(
    keyring: Keyring, schema: str, body: bytes, record: Mapping[str, Any], reading: Reading
) -> bool:
    """Return whether the key under a record is known and no later word of the root can make the record count.

    Whoever keeps records until their keys are known keeps none of these, so that a flood of them hides nothing.
    """
    try:
        if keyring.key(body[:8]) is None:
            return False
        require(keyring, schema, body, record, reading)
    except SignatureInvalid:
        return True
    except TransportError:  # raised where an unknown key is looked for
        return False
    return False


def _within_day(key: PublicKey | None, at: int) -> int:
    """Return the moment of a day, which begins at `at`, from which on a key that began on it counts."""
    return key.valid_from if key is not None and at < key.valid_from < at + _DAY_MS else at


def require_entitled(rule: Rule, schema: str, key: PublicKey) -> None:
    """Require that a key is of a kind that may sign a schema. Raises WrongKind."""
    if key.kind not in rule.kinds:
        raise WrongKind(f"{key.participant} is a {key.kind}, which signs no {schema}")


def require_place(rule: Rule, key: PublicKey, place: str, read_in: Collection[str] | None) -> None:
    """Require that the owner of a key serves a place, which is one of those that are read. Raises WrongJurisdiction."""
    if read_in is not None and place not in read_in:
        raise WrongJurisdiction(f"it is of {place} and read in {' '.join(read_in)}")
    serves = key.jurisdiction == place if rule.alone else place in key.jurisdiction.split(",")
    if not serves or not place:
        raise WrongJurisdiction(f"{key.participant} belongs to {key.jurisdiction or 'nowhere'}, not {place}")


def may_say(key: PublicKey, version: int, rule: Rule = RULES["list-record"]) -> bool:
    """Whether a version of an entry is none too high for a key: whatever a thief of it says, the next key of its owner says more."""
    return not rule.versions_per_ms or version // rule.versions_per_ms <= key.valid_from


def require_version(rule: Rule, key: PublicKey, version: int) -> None:
    """Require that a version is none too high for a key. Raises VersionTooHigh."""
    if not may_say(key, version, rule):
        raise VersionTooHigh(f"version {version} is too high for a key of {key.participant} from {key.valid_from}")


class ListPlace(NamedTuple):
    """A partition of a list, or of a relief lane, and what belongs there."""

    topic: str
    partition: int
    partitions: int
    """How many the topic has."""
    jurisdiction: str

    def require(self, entry_id: bytes, topic: str) -> None:
        """Require that the records of an entry, which is one of the list `topic`, belong here. Raises SignatureInvalid."""
        if topic != self.topic:
            raise SignatureInvalid(f"a record of {topic} stands in {self.topic}")
        self.require_partition(entry_id)

    def require_partition(self, entry_id: bytes) -> None:
        """Require that the records of an entry belong in this partition. Raises SignatureInvalid."""
        if (own := partition_of(entry_id, self.partitions)) != self.partition:
            raise SignatureInvalid(f"a record of partition {own} stands in partition {self.partition}")


def kept_class(record_class: int) -> int:
    """Return the class of a record in the byte that notaries keep of it: whatever no release knows is one."""
    return record_class if 0 <= record_class < _UNKNOWN_CLASS else _UNKNOWN_CLASS
