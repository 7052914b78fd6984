"""Who may sign what, for where: the one table of `schemas.wire.rules`, asked of a key that is known."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ...schemas.phrases import Phrase
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
        raise SignatureInvalid(Phrase(f"the key of {key.participant} is revoked", f"{key.participant} 的密钥已吊销"))
    if rule.counts_by_arrival and key.revoked_at and reading.written_at >= key.revoked_at:
        raise SignatureInvalid(
            Phrase(f"it came after the key of {key.participant} was revoked", f"写入时 {key.participant} 的密钥已吊销")
        )
    if rule.signer and key.participant != record[rule.signer]:
        raise WrongParticipant(
            Phrase(
                f"signed by {key.participant}, claims to be from {record[rule.signer]}",
                f"由 {key.participant} 签名，却自称来自 {record[rule.signer]}",
            )
        )
    require_entitled(rule, schema, key)
    if rule.place:
        require_place(rule, key, record[rule.place], reading.jurisdictions)
    if rule.holds_digests and find_suite(record["suite"]) is None:
        raise SignatureInvalid(
            Phrase(
                f"the digests of {key.participant} are of a suite that is not known here",
                f"{key.participant} 的摘要所用算法套件在此未知",
            )
        )
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


def require_entitled(rule: Rule, schema: str, key: PublicKey, schema_zh: str = "") -> None:
    """Require that a key is of a kind that may sign a schema. Raises WrongKind."""
    if key.kind not in rule.kinds:
        raise WrongKind(
            Phrase(
                f"{key.participant} is a {key.kind}, which signs no {schema}",
                f"{key.participant} 的身份是 {key.kind}，无权签署 {schema_zh or schema}",
            )
        )


def require_place(rule: Rule, key: PublicKey, place: str, read_in: Collection[str] | None) -> None:
    """Require that the owner of a key serves a place, which is one of those that are read. Raises WrongJurisdiction."""
    if read_in is not None and place not in read_in:
        raise WrongJurisdiction(
            Phrase(
                f"it is of {place} and read in {' '.join(read_in)}",
                f"属于辖区 {place}，却在 {' '.join(read_in)} 读到",
            )
        )
    serves = key.jurisdiction == place if rule.alone else place in key.jurisdiction.split(",")
    if not serves or not place:
        raise WrongJurisdiction(
            Phrase(
                f"{key.participant} belongs to {key.jurisdiction or 'nowhere'}, not {place}",
                f"{key.participant} 的辖区是 {key.jurisdiction or '无'}，不是 {place}",
            )
        )


def may_say(key: PublicKey, version: int, rule: Rule = RULES["list-record"]) -> bool:
    """Whether a version of an entry is none too high for a key: whatever a thief of it says, the next key of its owner says more."""
    return not rule.versions_per_ms or version // rule.versions_per_ms <= key.valid_from


def require_version(rule: Rule, key: PublicKey, version: int) -> None:
    """Require that a version is none too high for a key. Raises VersionTooHigh."""
    if not may_say(key, version, rule):
        raise VersionTooHigh(
            Phrase(
                f"version {version} is too high for a key of {key.participant} from {key.valid_from}",
                f"版本 {version} 超出 {key.participant} 自 {key.valid_from} 起的密钥可用的范围",
            )
        )


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
            raise SignatureInvalid(
                Phrase(f"a record of {topic} stands in {self.topic}", f"{topic} 的记录出现在 {self.topic}")
            )
        self.require_partition(entry_id)

    def require_partition(self, entry_id: bytes) -> None:
        """Require that the records of an entry belong in this partition. Raises SignatureInvalid."""
        if (own := partition_of(entry_id, self.partitions)) != self.partition:
            raise SignatureInvalid(
                Phrase(
                    f"a record of partition {own} stands in partition {self.partition}",
                    f"分区 {own} 的记录出现在分区 {self.partition}",
                )
            )


def kept_class(record_class: int) -> int:
    """Return the class of a record in the byte that notaries keep of it: whatever no release knows is one."""
    return record_class if 0 <= record_class < _UNKNOWN_CLASS else _UNKNOWN_CLASS
