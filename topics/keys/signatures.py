"""Who may have signed what: one table for all readers, and what is done when a key is not known yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...schemas.law.listing import RecordClass
from ...schemas.wire.codec import GatePrefix, Undecodable, decode
from ...schemas.wire.signing import Keyring, PublicKey, SignatureInvalid, verify
from ...schemas.wire.suites import find_suite
from ..catalogue import names
from ..transport.errors import TransportError
from ..transport.ports import TopicPartition

if TYPE_CHECKING:
    from .keyrings import RefreshingKeyring, RegisterEnds


_DAY_MS = 86_400_000
SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
"""Why something waits whose signing key is not registered, as far as is known here: it may come."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose signature counts under one kind of record."""

    kinds: frozenset[str] | None
    """Kinds of participants; None: any."""
    signer: str
    """The field that names who signed, empty where it can be but one."""
    valid_at: str
    """The field with the time at which the key must have been valid; empty: the time the message was written."""
    place: str = "jurisdiction"
    """The field with the jurisdiction it is said in, empty where the topic alone tells it."""
    alone: bool = False
    """The signer acts in this jurisdiction and in no other."""
    by_day: bool = False
    """That time is the start of a day: the key must have been valid at some moment of it."""
    outlives_revocation: bool = True
    """What was signed before its key was revoked still counts after that."""
    counts_by_arrival: bool = False
    """What was written after its key was revoked counts nowhere, whatever time it claims."""
    holds_digests: bool = False
    """It holds digests of the suite it names: nobody can compare those of one that is not known."""


_BY_COURT, _BY_NOTARY, _BY_AGENCY = frozenset({"court"}), frozenset({"notary"}), frozenset({"agency"})
_BY_SUPERVISOR = frozenset({"supervisor"})
_BY_ROOT = frozenset({"root"})
_TOLD = Rule(_BY_AGENCY, "agency", "")
_TOLD_BY_DAY = Rule(_BY_AGENCY, "agency", "", by_day=True)
CANARY = "list-record canary"
"""The rule for list records of the class CANARY, which mean nobody."""

RULES: Mapping[str, Rule] = {
    "list-record": Rule(_BY_COURT, "court", "recorded_at", place="", alone=True),
    CANARY: Rule(None, "court", "recorded_at", place="", alone=True),
    "barrier": Rule(_BY_NOTARY, "notary", "issued_at"),
    "list-head": Rule(_BY_NOTARY, "notary", "issued_at", holds_digests=True),
    "receipt": Rule(_BY_AGENCY, "agency", "at", holds_digests=True),
    "interception": _TOLD_BY_DAY,
    "control-feedback": _TOLD,
    "asset-event": _TOLD_BY_DAY,
    "whereabouts-event": _TOLD_BY_DAY,
    "control-command": Rule(_BY_COURT, "court", "issued_at", alone=True, outlives_revocation=False),
    "court-checkpoint": Rule(frozenset({"publisher"}), "publisher", "issued_at", alone=True),
    "enforcement-count": Rule(_BY_COURT, "court", "issued_at", alone=True, counts_by_arrival=True, holds_digests=True),
    "supervision-act": Rule(_BY_SUPERVISOR, "supervisor", "issued_at", counts_by_arrival=True),
    "participant-key": Rule(_BY_ROOT, "", "", place=""),
    "key-register": Rule(_BY_ROOT, "", "", place=""),
    "root-change": Rule(_BY_ROOT, "", "", place=""),
}
"""By schema; that is the context of the signature too, but for list records, whose context is their list's topic."""


class WrongParticipant(SignatureInvalid):
    """The signature holds and is not that of whom the record names."""


class WrongKind(SignatureInvalid):
    """The signature holds and is that of a kind of participant that may not say this."""


class WrongJurisdiction(SignatureInvalid):
    """The signature holds and its owner does not act where this is said, or it does not belong where it stands."""


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
    _require_entitled(rule, schema, key)
    if rule.place:
        _require_place(rule, key, record[rule.place], reading.jurisdictions)
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


def _require_entitled(rule: Rule, schema: str, key: PublicKey) -> None:
    if rule.kinds is not None and key.kind not in rule.kinds:
        raise WrongKind(f"{key.participant} is a {key.kind}, which signs no {schema}")


