"""Proof of the copy: own digests at a barrier against the head a notary signed for it.

A head whose signature holds waits until its barrier was passed in all lanes; then it is trusted, if its number is not below the
highest ever trusted, which is kept before anything follows from it (the rollback rule of TUF; forks of a number and broken
chains are incidents). Equal digests in every partition: the copy is proven at that barrier, unless the list holds less than was
trusted before (`floors`), if the root's word about the register of keys counts then. Unequal ones are kept with both digests and
shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from ...schemas.phrases import Phrase
from ...schemas.wire.avro_schemas import is_version_of
from ...schemas.wire.codec import Undecodable, decode
from ...schemas.wire.framing import FramingError
from ...schemas.wire.intl import INTL
from ...schemas.wire.signing import SignatureInvalid
from ...schemas.wire.suites import suite_of
from ...topics.catalogue import names
from ...topics.keys.entitlement import Reading
from ...topics.keys.signatures import Verifier
from ...topics.transport.ports import Message
from ...topics.transport.received import unwrap
from ..store.batch import StoreBatch
from ..store.layout import Incident, ListFloor, Mark, TrustedHead, UnequalLane
from .floors import ComparedCopy, raised, shortfalls, topics_made_again

_WAITING = 300
"""Heads of one notary whose barrier was not passed yet; more than a start reads."""
_WANTED = 5


@dataclass(frozen=True, slots=True)
class VerifiedHead:
    """A head whose signature holds."""

    record: Mapping[str, Any]
    hash: bytes
    topic: str
    partition: int
    offset: int
    known: bool
    """It was read before, by an earlier copy or start: what is odd about it was told then."""

    @property
    def row(self) -> str:
        """Jurisdiction and notary."""
        return f"{self.record['jurisdiction']}/{self.record['notary']}"


class HeadMessage(NamedTuple):
    """A message of the topic with a jurisdiction's heads, not verified yet."""

    message: Message
    jurisdiction: str
    known: bool = False
    """It was read before."""

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

    def __init__(self, verifier: Verifier, suite: str) -> None:
        self._verifier, self._suite = verifier, suite
        self._of_another_suite: set[str] = set()
        """Notaries whose heads cannot be compared, told of once."""
        self._trusted: dict[str, TrustedHead] = {}
        self._floors: dict[str, ListFloor] = {}
        self._waiting: defaultdict[str, dict[int, VerifiedHead]] = defaultdict(dict)
        self._wanted: Mapping[tuple[str, int], frozenset[int]] | None = None
        """By lane the markers that heads wait for; None: to be gathered anew."""

    def load(self, trusted: Iterable[TrustedHead], floors: Iterable[ListFloor]) -> None:
        """Go on from what the store keeps; heads that wait go on waiting."""
        self._trusted = {head.row: head for head in trusted}
        self._floors = {floor.jurisdiction: floor for floor in floors}

    def verify(self, head: HeadMessage) -> VerifiedHead:
        """Read a head and check its signature. Raises SignatureInvalid, Undecodable or FramingError."""
        message, jurisdiction, known = head
        fingerprint, body = unwrap(message)
        if not is_version_of(fingerprint, "list-head"):
            raise Undecodable(
                Phrase(
                    f"schema {fingerprint.hex()} is not a head's that this release knows",
                    f"模式 {fingerprint.hex()} 不是本版本所知的名单签名摘要",
                )
            )
        record = decode(fingerprint, body)
        self._verifier.signed("list-head", body, record, Reading((jurisdiction,)))
        content_hash = suite_of(record["suite"]).content_hash(body)
        return VerifiedHead(record, content_hash, head.topic, message.partition(), message.offset(), known)

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
                if not head.known:
                    place = (head.topic, head.message.partition(), head.message.offset())
                    raw = head.message.value() or b""
                    batch.incidents.append(Incident("head-signature", now, *place, refused.message, b"", raw))
        return verified

    def take(self, head: VerifiedHead, batch: StoreBatch, now: int) -> None:
        """Let a head wait for its barrier, unless it falls behind or contradicts what was trusted or waits."""
        number, waiting = head.record["number"], self._waiting[head.row]
        before = self._trusted.get(head.row)
        if before is not None and number < before.number:
            self._incident("head-rollback", head, f"number {number} after {before.number}", batch, now)
            return
        same = before.hash if before is not None and number == before.number else _hash_of(waiting.get(number))
        if same is not None and head.hash != same:
            self._incident("head-fork", head, f"a second head of number {number}", batch, now)
            return
        if before is not None and number == before.number and number in {before.proven_number, before.unequal_number}:
            return  # this copy was compared with it
        last = before.hash if before is not None and number == before.number + 1 else _hash_of(waiting.get(number - 1))
        if last is not None and head.record["previous"] != last:
            self._incident("head-fork", head, f"number {number} does not follow the head before", batch, now)
        waiting[number], self._wanted = head, None
        while len(waiting) > _WAITING:
            del waiting[min(waiting)]

    def markers_wanted(self, topic: str, partition: int) -> frozenset[int]:
        """Return the offsets in a lane of the markers that the newest waiting heads stand for: of a backlog these alone are
        needed to compare them, however many other barriers stand behind.
        """
        if self._wanted is None:
            wanted: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
            for waiting in self._waiting.values():
                for number in sorted(waiting)[-_WANTED:]:
                    for lane in waiting[number].record["lanes"]:
                        wanted[lane["topic"], lane["partition"]].add(lane["offset"])
            self._wanted = {name: frozenset(offsets) for name, offsets in wanted.items()}
        return self._wanted.get((topic, partition), frozenset())

    def compare(self, copy: ComparedCopy, batch: StoreBatch, now: int) -> list[VerifiedHead]:
        """Compare of each notary the newest head whose barrier was passed in every lane, and return them; older ones need no
        answer any more.
        """
        compared: list[VerifiedHead] = []
        if copy.undecided:
            return compared
        for row, waiting in self._waiting.items():
            if not row.startswith(copy.jurisdiction + "/"):
                continue
            passed = [number for number, head in waiting.items() if copy.barriers.passed(head.record["notary"], number)]
            if passed:
                number = max(passed)
                self._compare(waiting[number], copy, batch, now)
                compared.append(waiting[number])
                self._wanted = None
                for older in [each for each in waiting if each <= number]:
                    del waiting[older]
        return compared

    def trusted(self, jurisdiction: str) -> list[TrustedHead]:
        """Return the highest trusted head of every notary of a jurisdiction."""
        return [head for head in self._trusted.values() if head.jurisdiction == jurisdiction]

    def made_again(self, jurisdiction: str, topic_ids: Mapping[str, bytes]) -> list[str]:
        """Return the topics of a jurisdiction that are others of their name than those a copy was proven in."""
        return topics_made_again(self._floors.get(jurisdiction), topic_ids)

    def _compare(self, head: VerifiedHead, copy: ComparedCopy, batch: StoreBatch, now: int) -> None:
        record, before = head.record, self._trusted.get(head.row)
        marks = copy.barriers.at(record["notary"], record["number"])
        after = before or TrustedHead(record["notary"], record["jurisdiction"], -1, b"", 0)
        if after.suite != record["suite"]:  # what was compared before was compared with another digest
            after = after.of_new_copy()
        after = msgspec.structs.replace(
            after,
            number=record["number"],
            hash=head.hash,
            valid_until=record["valid_until"],
            suite=record["suite"],
            unequal=_differences(head, copy, marks),
            unequal_number=-1,
            shortfalls=(),
        )
        if not after.unequal:
            after = msgspec.structs.replace(
                after, shortfalls=shortfalls(self._floors.get(copy.jurisdiction), record, copy)
            )
        after = (
            self._object(head, before, after, batch, now)
            if after.objects
            else self._prove(head, copy, after, batch, now)
        )
        self._trusted[head.row] = batch.heads[head.row] = after

    def _object(
        self, head: VerifiedHead, before: TrustedHead | None, after: TrustedHead, batch: StoreBatch, now: int
    ) -> TrustedHead:
        """Keep what is unequal or lacking; it is told of when it begins."""
        number = head.record["number"]
        if after.unequal and not (before and before.unequal):
            named = ", ".join(f"{one.topic} [{one.partition}]" for one in after.unequal)
            self._incident("unequal", head, f"barrier {number}: the copy differs in {named}", batch, now)
        if after.shortfalls and not (before and before.shortfalls):
            named = ", ".join(
                f"{one.topic} {one.court} {one.highest} < {one.trusted}" if one.court else f"{one.topic} was made again"
                for one in after.shortfalls[:10]
            )
            self._incident("list-shrunk", head, f"barrier {number}: {named}", batch, now)
        return msgspec.structs.replace(after, unequal_number=number, unequal_at=head.record["issued_at"])

    def _prove(
        self, head: VerifiedHead, copy: ComparedCopy, after: TrustedHead, batch: StoreBatch, now: int
    ) -> TrustedHead:
        record, floor = head.record, self._floors.get(copy.jurisdiction)
        if not self._verifier.vouched(max(now, record["issued_at"])):
            return after  # nothing new is proven while the root's word about the register of keys has run out
        risen = raised(floor, record, copy)
        if risen != floor:
            self._floors[copy.jurisdiction] = risen
            batch.floors.append(risen)
        digests = (LaneDigest(lane["topic"], lane["partition"], lane["digest"]) for lane in record["lanes"])
        return msgspec.structs.replace(
            after,
            proven_number=record["number"],
            proven_hash=head.hash,
            proven_at=now,
            proven_until=record["valid_until"],
            proven_digest=list_digest(digests, record["suite"]),
        )

    def _incident(self, kind: str, head: VerifiedHead, detail: str, batch: StoreBatch, now: int) -> None:
        if head.known and kind in {"head-rollback", "head-fork"}:
            return
        text = f"{head.record['notary']}: {detail}"
        batch.incidents.append(
            Incident(kind, now, head.topic, head.partition, head.offset, text, head.record["notary"].encode())
        )


def _differences(head: VerifiedHead, copy: ComparedCopy, marks: Mapping[int, Mark]) -> tuple[UnequalLane, ...]:
    own = {copy.lanes[each].name: mark.digest for each, mark in marks.items() if each in copy.lanes}
    signed = {(lane["topic"], lane["partition"]): lane["digest"] for lane in head.record["lanes"]}
    return tuple(
        UnequalLane(name[0], name[1], own.get(name, b"").hex(), signed.get(name, b"").hex())
        for name in sorted(own.keys() | signed.keys())
        if own.get(name) != signed.get(name)
    )


def _hash_of(head: VerifiedHead | None) -> bytes | None:
    return None if head is None else head.hash
