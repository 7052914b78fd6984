"""Proof of the copy: own digests at a barrier against the head a notary signed for it.

A head is trusted when its signature holds and its number is not below the highest ever trusted, which is kept before
anything follows from it (the rollback rule of TUF; forks of a number and broken chains are incidents). Equal digests in
every partition: the copy is proven at that barrier, if the root's word about the register of keys counts then. Unequal ones
are kept with both digests and shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.intl import INTL
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import suite_of
from ...topics.catalogue import names
from ...topics.keys.signatures import Reading, Verifier
from ...topics.transport.ports import Message
from ...topics.transport.received import unwrap
from ..store.batch import StoreBatch
from ..store.layout import Incident, LaneState, Mark, StoredPosition, TrustedHead, UnequalLane
from .barriers import Barriers

_WAITING = 100
Lanes = Mapping[int, LaneState]


@dataclass(frozen=True, slots=True)
class VerifiedHead:
    """A head whose signature holds."""

    record: Mapping[str, Any]
    hash: bytes
    topic: str
    partition: int
    offset: int

    @property
    def row(self) -> str:
        """Jurisdiction and notary."""
        return f"{self.record['jurisdiction']}/{self.record['notary']}"


class HeadMessage(NamedTuple):
    """A message of the topic with a jurisdiction's heads, not verified yet."""

    message: Message
    jurisdiction: str

    @property
    def topic(self) -> str:
        """The logical topic it was read from."""
        return names.heads(self.jurisdiction)


class LaneDigest(NamedTuple):
    """The digest of one lane at a barrier."""

    topic: str
    partition: int
    digest: bytes


def list_digest(lanes: Iterable[LaneDigest], suite: str = INTL) -> str:
    """Return one value for the whole list at a barrier:
    the suite's hash (hex) over topic, partition and digest of every lane in order.

    Anybody can compute it from a signed head alone.
    """
    text = "\n".join(f"{topic} {partition} {digest.hex()}" for topic, partition, digest in sorted(lanes))
    return suite_of(suite).content_hash(text.encode()).hex()


