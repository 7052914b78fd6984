"""Whether who signed something may have: by the one table of `schemas.wire.rules`, and what is done when a key is not known yet."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ...schemas.law.listing import RecordClass
from ...schemas.phrases import Phrase
from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.rules import CANARY, RULES, Rule
from ...schemas.wire.signing import Keyring, PublicKey, SignatureInvalid, verify
from ...schemas.wire.suites import KEY_ID_LENGTH, find_suite
from ..catalogue import names
from ..transport.errors import TransportError
from ..transport.partitioner import partition_of
from ..transport.ports import TopicPartition
from .register_ends import RegisterBehind, RegisterEnds

if TYPE_CHECKING:
    from .keyrings import RefreshingKeyring


_DAY_MS = 86_400_000
SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
"""Why something waits whose signing key is not registered, as far as is known here: it may come."""


class KeyRevoked(SignatureInvalid):
    """The signature holds, and its key is known to be revoked."""

    def __init__(self, participant: str) -> None:
        super().__init__(Phrase(f"the key of {participant} is revoked", f"{participant} 的密钥已吊销"))


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
        raise SignatureInvalid(
            Phrase(
                f"the key of {key.participant} is revoked",
                f"{key.participant} 的密钥已吊销",
            )
        )
    if rule.counts_by_arrival and key.revoked_at and reading.written_at >= key.revoked_at:
        raise SignatureInvalid(
            Phrase(
                f"it came after the key of {key.participant} was revoked",
                f"写入时 {key.participant} 的密钥已吊销",
            )
        )
    if rule.signer and key.participant != record[rule.signer]:
        raise WrongParticipant(
            Phrase(
                f"signed by {key.participant}, claims to be from {record[rule.signer]}",
                f"由 {key.participant} 签名，却自称来自 {record[rule.signer]}",
            )
        )
    _require_entitled(rule, schema, key)
    if rule.place:
        _require_place(rule, key, record[rule.place], reading.jurisdictions)
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


def _require_entitled(rule: Rule, schema: str, key: PublicKey, schema_zh: str = "") -> None:
    if key.kind not in rule.kinds:
        raise WrongKind(
            Phrase(
                f"{key.participant} is a {key.kind}, which signs no {schema}",
                f"{key.participant} 的身份是 {key.kind}，无权签署 {schema_zh or schema}",
            )
        )


def _require_place(rule: Rule, key: PublicKey, place: str, read_in: Collection[str] | None) -> None:
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


def _require_version(rule: Rule, key: PublicKey, version: int) -> None:
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
                Phrase(
                    f"a record of {topic} stands in {self.topic}",
                    f"{topic} 的记录出现在 {self.topic}",
                )
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
        """Require that the court a list record names, or one above it, signed it, with a key that was valid when the publisher accepted it and is
        not known to be revoked: by whatever moment the record itself names, it says nothing for sure then. Raises KeyRevoked.
        """
        key = self.once_valid(fingerprint, body, prefix, jurisdiction)
        if key.revoked_at:
            raise KeyRevoked(key.participant)

    def once_valid(self, fingerprint: bytes, body: bytes, prefix: GatePrefix, jurisdiction: str) -> PublicKey:
        """Return the key that signed a list record, of the court it names or of one above it, be the key revoked by now or not."""
        try:
            recorded_at = decode(fingerprint, body)["recorded_at"]
        except Undecodable as broken:
            raise SignatureInvalid(
                Phrase(
                    f"what was signed cannot be read in full: {broken.message}",
                    f"签名内容无法完整读取：{broken.message_zh}",
                )
            ) from broken
        self._refresh_for(body)
        context = names.state_topic(prefix["instrument"], jurisdiction)
        key = verify(body, context, self._keyring, recorded_at, revocable=not _RECORD.revoked_by_barrier)
        self._require_court(key, prefix, jurisdiction)
        return key

    def signer_of(self, prefix: GatePrefix) -> str:
        """Return who signed a record that holds: the court it names, or one above it. Raises TransportError."""
        key = self._keyring.key(prefix["proof"][:KEY_ID_LENGTH])
        return prefix["court"] if key is None else key.participant

    def covered_by(self, barrier: Mapping[str, Any]) -> frozenset[bytes]:
        """Return the ids of the keys that a barrier shows to be revoked by the root when it was issued.

        Raises SignatureInvalid if the root did not say what it shows, RegisterBehind while that is not known for sure here.
        """
        if not barrier["shows_revocations"]:
            return self._covered_by_offset(barrier)
        return frozenset(self._shown(value, barrier["issued_at"]) for value in barrier["revocations"])

    def _shown(self, value: bytes, issued_at: int) -> bytes:
        try:
            said = self._keyring.revocation(value)
        except SignatureInvalid:  # another root may have taken the place of the one known here
            self._catch_up()
            said = self._keyring.revocation(value)
        if said.revoked_at > issued_at:
            raise SignatureInvalid(
                Phrase(
                    f"key {said.key_id.hex()} was not revoked yet when it was issued",
                    f"签发时密钥 {said.key_id.hex()} 尚未吊销",
                )
            )
        return said.key_id

    def _covered_by_offset(self, barrier: Mapping[str, Any]) -> frozenset[bytes]:
        """Return what a barrier of version 1 covers, as far as its place in the topic of keys still means what it meant."""
        offset, issued_at = barrier["register_offset"], barrier["issued_at"]
        try:
            return self._keyring.revoked_for(offset, issued_at)
        except RegisterBehind:
            if offset > max(self._keyring.ends().partitions.values(), default=0):
                raise SignatureInvalid(
                    Phrase(
                        f"it speaks of {offset} records of the register, there are fewer",
                        f"所称密钥登记册有 {offset} 条记录，实际不足",
                    )
                ) from None
            raise

    def _require_court(self, key: PublicKey, prefix: GatePrefix, jurisdiction: str) -> None:
        rule = _CANARY if prefix["record_class"] == _CANARY_CLASS else _RECORD
        is_its = (
            self.may_follow(prefix["court"], key.participant) if rule.or_above else key.participant == prefix["court"]
        )
        if not is_its:
            raise WrongParticipant(
                Phrase(
                    f"signed by {key.participant}, claims to be from {prefix['court']}",
                    f"由 {key.participant} 签名，却自称来自 {prefix['court']}",
                )
            )
        _require_entitled(rule, "list record that means somebody", key, "指向具体人的名单记录")
        _require_place(rule, key, jurisdiction, None)
        _require_version(rule, key, prefix["version"])

    def in_list(self, place: ListPlace, fingerprint: bytes, body: bytes, prefix: GatePrefix) -> None:
        """Require that a list record is its court's and stands where it belongs: in its own list, in its key's partition.

        Whether its key was revoked is another question: in a copy a revocation counts from the first barrier that covers it.
        """
        place.require(prefix["entry_id"], names.state_topic(prefix["instrument"], place.jurisdiction))
        self.once_valid(fingerprint, body, prefix, place.jurisdiction)

    def unreadable(self, place: ListPlace, entry_id: bytes, body: bytes) -> GatePrefix:
        """Return the gate prefix, which never moves, of what nobody here can read and a court signed for this list: a later schema.

        Raises SignatureInvalid. When it was made cannot be read, so the key must be registered, no more.
        """
        place.require(entry_id, place.topic)
        try:
            prefix = decode_prefix(body)
        except Undecodable as broken:
            raise SignatureInvalid(Phrase(broken.message, broken.message_zh)) from broken
        if prefix["entry_id"] != entry_id or prefix["version"] < 1 or prefix["record_class"] != RecordClass.REAL:
            raise SignatureInvalid(
                Phrase(
                    "it is no record of the entry under whose key it stands",
                    "不是其键所指条目的记录",
                )
            )
        self._refresh_for(body)
        known = self._keyring.key(body[:8])
        self._require_court(
            verify(body, place.topic, self._keyring, known.valid_from if known else 0, revocable=False),
            prefix,
            place.jurisdiction,
        )
        return prefix

    def follows(self, before: GatePrefix, after: GatePrefix) -> bool:
        """Whether a record that holds may replace or end another one of its entry: its class stays, and its signer is the court of
        what stands, or above it, in whosever name it speaks.
        """
        same_class = kept_class(before["record_class"]) == kept_class(after["record_class"])
        return same_class and self.may_follow(before["court"], self.signer_of(after))

    def may_follow(self, court: str, successor: str) -> bool:
        """Whether a court may replace or end what another one said: it is that court itself, or above it."""
        return court == successor or successor in self._keyring.above(court)

    def is_revoked(self, key_id: bytes) -> bool:
        """Whether a key is known to be revoked, whatever moment that is dated."""
        key = self._keyring.key(key_id)
        return key is not None and key.revoked_at != 0

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
            raise SignatureInvalid(
                Phrase(
                    f"a {schema} made for {record['topic']} [{record['partition']}] stands here",
                    f"为 {record['topic']} [{record['partition']}] 签发的 {schema} 出现在此处",
                )
            )

    def _refresh_for(self, body: bytes) -> None:
        if self._keyring.key(body[:8]) is None:
            self._catch_up()

    def _catch_up(self) -> None:
        """Read the register as far as it reaches, once a batch at most; without one if it was not looked at a moment ago."""
        if not self._in_batch:
            self._keyring.refresh()
        elif not self._caught_up:
            if self._register_ends is None:
                self._register_ends = self._keyring.ends()
            self._keyring.read_to(self._register_ends)
            self._caught_up = True


_RECORD, _CANARY = RULES["list-record"], RULES[CANARY]
_CANARY_CLASS = int(RecordClass.CANARY)
_UNKNOWN_CLASS = 254
