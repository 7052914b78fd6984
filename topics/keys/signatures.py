"""Whether who signed something may have: by the one table of `schemas.wire.rules`, and what is done when a key is not known yet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...schemas.law.listing import RecordClass
from ...schemas.phrases import Phrase
from ...schemas.wire.codec import GatePrefix, Undecodable, decode, decode_prefix
from ...schemas.wire.rules import CANARY, RULES
from ...schemas.wire.signing import PublicKey, SignatureInvalid, verify
from ...schemas.wire.suites import KEY_ID_LENGTH
from ..catalogue import names
from ..transport.ports import TopicPartition
from .entitlement import (
    ListPlace,
    Reading,
    WrongParticipant,
    kept_class,
    require,
    require_entitled,
    require_place,
    require_version,
)
from .register_ends import RegisterBehind, RegisterEnds

if TYPE_CHECKING:
    from .keyrings import RefreshingKeyring


SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
"""Why something waits whose signing key is not registered, as far as is known here: it may come."""


class KeyRevoked(SignatureInvalid):
    """The signature holds, and its key is known to be revoked."""

    def __init__(self, participant: str) -> None:
        super().__init__(Phrase(f"the key of {participant} is revoked", f"{participant} 的密钥已吊销"))


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
        require_entitled(rule, "list record that means somebody", key, "指向具体人的名单记录")
        require_place(rule, key, jurisdiction, None)
        require_version(rule, key, prefix["version"])

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