def _require_place(rule: Rule, key: PublicKey, place: str, read_in: Collection[str] | None) -> None:
    if read_in is not None and place not in read_in:
        raise WrongJurisdiction(f"it is of {place} and read in {' '.join(read_in)}")
    serves = key.jurisdiction == place if rule.alone else place in key.jurisdiction.split(",")
    if not serves or not place:
        raise WrongJurisdiction(f"{key.participant} belongs to {key.jurisdiction or 'nowhere'}, not {place}")


class Verifier:
    """Checks signatures by the table; everything refused is a `SignatureInvalid` that says why.

    A key that is not known is looked up once more before the answer is no. If the register cannot be reached its
    TransportError goes up: not knowing is no reason to refuse a record for good.

    Who refuses for good what a batch holds calls `begin_batch` when it was polled: no unknown key in it is refused before
    the register was read as far as it reaches then, so that the answer does not hang on when this reader last looked. That
    is done once a batch at most, however many unknown keys it names. Without a batch a look a second must do.
    """

    def __init__(self, keyring: "RefreshingKeyring") -> None:
        self._keyring = keyring
        self._in_batch = self._caught_up = False
        self._register_ends: RegisterEnds | None = None

    def begin_batch(self) -> None:
        """Note that the records checked from now on were polled just now."""
        self._in_batch, self._caught_up, self._register_ends = True, False, None

    def record(self, fingerprint: bytes, body: bytes, prefix: GatePrefix, jurisdiction: str) -> None:
        """Require that the court a list record names signed it, with a key that was valid when the publisher accepted it."""
        try:
            recorded_at = decode(fingerprint, body)["recorded_at"]
        except Undecodable as broken:
            raise SignatureInvalid(f"what was signed cannot be read in full: {broken.message}") from broken
        rule = _CANARY if prefix["record_class"] == _CANARY_CLASS else _RECORD
        self._refresh_for(body)
        key = verify(body, names.state_topic(prefix["instrument"], jurisdiction), self._keyring, recorded_at)
        if key.participant != prefix["court"]:
            raise WrongParticipant(f"signed by {key.participant}, claims to be from {prefix['court']}")
        _require_entitled(rule, "list record that means somebody", key)
        _require_place(rule, key, jurisdiction, None)

    def signed(self, schema: str, body: bytes, record: Mapping[str, Any], reading: Reading) -> PublicKey:
        """Require that who may sign a record of this schema did; return the key. Not for list records."""
        self._refresh_for(body)
        return require(self._keyring, schema, body, record, reading)

    def vouched(self, at: int) -> bool:
        """Whether anything new may be called proven at an instant, ms UTC: the root's word about the register counts."""
        return self._keyring.vouches(at)

    def barrier(self, body: bytes, barrier: Mapping[str, Any], lane: TopicPartition, jurisdiction: str) -> None:
        """Require that a notary of the jurisdiction signed this barrier, and for the lane it stands in."""
        self._marker("barrier", body, barrier, lane, jurisdiction)

    def checkpoint(self, body: bytes, checkpoint: Mapping[str, Any], lane: TopicPartition, jurisdiction: str) -> None:
        """Require that the publisher of the jurisdiction signed this checkpoint, and for the lane it stands in."""
        self._marker("court-checkpoint", body, checkpoint, lane, jurisdiction)

    def _marker(
        self, schema: str, body: bytes, record: Mapping[str, Any], lane: TopicPartition, jurisdiction: str
    ) -> None:
        self.signed(schema, body, record, Reading((jurisdiction,)))
        if (record["topic"], record["partition"]) != lane:
            raise SignatureInvalid(f"a {schema} made for {record['topic']} [{record['partition']}] stands here")

    def _refresh_for(self, body: bytes) -> None:
        if self._keyring.key(body[:8]) is not None:
            return
        if not self._in_batch:
            self._keyring.refresh()
        elif not self._caught_up:
            if self._register_ends is None:
                self._register_ends = self._keyring.ends()
            self._keyring.read_to(self._register_ends)
            self._caught_up = True


_RECORD, _CANARY = RULES["list-record"], RULES[CANARY]
_CANARY_CLASS = int(RecordClass.CANARY)