class Proof:
    """What the notaries' heads say about this copy."""

    def __init__(self, trusted: Iterable[TrustedHead], verifier: Verifier, suite: str) -> None:
        self._verifier, self._suite = verifier, suite
        self._of_another_suite: set[str] = set()
        """Notaries whose heads cannot be compared, told of once."""
        self._trusted = {head.row: head for head in trusted}
        self._waiting: dict[str, dict[int, VerifiedHead]] = {}

    def verify(self, head: HeadMessage) -> VerifiedHead:
        """Read a head and check its signature. Raises SignatureInvalid, Undecodable or FramingError."""
        message, jurisdiction = head
        fingerprint, body = unwrap(message)
        if not is_version_of(fingerprint, "list-head"):
            raise Undecodable(f"schema {fingerprint.hex()} is not a head's that this release knows")
        record = decode(fingerprint, body)
        self._verifier.signed("list-head", body, record, Reading((jurisdiction,)))
        return VerifiedHead(
            record, suite_of(record["suite"]).content_hash(body), head.topic, message.partition(), message.offset()
        )

    def verify_all(self, heads: Iterable[HeadMessage], batch: StoreBatch, now: int) -> list[VerifiedHead]:
        """Return the heads that hold and can be compared; note the others in the batch as incidents."""
        verified = []
        for head in heads:
            try:
                one = self.verify(head)
                if one.record["suite"] == self._suite:
                    verified.append(one)
                elif one.row not in self._of_another_suite:
                    self._of_another_suite.add(one.row)
                    detail = f"its digests are of the suite {one.record['suite']}, those of the copy of {self._suite}"
                    self._incident("head-suite", one, detail, batch, now)
            except (SignatureInvalid, Undecodable, FramingError) as refused:
                place = (head.topic, head.message.partition(), head.message.offset())
                raw = head.message.value() or b""
                batch.incidents.append(Incident("head-signature", now, *place, refused.message, b"", raw))
        return verified

    def trust(self, head: VerifiedHead, batch: StoreBatch, now: int) -> bool:
        """Keep a head as the highest of its notary, unless it falls behind or contradicts what was trusted;
        return whether it was kept.
        """
        record, before = head.record, self._trusted.get(head.row)
        number = record["number"]
        if before is not None and number <= before.number:
            if number < before.number:
                self._incident("head-rollback", head, f"number {number} after {before.number}", batch, now)
            elif head.hash != before.hash:
                self._incident("head-fork", head, f"a second head of number {number}", batch, now)
            return False
        if before is not None and number == before.number + 1 and record["previous"] != before.hash:
            self._incident("head-fork", head, f"number {number} does not follow the head trusted before", batch, now)
        after = before or TrustedHead(record["notary"], record["jurisdiction"], -1, b"", 0)
        if after.suite != record["suite"]:  # what was compared before was compared with another digest
            after = msgspec.structs.replace(after, proven_number=-1, unequal=(), unequal_number=-1)
        after = msgspec.structs.replace(
            after, number=number, hash=head.hash, valid_until=record["valid_until"], suite=record["suite"]
        )
        self._trusted[head.row] = batch.heads[head.row] = after
        waiting = self._waiting.setdefault(head.row, {})
        waiting[number] = head
        while len(waiting) > _WAITING:
            del waiting[min(waiting)]
        return True

    def compare(self, jurisdiction: str, barriers: Barriers, lanes: Lanes, batch: StoreBatch, now: int) -> None:
        """Compare the newest head whose barrier was passed in every lane; older ones need no answer any more."""
        for row, waiting in self._waiting.items():
            if not row.startswith(jurisdiction + "/"):
                continue
            notary = self._trusted[row].notary
            for number in sorted(waiting, reverse=True):
                if barriers.passed(notary, number):
                    self._compare(waiting[number], barriers.at(notary, number), lanes, batch, now)
                    for compared in [each for each in waiting if each <= number]:
                        del waiting[compared]
                    break

    def trusted(self, jurisdiction: str) -> list[TrustedHead]:
        """Return the highest trusted head of every notary of a jurisdiction."""
        return [head for head in self._trusted.values() if head.jurisdiction == jurisdiction]

    def _compare(
        self, head: VerifiedHead, marks: Mapping[int, Mark], lanes: Lanes, batch: StoreBatch, now: int
    ) -> None:
        before, number = self._trusted[head.row], head.record["number"]
        after = before  # nothing new is proven while the root's word about the register of keys has run out
        own = {lanes[each].name: mark.digest for each, mark in marks.items() if each in lanes}
        signed = {(lane["topic"], lane["partition"]): lane["digest"] for lane in head.record["lanes"]}
        unequal = tuple(
            UnequalLane(name[0], name[1], own.get(name, b"").hex(), signed.get(name, b"").hex())
            for name in sorted(own.keys() | signed.keys())
            if own.get(name) != signed.get(name)
        )
        if unequal:
            after = msgspec.structs.replace(before, unequal=unequal, unequal_number=number)
            if not before.unequal:
                named = ", ".join(f"{one.topic} [{one.partition}]" for one in unequal)
                self._incident("unequal", head, f"barrier {number}: the copy differs in {named}", batch, now)
        elif self._verifier.vouched(max(now, head.record["issued_at"])):
            until = head.record["valid_until"]
            after = msgspec.structs.replace(
                before,
                proven_number=number,
                proven_hash=head.hash,
                proven_at=now,
                proven_until=until,
                unequal=(),
                unequal_number=-1,
            )
        self._trusted[head.row] = batch.heads[head.row] = after

    def _incident(self, kind: str, head: VerifiedHead, detail: str, batch: StoreBatch, now: int) -> None:
        text = f"{head.record['notary']}: {detail}"
        batch.incidents.append(
            Incident(kind, now, head.topic, head.partition, head.offset, text, head.record["notary"].encode())
        )


def position(barriers: Barriers, lanes: Lanes, heads: Iterable[TrustedHead]) -> StoredPosition:
    """Return what the state lanes of a jurisdiction are known to be.

    That is the newest proven barrier, unless a notary's newest comparison was unequal; without proof the newest barrier
    passed everywhere. Freshness is that of the lane that is furthest behind.
    """
    fresh = min((lane.fresh_as_of for lane in lanes.values()), default=0)
    suite = next((lane.suite for lane in lanes.values()), INTL)
    heads = [head for head in heads if head.suite == suite]
    proven = [head for head in heads if barriers.passed(head.notary, head.proven_number)]
    if proven and not any(head.unequal for head in heads):
        head = max(proven, key=lambda one: one.proven_until)
        marks = barriers.at(head.notary, head.proven_number)
        digest = _digest(marks, lanes, suite)
        return StoredPosition(head.notary, head.proven_number, digest, fresh, head.proven_until, proven=True)
    complete = [(notary, barriers.newest(notary)) for notary in barriers.notaries()]
    passed = [(barriers.at(notary, number), notary, number) for notary, number in complete if number >= 0]
    if not passed:
        return StoredPosition(fresh_as_of=fresh)
    marks, notary, number = max(passed, key=lambda one: min(mark.issued_at for mark in one[0].values()))
    return StoredPosition(notary, number, _digest(marks, lanes, suite), fresh)


def _digest(marks: Mapping[int, Mark], lanes: Lanes, suite: str) -> str:
    own = (LaneDigest(*lanes[lane].name, mark.digest) for lane, mark in marks.items() if lane in lanes)
    return list_digest(own, suite)
